"""Gathers the rows of a group of accounting files, pairs them by Call-ID and gives chunks of calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from hoptrace.errors import HoptraceError
from hoptrace.intake.formats.acc.calls import DialogStart, facts_of, learn_dialog_start
from hoptrace.intake.formats.acc.columns import Names, Values
from hoptrace.intake.formats.acc.events import Event, EventReader, Origin, Row
from hoptrace.intake.formats.acc.folds import in_row_order, settled_events
from hoptrace.intake.formats.acc.pairing import Paired, pair
from hoptrace.intake.formats.acc.times import TimeReader
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.reading import Chunk, Context, Source

CHUNK_ROWS = 50_000
_Key = str | tuple[int, int]  # a Call-ID, or the place of a row without one
_Layout = tuple[int, Names, Values | None]  # a file, the columns of some of its rows, and what their cells say
_TOGETHER = 2_000
"""So many rows are read together, by columns."""
MOST_EVENTS = 1_000
"""Rows of one Call-ID are compared with each other; a call of more than this has a Call-ID that is none."""
CROWDED = f"more than {MOST_EVENTS:,} rows have its Call-ID"
ORPHAN = "its call's INVITE is in none of the files submitted together"


@dataclass(slots=True)
class Gathering:
    """Takes every row of a group once (`take`, `skip` or `reject`) within a `with`; `chunks` then settles them all."""

    sources: Sequence[Source]
    context: Context
    _ledger: Ledger = field(default_factory=Ledger)
    _waiting: list[tuple[Origin, list[Row] | str | None]] = field(
        default_factory=list[tuple[Origin, list[Row] | str | None]]
    )
    _unread: dict[_Layout, list[Row]] = field(default_factory=dict[_Layout, list[Row]])
    _events: dict[_Key, list[Event]] = field(default_factory=dict[_Key, list[Event]])
    _odd_durations: Counter[int] = field(default_factory=Counter[int])
    _open: dict[int, int] = field(default_factory=dict[int, int])
    _names: dict[int, str] = field(init=False)
    _times: TimeReader = field(init=False)
    _reader: EventReader = field(init=False)

    def __post_init__(self) -> None:
        self._names = {source.index: source.name for source in self.sources}
        self._times = TimeReader(self.context)
        self._reader = EventReader(self.context.profile, self._times)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Rows before a refusal are read all the same: a time among them that has no zone refuses the files first."""
        if error is None or isinstance(error, HoptraceError):
            self._read()

    def take(self, origin: Origin, names: Names, cells: Sequence[Any], values: Values | None = None) -> None:
        """An accounting row with named columns; `values` makes of a column's cells what they say."""
        layout = origin.file, names, values
        if (unread := self._unread.get(layout)) is None:
            unread = self._unread[layout] = []
        unread.append((origin, cells))
        self._wait(origin, unread)

    def skip(self, origin: Origin) -> None:
        """A row that carries no call."""
        self._wait(origin, None)

    def reject(self, origin: Origin, reason: str) -> None:
        """A row that cannot be used."""
        self._wait(origin, reason)

    def _wait(self, origin: Origin, told: list[Row] | str | None) -> None:
        self._waiting.append((origin, told))
        if len(self._waiting) >= _TOGETHER:
            self._read()

    def _read(self) -> None:
        """Read the rows that wait, those of one layout together, and enter all in their order."""
        read = self._reader.read
        events = {
            id(rows): iter(read(names, rows, self._names[file], values))
            for (file, names, values), rows in self._unread.items()
        }
        for origin, told in self._waiting:
            event = next(events[id(told)]) if isinstance(told, list) else told
            if isinstance(event, Event):
                self._enter(event)
                continue
            self._ledger.row(origin.file, origin.row, origin.raw)
            if event is None:
                self._ledger.skip(origin.file, origin.row)
            else:
                self._ledger.reject(origin.file, origin.row, event)
        self._unread.clear()
        self._waiting.clear()

    def _enter(self, event: Event) -> None:
        key = event.call_id or event.place
        if (events := self._events.get(key)) is None:
            self._events[key] = [event]
        else:
            events.append(event)
        if event.odd_duration:
            self._odd_durations[event.file] += 1

    def flag(self, file: int, text: str) -> None:
        """Something about a whole file that its receipt should say."""
        self._ledger.flag(file, text)

    def chunks(self) -> Iterator[Chunk]:
        """All calls and row accounts; call once, after the last row."""
        for file, rows in sorted(self._odd_durations.items()):
            self.flag(file, f"durations of {rows} rows were impossible and were computed from end minus start")
        self._settle_folds()
        groups = [pair(events) for events in self._events.values() if len(events) <= MOST_EVENTS]
        for event in (event for events in self._events.values() if len(events) > MOST_EVENTS for event in events):
            self._ledger.row(event.file, event.row, event.raw)
            self._ledger.reject(event.file, event.row, CROWDED)
        self._events.clear()
        habit = learn_dialog_start(groups)
        ledger, filled = self._ledger, 0
        for paired in groups:
            filled += settle(ledger, paired, habit, self._open)
            if filled >= CHUNK_ROWS:
                yield ledger.chunk(self._times.zone)
                ledger, filled = Ledger(), 0
        yield ledger.chunk(self._times.zone)

    def _settle_folds(self) -> None:
        """Local times in an hour that comes twice, once all rows are known."""
        if not self._times.repeated and not self._times.missing:
            return
        settled = settled_events(list(in_row_order(self._events.values())), self._times)
        for file, text in settled.flags:
            self.flag(file, text)
        self._open = settled.open
        for events in self._events.values() if settled.changed else ():
            events[:] = [settled.changed.get(event.place, event) for event in events]


def settle(ledger: Ledger, paired: Paired, habit: DialogStart, open_: Mapping[int, int] | None = None) -> int:
    """Enter all rows of one Call-ID into the ledger; gives how many they were.

    `open_`: times (microseconds) that may be so many seconds later.
    """
    rows = 0
    for event in (*paired.duplicates, *paired.orphans):
        ledger.row(event.file, event.row, event.raw)
        rows += 1
    for event in paired.duplicates:
        ledger.duplicate(event.file, event.row)
    for event in paired.orphans:
        ledger.reject(event.file, event.row, ORPHAN)
    for attempt, facts in facts_of(paired, habit):
        events = attempt.events()
        rows += len(events)
        for event in events:
            ledger.row(event.file, event.row, event.raw)
            if isinstance(facts, str):
                ledger.reject(event.file, event.row, facts)
        if not isinstance(facts, str):
            facts["may_be_later"] = open_.get(facts["start_time"]) if open_ else None
            ledger.enter([(event.file, event.row) for event in events], facts)
    return rows
