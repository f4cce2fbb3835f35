"""Times as people and other programs write and read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

ZONES_OF_MACHINES = frozenset({"localtime", "posixrules"})
"""Names of zones that each machine sets for itself: the same file would be read otherwise on another one."""

_LEAP_SECOND = re.compile(r"^(.{10}[T ][0-9]{2}:[0-9]{2}):60")


def rfc3339(moment: datetime) -> str:
    """A time as RFC 3339 in UTC, with microseconds where there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_time(text: str) -> datetime:
    """A time or a day as RFC 3339 or ISO 8601 writes it, naive where it has no zone; raises ValueError.

    RFC 3339 knows small letters and leap seconds too; a leap second is the first second of the next minute.
    """
    told, leap = _LEAP_SECOND.subn(r"\1:59", text.upper())
    return datetime.fromisoformat(told) + timedelta(seconds=leap)
