"""When the legs of a mod_cdr_csv file began, were answered and ended: local times, epochs and the time in a uuid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
import polars as pl

from hoptrace.intake.fold_rows import FoldRow
from hoptrace.intake.formats.freeswitch.rows import STAMPS, Row
from hoptrace.intake.formats.freeswitch.table import GIVEN, Given
from hoptrace.intake.formats.freeswitch.times import FIRST, LAST, micro, micros_of, usual
from hoptrace.intake.formats.resaved import only_minutes
from hoptrace.intake.local_clock import LocalClock
from hoptrace.intake.local_columns import plain_utc
from hoptrace.intake.reading import Context
from hoptrace.intake.zone_measuring import measure_columns
from hoptrace.model.arrays import Truths

_MINUTE, _SECOND, _MILLISECOND = 60_000_000, 1_000_000, 1_000
_FEW = 500
"""Fewer rows take less time one by one."""

_SURELY_USUAL = FIRST + _MINUTE, LAST - _MINUTE


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
    clock = LocalClock.of(context, measure_columns(*_by_columns(pairs), by))
    begun = [row for row in rows if "start" in row.times]
    clock.look_ahead((row.times["start"] for row in begun), lambda: [_fold_row(row) for row in begun])
    return clock


def _by_columns(pairs: Sequence[tuple[datetime, float]]) -> tuple[pl.Series, pl.Series]:
    """Local times and epochs in microseconds."""
    epochs = np.rint(np.array([epoch for _, epoch in pairs], np.float64) * _SECOND).astype(np.int64)
    return _micros([local for local, _ in pairs]), pl.Series(epochs)


def _micros(local: Sequence[datetime | None]) -> pl.Series:
    return pl.Series(local, dtype=pl.Datetime("us")).cast(pl.Int64)


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


def given_of(
    rows: Sequence[Row], variables: Sequence[Mapping[str, str]], clock: LocalClock | None, minutes: bool
) -> pl.DataFrame:
    """GIVEN of rows as `given_times` has it: of those about whose times nothing is odd at once, of the others alone."""
    if clock is None or len(rows) < _FEW:
        every = [_given(row, said, clock, minutes) for row, said in zip(rows, variables, strict=True)]
        return pl.DataFrame(every, schema=dict.fromkeys(GIVEN, pl.Int64), orient="row")
    odd = np.array([_is_odd(row, said) for row, said in zip(rows, variables, strict=True)], bool)
    given, is_open = _plain(rows, odd, clock, minutes)
    alone: list[int] = np.flatnonzero(odd | is_open).tolist()
    if not alone:
        return given
    told = zip(*[_given(rows[at], variables[at], clock, minutes) for at in alone], strict=True)
    columns = zip(GIVEN, told, strict=True)
    return pl.DataFrame([given[name].scatter(alone, pl.Series(each, dtype=pl.Int64)) for name, each in columns])


def _given(row: Row, said: Mapping[str, str], clock: LocalClock | None, minutes: bool) -> Given:
    return given_times(row, said, None if row.has_epoch else clock, minutes)


def _is_odd(row: Row, said: Mapping[str, str]) -> bool:
    """Whether more than local times to the second, and a uuid, tells when a row's leg began and ended."""
    if row.has_epoch or "answer_uepoch" in said or "end_uepoch" in said:
        return True
    for time in row.times.values():  # noqa: SIM110 - a generator would take as long again
        if time.microsecond or time.tzinfo is not None:
            return True
    return False


def _plain(rows: Sequence[Row], odd: Truths, clock: LocalClock, minutes: bool) -> tuple[pl.DataFrame, Truths]:
    """GIVEN of the rows that are not `odd`; and which of them have a time in an hour that the zone repeats or skips."""
    tick = _MINUTE if minutes else _SECOND
    local = [
        _micros([None if away else row.times.get(name) for row, away in zip(rows, odd, strict=True)]) for name in STAMPS
    ]
    epochs = np.array([row.epoch or np.nan for row in rows])
    start = plain_utc(clock, local[0], pl.Series(np.rint(epochs * _SECOND), nan_to_null=True).cast(pl.Int64))
    utc = [start, *(plain_utc(clock, each, start) for each in local[1:])]
    is_open = np.zeros(len(rows), bool)
    for written, read in zip(local, utc, strict=True):
        is_open |= (written.is_not_null() & ~read.is_between(*_SURELY_USUAL).fill_null(value=False)).to_numpy()
    since = epochs - start.cast(pl.Float64).to_numpy() / _SECOND
    exact = pl.Series((since >= 0) & (since < tick / _SECOND))
    finer = pl.Series(np.rint(np.nan_to_num(epochs) * _SECOND).astype(np.int64))
    # What else is written with the second of the start is no earlier than it.
    times = [finer.zip_with(exact & (each == start).fill_null(value=False), each) for each in utc]
    ticks = pl.select(pl.when(exact).then(_MILLISECOND).otherwise(tick).cast(pl.Int64)).to_series()
    columns = [*times, ticks, pl.Series([None], dtype=pl.Int64).new_from_index(0, len(rows))]
    return pl.DataFrame([column.alias(name) for name, column in zip(GIVEN, columns, strict=True)]), is_open


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
