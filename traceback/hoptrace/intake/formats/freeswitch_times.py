"""When FreeSWITCH legs began, were answered and ended; `*_uepoch` are microseconds, `*_epoch` seconds UTC, 0 never."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

_FIRST, _LAST = 946_684_800_000_000, 4_102_444_800_000_000
_MOST_DIGITS = 20
_LONGEST = 7 * 86_400
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_COUNTERS = (("billusec", 1_000_000), ("billmsec", 1_000), ("billsec", 1))
_SECOND = 1_000_000


def begun() -> pl.Expr:
    """When a leg began, microseconds since 1970: as the reader found it, else its variables, else its call flows."""
    return pl.coalesce("given_start", _micro("start_uepoch"), _micro("created_time"), _second("start_epoch"))


def tick() -> pl.Expr:
    """How many microseconds one tick of the written start lasts."""
    finest = pl.coalesce(_micro("start_uepoch"), _micro("created_time")).is_not_null()
    return pl.coalesce("given_tick", pl.when(finest).then(1).otherwise(_SECOND))


def reached(name: str, flow_time: str) -> pl.Expr:
    """The `answer` or `end` of a leg; `flow_time` is what its call flows call it."""
    return pl.coalesce(f"given_{name}", _micro(f"{name}_uepoch"), _second(f"{name}_epoch"), _micro(flow_time))


def duration() -> pl.Expr:
    """Seconds of conversation by the finest of FreeSWITCH's counters; 0 where the leg was not answered.

    `answer` and `end` are columns by then.
    """
    by_times = pl.when(pl.col("end") >= pl.col("answer")).then(_per(pl.col("end") - pl.col("answer"), _SECOND))
    return pl.when(pl.col("answer").is_null()).then(0.0).otherwise(pl.coalesce(_counted(), by_times))


def cannot_be() -> pl.Expr:
    """Whether the counter of an answered leg holds what cannot be, and is left out."""
    written = pl.any_horizontal(pl.col(name).is_not_null() for name, _ in _COUNTERS)
    return pl.col("answer").is_not_null() & written & _counted().is_null()


def _counted() -> pl.Expr:
    (first, unit), *others = _COUNTERS
    found = pl.when(pl.col(first).is_not_null()).then(_counter(first, unit))
    for name, unit in others:
        found = found.when(pl.col(name).is_not_null()).then(_counter(name, unit))
    return found.otherwise(None)


def _counter(name: str, unit: int) -> pl.Expr:
    seconds = _per(_number(name), unit)
    return pl.when(seconds.is_between(0, _LONGEST)).then(seconds)


def _per(count: pl.Expr, unit: int) -> pl.Expr:
    """A quotient as Python has it: by a single number Polars multiplies by its inverse, which is less exact."""
    return count / pl.repeat(unit, pl.len())


def _micro(name: str) -> pl.Expr:
    return _usual(_number(name))


def _second(name: str) -> pl.Expr:
    seconds = _number(name)
    return _usual(pl.when(seconds < _LAST // _SECOND).then(seconds * _SECOND))


def _number(name: str) -> pl.Expr:
    """A text of digits alone as a number."""
    text = pl.col(name)
    return pl.when(~text.str.starts_with("+")).then(text.cast(pl.Int64, strict=False))


def _usual(count: pl.Expr) -> pl.Expr:
    return pl.when(count.is_between(_FIRST, _LAST, closed="left")).then(count)


def micro(text: str | None) -> int | None:
    """Microseconds since 1970 as a number; None where they are none, or not between the years 2000 and 2100."""
    if text is None or not text.isdecimal() or len(text) > _MOST_DIGITS:
        return None
    return usual(int(text))


def usual(count: int) -> int | None:
    """Microseconds since 1970; None where they are not between the years 2000 and 2100."""
    return count if _FIRST <= count < _LAST else None


def micros_of(time: datetime) -> int:
    """A time in UTC as microseconds since 1970."""
    return (time - _EPOCH) // _MICROSECOND


def odd_durations(count: int) -> tuple[str, ...]:
    """That durations were left out, as a sentence for the receipt."""
    return (f"durations that cannot be, left out: {count}",) if count else ()
