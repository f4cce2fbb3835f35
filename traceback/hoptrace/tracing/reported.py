"""The reported call, and how far its time is off.

Whoever reports calls reads the time off some clock: a honeypot's to the tenth of a second, a telephone's that shows the
minute, a complaint's from memory. What holds of most reports is presumed; what is otherwise is learned from files of
calls (`hoptrace.tracing.report_times`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import NamedTuple

CLOSE = 3.0
"""Seconds by which a reported time may well be off, where nothing else is set: three standard deviations."""

HALF_A_MINUTE, IN_A_MINUTE = 30.0, 52.0
"""Seconds by which a time that was cut to the minute is early on average, and may well be off: three standard
deviations of what lies anywhere in a minute."""


class Written(IntEnum):
    """How a reported time is written: with seconds, as a full minute (`:00`, perhaps by chance), or without seconds."""

    SECONDS = 0
    FULL_MINUTE = 1
    MINUTE = 2

    @property
    def habit(self) -> str:
        """The field of ReportHabits that is of such times, and its name with what was learned."""
        return ("seconds", "minutes", "no_seconds")[self]


class ReportTimes(NamedTuple):
    """Reports are `late` s on average (minus: early), and may well be off by `close` s more: three sigmas."""

    late: float = 0.0
    close: float = CLOSE


@dataclass(frozen=True, slots=True)
class ReportHabits:
    """How far times are off that are written with `seconds`, that are full `minutes`, or have `no_seconds`.

    `minutes` None: full minutes are so by chance. `no_seconds` None: as full minutes, or as what is cut to the minute.
    """

    seconds: ReportTimes = field(default_factory=ReportTimes)
    minutes: ReportTimes | None = None
    no_seconds: ReportTimes | None = None

    def by_writing(self) -> tuple[ReportTimes, ReportTimes, ReportTimes]:
        """How far times are off, in the order of Written."""
        cut = self.no_seconds or self.minutes or cut_to_the_minute(self.seconds)
        return self.seconds, self.minutes or self.seconds, cut


@dataclass(frozen=True, slots=True)
class Reported:
    """The reported call: `at` in epoch seconds, numbers as keys, its time `written` so.

    `late` and `close`: how far the time is off. Where it is late on average `at` is put right by that (`meant`).
    `clock`: the carrier by whose clock it is so late, for the time was read off its record (`tracing.read_off`).
    """

    at: float
    called: int
    calling: int | None = None
    terminating: str | None = None
    written: int = Written.SECONDS
    late: float = 0.0
    close: float = CLOSE
    clock: str | None = None


def cut_to_the_minute(times: ReportTimes) -> ReportTimes:
    """How far times are off that were cut to the minute, and as far as these before."""
    return ReportTimes(times.late - HALF_A_MINUTE, math.hypot(IN_A_MINUTE, times.close))


def meant(reported: Sequence[Reported], habits: ReportHabits) -> list[Reported]:
    """Reported calls with their times put right, and how far they are off beside that."""
    told = habits.by_writing()
    each = ((one, told[one.written]) for one in reported)
    return [replace(one, at=one.at - times.late, late=times.late, close=times.close) for one, times in each]
