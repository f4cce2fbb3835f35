"""Zones by name, and a local time in one of them as UTC. Whose zone counts is in `zone_resolving`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import Enum
from zoneinfo import ZoneInfo

from hoptrace.errors import UnknownTimezone
from hoptrace.model.times import ZONES_OF_MACHINES

WIDEST = timedelta(hours=15)
"""No zone is further from UTC."""

_EPOCH, _NAIVE_EPOCH = datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1)  # noqa: DTZ001
_NONE = timedelta()

_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?")


class Reading(Enum):
    """How a local time was read."""

    PLAIN = "plain"
    REPEATED = "repeated"
    MISSING = "missing"


def parse_zone(name: str) -> tzinfo:
    """A zone from an IANA name, `UTC`, `Z` or `+HH:MM`; raises UnknownTimezone."""
    text = name.strip()
    if text.upper() in {"UTC", "Z", "GMT"}:
        return UTC
    match = _OFFSET.fullmatch(text)
    if match is not None:
        sign = -1 if match[1] == "-" else 1
        offset = sign * timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        if abs(offset) <= WIDEST and int(match[3] or 0) < 60:
            return timezone(offset)
    elif text and text not in ZONES_OF_MACHINES:
        try:
            return ZoneInfo(text)
        except (KeyError, OSError, ValueError):  # unknown, the name of a folder of zones, no name at all
            pass
    raise UnknownTimezone(
        f"{name!r} is not a known time zone. Give an IANA name such as America/Chicago, or an offset such as +05:30."
    )


def at_offset(local: datetime, offset: timedelta) -> datetime:
    """A naive local time that is so far ahead of UTC as UTC."""
    return _EPOCH + (local - _NAIVE_EPOCH - offset)  # a third of the time that `replace` takes


def to_utc(local: datetime, tz: tzinfo) -> tuple[datetime, Reading]:
    """A naive local time as UTC: of a repeated hour the first pass, a missing one by the offset before the change.

    The second rule is that of a clock that was put forward late: 02:30 in a gap from 02:00 to 03:00 becomes 03:30.
    """
    # By offsets, which takes a third of the time that two datetimes in the zone take.
    first = tz.utcoffset(local.replace(fold=0) if local.fold else local) or _NONE
    utc = at_offset(local, first)
    if not isinstance(tz, ZoneInfo):
        return utc, Reading.PLAIN
    second = tz.utcoffset(local.replace(fold=1)) or _NONE
    if second == first:
        return utc, Reading.PLAIN
    return utc, Reading.REPEATED if second < first else Reading.MISSING
