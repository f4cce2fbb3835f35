"""Reported times that are whole or half hours off: the calls have their records so many hours away, and none at them.

A file of calls whose local times were exported as UTC is so. Only told, and never put right: who is taken to have meant
another time than was written may be given a name that is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hoptrace.tracing.report_times import more_than_by_chance

HALF_AN_HOUR = 1800.0
"""Seconds: what the times are looked at for being off by, once or several times."""

AT_ITS_TIME = HALF_AN_HOUR / 2
"""Seconds around a reported time in which a record of its numbers tells that it is not hours off."""

FURTHEST = 14 * 3600.0
"""Seconds that a zone's time is off UTC at most (Kiribati)."""

AWAY = FURTHEST + AT_ITS_TIME
"""Seconds around a reported time in which records of its numbers are looked for."""

NEAR = 120.0
"""Seconds that a record may miss whole or half hours by: either time may be cut to the minute, or be the answer's."""

SHIFTS = 56
"""Whole and half hours up to FURTHEST, either way."""

LEAST_LOOKED_AT = 5
"""Calls that must be looked at: of five, four that have their records equally far away are no chance."""

MOST_THERE = 0.1
"""Share of calls that may have a record at their time: somebody who calls the same people all day."""

LEAST_SHARE = 0.6
"""Share of all calls looked at that must have their records equally far away."""


@dataclass(frozen=True, slots=True)
class HoursOff:
    """Of `of` calls looked at, `calls` have no record at their time, but one `hours` from it (minus: before it)."""

    calls: int
    of: int
    hours: float


def at_their_time(away: pl.DataFrame) -> int:
    """How many calls have a record about their time; `away` as for `hours_off`."""
    return away.filter(pl.col("away").abs() <= AT_ITS_TIME)["call"].n_unique()


def hours_off(away: pl.DataFrame, looked_at: int) -> HoursOff | None:
    """Whole or half hours that the records of most calls lie away; None where these are not clearly the same ones.

    `away` has a row for each `call` (a number) and record of both its numbers within AWAY: the seconds from the
    reported time to the record's (`away`). No two calls are to be of one caller to one number. A call that has records
    at several distances tells nothing: somebody calls there every hour.
    """
    if looked_at < LEAST_LOOKED_AT or at_their_time(away) > MOST_THERE * looked_at:
        return None
    half_hours = (pl.col("away") / HALF_AN_HOUR).round()
    near = (pl.col("away") - half_hours * HALF_AN_HOUR).abs() <= NEAR
    fitting = away.filter(near | (half_hours == 0)).select("call", at=half_hours).unique()
    votes = fitting.filter(pl.len().over("call") == 1)["at"].value_counts().sort("count", "at", descending=True)
    if votes.is_empty():
        return None
    at, calls = votes.row(0)
    clear = calls >= LEAST_SHARE * looked_at and more_than_by_chance(calls, looked_at, 1 / SHIFTS)
    return HoursOff(calls, looked_at, at / 2) if clear else None
