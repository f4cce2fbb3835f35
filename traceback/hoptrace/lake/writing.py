"""How the lake's Parquet files are written: each column in the way that is quick to write and short for what it holds.

Whole numbers and times are written as differences, which are shorter than what packing makes of them; texts of which a
file has few stand once for each row group, and are numbered; only what is left is packed.
"""
# pyright: basic
# pyarrow has no type stubs.

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from hoptrace.lake.directory import packed as packed_directory
from hoptrace.lake.layout import GROUP_ROWS, PAGE_ROWS
from hoptrace.lake.sorting import even_columns

FEW = ("batch", "carrier", "start_basis", "attestation", "release_code", "outcome", "upstream", "downstream")
"""Columns that repeat a few short texts: numbered, and not packed, which gains nothing more."""

REPEATED = ("customer", "upstream_trunk", "downstream_trunk", "orig_id", "signer")
"""Columns whose texts repeat, of which there may be many or long ones: numbered, and packed where they are many."""

_FEWEST_PACKED = 64
"""Texts of one row group from which on packing them gains something."""

RANDOM = ("fingerprint",)
"""Columns that can be neither packed nor told by differences."""

BOUNDS = ("key", "start_time", "called", "carrier", "batch")
"""Columns by which row groups are passed over: the others are written without their smallest and largest value."""

LEVEL = 1
"""Of packing, by zstandard: higher ones take longer than they gain."""

_ELSEWHERE = 2**16 - 1
"""Stands for a text that is none of those that are looked for; a column that holds numbers has fewer texts."""


def write_rows(rows: pl.DataFrame, stream: Any, even: frozenset[str] | None = None) -> None:
    """Write the sorted rows of a part to a stream of Arrow's: their directory, then row groups of pages.

    `even`: columns that say the same in all rows, where that is known.
    """
    import pyarrow.parquet as pq

    parquet: Any = pq  # what it is annotated with is narrower than what it takes
    packed = [column.name for column in rows.iter_columns() if _is_packed(column)]
    told = [name for name, kind in rows.schema.items() if kind.is_integer() or kind.is_temporal()]
    table = _table(rows, even)
    with parquet.ParquetWriter(
        stream,
        table.schema,
        # A whole page at once; by default it would go in halves, and each costs.
        write_batch_size=PAGE_ROWS,
        max_rows_per_page=PAGE_ROWS,
        use_dictionary=[name for name in rows.columns if name in FEW or name in REPEATED],
        column_encoding={
            **dict.fromkeys((name for name in told if name not in RANDOM), "DELTA_BINARY_PACKED"),
            # The bytes of equal worth of all numbers stand together, so that the many that are zero pack well.
            **{name: "BYTE_STREAM_SPLIT" for name, kind in rows.schema.items() if kind.is_float()},
        },
        compression={name: "zstd" if name in packed else "none" for name in rows.columns},
        compression_level=dict.fromkeys(packed, LEVEL),
        write_statistics=[name for name in rows.columns if name in BOUNDS],
        # What the columns are stands in the file itself: a schema of Arrow's would only say how this writer held them.
        store_schema=False,
    ) as writer:
        stream.write(packed_directory(rows))
        writer.write_table(table, row_group_size=GROUP_ROWS)


def _table(rows: pl.DataFrame, even: frozenset[str] | None) -> Any:
    """The rows as an Arrow table.

    A text that stands in all of them is numbered already, which spares looking at it; a column without a gap says so,
    which spares saying of each row that it has a value.
    """
    import pyarrow as pa

    few = [name for name in FEW if name in rows.columns]
    even = (even_columns(rows[few]) if even is None else even).intersection(few)
    numbered = {name: _numbered(rows[name]) for name in even}
    short = (column for column in rows.iter_columns() if column.dtype == pl.Categorical and column.name not in even)
    numbered |= {column.name: _of_numbers(column) for column in short}
    table = rows[[name for name in rows.columns if name not in numbered]].to_arrow(compat_level=pl.CompatLevel.newest())
    columns = [numbered[name] if name in numbered else table.column(name) for name in rows.columns]
    fields = [
        pa.field(name, column.type, nullable=rows[name].null_count() > 0)
        for name, column in zip(rows.columns, columns, strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def _numbered(column: pl.Series) -> Any:
    """A column that says the same in all rows, numbered."""
    import pyarrow as pa

    # Not by pa.array, which loads pandas where it is installed: a third of a second.
    places = pa.Array.from_buffers(pa.int8(), column.len(), [None, pa.py_buffer(bytes(column.len()))])
    return pa.DictionaryArray.from_arrays(places, _dictionary(column.head(1).cast(pl.String)))


def _of_numbers(column: pl.Series) -> Any:
    """A column that holds numbers of texts, with those of its own texts alone, in the order of the texts."""
    import pyarrow as pa

    numbers, some = column.to_physical(), column.head(GROUP_ROWS).unique()
    texts, places = _in_order(some, numbers)
    if places.max() == _ELSEWHERE:
        texts, places = _in_order(column.unique(), numbers)
    return pa.DictionaryArray.from_arrays(places.to_arrow(), _dictionary(texts))


def _in_order(known: pl.Series, numbers: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Known texts in their order, and the place that each of some numbers has there; _ELSEWHERE for that of another."""
    texts = known.drop_nulls().cast(pl.String).rename("text")
    order = texts.arg_sort()
    places = np.full(int(str(numbers.max() or 0)) + 1, _ELSEWHERE, dtype=np.uint16)
    places[known.drop_nulls().to_physical()[order].to_numpy()] = np.arange(len(order))
    return texts[order], pl.Series(places)[numbers]


def _dictionary(texts: pl.Series) -> Any:
    return texts.to_arrow(compat_level=pl.CompatLevel.oldest())


def _is_packed(column: pl.Series) -> bool:
    if column.name in REPEATED:
        return column.head(GROUP_ROWS).n_unique() >= _FEWEST_PACKED
    return column.name not in FEW and not column.dtype.is_integer() and not column.dtype.is_temporal()
