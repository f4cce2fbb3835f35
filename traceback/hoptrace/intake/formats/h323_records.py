"""All that was said of one leg by a voice gateway: attributes by their RADIUS names, and where they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

Names = tuple[str, ...]
Places = Callable[[Sequence[str]], tuple[str, ...]]
"""Takes texts of some places out of all."""


class Said(NamedTuple):
    """Attributes: their names, and their values in the same order, with an empty one behind them.

    No other value is empty, nor has white space around it. Those of many records are columns as soon as they have the
    same names, which a dictionary for each would have to be taken apart for.
    """

    names: Names
    values: tuple[str, ...]

    @classmethod
    def of(cls, attributes: Mapping[str, str]) -> Said:
        """The same of a mapping."""
        return cls(tuple(attributes), (*attributes.values(), ""))


NOTHING = Said((), ("",))


class Record(NamedTuple):
    """All that was said of one leg, one attribute at least; the first of `rows` stands for it."""

    said: Said
    rows: tuple[tuple[int, int], ...]


def together(several: Iterable[Said]) -> Said:
    """What several records of one leg say; the last to name an attribute counts."""
    names, values = zip(*several, strict=True)
    all_names, places = _places(names)
    return Said(all_names, places(tuple(chain(*values))))


@lru_cache(maxsize=1_024)
def _places(several: tuple[Names, ...]) -> tuple[Names, Places]:
    """The names of several, and what takes their values, and an empty one, out of the values of all."""
    found: dict[str, int] = {}
    begin = 0
    for names in several:
        found.update((name, at) for at, name in enumerate(names, start=begin))
        begin += len(names) + 1
    return tuple(found), itemgetter(*found.values(), begin - 1)


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
