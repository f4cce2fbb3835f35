"""When FreeSWITCH legs began, were answered and ended; `*_uepoch` are microseconds, `*_epoch` seconds UTC, 0 never."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import polars as pl

from hoptrace.intake.formats.freeswitch.table import GIVEN
from hoptrace.intake.outcomes import SHORT_TALK

FIRST, LAST = 946_684_800_000_000, 4_102_444_800_000_000
_MOST_DIGITS = 20
_LONGEST = 7 * 86_400
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_COUNTERS = (("billusec", 1_000_000), ("billmsec", 1_000), ("billsec", 1))
_SECOND = 1_000_000
_MICROS = ("start_uepoch", "created_time", "answer_uepoch", "answered_time", "end_uepoch", "hangup_time")
_SECONDS = ("start_epoch", "answer_epoch", "end_epoch")


def with_times(legs: pl.DataFrame) -> pl.DataFrame:
    """Legs with `start`, `answer`, `end`, microseconds since 1970, `tick`, `duration`, and `odd` where that cannot be.

    `tick`: how many microseconds one tick of the written start lasts. `duration`: seconds of conversation by the finest
    of FreeSWITCH's counters, 0 where the leg was not answered. Eagerly and step by step: files are often short, and one
    plan of all steps takes Polars several times as long to make.
    """
    written = pl.any_horizontal(pl.col(name).is_not_null() for name, _ in _COUNTERS)
    numbers = legs.select(*GIVEN, *map(_numbers, (_MICROS, _SECONDS)), counted=_counted(), written=written)
    times = numbers.with_columns(_usual(_MICROS, 1), _usual(_SECONDS, _SECOND)).select(
        "counted",
        "written",
        start=pl.coalesce("given_start", "start_uepoch", "created_time", "start_epoch"),
        tick=pl.coalesce("given_tick", _tick()),
        answer=pl.coalesce("given_answer", "answer_uepoch", "answer_epoch", "answered_time"),
        end=pl.coalesce("given_end", "end_uepoch", "end_epoch", "hangup_time"),
    )
    answered = pl.col("answer").is_not_null()
    by_times = pl.when(pl.col("end") >= pl.col("answer")).then(_per(pl.col("end") - pl.col("answer"), _SECOND))
    told = times.select(
        "start",
        "tick",
        *map(_not_before_start, ("answer", "end")),
        duration=pl.when(answered).then(pl.coalesce("counted", by_times)).otherwise(0.0),
        odd=answered & pl.col("written") & pl.col("counted").is_null(),
    )
    return legs.with_columns(told.get_columns())


def _tick() -> pl.Expr:
    finest = pl.coalesce("start_uepoch", "created_time").is_not_null()
    return pl.when(finest).then(1).otherwise(_SECOND)


def _not_before_start(name: str) -> pl.Expr:
    return pl.when(pl.col(name) >= pl.col("start")).then(name).alias(name)


def _counted() -> pl.Expr:
    (first, unit), *others = _COUNTERS
    found = pl.when(pl.col(first).is_not_null()).then(_counter(first, unit))
    for name, unit in others:
        found = found.when(pl.col(name).is_not_null()).then(_counter(name, unit))
    return found.otherwise(None)


def _counter(name: str, unit: int) -> pl.Expr:
    seconds = _per(_numbers(name), unit)
    told = pl.when(seconds.is_between(0, _LONGEST)).then(seconds)
    return told.replace(0.0, SHORT_TALK) if unit == 1 else told


def _per(count: pl.Expr, unit: int) -> pl.Expr:
    """A quotient as Python has it: by a single number Polars multiplies by its inverse, which is less exact."""
    return count / pl.repeat(unit, pl.len())


def _numbers(names: str | Sequence[str]) -> pl.Expr:
    """Texts of digits alone as numbers."""
    texts = pl.col(names)
    return pl.when(~texts.str.starts_with("+")).then(texts.cast(pl.Int64, strict=False))


def _usual(names: Sequence[str], unit: int) -> pl.Expr:
    """Microseconds, of counts of so many of them; null where they are not between the years 2000 and 2100."""
    counts = pl.col(names)
    return pl.when(counts.is_between(FIRST // unit, LAST // unit, closed="left")).then(counts * unit)


def micro(text: str | None) -> int | None:
    """Microseconds since 1970 as a number; None where they are none, or not between the years 2000 and 2100."""
    if text is None or not text.isdecimal() or len(text) > _MOST_DIGITS:
        return None
    return usual(int(text))


def usual(count: int) -> int | None:
    """Microseconds since 1970; None where they are not between the years 2000 and 2100."""
    return count if FIRST <= count < LAST else None


def micros_of(time: datetime) -> int:
    """A time in UTC as microseconds since 1970."""
    return (time - _EPOCH) // _MICROSECOND


def odd_durations(count: int) -> tuple[str, ...]:
    """That durations were left out, as a sentence for the receipt."""
    return (f"durations that cannot be, left out: {count}",) if count else ()
