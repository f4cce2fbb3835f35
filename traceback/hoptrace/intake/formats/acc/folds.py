"""Accounting rows with local times in an hour that the zone repeats: settled by the sequence of each file's rows.

A server writes a row when it sends the final reply or ends the call, so that the rows of a file stand in order of time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hoptrace.intake.fold_rows import FoldRow, settled_rows
from hoptrace.intake.formats.acc.events import Event
from hoptrace.intake.formats.acc.times import SECOND, TimeReader

_OTHERS = ("created", "answered", "start", "end")
_ROUNDED = 2 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Place = tuple[int, int]


class SettledEvents(NamedTuple):
    """What the sequence of a group's rows tells of a repeated hour.

    `changed`: the events that read otherwise, by file and row; `open`: times (microseconds) of rows of which it tells
    nothing, and by how many seconds they may be later; `flags` by file.
    """

    changed: dict[Place, Event]
    open: dict[int, int]
    flags: list[tuple[int, str]]


def settled_events(events: Sequence[Event], times: TimeReader) -> SettledEvents:
    """The events of a group, in the order of their rows, with those in a repeated hour settled.

    The tables of a database (calls, missed calls, dialogs) are sequences of their own.
    """
    changed: dict[Place, Event] = {}
    open_: dict[int, int] = {}
    flags: list[tuple[int, str]] = []
    tables: dict[tuple[int, bool, bool], list[Event]] = {}
    for event in events:
        tables.setdefault((event.file, event.missed, event.dialog), []).append(event)
    for (file, _, _), mine in sorted(tables.items(), key=lambda pair: pair[0]):
        missing = sum(event.time in times.missing for event in mine)
        if missing:
            told = f"times in the hour that {times.zone.name} leaves out as summer time begins, shifted"
            flags.append((file, f"{told}: {missing:,}"))
        if times.key is None or not any(event.time in times.repeated for event in mine):
            continue
        settled = settled_rows([row for event in mine if (row := _fold_row(event, times)) is not None], times.key)
        passes = dict(settled.passes.iter_rows())
        flags += [(file, text) for text in settled.flags]
        for event in mine:
            told_again = _moved(event, times, second=bool(passes.get(event.row)))
            if event.time in times.repeated and passes.get(event.row) is None:
                open_ |= _open(told_again, times)
            if told_again is not event:
                changed[event.place] = told_again
    return SettledEvents(changed, open_, flags)


def _open(event: Event, times: TimeReader) -> dict[int, int]:
    written: list[int | None] = [getattr(event, name) for name in ("time", *_OTHERS)]
    return {time: times.repeated[time] // SECOND for time in written if time is not None and time in times.repeated}


def _fold_row(event: Event, times: TimeReader) -> FoldRow | None:
    if event.time is None:
        return None
    at = _EPOCH + timedelta(microseconds=event.time)
    if event.time not in times.repeated:
        return FoldRow(event.row, at)
    return FoldRow(event.row, times.local(at))


def _moved(event: Event, times: TimeReader, *, second: bool) -> Event:
    """The event with its time in the second pass, and what else it says as near before that as it can be."""
    time = event.time
    if time is None:
        return event
    time += times.repeated.get(time, 0) if second else 0
    new = {name: _before(getattr(event, name), time, event, times) for name in _OTHERS}
    if time == event.time and all(new[name] == getattr(event, name) for name in _OTHERS):
        return event
    return event._replace(time=time, **new)


def _before(stamp: int | None, time: int, event: Event, times: TimeReader) -> int | None:
    """A time of the row, in the second pass if it lies before the row was written then, and the call was no longer."""
    shift = times.repeated.get(stamp, 0) if stamp is not None else 0
    if stamp is None or not shift or stamp + shift > time + _ROUNDED:
        return stamp
    longer = event.duration is not None and time - stamp - shift < event.duration * SECOND - _ROUNDED
    return stamp if longer else stamp + shift


def in_row_order(groups: Iterable[Sequence[Event]]) -> Iterator[Event]:
    """All events in the order of files and rows."""
    yield from sorted((event for events in groups for event in events), key=lambda event: event.place)
