"""Zone words that switches write beside a time (PST, GMT-05:00) become offsets; the carrier settles ambiguous ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from hoptrace.errors import UnknownTimezone
from hoptrace.intake.reading import Context
from hoptrace.intake.zones import parse_zone

# Hours east of Greenwich of the words that mean one thing wherever telephone switches stand.
_HOURS = {
    **{"UTC": 0, "GMT": 0, "Z": 0, "UCT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "EET": 2},
    **{"EEST": 3, "MSK": 3, "MSD": 4, "SAST": 2, "PKT": 5, "HKT": 8, "SGT": 8, "JST": 9, "KST": 9, "AWST": 8},
    **{"ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "EST": -5, "EDT": -4, "CDT": -5},
    **{"MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "NST": -3.5, "NDT": -2.5},
    **{"BRT": -3, "ART": -3},
}
# The others, by the country of the carrier (ISO 3166-1 alpha-2).
_BY_COUNTRY = {
    "CST": {"US": -6, "CA": -6, "MX": -6, "CN": 8, "TW": 8, "CU": -5},
    "AST": {"US": -4, "CA": -4, "PR": -4, "BM": -4, "SA": 3, "AE": 4, "KW": 3, "QA": 3, "BH": 3},
    "ADT": {"US": -3, "CA": -3, "BM": -3},
    "IST": {"IN": 5.5, "IE": 1, "IL": 2},
    "BST": {"GB": 1, "BD": 6},
}
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?(?![\d:])")


@dataclass(slots=True)
class ZoneWords:
    """Reads the zone words of one submission; `given` are the zones that the carrier named elsewhere."""

    context: Context
    _given: tuple[tzinfo, ...] | None = None
    _ambiguous: set[str] = field(default_factory=set[str])

    def offset(self, word: str, local: datetime) -> timedelta | None:
        """How far a local time with this word is ahead of UTC; None where the word says nothing that is known.

        A zone that was given and uses this word at that time settles it (CST of America/Chicago); else the word itself,
        where it means the same everywhere, or the carrier's country.
        """
        found = _fixed(word)
        if found is not None:
            return found
        upper = word.upper()
        if upper not in _BY_COUNTRY:
            return None
        for zone in self._zones():
            aware = local.replace(tzinfo=zone)
            if aware.tzname() == upper:
                return aware.utcoffset()
        hours = _BY_COUNTRY[upper].get(self.context.carrier.country or "")
        if hours is None:
            self._ambiguous.add(upper)
            return None
        return timedelta(hours=hours)

    @property
    def ambiguous(self) -> Sequence[str]:
        """The words met that mean different zones and that nothing settled."""
        return sorted(self._ambiguous)

    def _zones(self) -> tuple[tzinfo, ...]:
        if self._given is None:
            context = self.context
            names = (context.timezone, context.profile.time.timezone, context.carrier.timezone)
            zones = [_named(name) for name in names if name]
            self._given = tuple(zone for zone in zones if isinstance(zone, ZoneInfo))
        return self._given


@lru_cache(maxsize=512)
def _fixed(word: str) -> timedelta | None:
    """The offset that a word has everywhere: a known abbreviation, or one that is written out (GMT-08:00)."""
    hours = _HOURS.get(word.upper())
    if hours is not None:
        return timedelta(hours=hours)
    match = _OFFSET.match(word.upper().replace(" ", ""))
    if match is None or int(match[2]) > 14 or int(match[3] or 0) > 59:
        return None
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return -offset if match[1] == "-" else offset


def _named(name: str) -> tzinfo | None:
    try:
        return parse_zone(name)
    except UnknownTimezone:
        return None


def fixed_zone(word: str) -> timezone | None:
    """The zone of a word that means the same everywhere, or writes its offset out; None else."""
    offset = _fixed(word)
    return None if offset is None else timezone(offset)
