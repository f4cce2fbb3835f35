"""A period of time as people write it: a year, a quarter, a month."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from hoptrace.errors import NothingTraced, UsageError
from hoptrace.reports.many.traced import Traced

_FORM = re.compile(r"(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` (included) to `end` (not included), UTC; `name` as 2026, 2026-Q4 or 2026-11."""

    name: str
    first: datetime
    end: datetime

    @property
    def last(self) -> datetime:
        """Its last moment."""
        return self.end - timedelta(microseconds=1)

    def within(self) -> pl.Expr:
        """Whether a call is of the period."""
        return pl.col("at").is_between(self.first, self.end, closed="left")


def read_period(text: str) -> Period:
    """The period that 2026, 2026-Q4 or 2026-11 names; raises UsageError."""
    told = _FORM.fullmatch(text.strip())
    if told is None or not 1970 <= int(told["year"]) <= 2100:
        raise UsageError(f"{text!r} is not a period. Write a year, a quarter or a month: 2026, 2026-Q4 or 2026-11.")
    year = int(told["year"])
    if told["quarter"]:
        first, months = 3 * int(told["quarter"]) - 2, 3
    elif told["month"]:
        first, months = int(told["month"]), 1
    else:
        first, months = 1, 12
    after = first + months
    begin = datetime(year, first, 1, tzinfo=UTC)
    end = datetime(year + (after > 12), after - 12 if after > 12 else after, 1, tzinfo=UTC)
    return Period(text.strip().upper(), begin, end)


def of_period(traced: Traced, period: Period) -> Traced:
    """The results whose call is of the period; raises NothingTraced, which says of what time there are any."""
    found = traced.only(period.within())
    if not found.number:
        first, last = traced.calls.select(first=pl.col("at").min(), last=pl.col("at").max()).collect().row(0)
        there = (
            f"The traced calls at hand are of {first:%Y-%m-%d} to {last:%Y-%m-%d}."
            if first and last
            else ("No traced call is at hand. Trace some first: hoptrace trace --help")
        )
        raise NothingTraced(f"No traced call is of {period.name}. {there}")
    return found
