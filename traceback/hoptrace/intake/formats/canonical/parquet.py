"""Canonical columns from a Parquet file, batch by batch, as the text that the other forms carry."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

import polars as pl

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.canonical.columns import Columns, field_column, plain_name
from hoptrace.intake.formats.canonical.rows import Parsed
from hoptrace.intake.reading import Source

MAGIC = b"PAR1"
BATCH_ROWS = 250_000


def parquet_columns(source: Source) -> list[str]:
    """The file's column names; raises InputRefused where it is no Parquet file or is cut."""
    try:
        return list(pl.read_parquet_schema(source.path))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputRefused(
            f"{source.name} is no whole Parquet file: {error}. Export it again, or submit CSV or JSON lines."
        ) from error


def parquet_blocks(source: Source, columns: Columns) -> Iterator[Parsed]:
    """The rows, numbered from 1; `raw` is the row as JSON."""
    row = 1
    try:
        for batch in pl.scan_parquet(source.path, glob=False).collect_batches(chunk_size=BATCH_ROWS):
            yield _parsed(batch, row, columns)
            row += batch.height
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputRefused(f"{source.name}: damaged at or after row {row}: {error}. Export it again.") from error


def _parsed(frame: pl.DataFrame, first_row: int, columns: Columns) -> Parsed:
    frame = frame.rename(plain_name)
    text = frame.select(_as_text(name, dtype).alias(name) for name, dtype in frame.schema.items())
    rows = pl.int_range(first_row, first_row + text.height, dtype=pl.Int64, eager=True)
    used = sorted({name for names in columns.sources.values() for name in names})
    good = text.select(pl.col(name).alias(field_column(name)) for name in used)
    good = good.with_columns(row=rows)

    def raw(wanted: pl.Series) -> pl.DataFrame:
        """The wanted rows as JSON, since they have no bytes of their own."""
        encoded = pl.struct(pl.all()).struct.json_encode().cast(pl.Binary)
        return pl.DataFrame({"row": wanted}).with_columns(raw=text[wanted - first_row].select(encoded).to_series())

    return Parsed(good=good, hashes=text.hash_rows, raw=raw)


def _as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        return _moment(column, dtype)
    if isinstance(dtype, (pl.Float64, pl.Float32)):
        whole = pl.when(column == column.round(0)).then(column.cast(pl.Int64, strict=False).cast(pl.String))
        return pl.coalesce(whole, column.cast(pl.String))
    if isinstance(dtype, (pl.Decimal, pl.Duration)):
        exact = column if isinstance(dtype, pl.Decimal) else column.dt.total_microseconds() / 1e6
        return exact.cast(pl.String).str.replace(r"\.0+$", "")
    if isinstance(dtype, (pl.List, pl.Struct, pl.Array)):
        return column.map_batches(_as_json, return_dtype=pl.String)
    if isinstance(dtype, pl.Binary):
        return column.map_batches(_decoded, return_dtype=pl.String)
    return column.cast(pl.String)


def _moment(column: pl.Expr, dtype: pl.Datetime) -> pl.Expr:
    if dtype.time_zone is None:
        return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")
    return column.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")


def _decoded(texts: pl.Series) -> pl.Series:
    """The texts of writers that do not call them so."""
    return pl.Series([None if each is None else each.decode(errors="replace") for each in texts], dtype=pl.String)


def _as_json(values: pl.Series) -> pl.Series:
    """Lists and structs as the text that they are read as from JSON lines."""
    texts = [None if each is None else json.dumps(_written(each), ensure_ascii=False) for each in values.to_list()]
    return pl.Series(texts, dtype=pl.String)


def _written(value: Any) -> Any:
    """A value as JSON has it: whole numbers without a point, and as text what JSON has no word for."""
    match value:
        case dict():
            return {name: _written(each) for name, each in cast("dict[str, Any]", value).items()}
        case list():
            return [_written(each) for each in cast("list[Any]", value)]
        case float() if value.is_integer():
            return int(value)
        case bytes():
            return value.decode(errors="replace")
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)
