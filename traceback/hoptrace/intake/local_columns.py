"""Local times of a whole column as UTC, as far as nothing is odd about them; the rest is left to `LocalClock`."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

import polars as pl

from hoptrace.intake.local_clock import LocalClock
from hoptrace.intake.zone_measuring import quarter_offsets
from hoptrace.intake.zones import Reading, to_utc

_EPOCH, _MICROSECOND = datetime(1970, 1, 1), timedelta(microseconds=1)  # noqa: DTZ001 - compared with local times
_QUARTER = timedelta(minutes=15)


def plain_utc(clock: LocalClock, local: pl.Series, epochs: pl.Series) -> pl.Series:
    """Local times as UTC; null where `clock.to_utc` has to be asked: in hours that the zone repeats or leaves out.

    All in microseconds (Int64); `epochs` as `to_utc` has them, null where the row has none.
    """
    utc = local - _offsets(local, clock.resolved.tz)
    if not clock.offsets:
        return utc
    shown = quarter_offsets(local, epochs)
    counts = shown.is_in([offset // _MICROSECOND for offset in clock.offsets]).fill_null(value=False)
    return (local - shown).zip_with(counts, utc)


def _offsets(local: pl.Series, tz: tzinfo) -> pl.Series | int:
    """How far the zone is ahead of UTC at each local time, null in quarters of an hour in which that is not one.

    One number where it is the same for all.
    """
    if not isinstance(tz, ZoneInfo):
        return (tz.utcoffset(None) or timedelta()) // _MICROSECOND
    quarters = local // (_QUARTER // _MICROSECOND)
    asked = [quarter for quarter in quarters.unique().to_list() if quarter is not None]
    told = [_offset(quarter, tz) for quarter in asked]
    if len(set(told)) == 1 and told[0] is not None:
        return told[0]
    keys, values = (pl.Series(each, dtype=pl.Int64) for each in (asked, told))
    return quarters.replace_strict(keys, values, default=None, return_dtype=pl.Int64)


@lru_cache(maxsize=4096)
def _offset(number: int, tz: ZoneInfo) -> int | None:
    """The offset in a quarter of an hour since 1970; a file has few of them, and no zone changes twice in one."""
    quarter = _EPOCH + number * _QUARTER
    ends = [to_utc(local, tz) for local in (quarter, quarter + _QUARTER - _MICROSECOND)]
    offsets = {
        (local - utc.replace(tzinfo=None)) // _MICROSECOND
        for local, (utc, _) in zip((quarter, quarter + _QUARTER - _MICROSECOND), ends, strict=True)
    }
    return offsets.pop() if len(offsets) == 1 and all(reading is Reading.PLAIN for _, reading in ends) else None
