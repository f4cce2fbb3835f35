"""Parts of statements as new files of the table, each with what the table's log says of it."""
# pyright: basic
# pyarrow has no type stubs.

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from deltalake.transaction import AddAction

from hoptrace.lake.layout import Part
from hoptrace.lake.storage import Store
from hoptrace.lake.writing import write_rows

_WRITTEN_AT_ONCE = 1 << 20
"""Bytes: else each page of a column and its head would go to the system by themselves, 23 times a thousand rows."""

Sync = Callable[[str], object]
"""Is told of a file that was written, by its path in the filesystem."""

_MILLISECOND = timedelta(milliseconds=1)


def write_part(store: Store, part: Part, name: str, *, data_change: bool, sync: Sync | None = None) -> AddAction:
    """Write one part to a new file, safely on the disk, and give the action that adds it to the table.

    With `sync`, whoever gives it sees to it that the disk keeps the file that it is told of.
    """
    path = f"index={part.index}/day={part.day}/{name}.parquet"
    full = store.full(path)
    if store.remote is None:
        store.files.create_dir(full.rpartition("/")[0], recursive=True)
    with store.files.open_output_stream(full, buffer_size=_WRITTEN_AT_ONCE) as stream:
        write_rows(_filled(part.rows), stream, part.even)
    (sync or store.sync)(full)
    return AddAction(
        path=path,
        size=int(store.files.get_file_info(full).size),
        partition_values={"index": str(part.index), "day": part.day.isoformat()},
        modification_time=int(time.time() * 1000),
        data_change=data_change,
        stats=_statistics(part.rows),
    )


def _filled(rows: pl.DataFrame) -> pl.DataFrame:
    """Without the columns that are empty: an empty one costs as much time as a short one."""
    # Not by `select`, which would first put every column into one piece.
    return rows[[column.name for column in rows.iter_columns() if column.null_count() < rows.height]]


def _statistics(rows: pl.DataFrame) -> str:
    bounds: dict[str, Any] = rows.select(
        pl.col("key", "start_time").min().name.prefix("min_"), pl.col("key", "start_time").max().name.prefix("max_")
    ).row(0, named=True)
    return json.dumps(
        {
            "numRecords": rows.height,
            "minValues": {"key": bounds["min_key"], "start_time": _stamp(bounds["min_start_time"])},
            # Delta keeps statistics of times in milliseconds: the upper bound has to be rounded up.
            "maxValues": {"key": bounds["max_key"], "start_time": _stamp(bounds["max_start_time"] + _MILLISECOND)},
            "nullCount": {"key": 0, "start_time": 0},
        }
    )


def _stamp(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"
