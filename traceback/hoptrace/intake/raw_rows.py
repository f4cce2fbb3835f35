"""Rows read again from a file, for readers that did not keep the bytes of those they rejected."""

from __future__ import annotations

from collections.abc import Iterable

import orjson
import polars as pl

from hoptrace.intake.reading import Source


def raw_rows(source: Source, rows: Iterable[int]) -> dict[int, bytes]:
    """The bytes of these rows (1-based): lines of a text file without their end, rows of a Parquet file as JSON."""
    wanted = sorted(set(rows))
    if not wanted:
        return {}
    if source.path.suffix.lower() == ".parquet":
        return _parquet_rows(source, wanted)
    found: dict[int, bytes] = {}
    left = set(wanted)
    with source.open() as stream:
        for number, line in enumerate(stream, start=1):
            if number in left:
                found[number] = line.rstrip(b"\r\n")
                left.remove(number)
                if not left:
                    break
    return found


def _parquet_rows(source: Source, wanted: list[int]) -> dict[int, bytes]:
    numbered = pl.scan_parquet(source.path, glob=False).with_row_index("_row", offset=1)
    rows = numbered.filter(pl.col("_row").is_in(wanted)).collect(engine="streaming")
    numbers = rows["_row"].to_list()
    records = rows.drop("_row").iter_rows(named=True)
    return {number: orjson.dumps(record, default=str) for number, record in zip(numbers, records, strict=True)}
