"""The times of Cisco's voice gateways and those who write like them: `15:04:05.123 UTC Wed Mar 4 2026`.

The form is that of Cisco's NTP time string in h323-setup-time and its like; the weekday may be missing, the month in
capitals (Acme Packet), the zone a word, an offset or `GMT+4`.
"""

from __future__ import annotations

import re
from datetime import datetime

from hoptrace.intake.formats.clock_times import UNSURE_TICK
from hoptrace.intake.formats.stamp_zones import Stamp

_STAMP = re.compile(
    r"([*.]?)(\d{1,2}):(\d\d):(\d\d)(?:\.(\d{1,6}))?\s+(?:([A-Za-z][\w+:-]*|[+-]\d\d:?\d\d)\s+)??"
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\s+)?([A-Za-z]{3})\s+(\d{1,2})\s+(\d{4})",
    re.IGNORECASE,
)
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: at for at, name in enumerate(_NAMES, start=1)}
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


def parse_stamp(text: str) -> Stamp | None:
    """A time as written; None where it is none, or not between the years 2000 and 2100."""
    match = _STAMP.fullmatch(text)
    if match is None:
        return None
    mark, hour, minute, second, fraction, zone, month, day, year = match.groups()
    number = _MONTHS.get(month.lower())
    if number is None or not _FIRST_YEAR <= int(year) < _LAST_YEAR:
        return None
    digits = fraction or ""
    try:
        local = datetime(  # noqa: DTZ001 - what its zone word means comes later
            int(year), number, int(day), int(hour), int(minute), int(second), int(digits.ljust(6, "0") or 0)
        )
    except ValueError:
        return None
    tick = 10 ** (6 - len(digits))
    return Stamp(local, zone.upper() if zone else "", max(tick, UNSURE_TICK) if mark else tick, not mark)
