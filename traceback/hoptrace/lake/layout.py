"""How statements lie in the lake: two indexes, partitioned by index and day, each file sorted by key and time.

A statement stands in index "called" once per number under which it can be looked up: the called number before and
after rewriting, and the number that forwarded the call. One whose local time came twice stands there at both times; at
the second `may_be_later` has a minus sign: its start may be so much earlier. Index "calling" holds narrow rows that
lead from the caller to the called number, for calls whose called number was changed where no record tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import TypeVar

import numpy as np
import polars as pl

from hoptrace.lake.sorting import even_columns, sort_part
from hoptrace.lake.texts_of_numbers import as_written, told_by_keys, written
from hoptrace.model.frames import in_time_order
from hoptrace.model.statements import STATEMENTS

WITHHELD = -1
"""The key of a withheld number: it says nothing, so nothing is looked up by it."""

GROUP_ROWS = 16_384
"""Rows of a Parquet row group: whoever opens a file reads what its footer says of each of them."""

PAGE_ROWS = 2_048
"""Rows of a page: of a row group only the pages that hold a wanted row are unpacked."""


class Index(StrEnum):
    """The two ways in."""

    CALLED = "called"
    CALLING = "calling"


LATER = "may_be_later"

NARROW = ("key", "start_time", "carrier", "called", "batch", "row")
"""What index "calling" keeps of a statement; its other columns are null."""

MOST_WAYS = 3
"""Called numbers under which one statement may stand: before and after rewriting, and the one that forwarded it."""

Rows = TypeVar("Rows", pl.DataFrame, pl.LazyFrame)

# Delta tables know no unsigned integers: the fingerprint lies there as the signed number of the same bits.
STORED = pl.Schema({**STATEMENTS, "fingerprint": pl.Int64, "key": pl.Int64})
TABLE = pl.Schema({**STORED, "index": pl.String, "day": pl.Date})
PARTITIONS = ["index", "day"]


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one index and UTC day, sorted, as one Parquet file will hold them."""

    index: Index
    day: date
    rows: pl.DataFrame
    even: frozenset[str] | None = None
    """Columns that say the same in all rows; None where nobody has looked."""


def kinds(index: Index) -> pl.Schema:
    """The columns of an index. A file leaves out those that are empty in all of its rows."""
    return STORED if index is Index.CALLED else pl.Schema([(name, STORED[name]) for name in NARROW])


@cache
def no_rows(index: Index) -> pl.DataFrame:
    """No rows, in the columns of an index; to make such a frame takes as long as a query."""
    return kinds(index).to_frame()


def index_of(path: str) -> Index:
    """The index that a file of the table belongs to, by its path."""
    return Index(path.partition("/")[0].removeprefix("index="))


def parts(*statements: pl.DataFrame) -> Iterator[Part]:
    """Lay statements out together; each of the frames has the STATEMENTS columns.

    Texts may be Categorical, and those of numbers left out (kind Null) where their keys tell them to the letter.
    """
    # Each by itself: what lies in one piece is gone through twice as fast.
    stored = _together([told_by_keys(each.select(STATEMENTS.names())) for each in statements])
    stored = stored.with_columns(pl.col("fingerprint").reinterpret(signed=True))
    if _holds_any(stored, LATER):
        stored = pl.concat([stored, _at_second_times(stored)])
    even = even_columns(stored)
    yield from _by_day(Index.CALLED, _called_rows(stored), even)
    yield from _by_day(Index.CALLING, _calling_rows(stored), even)


def _together(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Frames below each other; columns of texts that only some of them hold as numbers become texts."""
    texts = {name for each in frames for name, kind in each.schema.items() if kind == pl.Categorical}
    mixed = [name for name in sorted(texts) if any(each.schema[name] != pl.Categorical for each in frames)]
    return pl.concat([each.with_columns(pl.col(mixed).cast(pl.String)) for each in frames] if mixed else frames)


def first_filed() -> pl.Expr:
    """Of the rows of index "called" the one of each statement that stands for it."""
    return (pl.col("key") == pl.col("called")) & ~(pl.col(LATER) < 0).fill_null(value=False)


def once(found: pl.DataFrame) -> pl.DataFrame:
    """Rows of index "called" that were found, each statement once and as it was given to `parts`.

    In the order of start_time, batch and row. A statement may have been found by several of its numbers, and at two
    times where its own came twice: it is then given with the first.
    """
    rows = at_first_times(found)
    if any(_holds_any(rows, name) for name in ("egress_called", "redirecting", LATER)):
        rows = rows.unique(subset=["batch", "row", "fingerprint"], keep="any")
    return in_time_order(as_statements(rows), "start_time", ("batch", "row", "fingerprint"))


def at_first_times(stored: pl.DataFrame) -> pl.DataFrame:
    """Rows of index "called" that were found at their second time, as they were given to `parts`."""
    if not _holds_any(stored, LATER):
        return stored
    earlier = pl.when(pl.col(LATER) < 0).then(pl.col(LATER)).otherwise(0)
    start = pl.col("start_time") + pl.duration(seconds=earlier)
    return stored.with_columns(start, pl.col(LATER).abs())


def _at_second_times(stored: pl.DataFrame) -> pl.DataFrame:
    """The statements whose local time came twice, filed at the second time."""
    start = pl.col("start_time") + pl.duration(seconds=pl.col(LATER))
    return stored.filter(pl.col(LATER) > 0).with_columns(start, -pl.col(LATER))


def as_statements(stored: Rows) -> Rows:
    """Rows of index "called" as they were given to `parts`, in the STATEMENTS columns."""
    if isinstance(stored, pl.LazyFrame):
        given = as_written() | {"fingerprint": pl.col("fingerprint").reinterpret(signed=False)}
        return stored.select(given.get(name, pl.col(name)) for name in STATEMENTS.names())
    bits = stored["fingerprint"].to_numpy().view(np.uint64)
    given = written(stored) | {"fingerprint": pl.Series("fingerprint", bits)}
    return pl.DataFrame([given[name] if name in given else stored[name] for name in STATEMENTS.names()])


def _called_rows(stored: pl.DataFrame) -> pl.DataFrame:
    called, egress, redirecting = pl.col("called"), pl.col("egress_called"), pl.col("redirecting")
    useful = pl.col("key").is_not_null() & ((pl.col("key") != WITHHELD) | (pl.col("key") == called))
    ways = [_filtered(stored.with_columns(key=called), useful)]
    if _holds_any(stored, "egress_called"):
        ways.append(stored.filter(egress.ne_missing(called)).with_columns(key=egress).filter(useful))
    if _holds_any(stored, "redirecting"):
        other = redirecting.ne_missing(called) & redirecting.ne_missing(egress)
        ways.append(stored.filter(other).with_columns(key=redirecting).filter(useful))
    return pl.concat(ways) if len(ways) > 1 else ways[0]


def _holds_any(rows: pl.DataFrame, name: str) -> bool:
    return rows[name].null_count() < rows.height


def _filtered(rows: pl.DataFrame, wanted: pl.Expr) -> pl.DataFrame:
    """The wanted rows; where all are, as mostly, nothing is moved."""
    chosen = rows.select(wanted.alias("wanted")).to_series()
    return rows if chosen.all(ignore_nulls=False) else rows.filter(chosen)


def _calling_rows(stored: pl.DataFrame) -> pl.DataFrame:
    keyed = stored.with_columns(key=pl.col("calling")).select(NARROW)
    return _filtered(keyed, pl.col("key").is_not_null() & (pl.col("key") != WITHHELD))


def _by_day(index: Index, rows: pl.DataFrame, even: frozenset[str]) -> Iterator[Part]:
    """The parts of rows; `even`: columns that say the same in all of them."""
    day = pl.col("start_time").dt.date()
    bounds = rows.select(first=pl.col("start_time").min().dt.date(), last=pl.col("start_time").max().dt.date())
    same = bounds["first"].equals(bounds["last"])
    days = (bounds["first"] if same else rows.select(day.unique().sort()).to_series()).drop_nulls()
    if len(days) == 1:
        yield Part(index, days[0], sort_part(rows, even), even)
        return
    for each in days:
        yield Part(index, each, sort_part(rows.filter(day == each)))
