"""Durations as switches write them, as seconds; by expressions."""

from __future__ import annotations

import polars as pl

from hoptrace.intake.profiles.column_rules import Unit

LONGEST_SECONDS = 7 * 86_400.0

_DIVISORS = {
    Unit.SECONDS: 1.0,
    Unit.MILLISECONDS: 1e3,
    Unit.MICROSECONDS: 1e6,
    Unit.NANOSECONDS: 1e9,
    Unit.TICKS: 1e2,
    Unit.MINUTES: 1 / 60,
}
_CLOCK = r"^(-)?(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2}(?:\.\d+)?)$"
_GO_PARTS = (("h", 3600.0), ("m", 60.0), ("s", 1.0), ("ms", 1e-3), ("(?:us|µs|μs)", 1e-6), ("ns", 1e-9))
_NUMBER = r"\d+(?:\.\d+)?"


def seconds(text: pl.Expr, unit: Unit) -> pl.Expr:
    """Seconds of a duration in this unit; null where it is none."""
    number = text.cast(pl.Float64, strict=False)
    if unit is Unit.CLOCK:
        hours, minutes, rest = (text.str.extract(_CLOCK, at).cast(pl.Float64, strict=False) for at in (2, 3, 4))
        sign = pl.when(text.str.starts_with("-")).then(-1.0).otherwise(1.0)
        return sign * (hours.fill_null(0.0) * 3600 + minutes * 60 + rest)
    if unit is Unit.GO:
        return pl.when(number.is_not_null()).then(_divided(number, 1e9)).otherwise(_go(text))
    return _divided(number, _DIVISORS[unit])


def _divided(number: pl.Expr, divisor: float) -> pl.Expr:
    """To the nanosecond: Polars multiplies by the inverse, which gives 30.000000000000004 for 30e9 nanoseconds."""
    return (number / divisor).round(9) if divisor > 1 else number / divisor


def _go(text: pl.Expr) -> pl.Expr:
    """Go's time.Duration.String: hours, minutes, seconds and smaller, each with its letters."""
    shape = "^" + "".join(f"(?:{_NUMBER}{letters})?" for letters, _ in _GO_PARTS) + "$"
    total: pl.Expr = pl.lit(0.0)
    for letters, factor in _GO_PARTS:
        found = text.str.extract(rf"({_NUMBER}){letters}(?:\d|$)", 1).cast(pl.Float64, strict=False)
        total = total + found.fill_null(0.0) * factor
    return pl.when(text.str.contains(shape)).then(total)
