"""Thousands of spans looked up in one scan of the files: of a row its key and time are read first, then the rest."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import polars as pl

from hoptrace.model.statements import TIME

HOUR = 3_600_000_000
"""Microseconds."""

KEYS_APART = 1_000_003
"""More hours than records tell of, so that no hour of a key looks like one of the next."""


def within_day(rows: pl.LazyFrame, day: date, spans: pl.DataFrame) -> pl.LazyFrame:
    """The rows of a day's files that lie within any of some merged spans (key, from_time, to_time)."""
    inside = pl.col("start_time").is_between(pl.col("from_time"), pl.col("to_time"))
    return around_day(rows, day, spans).join(spans.lazy(), on="key").filter(inside).drop("from_time", "to_time")


def around_day(rows: pl.LazyFrame, day: date, spans: pl.DataFrame) -> pl.LazyFrame:
    """The same rows, and others of the same numbers in the same hours of the day.

    Keys and hours are sought before any other column is read: most rows between two wanted ones are of other numbers,
    or of other times of the day.
    """
    spans = spans.filter(pl.col("from_time").dt.date() <= day, pl.col("to_time").dt.date() >= day)
    near = _near(spans) & _hour_of_key(pl.col("start_time")).is_in(_hours_of_keys(day, spans).implode())
    return rows.filter(near)


def _hours_of_keys(day: date, spans: pl.DataFrame) -> pl.Series:
    """The `_hour_of_key` of all hours of the day that spans touch; a span may be of years."""
    begin = datetime.combine(day, time(), UTC)
    first = pl.max_horizontal("from_time", pl.lit(begin, TIME)).dt.truncate("1h")
    last = pl.min_horizontal("to_time", pl.lit(begin + timedelta(hours=23), TIME))
    hours = pl.datetime_ranges(first, last, "1h", time_unit="us", time_zone="UTC")
    return spans.select("key", hour=hours).explode("hour").select(_hour_of_key(pl.col("hour"))).to_series().unique()


def _hour_of_key(start: pl.Expr) -> pl.Expr:
    """One number for a key and an hour, quick to look up; hardly ever do two pairs share it, as it may overflow."""
    return pl.col("key") * KEYS_APART + start.dt.epoch("us") // HOUR


def _near(spans: pl.DataFrame) -> pl.Expr:
    """Whether a row lies near any of a day's spans: within the keys and times of its own, or of a neighbour day's.

    A part that ends one day and begins the next has the last keys of the one and the first of the other.
    """
    first, last = pl.col("from_time"), pl.col("to_time")
    bounds = {"low": pl.col("key").min(), "high": pl.col("key").max(), "first": first.min(), "last": last.max()}
    boxes = spans.group_by((first + (last - first) / 2).dt.date()).agg(**bounds)
    key, start = pl.col("key"), pl.col("start_time")
    near = [
        key.is_between(pl.lit(low), pl.lit(high)) & start.is_between(pl.lit(first, TIME), pl.lit(last, TIME))
        for low, high, first, last in boxes.select(*bounds).iter_rows()
    ]
    return pl.any_horizontal(near) if near else pl.lit(value=False)
