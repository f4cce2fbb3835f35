"""Cells of Asterisk's rows become fields and times, by columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import polars as pl

from hoptrace.intake.distinct import of_each
from hoptrace.intake.formats.asterisk_layout import SPACES, epoch_of
from hoptrace.intake.formats.asterisk_rows import (
    FIELDS,
    NOTHING,
    DateOrder,
    Places,
    clid_number,
    date_order,
    is_slashed,
    parse_time,
)

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_USUAL = "%Y-%m-%d %H:%M:%S"
_USUAL_TIME = r"^20[0-9]{2}-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9]$"
_USUAL_ID = r"^(?:[^\n]+-)?([0-9]{9,10})\.[0-9]+$"
NO_CALLED = "no called number"

Bad = tuple[int, tuple[str, ...]]
"""The number of a row that is of no use, and the reasons."""


class Read(NamedTuple):
    """`cdrs`: rows with a start, see `cdrs_of`. `bad`: those without."""

    cdrs: pl.DataFrame
    bad: list[Bad]


def fields_of(frame: pl.DataFrame | None, rows: Sequence[tuple[int, Sequence[str]]], places: Places) -> pl.DataFrame:
    """The FIELDS of rows of one layout, stripped, null where nothing is written.

    `frame`: rows that were split at once (`row`, c0, c1, ...); `rows`: those that were split one by one.
    """
    used, fields = _field_expressions(tuple(places.items()))
    cells = None if frame is None else frame.select("row", *used)
    if rows or cells is None:
        lists = {name: pl.Series([each[int(name[1:])] for _, each in rows], dtype=pl.String) for name in used}
        single = pl.DataFrame({"row": pl.Series([row for row, _ in rows], dtype=pl.Int64), **lists})
        cells = single if cells is None else pl.concat([cells, single])
    known = cells.with_columns(pl.col(used).str.strip_chars(SPACES)).with_columns(_known(used)) if used else cells
    return known.select("row", *fields)


@lru_cache(maxsize=8)
def _field_expressions(places: tuple[tuple[str, tuple[int, ...]], ...]) -> tuple[tuple[str, ...], list[pl.Expr]]:
    """The columns that are looked at, and the fields that they give, which are the same for all files of a layout."""
    used = tuple(f"c{at}" for at in sorted({at for _, columns in places for at in columns}))
    found = {name: pl.coalesce(f"c{at}" for at in columns) for name, columns in places}
    return used, [found.get(name, pl.lit(None, pl.String)).alias(name) for name in FIELDS]


@lru_cache(maxsize=8)
def _known(columns: tuple[str, ...]) -> pl.Expr:
    """Null where a cell says that nothing is known."""
    return pl.when(~pl.col(columns).is_in(sorted(NOTHING))).then(pl.col(columns)).name.keep()


def cdrs_of(fields: pl.DataFrame) -> Read:
    """Rows (FIELDS) with their number `at`, from 0, and times in microseconds (Int64).

    `start`, `answer` and `end` are local as written, or UTC where `zoned`; `epoch` (seconds UTC) is when the channel
    was made, by its uniqueid.
    """
    order = date_order(slashed(fields["start_time"]))
    told = fields.with_columns(_times(fields["start_time"], order, "start", "zoned").get_columns())
    bad = told.filter(pl.col("start").is_null()).select("row", "start_time", "called_number")
    cdrs = told.filter(pl.col("start").is_not_null()) if bad.height else told
    later = [_times(cdrs[f"{name}_time"], order, name, f"{name}_zoned") for name in ("answer", "end")]
    # A later time that cannot be compared with the start is left out.
    alike = (pl.when(pl.col(f"{name}_zoned") == pl.col("zoned")).then(name).alias(name) for name in ("answer", "end"))
    epochs = quick_or_told(cdrs["uniqueid"], pl.col("uniqueid").str.extract(_USUAL_ID).cast(pl.Int64), epoch_of)
    shown = _open(cdrs["clid"], cdrs["calling_number"])
    callers = of_each(shown, lambda text: (clid_number(text),), {"caller": pl.String})["caller"]
    read = pl.concat([cdrs, *later], how="horizontal").with_columns(
        *alike, pl.coalesce("calling_number", callers), pl.int_range(pl.len(), dtype=pl.Int64).alias("at"), epoch=epochs
    )
    return Read(read, [(row, _reasons(start, called, order)) for row, start, called in bad.iter_rows()])


def _reasons(start: str | None, called: str | None, order: DateOrder) -> tuple[str, ...]:
    unclear = start is not None and order is DateOrder.UNKNOWN and is_slashed(start)
    why = "day or month first is not clear" if unclear else "start time not understood"
    return ("no start time" if start is None else why, *((NO_CALLED,) if called is None else ()))


def slashed(starts: pl.Series) -> list[str]:
    """The texts with a slash, of which a date as in 1/9/2026 is one."""
    return starts.filter(starts.str.contains("/", literal=True).fill_null(value=False)).unique().to_list()


def _times(texts: pl.Series, order: DateOrder, name: str, zoned: str) -> pl.DataFrame:
    """Times (microseconds), and whether they have a zone; as Asterisk writes them at once, others by `parse_time`."""
    written = pl.col(texts.name)
    at = pl.when(written.str.contains(_USUAL_TIME)).then(written).str.to_datetime(_USUAL, strict=False, time_unit="us")
    read = texts.to_frame().select(at.cast(pl.Int64).alias(name), pl.lit(value=False).alias(zoned))
    if read[name].null_count() == texts.null_count():
        return read
    rest = of_each(_open(texts, read[name]), lambda text: _parsed(text, order), {"at": pl.Int64, "with": pl.Boolean})
    return read.select(pl.coalesce(name, rest["at"]).alias(name), rest["with"].fill_null(value=False).alias(zoned))


def _open(texts: pl.Series, known: pl.Series) -> pl.Series:
    """The texts of rows of which nothing is known yet."""
    return texts.to_frame("text").select(pl.when(known.is_null()).then("text")).to_series()


def _parsed(text: str, order: DateOrder) -> tuple[int | None, bool]:
    time = parse_time(text, order)
    if time is None:
        return None, False
    return (time.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND, time.tzinfo is not None


def quick_or_told(texts: pl.Series, quick: pl.Expr, told: Callable[[str], int | str | None]) -> pl.Series:
    """What an expression over `texts` says, and of texts of which it says nothing what `told` does."""
    known = texts.to_frame().select(quick.alias("told")).to_series()
    if known.null_count() == texts.null_count():
        return known
    rest = of_each(_open(texts, known), lambda text: (told(text),), {"told": known.dtype})["told"]
    return known.to_frame().select(pl.coalesce("told", rest)).to_series()
