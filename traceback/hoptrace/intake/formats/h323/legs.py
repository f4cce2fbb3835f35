"""Legs of calls as voice gateways account for them, made of the records of a file: a column for each thing they say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hoptrace.intake.formats.clocks.stamp_zones import StampZones
from hoptrace.intake.formats.clocks.usual import NO_TIME
from hoptrace.intake.formats.h323.facts import Facts, facts_of
from hoptrace.intake.formats.h323.moments import Timed
from hoptrace.intake.formats.h323.records import Odd, Record
from hoptrace.intake.formats.h323.stamps import SETUP, Stamps
from hoptrace.intake.ledger import Place
from hoptrace.intake.reading import Context

_LONGEST = 7 * 86_400
_SECOND = 1_000_000
"""Microseconds."""


class Times(NamedTuple):
    """Columns of what the times of legs say; they are microseconds since 1970 in UTC.

    `begun`: the best known beginning, by `later` seconds later if it may be so; `tick`: microseconds of its last digit;
    `received`: whether it is the time of the setup; `duration`: seconds.
    """

    begun: Sequence[int | None]
    later: Sequence[int | None]
    tick: Sequence[int]
    received: Sequence[bool]
    answer: Sequence[int | None]
    end: Sequence[int | None]
    duration: Sequence[float | None]


class Legs(NamedTuple):
    """Legs in the order of their records, with the rows of each; what has no `begun` or no called number is no call."""

    rows: Sequence[tuple[Place, ...]]
    facts: Facts
    times: Times


class File:
    """The records of one file."""

    def __init__(self, records: Sequence[Record], context: Context, by: str) -> None:
        """Raises TimezoneMissing where nothing tells what a zone word means; `by`: the field that holds the epochs."""
        attributes, self._rows, self._epochs = zip(*records, strict=True)
        self._facts = facts_of(attributes)
        self._stamps = Stamps.of(self._facts.setup, self._facts.connect, self._facts.disconnect)
        self.words = StampZones.of(context, self._stamps.beside(np.array(self._epochs, np.float64)), by)

    def legs(self) -> tuple[Legs, tuple[str, ...]]:
        """The legs, and what is odd about the file."""
        facts, odd = self._facts, Odd()
        counted = [None if text is None else _seconds(text) for text in facts.counted]
        wanted = [called is not None for called in facts.called]
        begun, answer, end, later = Timed(self._stamps, self._epochs, counted, wanted).moments(self.words)
        usable = [called and start is not None for called, start in zip(wanted, begun, strict=True)]
        there = self._stamps.local != NO_TIME
        odd.unsynced = int(((there & ~self._stamps.synced).any(axis=0) & usable).sum())
        said = zip(usable, facts.counted, counted, strict=True)
        odd.durations = sum(is_usable and text is not None and talk is None for is_usable, text, talk in said)
        duration = [
            _duration(talk, answered, ended, odd) if is_usable else None
            for is_usable, talk, answered, ended in zip(usable, counted, answer, end, strict=True)
        ]
        times = Times(
            begun,
            later,
            tick=np.where(there[SETUP], self._stamps.ticks[SETUP], _SECOND).tolist(),
            received=there[SETUP].tolist(),
            # A gateway that was not answered writes the time of the end as that of the answer.
            answer=[None if lasted == 0 else time for time, lasted in zip(answer, duration, strict=True)],
            end=end,
            duration=duration,
        )
        return Legs(self._rows, facts, times), odd.flags()


def _duration(counted: float | None, answer: int | None, end: int | None, odd: Odd) -> float | None:
    """Seconds of conversation by the times, else as counted; 0 where there was none."""
    if end is None:
        return counted
    if answer is None:
        return counted or 0.0
    if answer > end:
        return counted
    lasted = (end - answer) / _SECOND
    if counted is not None and lasted and abs(lasted - counted) > max(2.0, 0.1 * lasted):
        odd.durations += 1
    return lasted


def _seconds(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value <= _LONGEST else None
