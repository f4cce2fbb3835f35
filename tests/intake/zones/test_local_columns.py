"""Local times by columns are those of the clock that reads them one by one."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.intake.local_clock import LocalClock
from hoptrace.intake.local_columns import plain_utc
from hoptrace.intake.reading import Context
from hoptrace.intake.zone_measuring import Measured, measure, measure_columns, quarter_offset, quarter_offsets
from hoptrace.intake.zones import Reading, to_utc
from hoptrace.model.carriers import Carrier

EPOCH, MICROSECOND = datetime(1970, 1, 1), timedelta(microseconds=1)  # noqa: DTZ001 - compared with local times
ZONES = ("America/Chicago", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC", "+05:30")
TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1))  # noqa: DTZ001
NEAR = st.sampled_from([datetime(2026, 11, 1, 1), datetime(2026, 3, 8, 2), datetime(2026, 4, 5, 1, 30)])  # noqa: DTZ001
NEAR_CHANGES = st.tuples(NEAR, st.integers(-90, 90)).map(lambda each: each[0] + timedelta(minutes=each[1]))
SECONDS = st.integers(-16 * 3600, 16 * 3600) | st.sampled_from([-18_000, -18_060, -18_061, -21_600, 19_800])


def micros(times: list[datetime]) -> pl.Series:
    return pl.Series([(time - EPOCH) // MICROSECOND for time in times], dtype=pl.Int64)


@given(zone=st.sampled_from(ZONES), times=st.lists(TIMES | NEAR_CHANGES, min_size=1))
def test_a_plain_time_is_read_as_the_clock_reads_it(zone: str, times: list[datetime]) -> None:
    clock = LocalClock.of(Context(Carrier("oak"), timezone=zone))
    found = plain_utc(clock, micros(times), pl.Series([None] * len(times), dtype=pl.Int64))
    for time, utc in zip(times, found.to_list(), strict=True):
        expected, reading = to_utc(time, clock.resolved.tz)
        if utc is not None:
            assert utc == (expected.replace(tzinfo=None) - EPOCH) // MICROSECOND
        assert (utc is not None) == (reading is Reading.PLAIN)


@given(rows=st.lists(st.tuples(TIMES, SECONDS), min_size=1))
def test_offsets_that_epochs_show(rows: list[tuple[datetime, int]]) -> None:
    locals_ = [time.replace(microsecond=0) for time, _ in rows]
    epochs = [int((time - EPOCH).total_seconds()) - ahead for time, (_, ahead) in zip(locals_, rows, strict=True)]
    found = quarter_offsets(micros(locals_), pl.Series(epochs) * 1_000_000)
    expected = [quarter_offset(time, epoch) for time, epoch in zip(locals_, epochs, strict=True)]
    assert found.to_list() == [None if each is None else each // MICROSECOND for each in expected]
    pairs = list(zip(locals_, epochs, strict=True))
    assert measure_columns(micros(locals_), pl.Series(epochs) * 1_000_000) == measure(pairs)


def test_an_epoch_settles_a_change_of_summer_time_that_the_file_crosses() -> None:
    hour = timedelta(hours=1)
    measured = Measured(-6 * hour, (-5 * hour,), datetime(2026, 11, 2), 9, 9, "uniqueid")  # noqa: DTZ001
    clock = LocalClock.of(Context(Carrier("oak")), measured)
    local = micros([datetime(2026, 11, 1, 1, 30)] * 3)  # noqa: DTZ001
    epochs = local + pl.Series([5 * 3600, 6 * 3600, None]) * 1_000_000
    hours = (plain_utc(clock, local, epochs) - local) // 3_600_000_000
    assert hours.to_list() == [5, 6, 6]
