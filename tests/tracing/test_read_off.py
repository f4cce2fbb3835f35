"""Reports whose time was read off the record of the carrier that delivered the call, by its clock."""

from __future__ import annotations

import pytest

from hoptrace.model.verdicts import Verdict
from hoptrace.tracing.results import Floors

SLOW = -95.0


@pytest.fixture
def slow(world):
    """A call at 0.0 s to a carrier whose clock is 95 s slow."""
    world.clocks = {"term": SLOW}
    call(world, 0.0, "orig")
    return world


def call(world, at: float, placed: str, **facts) -> None:
    world.say(placed, at, customer=f"cust-{placed}", downstream="mid", **facts)
    world.say("mid", at + 0.1, upstream=placed, downstream="term", **facts)
    world.say("term", at + 0.2 + SLOW, upstream="mid", **facts)


@pytest.mark.parametrize("end", [{"terminating_carrier": "term"}, {}])
@pytest.mark.parametrize("told", [0.2 + SLOW, SLOW])
def test_a_time_read_off_the_carriers_own_record_means_that_call(slow, end, told):
    """As it is, or cut to the second."""
    found = slow.trace(told, **end)
    assert (found.verdict, found.path) == (Verdict.ORIGINATOR_IDENTIFIED, ("term", "mid", "orig"))
    (told,) = [line for line in found.hops[0].evidence if line.about == "time"]
    assert told.agrees
    assert told.detail.endswith("The report tells the time of term's own record, whose clock is 95.0 s slow.")


def test_the_time_that_all_clocks_tell_means_it_too(slow):
    found = slow.trace(0.2, terminating_carrier="term")
    assert found.originating_carrier == "orig"
    assert "own record" not in str(found.hops[0].evidence)


@pytest.mark.parametrize("told", [4.0 + SLOW, 0.3 + SLOW, 1.0 + SLOW])
def test_a_time_that_no_record_tells_is_as_far_off_as_it_was(slow, told):
    found = slow.trace(told, terminating_carrier="term")
    assert (found.verdict, found.originating_carrier) == (Verdict.AMBIGUOUS, None)


@pytest.mark.parametrize("call_", [{"calling": None}, {"calling": "+12025550199"}, {"terminating_carrier": "mid"}])
def test_another_caller_or_end_does_not_mean_it(slow, call_):
    found = slow.trace(0.2 + SLOW, **{"terminating_carrier": "term", **call_})
    assert found.originating_carrier is None


def test_where_a_call_lies_at_the_reported_moment_itself_either_may_be_meant(slow):
    call(slow, SLOW, "other")
    found = slow.trace(0.2 + SLOW, terminating_carrier="term")
    assert (found.verdict, found.originating_carrier) == (Verdict.AMBIGUOUS, None)
    assert {rival.path[-1] for rival in found.alternatives} == {"orig", "other"}


def test_where_either_leads_to_the_same_customer_it_is_named(slow):
    call(slow, SLOW, "orig")
    assert slow.trace(0.2 + SLOW, terminating_carrier="term").originating_carrier == "orig"


def test_a_record_of_another_caller_at_that_moment_is_no_rival(slow):
    call(slow, SLOW, "other", calling_number="+12025550199")
    assert slow.trace(0.2 + SLOW, terminating_carrier="term").originating_carrier == "orig"


def test_a_time_cut_to_the_minute_is_no_records_own(world):
    world.clocks = {"term": SLOW}
    call(world, 0.0, "orig", precision=60_000_000)
    assert world.trace(0.2 + SLOW, terminating_carrier="term").originating_carrier is None


def test_such_calls_are_asked_about_one_by_one(slow, report_call):
    calls = [report_call(0.2 + SLOW, terminating_carrier="term"), report_call(0.2, terminating_carrier="term")]
    assert list(slow.plain_lines(calls, Floors(0.7, 0.955))) == [1]
