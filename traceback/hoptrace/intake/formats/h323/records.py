"""All that was said of one leg by a voice gateway: attributes by their RADIUS names, and where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Record(NamedTuple):
    """All that was said of one leg: `attributes` by name, none empty, one at least; the first of `rows` stands for it.

    `epoch`: seconds since 1970 of about the last of its times, where that is known.
    """

    attributes: Mapping[str, str]
    rows: tuple[tuple[int, int], ...]
    epoch: float | None = None


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
