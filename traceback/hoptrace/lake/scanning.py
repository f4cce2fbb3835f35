"""Thousands of spans looked up in one scan of the files: of a row its key and time are read first, then the rest."""

from __future__ import annotations

from typing import Any

import polars as pl

from hoptrace.model.statements import TIME

HOUR = 3_600_000_000
"""Microseconds."""

KEYS_APART = 1_000_003
"""More hours than records tell of, so that no hour of a key looks like one of the next."""


def touching(day: Any, spans: pl.DataFrame) -> pl.DataFrame:
    """The spans that have a part in a day."""
    return spans.filter(pl.col("from_time").dt.date() <= day, pl.col("to_time").dt.date() >= day)


def within_day(rows: pl.LazyFrame, spans: pl.DataFrame) -> pl.LazyFrame:
    """The rows of a day's files that lie within spans (key, from_time, to_time) which touch the day.

    Their keys and hours are sought before any other column is read: most rows between two wanted ones are of other
    numbers, or of other times of the day.
    """
    near = _near(spans) & _hour_of_key(pl.col("start_time")).is_in(_hours_of_keys(spans).implode())
    inside = pl.col("start_time").is_between(pl.col("from_time"), pl.col("to_time"))
    return rows.filter(near).join(spans.lazy(), on="key").filter(inside).drop("from_time", "to_time")


def _hours_of_keys(spans: pl.DataFrame) -> pl.Series:
    """The `_hour_of_key` of all hours that spans touch."""
    hours = pl.datetime_ranges(pl.col("from_time").dt.truncate("1h"), "to_time", "1h", time_unit="us", time_zone="UTC")
    return spans.select("key", hour=hours).explode("hour").select(_hour_of_key(pl.col("hour"))).to_series().unique()


def _hour_of_key(time: pl.Expr) -> pl.Expr:
    """One number for a key and an hour, quick to look up; hardly ever do two pairs share it, as it may overflow."""
    return pl.col("key") * KEYS_APART + time.dt.epoch("us") // HOUR


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
