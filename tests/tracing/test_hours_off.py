"""Whether reported times are whole or half hours off, by how far away the records of both numbers are."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.tracing.hours_off import AWAY, HoursOff, hours_off

HOUR = 3600.0


def away(*calls: Iterable[float]) -> pl.DataFrame:
    """How far away each call's records are (s)."""
    rows = [(call, at) for call, records in enumerate(calls) for at in records]
    return pl.DataFrame(rows, schema={"call": pl.Int64, "away": pl.Float64}, orient="row")


@pytest.mark.parametrize("hours", [5.0, -14.0, 0.5, 5.5, -9.5])
def test_calls_that_all_lie_equally_far_away_are_told(hours):
    chance = np.random.default_rng(3)
    records = [[hours * HOUR + off, hours * HOUR + off + 0.2] for off in chance.uniform(-60.0, 30.0, 40)]
    assert hours_off(away(*records), 40) == HoursOff(40, 40, hours)


@pytest.mark.parametrize(
    ("calls", "of", "told"), [(4, 4, False), (4, 5, True), (3, 5, False), (60, 100, True), (59, 100, False)]
)
def test_most_calls_must_say_so(calls, of, told):
    found = hours_off(away(*[[-6 * HOUR]] * calls), of)
    assert found == (HoursOff(calls, of, -6.0) if told else None)


def test_a_file_in_which_some_calls_are_at_their_times_is_not_off():
    shifted, right = [[5 * HOUR]] * 80, [[2.0]] * 11
    assert hours_off(away(*shifted, *right), 100) is None
    assert hours_off(away(*shifted, *right[:10]), 100) == HoursOff(80, 100, 5.0)


def test_a_call_with_a_record_about_its_time_is_none_of_those_that_are_off():
    both = [[400.0, 5 * HOUR]] * 5
    assert hours_off(away(*[[5 * HOUR]] * 95, *both), 100) == HoursOff(95, 100, 5.0)


def test_somebody_who_calls_at_the_same_minute_of_each_hour_tells_nothing():
    each_hour = [hour * HOUR for hour in range(-14, 15) if hour]
    assert hours_off(away(*[each_hour] * 100), 100) is None
    before_and_after = [-HOUR, HOUR]
    assert hours_off(away(*[before_and_after] * 100), 100) is None


def test_redials_at_the_true_time_do_not_hide_it():
    assert hours_off(away(*[[HOUR, HOUR + 31.0, HOUR + 700.0]] * 30), 30) == HoursOff(30, 30, 1.0)


@pytest.mark.parametrize("seed", range(20))
def test_calls_of_the_same_numbers_at_any_time_tell_nothing(seed):
    chance = np.random.default_rng(seed)
    beside = [at for at in chance.uniform(-AWAY, AWAY, 300) if abs(at) > HOUR / 4]
    assert hours_off(away(*([at] for at in beside)), len(beside)) is None


@pytest.mark.parametrize("minutes", [7.5, 20.0, 45.0, 100.0])
def test_what_is_no_half_hour_is_not_told(minutes):
    assert hours_off(away(*[[minutes * 60.0]] * 50), 50) is None


def test_no_records_tell_nothing():
    assert hours_off(away(), 50) is None
    assert hours_off(away(), 0) is None


@given(st.lists(st.lists(st.floats(-AWAY, AWAY), max_size=4), min_size=1, max_size=60))
def test_what_is_told_holds_of_most_calls(records):
    found = hours_off(away(*records), len(records))
    if found is None:
        return
    fit = [any(abs(at - found.hours * HOUR) <= 120.0 for at in told) for told in records]
    assert sum(fit) >= found.calls > len(records) / 2
    assert found.hours != 0
