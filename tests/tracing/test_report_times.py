"""How far reported times are off, of calls that can be no other than the reported ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.tracing.report_times import (
    FULL_BY_CHANCE,
    LEAST_CALLS,
    MOST_CLOSE,
    more_than_by_chance,
    otherwise,
    report_times,
    seconds_off,
)
from hoptrace.tracing.reported import ReportHabits, ReportTimes, cut_to_the_minute

AS_PRESUMED = 3.0


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(("late", "sigma"), [(0.0, 1.0), (4.0, 0.5), (-2.5, 2.0), (-30.0, 17.0)])
def test_middle_and_spread_are_found_among_reports_that_mean_other_calls(late, sigma, seed):
    chance = np.random.default_rng(seed)
    mine, others = chance.normal(late, sigma, 190), chance.uniform(-600.0, 600.0, 10)
    found = report_times([*mine, *others])
    assert found is not None
    assert found.late == pytest.approx(late, abs=0.3 * sigma)
    assert found.close == pytest.approx(3 * sigma, rel=0.25)


@pytest.mark.parametrize("seed", range(20))
def test_some_reports_that_are_far_off_do_not_make_all_of_them_so(seed):
    chance = np.random.default_rng(seed)
    wild = chance.choice([-1.0, 1.0], 8) * chance.uniform(3.0, 8.0, 8)
    found = report_times([*chance.normal(0.0, 1.0, 192), *wild])
    assert found is not None
    assert otherwise(found, AS_PRESUMED) is None


def test_times_cut_to_the_minute_are_found_to_be_so():
    found = report_times(np.random.default_rng(1).uniform(-60.0, 0.0, 200).tolist())
    cut = cut_to_the_minute(ReportTimes())
    assert found is not None
    assert found.late == pytest.approx(cut.late, abs=4.0)
    assert found.close == pytest.approx(cut.close, rel=0.2)


@pytest.mark.parametrize("seed", range(10))
def test_reports_that_lie_anywhere_tell_nothing(seed):
    found = report_times(np.random.default_rng(seed).uniform(-590.0, 590.0, 200).tolist())
    assert found is None or found.late == 0.0


def test_few_calls_tell_nothing():
    assert report_times([9.0] * (LEAST_CALLS - 1)) is None
    assert report_times([9.0] * LEAST_CALLS) is not None


@given(st.lists(st.floats(-600.0, 600.0), min_size=LEAST_CALLS, max_size=200))
def test_whatever_the_seconds_what_is_found_is_bounded(seconds):
    found = report_times(seconds)
    if found is None:
        return
    assert min(0.0, *seconds) - 0.1 <= found.late <= max(0.0, *seconds) + 0.1
    assert 0.0 < found.close <= MOST_CLOSE


@pytest.mark.parametrize(
    ("found", "clearly"),
    [
        (ReportTimes(0.4, 3.3), None),
        (ReportTimes(0.4, 6.0), ReportTimes(0.0, 6.0)),
        (ReportTimes(-2.0, 2.0), ReportTimes(-2.0, 0.0)),
    ],
)
def test_only_what_is_clearly_otherwise_counts(found, clearly):
    assert otherwise(found, AS_PRESUMED) == clearly


@pytest.mark.parametrize(
    ("full", "of", "more"),
    [(0, 0, False), (2, 2, False), (3, 3, True), (33, 2_000, False), (50, 2_000, False), (100, 2_000, True)],
)
def test_full_minutes_are_chance_or_not(full, of, more):
    assert more_than_by_chance(full, of, FULL_BY_CHANCE) is more


def off_by(world, report_call, at: float, **told):
    """What the call of a chain that began at 0 tells of a report `at` seconds after."""
    world.chain("orig", "mid", "term")
    (judged,) = world.gather([report_call(at, **told)]).judged
    return seconds_off(judged)


def test_a_call_alone_tells_how_far_its_report_is_off(world, report_call):
    assert off_by(world, report_call, 7.2) == pytest.approx(7.0, abs=0.3)


def test_a_call_beside_another_one_tells_nothing(world, report_call):
    world.chain("orig", "mid", "term", at=-200.0)
    assert off_by(world, report_call, 0.2) is None


@pytest.mark.parametrize("told", [{"calling": "+12025550199"}, {"terminating_carrier": "elsewhere"}])
def test_a_call_of_another_caller_or_to_another_end_tells_nothing(world, report_call, told):
    assert off_by(world, report_call, 0.2, **told) is None


def test_a_single_record_tells_nothing(world, report_call):
    world.chain("only")
    (judged,) = world.gather([report_call(0.0)]).judged
    assert seconds_off(judged) is None


def test_a_late_report_is_held_against_the_time_that_it_means(world, report_call):
    world.chain("orig", "mid", "term")
    world.chain("other", "mid", "term", at=10.0)
    assert world.trace(8.0).originating_carrier == "other"
    world.habits = ReportHabits(ReportTimes(late=8.0))
    told = world.trace(8.0)
    assert told.originating_carrier == "orig"
    assert (
        told.hops[0]
        .evidence[1]
        .detail.endswith("began 7.7 s before the reported time. Reports of these calls are 8.0 s late on average.")
    )


def test_a_time_without_seconds_may_mean_any_call_of_that_minute(world, report_call):
    from dataclasses import replace

    world.chain("orig", "mid", "term", at=40.0)
    call = report_call(0.0)
    at_the_minute = replace(call, start_time=call.start_time.replace("15:00:00", "15:00"))
    (told,) = world.trace_all([at_the_minute])
    assert told.originating_carrier == "orig"
    assert told.hops[0].evidence[1].agrees
    world.chain("other", "mid", "term", at=10.0, customer="cust-2")
    (told,) = world.trace_all([at_the_minute])
    assert str(told.verdict) == "ambiguous"
