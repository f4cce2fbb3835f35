"""What a zone word beside a time (PST, CST, GMT-05:00) means: one table and one order of evidence for all formats.

In this order: what the word itself states, what epochs of the same rows show, the meaning that it has everywhere, a
zone that was given and uses it at that time, the carrier's country.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from hoptrace.errors import UnknownTimezone
from hoptrace.intake.reading import ZONE_IN_FILE, Context, Zone
from hoptrace.intake.zone_measuring import Measured
from hoptrace.intake.zone_names import HOURS, HOURS_BY_COUNTRY, stated_offset
from hoptrace.intake.zone_resolving import given_zones
from hoptrace.intake.zones import parse_zone


@dataclass(slots=True)
class ZoneWords:
    """The zone words of one submission; `measured` are offsets by word (upper case) that epochs of its rows show."""

    context: Context
    measured: dict[str, Measured] = field(default_factory=dict[str, Measured])
    _settled: dict[str, Zone] = field(default_factory=dict[str, Zone])
    _given: tuple[tuple[tzinfo, Zone], ...] | None = None
    _ambiguous: set[str] = field(default_factory=set[str])

    def offset(self, word: str, local: datetime) -> timedelta | None:
        """How far a local time with this word is ahead of UTC; None where nothing tells. Remembered for the receipt."""
        offset, zone = self.meaning(word, local)
        upper = word.upper()
        if zone is not None:
            self._settled[upper] = zone
        elif offset is None and upper in HOURS_BY_COUNTRY:
            self._ambiguous.add(upper)
        return offset

    def meaning(self, word: str, local: datetime) -> tuple[timedelta | None, Zone | None]:
        """The same with the zone that settled it, where neither the word nor the table does; nothing is remembered."""
        upper, found = word.upper(), self.constant(word)
        if found is not None or upper not in HOURS_BY_COUNTRY:
            return found, None
        for tz, zone in self._zones():
            # In an hour that comes twice the word tells which one it is.
            for aware in (local.replace(tzinfo=tz, fold=fold) for fold in (0, 1)):
                # A zone that was given as an offset has no words: it is what was said of this carrier's times.
                if not isinstance(tz, ZoneInfo) or aware.tzname() == upper:
                    return aware.utcoffset(), Zone(zone.name, f"{zone.how}, for {upper}")
        return self._of_country(upper)

    def constant(self, word: str) -> timedelta | None:
        """The offset of a word that has the same one at every time; None of others."""
        measured = self.measured.get(word.upper()) if self.measured else None
        return measured.offset if measured is not None else _fixed(word)

    def learn(self, word: str, measured: Measured | None) -> None:
        """Take what epochs show of a word, unless it states its offset itself or they show two."""
        if measured is not None and word and not measured.others and stated_offset(word.upper()) is None:
            self.measured[word.upper()] = measured

    def zones(self) -> list[Zone]:
        """The meanings that neither the words nor the table give, and how each was found."""
        shown = [Zone(f"{word} = UTC{written(each.offset)}", str(each)) for word, each in self.measured.items()]
        return [*shown, *self._settled.values()]

    def flags(self) -> list[str]:
        """Words that mean something else in these files than they usually do."""
        return [
            f"the zone {word} stands for UTC{written(each.offset)} in this file, usually for UTC{written(usual)}"
            for word, each in self.measured.items()
            if word in HOURS and (usual := timedelta(hours=HOURS[word])) != each.offset
        ]

    @property
    def ambiguous(self) -> Sequence[str]:
        """The words met that mean different zones and that nothing settled."""
        return sorted(self._ambiguous)

    def _of_country(self, word: str) -> tuple[timedelta, Zone] | tuple[None, None]:
        hours = HOURS_BY_COUNTRY[word].get(self.context.carrier.country or "")
        if hours is None:
            return None, None
        offset = timedelta(hours=hours)
        return offset, Zone(
            f"{word} = UTC{written(offset)}", f"from the carrier's country, {self.context.carrier.country}"
        )

    def _zones(self) -> tuple[tuple[tzinfo, Zone], ...]:
        if self._given is None:
            named = [(_named(zone.name), zone) for zone in given_zones(self.context)]
            self._given = tuple((tz, zone) for tz, zone in named if tz is not None)
        return self._given


def as_one(zones: Iterable[Zone]) -> Zone:
    """Several zones as one, for the receipt."""
    distinct = list(dict.fromkeys(zones))
    if len(distinct) <= 1:
        return distinct[0] if distinct else ZONE_IN_FILE
    return Zone(", ".join(dict.fromkeys(zone.name for zone in distinct)), "; ".join(zone.how for zone in distinct))


def fixed_zone(word: str) -> timezone | None:
    """The zone of a word that means the same everywhere, or writes its offset out; None else."""
    offset = _fixed(word)
    return None if offset is None else timezone(offset)


def written(offset: timedelta) -> str:
    """An offset as +HH:MM."""
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


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
