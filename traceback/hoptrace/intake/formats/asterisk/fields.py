"""Cells of Asterisk's rows become fields and times, by columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import NamedTuple

import polars as pl

from hoptrace.intake.distinct import of_each
from hoptrace.intake.formats.asterisk.rows import (
    FIELDS,
    NOTHING,
    DateOrder,
    Places,
    clid_number,
    date_order,
    is_slashed,
    parse_time,
)
from hoptrace.intake.formats.asterisk.uniqueids import epoch_of
from hoptrace.intake.formats.text.splitting import SPACES
from hoptrace.intake.ledger import NO_CALLED, NO_START

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_USUAL = "%Y-%m-%d %H:%M:%S"
_USUAL_TIME = r"^20[0-9]{2}-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9]$"
_USUAL_ID = r"^(?:[^\n]+-)?([0-9]{9,10})\.[0-9]+$"

Bad = tuple[int, tuple[str, ...]]
"""The number of a row that is of no use, and the reasons."""


class Read(NamedTuple):
    """`cdrs`: rows with a start, see `cdrs_of`. `bad`: those without. `respelled`: some date has slashes."""

    cdrs: pl.DataFrame
    bad: list[Bad]
    respelled: bool


def fields_of(frame: pl.DataFrame | None, rows: Sequence[tuple[int, Sequence[str]]], places: Places) -> pl.DataFrame:
    """The FIELDS of rows of one layout, stripped, null where nothing is written.

    `frame`: rows that were split at once (`row`, c0, c1, ...); `rows`: those that were split one by one.
    """
    parts: list[pl.DataFrame] = []
    if frame is not None:
        used, fields = _field_expressions(tuple(places.items()))
        cells = frame.select("row", *used)
        if used:
            stripped, known = _cleaned(used)
            cells = cells.with_columns(stripped).with_columns(known)
        parts.append(cells.select("row", *fields))
    if rows or frame is None:
        parts.append(_fields_of_few(rows, places))
    return parts[0] if len(parts) == 1 else pl.concat(parts)


def _fields_of_few(rows: Sequence[tuple[int, Sequence[str]]], places: Places) -> pl.DataFrame:
    """The same of rows that were split one by one, for which queries would cost more than all else."""
    cells = {at: [_told(each[at]) for _, each in rows] for at in {at for columns in places.values() for at in columns}}
    told = [pl.Series("row", [row for row, _ in rows], pl.Int64)]
    nothing = pl.Series("", [None], pl.String).new_from_index(0, len(rows))
    for name in FIELDS:
        if name not in places:
            told.append(nothing.alias(name))
            continue
        first, *others = (cells[at] for at in places[name])
        for other in others:
            first = [one if one is not None else two for one, two in zip(first, other, strict=True)]
        told.append(pl.Series(name, first, pl.String))
    return pl.DataFrame(told)


def _told(cell: str) -> str | None:
    text = cell.strip()
    return None if text in NOTHING else text


@lru_cache(maxsize=8)
def _field_expressions(places: tuple[tuple[str, tuple[int, ...]], ...]) -> tuple[tuple[str, ...], list[pl.Expr]]:
    """The columns that are looked at, and the fields that they give, which are the same for all files of a layout."""
    used = tuple(f"c{at}" for at in sorted({at for _, columns in places for at in columns}))
    found = {name: pl.coalesce(f"c{at}" for at in columns) for name, columns in places}
    return used, [found.get(name, pl.lit(None, pl.String)).alias(name) for name in FIELDS]


@lru_cache(maxsize=8)
def _cleaned(columns: tuple[str, ...]) -> tuple[pl.Expr, pl.Expr]:
    """Cells stripped, and then null where one says that nothing is known."""
    cells = pl.col(columns)
    return cells.str.strip_chars(SPACES), pl.when(~cells.is_in(sorted(NOTHING))).then(cells).name.keep()


def cdrs_of(fields: pl.DataFrame) -> Read:
    """Rows (FIELDS) with their number `at`, from 0, and times in microseconds (Int64).

    `start`, `answer` and `end` are local as written, or UTC where `zoned`; `epoch` (seconds UTC) is when the channel
    was made, by its uniqueid.
    """
    told = fields.hstack(fields.select(_usual()).get_columns())
    usual = told["start"].null_count() == fields["start_time"].null_count()
    # A usual time has no slash.
    respelled = [] if usual else [*filter(is_slashed, _slashed(fields["start_time"]))]
    order = date_order(respelled)
    told = _with_others(told, "start", "zoned", order)
    bad: list[Bad] = []
    if told["start"].null_count():
        without = told.filter(pl.col("start").is_null()).select("row", "start_time", "called_number").iter_rows()
        bad = [(row, _reasons(start, called, order)) for row, start, called in without]
        told = told.filter(pl.col("start").is_not_null())
    told = _with_epochs(_with_callers(_with_later(told, order)))
    return Read(told.hstack([pl.int_range(told.height, dtype=pl.Int64, eager=True).alias("at")]), bad, bool(respelled))


@cache
def _usual() -> list[pl.Expr]:
    """Times as Asterisk writes them, the epochs of usual ids, and caller ids of rows without a calling number."""
    local = {name: pl.col(f"{name}_time") for name in ("start", "answer", "end")}
    times = {name: pl.when(text.str.contains(_USUAL_TIME)).then(text) for name, text in local.items()}
    return [
        *(
            text.str.to_datetime(_USUAL, strict=False, time_unit="us").cast(pl.Int64).alias(name)
            for name, text in times.items()
        ),
        *(pl.lit(value=False).alias(name) for name in ("zoned", "answer_zoned", "end_zoned")),
        pl.col("uniqueid").str.extract(_USUAL_ID).cast(pl.Int64).alias("epoch"),
        pl.when(pl.col("calling_number").is_null()).then("clid").alias("shown"),
    ]


def _with_others(told: pl.DataFrame, name: str, zoned: str, order: DateOrder) -> pl.DataFrame:
    """Times that are not written as usual, too, and whether they have a zone."""
    texts, read = told[f"{name}_time"], told[name]
    if read.null_count() == texts.null_count():
        return told
    rest = of_each(_open(texts, read), lambda text: _parsed(text, order), {"at": pl.Int64, "with": pl.Boolean})
    return told.with_columns(pl.coalesce(name, rest["at"]), rest["with"].fill_null(value=False).alias(zoned))


def _with_later(told: pl.DataFrame, order: DateOrder) -> pl.DataFrame:
    """A later time that cannot be compared with the start is left out."""
    for name in ("answer", "end"):
        told = _with_others(told, name, f"{name}_zoned", order)
        apart = told[f"{name}_zoned"] != told["zoned"]
        if apart.any():
            told = told.with_columns(pl.when(~apart).then(name).alias(name))
    return told


def _with_callers(told: pl.DataFrame) -> pl.DataFrame:
    """The number in the caller id where there is no other."""
    shown = told["shown"]
    if shown.null_count() == shown.len():
        return told
    callers = of_each(shown, lambda text: (clid_number(text),), {"caller": pl.String})["caller"]
    return told.with_columns(pl.coalesce("calling_number", callers))


def _with_epochs(told: pl.DataFrame) -> pl.DataFrame:
    known = told["epoch"]
    epochs = or_told(told["uniqueid"], known, epoch_of)
    return told if epochs is known else told.with_columns(epoch=epochs)


def _reasons(start: str | None, called: str | None, order: DateOrder) -> tuple[str, ...]:
    unclear = start is not None and order is DateOrder.UNKNOWN and is_slashed(start)
    why = "day or month first is not clear" if unclear else NO_START
    return ("no start time" if start is None else why, *((NO_CALLED,) if called is None else ()))


def _slashed(starts: pl.Series) -> list[str]:
    """The texts with a slash, of which a date as in 1/9/2026 is one."""
    return starts.filter(starts.str.contains("/", literal=True).fill_null(value=False)).unique().to_list()


def _open(texts: pl.Series, known: pl.Series) -> pl.Series:
    """The texts of rows of which nothing is known yet."""
    return texts.to_frame("text").select(pl.when(known.is_null()).then("text")).to_series()


def _parsed(text: str, order: DateOrder) -> tuple[int | None, bool]:
    time = parse_time(text, order)
    if time is None:
        return None, False
    return (time.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND, time.tzinfo is not None


def or_told(texts: pl.Series, known: pl.Series, told: Callable[[str], int | str | None]) -> pl.Series:
    """What is `known` of texts, and of those of which nothing is what `told` says."""
    if known.null_count() == texts.null_count():
        return known
    rest = of_each(_open(texts, known), lambda text: (told(text),), {"told": known.dtype})["told"]
    return known.zip_with(known.is_not_null(), rest)
