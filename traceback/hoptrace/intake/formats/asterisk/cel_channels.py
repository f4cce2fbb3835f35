"""The channels of Asterisk's event log, each with its events, as legs of calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from hoptrace.intake.local_clock import LocalClock

FIELDS = frozenset({
    *("eventtype", "eventtime", "cid_num", "cid_ani", "cid_rdnis", "cid_dnid", "exten", "channame", "appname"),
    *("appdata", "uniqueid", "linkedid", "eventextra"),
})  # fmt: skip
"""The columns that are looked at."""


class Event(NamedTuple):
    """One row: what happened to a channel, when (naive where local, else UTC); those of FIELDS that are not empty.

    A named tuple, for one is made of every row.
    """

    row: int
    kind: str
    time: datetime
    uniqueid: str
    fields: dict[str, str]


@dataclass(slots=True)
class Channel:
    """The events of one channel in the file's order."""

    uniqueid: str
    events: list[Event]

    @property
    def start(self) -> datetime:
        """The time of its first event as written."""
        times = [event.time for event in self.events]
        if len({time.tzinfo for time in times}) == 1:
            return min(times)
        return min(times, key=lambda time: time.replace(tzinfo=None))

    def first(self, name: str) -> str | None:
        """The first event's text that is not empty."""
        for event in self.events:
            if text := event.fields.get(name):
                return text
        return None

    def at(self, kind: str) -> Event | None:
        """The first event of a kind."""
        for event in self.events:
            if event.kind == kind:
                return event
        return None


class CallSpan(NamedTuple):
    """A channel as a leg of a call: times in UTC."""

    channel: Channel
    linkedid: str
    begun: datetime
    answer: datetime | None
    end: datetime | None
    later: int | None
    """By how many seconds it may have begun later."""

    @classmethod
    def of(cls, channel: Channel, clock: LocalClock | None) -> CallSpan:
        """The leg that a channel's events tell of."""

        def utc(event: Event | None) -> datetime | None:
            """When an event was, in UTC."""
            if event is None:
                return None
            return (
                clock.to_utc(event.time, row=event.row)
                if clock is not None and event.time.tzinfo is None
                else event.time
            )

        begun, first = min((time, event.row) for event in channel.events if (time := utc(event)) is not None)
        later = clock.may_be_later(begun, row=first) if clock is not None else None
        linked = channel.first("linkedid") or channel.uniqueid
        ended = channel.at("HANGUP") or channel.at("CHAN_END")
        return cls(channel, linked, begun, utc(channel.at("ANSWER")), utc(ended), later)

    @property
    def incoming(self) -> bool:
        """Whether the call came in on it: a call is named after its first channel."""
        return self.linkedid == self.channel.uniqueid

    @property
    def answered(self) -> bool:
        """Whether the channel was answered."""
        return self.answer is not None

    @property
    def rows(self) -> tuple[tuple[int, int], ...]:
        """Its rows, without the file's index."""
        return tuple((0, event.row) for event in self.channel.events)
