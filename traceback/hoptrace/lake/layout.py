"""How statements lie in the lake: two indexes, partitioned by index and day, each file sorted by key and time.

A statement stands in index "called" once per number under which it can be looked up: the called number before and
after rewriting, and the number that forwarded the call. One whose local time came twice stands there at both times; at
the second `may_be_later` has a minus sign: its start may be so much earlier. Index "calling" holds narrow rows that
lead from the caller to the called number, for calls whose called number was changed where no record tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import TypeVar

import polars as pl

from hoptrace.model.nanp_keys import nanp_keys
from hoptrace.model.statements import STATEMENTS, TIME

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

KEY_OF = {
    "calling_number": "calling",
    "called_number": "called",
    "egress_calling_number": "egress_calling",
    "egress_called_number": "egress_called",
    "redirecting_number": "redirecting",
}
"""The number key that each text of a number was read as. A text that is "+" and the digits of its key is not stored."""

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


def kinds(index: Index) -> pl.Schema:
    """The columns of an index. A file leaves out those that are empty in all of its rows."""
    return STORED if index is Index.CALLED else pl.Schema([(name, STORED[name]) for name in NARROW])


def index_of(path: str) -> Index:
    """The index that a file of the table belongs to, by its path."""
    return Index(path.partition("/")[0].removeprefix("index="))


def parts(*statements: pl.DataFrame) -> Iterator[Part]:
    """Lay statements out together; each of the frames has the STATEMENTS columns."""
    # Each by itself: what lies in one piece is gone through twice as fast.
    stored = pl.concat([_told_by_keys(each.select(STATEMENTS.names())) for each in statements])
    stored = stored.with_columns(pl.col("fingerprint").reinterpret(signed=True))
    if _holds_any(stored, LATER):
        stored = pl.concat([stored, _at_second_times(stored)])
    yield from _by_day(Index.CALLED, _called_rows(stored))
    yield from _by_day(Index.CALLING, _calling_rows(stored))


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
    return as_statements(rows).sort("start_time", "batch", "row", "fingerprint")


def within(rows: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """The rows that have the key of one of some merged spans and started within it."""
    met = rows.select("key", "start_time").with_row_index("at").join(spans, on="key")
    return rows[met.filter(pl.col("start_time").is_between(pl.col("from_time"), pl.col("to_time")))["at"]]


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
    given = _as_given()
    if isinstance(stored, pl.LazyFrame):
        return stored.select(given.get(name, pl.col(name)) for name in STATEMENTS.names())
    # Most columns of numbers are empty, and stay so: a look-up of one call spares each step.
    empty = [name for name, key in KEY_OF.items() if not (_holds_any(stored, name) or _holds_any(stored, key))]
    told = stored.with_columns(expr for name, expr in given.items() if name not in empty)
    return told[STATEMENTS.names()]


@cache
def _as_given() -> dict[str, pl.Expr]:
    """The columns that are stored otherwise than they were given."""
    texts = {name: _as_written(name, key).alias(name) for name, key in KEY_OF.items()}
    return texts | {"fingerprint": pl.col("fingerprint").reinterpret(signed=False)}


def _told_by_keys(statements: pl.DataFrame) -> pl.DataFrame:
    """Without the texts of numbers that their keys tell to the letter, which most are; "" where there was no text."""
    shorter = [
        pl.lit(None, pl.String).alias(name) if _tell_all(statements[key], statements[name]) else _unless_told(name, key)
        for name, key in KEY_OF.items()
        if statements[key].null_count() < statements.height
    ]
    return statements.with_columns(shorter)


def _tell_all(keys: pl.Series, texts: pl.Series) -> bool:
    """Whether keys tell every text, as in files of one country: quicker than to ask it of each."""
    read = nanp_keys(texts)
    return read is not None and read.equals(keys)


def _unless_told(name: str, key: str) -> pl.Expr:
    text, number = pl.col(name), pl.col(key)
    # "+" and the digits of the key: "+012" would be read as the same number.
    clean = text.str.starts_with("+") & ~text.str.starts_with("+0")
    told = (number > 0) & clean & (text.cast(pl.Int64, strict=False) == number)
    shorter = pl.when(~told.fill_null(value=False)).then(text)
    return pl.when(text.is_null() & (number > 0)).then(pl.lit("")).otherwise(shorter).alias(name)


def _as_written(name: str, key: str) -> pl.Expr:
    text, number = pl.col(name), pl.col(key)
    told = pl.when(text.is_null() & (number > 0)).then(pl.lit("+") + number.cast(pl.String)).otherwise(text)
    return pl.when(told != "").then(told).alias(name)


def sort_part(rows: pl.DataFrame) -> pl.DataFrame:
    """The order inside a file."""
    # Most columns are empty or the same all through; they need not be moved.
    varied = [name for name in rows.columns if name in {"key", "start_time"} or not is_even(rows[name])]
    order = _order(rows)
    # What lies in one piece is gathered twice as fast; one after another they need the memory of one.
    return rows.with_columns([rows[name].rechunk()[order] for name in varied])


def _order(rows: pl.DataFrame) -> pl.Series:
    """Where the rows stand that come first, second, ... by key and time; of equals, as they stand."""
    # Rows mostly come in the order of time already, or those of one key do: then the key is enough.
    by_key = _order_of_keys(rows)
    if rows["start_time"].is_sorted() or _is_in_time(rows.select(pl.col("key", "start_time").gather(by_key))):
        return by_key
    return rows.select(pl.arg_sort_by("key", "start_time", maintain_order=True)).to_series()


def _is_in_time(by_key: pl.DataFrame) -> bool:
    key, start = pl.col("key"), pl.col("start_time")
    earlier = (key == key.shift(1)) & (start < start.shift(1))
    return not by_key.select(earlier.any()).item()


def _order_of_keys(rows: pl.DataFrame) -> pl.Series:
    """Where the rows stand by their keys; of equals, as they stand."""
    # A key mostly fits into one number with its place.
    least, most = rows["key"].min(), rows["key"].max()
    bits = rows.height.bit_length()
    if not isinstance(least, int) or not isinstance(most, int) or (most - least) >> (63 - bits):
        return rows.select(pl.arg_sort_by("key", maintain_order=True)).to_series()
    places = rows.select((pl.col("key") - least) * 2**bits + pl.int_range(pl.len(), dtype=pl.Int64)).to_series()
    # Several threads would take twice as much of the processor, which others have work for.
    return (places.sort(multithreaded=False) & (2**bits - 1)).cast(pl.UInt32)


def is_even(column: pl.Series) -> bool:
    """One value, or none, in every row; a few are looked at first."""
    if column.null_count():
        return column.null_count() == column.len()
    if column.is_empty() or any(column[at] != column[0] for at in range(0, column.len(), column.len() // 8 + 1)):
        return False
    return bool((column == column.first()).all())


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


def _by_day(index: Index, rows: pl.DataFrame) -> Iterator[Part]:
    day = pl.col("start_time").dt.date()
    bounds = rows.select(first=pl.col("start_time").min().dt.date(), last=pl.col("start_time").max().dt.date())
    days = bounds["first"] if bounds["first"].equals(bounds["last"]) else rows.select(day.unique().sort()).to_series()
    for each in days.drop_nulls():
        yield Part(index, each, sort_part(rows.filter(day == each) if len(days) > 1 else rows))


SPANS = pl.Schema({"key": pl.Int64, "from_time": TIME, "to_time": TIME})
"""What is looked up: a number key and the first and last start time wanted, both included."""


def merge_spans(spans: pl.DataFrame) -> pl.DataFrame:
    """The same spans without overlaps, sorted by key and time, so that a statement falls into one of them at most."""
    wanted = spans if spans.schema == SPANS else spans.select(pl.col(name).cast(kind) for name, kind in SPANS.items())
    if wanted.height == 1 and not any(None in row or row[1] > row[2] for row in wanted.rows()):
        # Nothing to merge: a single call is looked up by one span, and each step on a frame takes its time.
        return wanted
    ordered = wanted.filter(pl.col("from_time") <= pl.col("to_time")).drop_nulls().sort(SPANS.names())
    # Of thousands of numbers few have spans that meet; those of the others stay as they are.
    meets = (pl.col("key") == pl.col("key").shift(1)) & (pl.col("from_time") <= pl.col("to_time").shift(1))
    met = ordered.filter(meets)["key"].unique()
    if met.is_empty():
        return ordered
    meeting = pl.col("key").is_in(met.implode())
    return pl.concat([ordered.filter(~meeting), _merged(ordered.filter(meeting))]).sort(SPANS.names())


def _merged(ordered: pl.DataFrame) -> pl.DataFrame:
    reached = pl.col("to_time").cum_max().shift(1).over("key")
    opens = (reached.is_null() | (pl.col("from_time") > reached)).cast(pl.Int64).cum_sum()
    numbered = ordered.with_columns(opens.alias("span"))
    grouped = numbered.group_by("span", maintain_order=True)
    return grouped.agg(pl.col("key").first(), pl.col("from_time").min(), pl.col("to_time").max()).drop("span")
