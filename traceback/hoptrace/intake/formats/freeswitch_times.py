"""When a FreeSWITCH leg began, was answered and ended; `*_uepoch` are microseconds, `*_epoch` seconds UTC, 0 never."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hoptrace.intake.formats.freeswitch_flows import CallFlow

_FIRST, _LAST = 946_684_800_000_000, 4_102_444_800_000_000
_MOST_DIGITS = 20
_LONGEST = 7 * 86_400
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_COUNTERS = (("billusec", 1_000_000), ("billmsec", 1_000), ("billsec", 1))

Variables = Mapping[str, str]


class Times(NamedTuple):
    """The times of a leg in microseconds since 1970; `tick`: how many of them one tick of the written start lasts.

    `later`: by how many seconds the start may be later, where its local time came twice.
    """

    start: int | None
    tick: int
    answer: int | None
    end: int | None
    later: int | None = None


@dataclass(slots=True)
class Odd:
    """Values of a file that were left out because they cannot be."""

    durations: int = 0

    def flags(self) -> tuple[str, ...]:
        """The same as sentences for the receipt."""
        return (f"durations that cannot be, left out: {self.durations}",) if self.durations else ()


def times_of(variables: Variables, flow: CallFlow) -> Times:
    """The times of a leg: its variables first, what they do not say from its call flows."""
    start, tick = micro(variables.get("start_uepoch")) or micro(flow.created), 1
    if start is None:
        start, tick = second(variables.get("start_epoch")), 1_000_000
    answer = epoch(variables, "answer") or micro(flow.latest("answered_time"))
    return Times(start, tick, answer, epoch(variables, "end") or micro(flow.latest("hangup_time")))


def epoch(variables: Variables, name: str) -> int | None:
    """The `start`, `answer` or `end` of the variables."""
    return micro(variables.get(f"{name}_uepoch")) or second(variables.get(f"{name}_epoch"))


def micro(text: str | None) -> int | None:
    """Microseconds since 1970 as a number; None where they are none, or not between the years 2000 and 2100."""
    if text is None or not text.isdecimal() or len(text) > _MOST_DIGITS:
        return None
    count = int(text)
    return count if _FIRST <= count < _LAST else None


def usual(count: int) -> int | None:
    """Microseconds since 1970; None where they are not between the years 2000 and 2100."""
    return count if _FIRST <= count < _LAST else None


def micros_of(time: datetime) -> int:
    """A time in UTC as microseconds since 1970."""
    return (time - _EPOCH) // _MICROSECOND


def second(text: str | None) -> int | None:
    """The same for seconds."""
    return micro(f"{text}000000") if text is not None and text.isdecimal() else None


def duration(variables: Variables, answer: int | None, end: int | None, odd: Odd) -> float | None:
    """Seconds of conversation by the finest of FreeSWITCH's counters; 0 where the leg was not answered."""
    if answer is None:
        return 0.0
    for name, unit in _COUNTERS:
        text = variables.get(name)
        if text is None:
            continue
        if text.isdecimal() and len(text) < 19 and int(text) / unit <= _LONGEST:
            return int(text) / unit
        odd.durations += 1
        break
    return (end - answer) / 1_000_000 if end is not None and end >= answer else None
