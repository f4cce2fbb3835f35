"""Times of Asterisk's calls in UTC, by columns; what an hour that is repeated makes odd, one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import polars as pl

from hoptrace.intake.distinct import of_each
from hoptrace.intake.folds import FOLD_ROWS
from hoptrace.intake.formats.asterisk.durations import durations
from hoptrace.intake.local_clock import LocalClock
from hoptrace.intake.local_columns import plain_utc
from hoptrace.intake.reading import Context
from hoptrace.intake.zone_measuring import measure_columns
from hoptrace.model.statements import TIME

_SECOND, _MINUTE = 1_000_000, 60_000_000
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_DAY, _DAY_ONE = 86_400 * _SECOND, date(1970, 1, 1)
_LATER = ("answer", "end")


def clock_of(cdrs: pl.DataFrame, context: Context) -> LocalClock | None:
    """What reads the local times of a file's rows (`cdrs_of`); None where every time carries its own zone.

    Raises TimezoneMissing.
    """
    local = cdrs[["start", "zoned", "epoch"]]
    if local["zoned"].any():
        local = local.filter(~pl.col("zoned"))
    if local.is_empty():
        return None
    told = local.drop_nulls("epoch") if local["epoch"].null_count() else local
    clock = LocalClock.of(context, measure_columns(told["start"], told["epoch"] * _SECOND))
    days = [_DAY_ONE + timedelta(days=day) for day in (local["start"] // _DAY).unique().to_list()]
    clock.look_ahead_on(days, lambda: _fold_rows(cdrs))
    return clock


def _fold_rows(cdrs: pl.DataFrame) -> pl.DataFrame:
    """What rows tell of their place in the file's sequence."""
    local = {
        name: pl.when(~pl.col("zoned")).then(name).cast(pl.Datetime("us")).alias(name) for name in ("start", *_LATER)
    }
    return cdrs.select(
        "row",
        local["start"].alias("local"),
        *(local[name] for name in _LATER),
        talk=durations(cdrs["duration"]),
        known=pl.when("zoned").then("start").cast(TIME),
        epoch=pl.col("epoch").cast(pl.Float64),
        id=of_each(cdrs["sequence"], _id, {"id": pl.Int64})["id"],
    ).select(pl.col(name).cast(dtype) for name, dtype in FOLD_ROWS.items())


def _id(sequence: str) -> tuple[int | None]:
    return (int(sequence) if sequence.isdecimal() and len(sequence) <= 18 else None,)


def precision(name: str, minutes: bool) -> pl.Expr:
    """Microseconds that one tick of a written start time lasts."""
    if minutes:
        return pl.lit(_MINUTE)
    digits = pl.col(name).str.extract(r"^[^.]*\.([0-9]*)").str.len_bytes().fill_null(0).cast(pl.Int64)
    return pl.lit(10, pl.Int64).pow((6 - digits).clip(0, 6))


def in_utc(told: pl.DataFrame, clock: LocalClock | None) -> pl.DataFrame:
    """`utc_start`, `utc_answer`, `utc_end` of calls (microseconds), and `later`, by how many seconds the start may be.

    `unsure`: a change of summer time is near, so that a time may be an hour off.
    `told`: the `first_row`, `first_start`, `first_zoned` and `first_epoch` of a call's first row; `answer`, `out_end`,
    `out_zoned` and `talk` (seconds) of the row that dialled out. A later time before the start is left out.
    """
    if clock is None:
        return _in_order(told["first_start"], told["answer"], told["out_end"], unsure=False)
    plain = _plain(told, clock)
    utc = _in_order(*plain, unsure=bool(clock.offsets))
    nulls = told["answer"].null_count() + told["out_end"].null_count()
    if sum(times.null_count() for times in plain) == nulls:
        return utc
    start, *later = plain
    odd = start.is_null()
    for name, read in zip(("answer", "out_end"), later, strict=True):
        odd = odd | (read.is_null() & told[name].is_not_null())
    if isinstance(clock.resolved.tz, ZoneInfo):
        # The start of such a row may be one that another row left open.
        odd = odd | told["first_zoned"]
    return _with_odd(utc, told.filter(odd), odd.arg_true(), clock)


def _plain(told: pl.DataFrame, clock: LocalClock) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Start, answer and end in UTC, as far as nothing is odd about them."""
    start = plain_utc(clock, told["first_start"], told["first_epoch"] * _SECOND)
    ended = start
    if clock.offsets:
        ended = start + (told["talk"].fill_null(0.0) * _SECOND).round().cast(pl.Int64)
    read = (start, plain_utc(clock, told["answer"], start), plain_utc(clock, told["out_end"], ended))
    written = (told[name] for name in ("first_start", "answer", "out_end"))
    zoned = (told[name] for name in ("first_zoned", "out_zoned", "out_zoned"))
    start, answer, end = (
        own.zip_with(apart, utc) if apart.any() else utc for own, apart, utc in zip(written, zoned, read, strict=True)
    )
    return start, answer, end


def _in_order(start: pl.Series, answer: pl.Series, end: pl.Series, *, unsure: bool) -> pl.DataFrame:
    times = [start.alias("utc_start"), answer.alias("utc_answer"), end.alias("utc_end")]
    return pl.DataFrame(times).select(_kept(unsure))


@cache
def _kept(unsure: bool) -> list[pl.Expr]:
    """Times, those left out that lie before the start."""
    later = (pl.when(pl.col(name) >= pl.col("utc_start")).then(name).alias(name) for name in ("utc_answer", "utc_end"))
    return [pl.col("utc_start"), *later, pl.lit(None, pl.Int64).alias("later"), pl.lit(unsure).alias("unsure")]


def _with_odd(utc: pl.DataFrame, told: pl.DataFrame, places: pl.Series, clock: LocalClock) -> pl.DataFrame:
    """The calls at these places one by one, in their order: what one leaves open tells of the next."""
    names = ("first_row", "first_start", "first_zoned", "first_epoch", "answer", "out_end", "out_zoned", "talk")
    calls = [_Odd(*call) for call in told.select(names).iter_rows()]
    each = pl.DataFrame([(*call.utc(clock), True) for call in calls], schema=utc.schema, orient="row")
    return utc.with_columns(utc[name].scatter(places, each[name]) for name in utc.columns)


class _Odd(NamedTuple):
    """A call with a time in an hour that is repeated or left out; times in microseconds, local where not `zoned`."""

    row: int
    start: int
    zoned: bool
    epoch: int | None
    answer: int | None
    end: int | None
    ended_zoned: bool
    talk: float | None

    def utc(self, clock: LocalClock) -> tuple[int | None, ...]:
        """Start, answer and end in UTC, and by how many seconds the start may be later."""
        begun = _moment(self.start)
        if not self.zoned:
            begun = clock.to_utc(begun.replace(tzinfo=None), self.epoch, self.row)
        times = self._after(self.answer, begun, 0.0, clock), self._after(self.end, begun, self.talk or 0.0, clock)
        return (begun - _EPOCH) // _MICROSECOND, *times, clock.may_be_later(begun, row=self.row)

    def _after(self, time: int | None, begun: datetime, talk: float, clock: LocalClock) -> int | None:
        if time is None:
            return None
        utc = _moment(time)
        if not self.ended_zoned:
            utc = clock.to_utc(utc.replace(tzinfo=None), begun.timestamp() + talk)
        return (utc - _EPOCH) // _MICROSECOND if utc >= begun else None


def _moment(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
