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
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_COUNTERS = (("billusec", 1_000_000), ("billmsec", 1_000), ("billsec", 1))

Variables = Mapping[str, str]


class Times(NamedTuple):
    """The times of a leg in UTC; `tick`: microseconds that one tick of the written start lasts.

    `later`: by how many seconds the start may be later, where its local time came twice.
    """

    start: datetime | None
    tick: int
    answer: datetime | None
    end: datetime | None
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


def epoch(variables: Variables, name: str) -> datetime | None:
    """The `start`, `answer` or `end` of the variables."""
    return micro(variables.get(f"{name}_uepoch")) or second(variables.get(f"{name}_epoch"))


def micro(text: str | None) -> datetime | None:
    """Microseconds since 1970 as a time; None where they are none, or not between the years 2000 and 2100."""
    if text is None or not text.isdecimal() or len(text) > _MOST_DIGITS:
        return None
    count = int(text)
    return _EPOCH + timedelta(0, 0, count) if _FIRST <= count < _LAST else None


def usual(time: datetime) -> datetime | None:
    """A time in UTC; None where it is not between the years 2000 and 2100."""
    return time if _EARLIEST <= time < _LATEST else None


def second(text: str | None) -> datetime | None:
    """The same for seconds."""
    return micro(f"{text}000000") if text is not None and text.isdecimal() else None


def duration(variables: Variables, answer: datetime | None, end: datetime | None, odd: Odd) -> float | None:
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
    return (end - answer).total_seconds() if end is not None and end >= answer else None
