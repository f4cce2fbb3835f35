"""Times that name their zone by a word, such as PST or KRSK, of files whose rows may also hold epochs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from hoptrace.errors import TimezoneMissing
from hoptrace.intake.local_clock import LocalClock
from hoptrace.intake.reading import Context, Zone
from hoptrace.intake.zone_measuring import Measured, measure_arrays
from hoptrace.intake.zone_names import stated_offset
from hoptrace.intake.zone_resolving import of_carrier
from hoptrace.intake.zone_settling import ZoneWords, as_one
from hoptrace.intake.zones import at_offset
from hoptrace.model.arrays import Int64s


class Stamp(NamedTuple):
    """A time as written: `local` naive, `zone` the word beside it (upper case), `tick` microseconds of its last digit.

    `synced` is False where a Cisco gateway marks its clock as not set by NTP (a leading `*` or `.`).
    """

    local: datetime
    zone: str
    tick: int
    synced: bool = True


class Beside(NamedTuple):
    """What a zone word stands beside in a file: its first time, and all times whose row has an epoch, with that.

    `local` and `epochs` in microseconds since 1970 both of about the same moment.
    """

    first: datetime
    local: Int64s
    epochs: Int64s


@dataclass(slots=True)
class StampZones:
    """Reads one file's stamps as UTC: by what their words mean, else in the zone that was set for the carrier."""

    words: ZoneWords
    constant: dict[str, timedelta] = field(default_factory=dict[str, timedelta])
    clocks: dict[str, LocalClock] = field(default_factory=dict[str, LocalClock])

    @classmethod
    def of(cls, context: Context, beside: Mapping[str, Beside], by: str) -> StampZones:
        """Learn what each word means from what it stands beside; `by` names the field that holds the epochs.

        Raises TimezoneMissing where nothing tells what a word means.
        """
        zones = cls(ZoneWords(context))
        for word, (first, local, epochs) in sorted(beside.items()):
            # A word that states its offset needs no other evidence.
            measured = None if stated_offset(word) is not None else measure_arrays(local, epochs, by)
            zones.words.learn(word, measured)
            offset = zones.words.constant(word)
            if offset is not None:
                zones.constant[word] = offset
            elif zones.words.offset(word, first) is None:
                zones.clocks[word] = _clock(word, context, measured)
        return zones

    def to_utc(self, stamp: Stamp, epoch: float | None = None, after: datetime | None = None) -> datetime:
        """The stamp in UTC; `epoch` and `after` as `LocalClock.to_utc` has them."""
        offset = self.constant.get(stamp.zone)
        if offset is None:
            offset = self.words.offset(stamp.zone, stamp.local)
        if offset is not None:
            return at_offset(stamp.local, offset)
        if stamp.zone not in self.clocks:
            # A word that a zone had at the first time and has not at this one: read in that zone all the same.
            self.clocks[stamp.zone] = _clock(stamp.zone, self.words.context, None)
        return self.clocks[stamp.zone].to_utc(stamp.local, epoch, after=after)

    def may_be_later(self, start: datetime, *others: datetime | None) -> int | None:
        """As `LocalClock.may_be_later`."""
        if not self.clocks:
            return None
        told = (clock.may_be_later(start, *others) for clock in self.clocks.values())
        return next((seconds for seconds in told if seconds is not None), None)

    def zones(self) -> list[Zone]:
        """The zones that the file does not state by itself, and how each was found."""
        set_ = [Zone(clock.zone.name, _how(word, clock.zone.how)) for word, clock in self.clocks.items()]
        return set_ + self.words.zones()

    def flags(self) -> tuple[str, ...]:
        """What the receipt should say of this file's times."""
        return (*self.words.flags(), *(flag for clock in self.clocks.values() for flag in clock.flags()))


def all_zones(files: Iterable[StampZones]) -> Zone:
    """The zones of several files as one, for the receipt."""
    return as_one(zone for each in files for zone in each.zones())


def _how(word: str, how: str) -> str:
    return f"{how}, for {word}" if word else how


def _clock(word: str, context: Context, measured: Measured | None) -> LocalClock:
    try:
        return LocalClock.of(context, measured)
    except TimezoneMissing as error:
        if not word:
            raise
        raise TimezoneMissing(
            f"The times in this file{of_carrier(context)} are of a zone {word}, which stands for no single "
            "offset, and the file does not show it. Give --timezone (an IANA name or +HH:MM), set time.timezone in the "
            "carrier's profile, or timezone or country in carriers.csv."
        ) from error
