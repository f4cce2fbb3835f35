"""Zone words that switches write beside a time (PST, GMT-05:00) become offsets; the carrier settles ambiguous ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from hoptrace.errors import UnknownTimezone
from hoptrace.intake.reading import Context
from hoptrace.intake.zone_names import HOURS, stated_offset
from hoptrace.intake.zones import parse_zone

# Words that mean several zones, by the country of the carrier (ISO 3166-1 alpha-2).
_BY_COUNTRY = {
    "MST": {"US": -7, "CA": -7, "MX": -7},
    "CST": {"US": -6, "CA": -6, "MX": -6, "CN": 8, "TW": 8, "CU": -5},
    "AST": {"US": -4, "CA": -4, "PR": -4, "BM": -4, "SA": 3, "AE": 4, "KW": 3, "QA": 3, "BH": 3},
    "ADT": {"US": -3, "CA": -3, "BM": -3},
    "IST": {"IN": 5.5, "IE": 1, "IL": 2},
    "BST": {"GB": 1, "BD": 6},
}


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
    upper = word.upper().replace(" ", "")
    hours = HOURS.get(upper)
    return stated_offset(upper) if hours is None else timedelta(hours=hours)


def _named(name: str) -> tzinfo | None:
    try:
        return parse_zone(name)
    except UnknownTimezone:
        return None


def fixed_zone(word: str) -> timezone | None:
    """The zone of a word that means the same everywhere, or writes its offset out; None else."""
    offset = _fixed(word)
    return None if offset is None else timezone(offset)
