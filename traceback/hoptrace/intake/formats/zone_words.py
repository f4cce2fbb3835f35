"""Times that name their zone by a word, such as PST or KRSK: what it means in this file, and how that is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hoptrace.errors import TimezoneMissing
from hoptrace.intake.reading import ZONE_IN_FILE, Context, Zone
from hoptrace.intake.zone_names import HOURS, stated_offset
from hoptrace.intake.zones import LocalClock, Measured, measure


class Stamp(NamedTuple):
    """A time as written: `local` naive, `zone` the word beside it (upper case), `tick` microseconds of its last digit.

    `synced` is False where a Cisco gateway marks its clock as not set by NTP (a leading `*` or `.`).
    """

    local: datetime
    zone: str
    tick: int
    synced: bool = True


@dataclass(slots=True)
class ZoneWords:
    """Reads one file's stamps as UTC. `fixed` are offsets by word, `clocks` read what only a setting explains."""

    fixed: dict[str, timedelta]
    clocks: dict[str, LocalClock] = field(default_factory=dict[str, LocalClock])
    measured: dict[str, Measured] = field(default_factory=dict[str, Measured])

    @classmethod
    def of(cls, context: Context, stamps: Iterable[tuple[Stamp, float | None]], by: str) -> ZoneWords:
        """What each word means: itself, else what epochs of the same rows show, else the table, else what was set.

        `stamps`: times, each with an epoch (seconds UTC) of about the same moment where the row has one, `by` says in
        which field. Raises TimezoneMissing where nothing tells what a word means.
        """
        pairs: dict[str, list[tuple[datetime, float]]] = {}
        for stamp, epoch in stamps:
            seen = pairs.setdefault(stamp.zone, [])
            if epoch is not None:
                seen.append((stamp.local, epoch))
        words = cls({})
        for word in sorted(pairs):
            explicit = stated_offset(word)
            if explicit is not None:
                words.fixed[word] = explicit
            else:
                words._learn(word, context, measure(pairs[word], by))
        return words

    def _learn(self, word: str, context: Context, measured: Measured | None) -> None:
        if measured is not None and word and not measured.others:
            self.fixed[word], self.measured[word] = measured.offset, measured
        elif word in HOURS:
            self.fixed[word] = timedelta(hours=HOURS[word])
        else:
            self.clocks[word] = _clock(word, context, measured)

    def to_utc(self, stamp: Stamp) -> datetime:
        """The stamp in UTC."""
        offset = self.fixed.get(stamp.zone)
        if offset is None:
            return self.clocks[stamp.zone].to_utc(stamp.local)
        return (stamp.local - offset).replace(tzinfo=UTC)

    def zones(self) -> list[Zone]:
        """The zones that the file does not state by itself, and how each was found."""
        set_ = [Zone(clock.zone.name, _how(word, clock.zone.how)) for word, clock in self.clocks.items()]
        return set_ + [Zone(f"{word} = UTC{_hours(each.offset)}", str(each)) for word, each in self.measured.items()]

    def flags(self) -> tuple[str, ...]:
        """What the receipt should say of this file's times."""
        odd = [
            f"the zone {word} stands for UTC{_hours(each.offset)} in this file, usually for UTC{_hours(usual)}"
            for word, each in self.measured.items()
            if word in HOURS and (usual := timedelta(hours=HOURS[word])) != each.offset
        ]
        return (*odd, *(flag for clock in self.clocks.values() for flag in clock.flags()))


def all_zones(words: Iterable[ZoneWords]) -> Zone:
    """The zones of several files as one, for the receipt."""
    zones = list(dict.fromkeys(zone for each in words for zone in each.zones()))
    if len(zones) <= 1:
        return zones[0] if zones else ZONE_IN_FILE
    return Zone(", ".join(dict.fromkeys(zone.name for zone in zones)), "; ".join(zone.how for zone in zones))


def _how(word: str, how: str) -> str:
    return f"{how}, for {word}" if word else how


def _clock(word: str, context: Context, measured: Measured | None) -> LocalClock:
    try:
        return LocalClock.of(context, measured)
    except TimezoneMissing as error:
        if not word:
            raise
        raise TimezoneMissing(
            f"The times in this file of {context.carrier.carrier_id} are of a zone {word}, which stands for no single "
            "offset, and the file does not show it. Give --timezone (an IANA name or +HH:MM), set time.timezone in the "
            "carrier's profile, or timezone in carriers.csv."
        ) from error


def _hours(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
