"""When the legs of a mod_cdr_csv file began, were answered and ended: local times, epochs and the time in a uuid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from hoptrace.intake.fold_rows import FoldRow
from hoptrace.intake.formats.freeswitch_rows import Row
from hoptrace.intake.formats.freeswitch_table import Given
from hoptrace.intake.formats.freeswitch_times import micro, micros_of, usual
from hoptrace.intake.formats.resaved import only_minutes
from hoptrace.intake.local_clock import LocalClock
from hoptrace.intake.reading import Context
from hoptrace.intake.zone_measuring import measure

_MINUTE, _SECOND, _MILLISECOND = 60_000_000, 1_000_000, 1_000


def clock_of(rows: Sequence[Row], context: Context) -> LocalClock | None:
    """The clock of local times, None where every row has an epoch."""
    if not any(row.times and not row.has_epoch for row in rows):
        return None
    pairs = [
        (row.times["start"], epoch)
        for row in rows
        if "start" in row.times and row.times["start"].tzinfo is None and (epoch := row.started) is not None
    ]
    by = "epochs" if any(row.has_epoch for row in rows) else "uuid (version 1)"
    clock = LocalClock.of(context, measure(pairs, by))
    begun = [row for row in rows if "start" in row.times]
    clock.look_ahead((row.times["start"] for row in begun), lambda: [_fold_row(row) for row in begun])
    return clock


def _fold_row(row: Row) -> FoldRow:
    text = row.variables.get("billsec", "")
    talk = float(text) if text.isdecimal() and len(text) < 8 else None
    times = row.times
    return FoldRow(row.place[1], times["start"], times.get("answer"), times.get("end"), talk, row.started)


def only_full_minutes(rows: Sequence[Row]) -> bool:
    """Whether the seconds are gone: no time has any, or all times are full minutes."""
    written = [row.variables["start_stamp"] for row in rows if "start" in row.times]
    if written and all(text.count(":") == 1 for text in written):
        return True
    return only_minutes([row.times["start"] for row in rows if "start" in row.times])


def given_times(row: Row, variables: Mapping[str, str], clock: LocalClock | None, minutes: bool) -> Given:
    """What a row's variables do not say: local times by the clock, the start by its uuid where that is finer."""
    tick = _MINUTE if minutes else _SECOND
    if clock is None:
        return Given(tick=None if "start_uepoch" in row.variables else tick)
    seconds: dict[str, datetime] = {}
    started: float | None = None
    for name, time in row.times.items():
        if name == "start":
            seconds[name] = start = _to_second(time, clock, row.epoch, row.place[1])
            started = start.timestamp()
        else:
            seconds[name] = _to_second(time, clock, started)
    start = seconds.get("start")
    later = clock.may_be_later(start, row=row.place[1]) if start is not None else None
    exact = _exact(row.epoch, started, tick)
    found: dict[str, int | None] = {}
    for name, time in seconds.items():
        # What else is written with the second of the start is no earlier than it.
        finer = exact if time == start else None
        found[name] = finer or micro(variables.get(f"{name}_uepoch")) or usual(micros_of(time))
    return Given(**found, tick=tick if exact is None else _MILLISECOND, later=later)


def _to_second(time: datetime, clock: LocalClock, near: float | None, row: int | None = None) -> datetime:
    """A time of a row in UTC and to the second; the start (`row`) by its uuid, the others by the start."""
    if time.tzinfo is None:
        time = clock.to_utc(time, near, row)
    return time.replace(microsecond=0) if time.microsecond else time


def _exact(epoch: float | None, started: float | None, tick: int) -> int | None:
    """The start to the microsecond by the leg's uuid, where it lies within the second or minute that is written."""
    if epoch is None or started is None or not 0 <= epoch - started < tick / 1_000_000:
        return None
    return usual(round(epoch * 1_000_000))
