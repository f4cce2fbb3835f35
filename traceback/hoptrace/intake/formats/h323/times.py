"""The times of Cisco's voice gateways and those who write like them: `15:04:05.123 UTC Wed Mar 4 2026`.

The form is that of Cisco's NTP time string in h323-setup-time and its like; the weekday may be missing, the month in
capitals (Acme Packet), the zone a word, an offset or `GMT+4`.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from hoptrace.intake.formats.clocks.stamp_zones import Stamp
from hoptrace.intake.formats.clocks.times import UNSURE_TICK

_CLOCK = re.compile(r"(\d{1,2}):(\d\d):(\d\d)(?:\.(\d{1,6}))?")
_DAY = re.compile(
    r"\s+(?:([A-Za-z][\w+:-]*|[+-]\d\d:?\d\d)\s+)??"
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\s+)?([A-Za-z]{3})\s+(\d{1,2})\s+(\d{4})",
    re.IGNORECASE,
)
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: at for at, name in enumerate(_NAMES, start=1)}
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_HOURS, _SIXTY = 24, 60
_LONGEST = 100


class Day(NamedTuple):
    """When a day begins by the gateway's clock, and the zone word (upper case), empty where there is none."""

    begin: datetime
    zone: str


def parse_stamp(text: str) -> Stamp | None:
    """A time as written; None where it is none, or not between the years 2000 and 2100."""
    if len(text) > _LONGEST:
        return None
    synced = not text.startswith(("*", "."))
    written = text if synced else text[1:]
    match = _CLOCK.match(written)
    day = day_behind(written[match.end() :]) if match is not None else None
    if match is None or day is None:
        return None
    fraction = match[4] or ""
    hour, minute, second, micros = map(int, (*match.groups()[:3], fraction.ljust(6, "0")))
    if hour >= _HOURS or minute >= _SIXTY or second >= _SIXTY:
        return None
    local = day.begin + timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micros)
    tick = 10 ** (6 - len(fraction))
    return Stamp(local, day.zone, tick if synced else max(tick, UNSURE_TICK), synced)


@lru_cache(maxsize=1_024)
def day_behind(text: str) -> Day | None:
    """What stands behind the clock, the space before it too: zone word and date; files have few of them."""
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    zone, month, day, year = match.groups()
    number = _MONTHS.get(month.lower())
    if number is None or not _FIRST_YEAR <= int(year) < _LAST_YEAR:
        return None
    try:
        found = datetime(int(year), number, int(day))  # noqa: DTZ001 - the zone word may mean anything
    except ValueError:
        return None
    return Day(found, zone.upper() if zone else "")
