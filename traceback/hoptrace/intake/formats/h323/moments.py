"""When gateways' legs began, were answered and ended, in UTC: by columns where that is plain, else one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import repeat
from typing import NamedTuple

import numpy as np

from hoptrace.intake.formats.clocks.columns import micros_of, moment_of
from hoptrace.intake.formats.clocks.stamp_zones import Stamp, StampZones
from hoptrace.intake.formats.clocks.usual import NO_TIME
from hoptrace.intake.formats.h323.stamps import CONNECT, DISCONNECT, SETUP, Stamps
from hoptrace.model.arrays import Int64s

_SECOND = 1_000_000
_MICROSECOND = timedelta(microseconds=1)

_Moments = tuple[int | None, int | None, int | None, int | None]


class Moments(NamedTuple):
    """Columns of microseconds since 1970 in UTC: None where a leg has no such time, or has one before it began.

    `later`: by how many seconds a leg may have begun later.
    """

    begun: Sequence[int | None]
    answer: Sequence[int | None]
    end: Sequence[int | None]
    later: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Timed:
    """A file's records: their times, the epoch (seconds) of about the last of these, the seconds of talk as counted.

    `wanted`: whether the record can be a call by what else it says; of others only the beginning is asked for.
    """

    stamps: Stamps
    epochs: Sequence[float | None]
    talks: Sequence[float | None]
    wanted: Sequence[bool]

    def moments(self, words: StampZones) -> Moments:
        """When the legs began, were answered and ended."""
        if all(word in words.constant for word in self.stamps.words):
            return self._at_once(words.constant)
        # What a zone says of one time goes by the times before it: in the order of the file.
        each = map(_One, self.stamps.each(), self.epochs, self.talks)
        return Moments(*zip(*map(_moments, each, self.wanted, repeat(words)), strict=True))

    def _at_once(self, constant: Mapping[str, timedelta]) -> Moments:
        """Where each zone word stands for one offset all year."""
        ahead = np.array([constant[word] // _MICROSECOND for word in self.stamps.words], np.int64)
        there = self.stamps.local != NO_TIME
        utc: Int64s = np.where(there, 0, NO_TIME)
        utc[there] = self.stamps.local[there] - ahead[self.stamps.zones[there]]
        for at in np.flatnonzero(~there[SETUP]).tolist():
            begun = _by_epoch(self.epochs[at], self.talks[at])
            utc[SETUP, at] = NO_TIME if begun is None else begun
        utc[utc < utc[SETUP]] = NO_TIME
        begun, answer, end = map(_or_none, utc)
        return Moments(begun, answer, end, [None] * len(begun))


def _or_none(times: Int64s) -> list[int | None]:
    micros: list[int] = times.tolist()
    return [None if time == NO_TIME else time for time in micros]


class _One(NamedTuple):
    """One record of `Timed`."""

    stamps: Sequence[Stamp | None]
    epoch: float | None
    talk: float | None


def _moments(one: _One, wanted: bool, words: StampZones) -> _Moments:
    setup = one.stamps[SETUP]
    begun = _by_epoch(one.epoch, one.talk) if setup is None else micros_of(words.to_utc(setup, _begun(one, words)))
    if begun is None or not wanted:
        return begun, None, None, None
    start = moment_of(begun)
    answer, end = (_after(one, kind, words, start) for kind in (CONNECT, DISCONNECT))
    later = words.may_be_later(start, answer, end) if setup is not None else None
    return begun, None if answer is None else micros_of(answer), None if end is None else micros_of(end), later


def _by_epoch(epoch: float | None, talk: float | None) -> int | None:
    """Where a record has no setup time: when it was made, less what it says that went before."""
    return None if epoch is None else int(epoch - (talk or 0.0)) * _SECOND


def _begun(one: _One, words: StampZones) -> float | None:
    """About when a leg began by the epoch of its record, where the zone of its times does not tell it all year."""
    setup, *_ = stamps = [stamp for stamp in one.stamps if stamp is not None]
    if one.epoch is None or one.talk is None or setup.zone in words.constant:
        return None
    # A call into or out of an hour that comes twice is longer than its clock times show.
    return one.epoch - max(one.talk, (stamps[-1].local - setup.local).total_seconds())


def _after(one: _One, kind: int, words: StampZones, start: datetime) -> datetime | None:
    """A time that is not before the start."""
    stamp = one.stamps[kind]
    if stamp is None:
        return None
    time = words.to_utc(stamp, None if stamp.zone in words.constant else _near(one, kind, stamp, start), start)
    return time if time >= start else None


def _near(one: _One, kind: int, stamp: Stamp, start: datetime) -> float | None:
    """About when a later time of a leg was: as long after the start as its clock times are apart, or as was spoken."""
    setup = one.stamps[SETUP]
    talk = one.talk if kind == DISCONNECT else None
    by_clock = (stamp.local - setup.local).total_seconds() if setup is not None else -1.0
    since = max(by_clock, talk or 0.0) if by_clock >= 0 or talk else None
    return None if since is None else start.timestamp() + since
