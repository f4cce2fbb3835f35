"""The times of Cisco's voice gateways and those who write like them: `15:04:05.123 UTC Wed Mar 4 2026`.

The form is that of Cisco's NTP time string in h323-setup-time and its like; the weekday may be missing, the month in
capitals (Acme Packet), the zone a word, an offset or `GMT+4`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from functools import lru_cache
from typing import NamedTuple

from hoptrace.intake.formats.clock_times import UNSURE_TICK
from hoptrace.intake.formats.stamp_zones import Stamp

_CLOCK = re.compile(r"(\d{1,2}):(\d\d):(\d\d)(?:\.(\d{1,6}))?")
_DAY = re.compile(
    r"\s+(?:([A-Za-z][\w+:-]*|[+-]\d\d:?\d\d)\s+)??"
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\s+)?([A-Za-z]{3})\s+(\d{1,2})\s+(\d{4})",
    re.IGNORECASE,
)
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: at for at, name in enumerate(_NAMES, start=1)}
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_WIDTH = len("15:04:05.123")
_LONGEST = 100


class _Day(NamedTuple):
    """A date, the same as the beginning of an ISO 8601 time, and the zone word, empty where there is none."""

    date: date
    text: str
    zone: str


def parse_stamp(text: str) -> Stamp | None:
    """A time as written; None where it is none, or not between the years 2000 and 2100."""
    if len(text) > _LONGEST:
        return None
    synced = not text.startswith(("*", "."))
    written = text if synced else text[1:]
    # Nearly all clocks show milliseconds, which Python reads at once.
    clock, day = written[:_WIDTH], _day(written[_WIDTH:])
    if day is not None and clock[8:9] == "." and clock[9:].isdecimal() and clock[2:3] == clock[5:6] == ":":
        try:
            return Stamp(datetime.fromisoformat(day.text + clock), day.zone, 1_000 if synced else UNSURE_TICK, synced)
        except ValueError:  # digits of other alphabets, or no time of day
            pass
    return _any_stamp(written, synced)


def _any_stamp(written: str, synced: bool) -> Stamp | None:
    match = _CLOCK.match(written)
    day = _day(written[match.end() :]) if match is not None else None
    if match is None or day is None:
        return None
    hour, minute, second, fraction = match.groups(default="")
    try:
        clock = time(int(hour), int(minute), int(second), int(fraction.ljust(6, "0")))
    except ValueError:
        return None
    tick = 10 ** (6 - len(fraction))
    return Stamp(datetime.combine(day.date, clock), day.zone, tick if synced else max(tick, UNSURE_TICK), synced)


@lru_cache(maxsize=1_024)
def _day(text: str) -> _Day | None:
    """What stands behind the clock: zone word and date; files have few of them."""
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    zone, month, day, year = match.groups()
    number = _MONTHS.get(month.lower())
    if number is None or not _FIRST_YEAR <= int(year) < _LAST_YEAR:
        return None
    try:
        found = date(int(year), number, int(day))
    except ValueError:
        return None
    return _Day(found, f"{found}T", zone.upper() if zone else "")
