"""The three times of many gateways' records, read at once: clocks by their bytes, each day and zone word once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from hoptrace.intake.formats.clocks.stamp_zones import Beside, Stamp
from hoptrace.intake.formats.clocks.times import UNSURE_TICK
from hoptrace.intake.formats.clocks.usual import NO_TIME, usual_clocks
from hoptrace.intake.formats.h323.times import day_behind, parse_stamp
from hoptrace.model.arrays import Floats, Int64s, Truths

TIMES = ("h323-setup-time", "h323-connect-time", "h323-disconnect-time")
SETUP, CONNECT, DISCONNECT = range(3)

_UNSYNCED = frozenset("*.")
_LONGEST_DAY = 80
_SECOND = 1_000_000
_EPOCH, _MICROSECOND = datetime(1970, 1, 1), timedelta(microseconds=1)  # noqa: DTZ001


@dataclass(frozen=True, slots=True)
class Stamps:
    """Times of records, a column a record and a row each of `TIMES`.

    `local`: microseconds since 1970 by the gateway's clock, NO_TIME where there is none; `zones`: which of `words`
    stands beside it; `ticks`: microseconds of its last digit; `synced`: whether the clock is marked as set by NTP.
    """

    local: Int64s
    zones: Int64s
    ticks: Int64s
    synced: Truths
    words: list[str]

    @classmethod
    def of(cls, *texts: Sequence[str]) -> Stamps:
        """Times as written, in three columns; an empty text is no time."""
        written = [text for column in texts for text in column]
        marked = [text[:1] in _UNSYNCED for text in written]
        clocks = usual_clocks([text[1:] if mark else text for text, mark in zip(written, marked, strict=True)])
        synced = ~np.array(marked, bool)
        codes, words = dict[str, int](), dict[str, int]()
        which = np.array([codes.setdefault(rest, len(codes)) for rest in clocks.rests], np.int64)
        days = [day_behind(f" {rest}") if len(rest) <= _LONGEST_DAY else None for rest in codes]
        begins = np.array([NO_TIME if day is None else _micros(day.begin) for day in days], np.int64)[which]
        named = [NO_TIME if day is None else words.setdefault(day.zone, len(words)) for day in days]
        local = np.where((begins == NO_TIME) | (clocks.since == NO_TIME), NO_TIME, begins + clocks.since)
        zones, ticks = np.array(named, np.int64)[which], np.where(synced, clocks.ticks, UNSURE_TICK)
        for at in np.flatnonzero(local == NO_TIME).tolist():
            stamp = parse_stamp(written[at]) if written[at] else None
            if stamp is not None:
                local[at], ticks[at], synced[at] = _micros(stamp.local), stamp.tick, stamp.synced
                zones[at] = words.setdefault(stamp.zone, len(words))
        local, zones, ticks = (each.reshape(len(texts), -1) for each in (local, zones, ticks))
        return cls(local, zones, ticks, synced.reshape(len(texts), -1), list(words))

    def beside(self, epochs: Floats) -> dict[str, Beside]:
        """What each zone word stands beside; `epochs`: seconds since 1970 of about the last time of each record."""
        # In the order of the records, of which each tells its times one after another.
        records, kinds = np.nonzero((self.local != NO_TIME).T)
        local, zones = self.local[kinds, records], self.zones[kinds, records]
        first = dict(zip(zones[::-1].tolist(), local[::-1].tolist(), strict=True))
        seconds = epochs[records]
        last = np.append(records[1:] != records[:-1], [True])[: len(records)] & ~np.isnan(seconds)
        at: dict[int, list[int]] = {code: [] for code in first}
        for place, code in enumerate(zones[last].tolist()):
            at[code].append(place)
        local, micros = local[last], (seconds[last] * _SECOND).astype(np.int64)
        return {
            self.words[code]: Beside(_local(first[code]), local[places], micros[places]) for code, places in at.items()
        }

    def each(self) -> Iterator[list[Stamp | None]]:
        """The times of one record after the other, as `TIMES` has them."""
        columns = [each.T.tolist() for each in (self.local, self.zones, self.ticks, self.synced)]
        for record in zip(*columns, strict=True):
            yield [
                None if local == NO_TIME else Stamp(_local(local), self.words[zone], tick, synced)
                for local, zone, tick, synced in zip(*record, strict=True)
            ]


def _micros(local: datetime) -> int:
    return (local - _EPOCH) // _MICROSECOND


def _local(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
