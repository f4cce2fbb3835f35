"""All that was said of one leg by a voice gateway: attributes by their RADIUS names, and times."""

from __future__ import annotations

from dataclasses import dataclass, field

from hoptrace.intake.formats.h323_times import parse_stamp
from hoptrace.intake.formats.stamp_zones import Stamp

_TIMES = ("h323-setup-time", "h323-connect-time", "h323-disconnect-time")


@dataclass(slots=True)
class Record:
    """All that was said of one leg: `attributes` by name, never empty; the first of `rows` stands for it."""

    attributes: dict[str, str]
    rows: list[tuple[int, int]]
    epoch: float | None = None
    stamps: dict[str, Stamp] = field(init=False)

    def __post_init__(self) -> None:
        said = self.attributes
        self.stamps = {}
        for name in _TIMES:
            text = said.get(name)
            if text is not None and (stamp := parse_stamp(text)) is not None:
                self.stamps[name] = stamp

    def timed(self) -> list[tuple[Stamp, float | None]]:
        """Its times; the last of them beside the epoch of the record."""
        found: list[tuple[Stamp, float | None]] = [(stamp, None) for stamp in self.stamps.values()]
        if found:
            found[-1] = (found[-1][0], self.epoch)
        return found


@dataclass(slots=True)
class Odd:
    """What was odd in a file, counted."""

    durations: int = 0
    unsynced: int = 0

    def flags(self) -> tuple[str, ...]:
        """The same as sentences for the receipt."""
        found: list[str] = []
        if self.durations:
            found.append(f"durations that the times contradict, left out: {self.durations}")
        if self.unsynced:
            found.append(f"times that the gateway marks as not set by NTP: {self.unsynced}")
        return tuple(found)
