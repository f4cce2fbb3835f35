"""Leaps over carriers without records: what speaks against one, and what must not keep a right one from its record."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from hoptrace.linking.contests import Pair
from hoptrace.linking.kinds import Kind
from hoptrace.model.verdicts import Verdict
from hoptrace.tracing.case import Fact
from hoptrace.tracing.turned import earliest, latest, turned, without_turned_times

BASE = datetime(2026, 11, 2, 15, 0, 0, tzinfo=UTC)
MINUTE = 60_000_000


def answered(at: float, seconds: float = 20.0) -> dict:
    """The answer's moment, and how long they talked."""
    return {"answer_time": BASE + timedelta(seconds=at), "duration": seconds, "end_time": BASE + timedelta(seconds=60)}


def stamped(at: float) -> dict:
    """A row of a switch that stamps only the answer."""
    return {"start_basis": "answered", **answered(at)}


def two_calls_at_one_moment(world, of_first: float, of_second: float) -> None:
    """`low` got a call from `quiet`; `high`, which stamps the answer, had one of `orig` and handed it to `still`."""
    world.say("low", 2.0, upstream="quiet", downstream="term", **answered(of_first))
    world.say("orig", 1.5, customer="c", downstream="high", **answered(of_second))
    world.say("high", of_second, upstream="orig", downstream="still", **stamped(of_second))


@pytest.mark.parametrize("apart", [15.0, -9.0])
def test_a_leap_is_none_where_answers_differ_though_a_lent_arrival_fits(world, apart):
    two_calls_at_one_moment(world, 14.0, 14.0 + apart)
    found = world.trace(at=2.0, terminating_carrier="term")
    assert (found.verdict, found.path) == (Verdict.NON_PARTICIPATING, ("term", "low", "quiet"))


def test_a_leap_stands_where_answers_are_the_same(world):
    two_calls_at_one_moment(world, 14.0, 14.0)
    found = world.trace(at=2.0, terminating_carrier="term")
    assert found.path == ("term", "low", "quiet", "still", "high", "orig")


def test_a_leap_stands_where_routes_were_tried_before_and_the_answer_is_the_same(world):
    """`term` got the call six seconds later than `orig` sent it, for what silent carriers tried in between."""
    world.say("orig", 0.0, customer="c", downstream="still", **answered(12.0))
    world.say("low", 12.0, upstream="quiet", downstream="term", **stamped(12.0))
    world.say("term", 6.0, upstream="low", **answered(12.0))
    found = world.trace(at=6.0, terminating_carrier="term")
    assert (found.verdict, found.originating_carrier) == (Verdict.ORIGINATOR_IDENTIFIED, "orig")


def test_no_way_leads_over_a_record_cut_to_the_minute_to_a_call_that_began_later(world):
    """`mid` was refused a call of `orig` half a minute after the one that was reported."""
    world.say("term", 10.0, upstream="low", **answered(14.0))
    world.say("low", 14.0, upstream="quiet", downstream="term", **stamped(14.0))
    world.say("mid", 0.0, upstream="still", downstream="quiet", precision=MINUTE, outcome="failed")
    world.say("high", 45.0, upstream="orig", downstream="still", outcome="cancelled")
    world.say("orig", 44.9, customer="c", downstream="high", outcome="cancelled")
    found = world.trace(at=10.0, terminating_carrier="term")
    assert found.originating_carrier is None
    assert "orig" not in found.path


def a_fact(sid: int, setup: float | None, start: float, tick: float = 0.001, spread: float = 0.05) -> Fact:
    """A record of which only the times count."""
    return Fact(sid, f"c{sid}", 1, 1, None, None, None, None, None, None, None, None, start, setup, tick, spread, None)


@pytest.mark.parametrize("seed", range(100))
def test_the_weakest_leap_between_contradicting_records_goes_and_columns_tell_the_same_chains(seed):
    chance = random.Random(seed)
    starts = [chance.uniform(0, 20) for _ in range(chance.randint(2, 6))]
    facts = {
        sid: a_fact(
            sid, chance.choice([at, at, None]), at, chance.choice([0.001, 1.0, 60.0]), chance.choice([0.05, 2.0])
        )
        for sid, at in enumerate(starts)
    }
    chosen = {
        d: Pair(d, d + 1, chance.choice([Kind.BRIDGED, Kind.GAP]), chance.uniform(1, 9), d, 0.0, d)
        for d in list(facts)[:-1]
    }
    due = any(earliest(facts[up]) > latest(facts[low]) + 5.0 for low in facts for up in facts if low < up)
    left = dict(chosen)
    without_turned_times(left, facts)
    times = [[getattr(fact, name) for fact in facts.values()] for name in ("setup", "start", "tick", "spread")]
    told = turned(*(np.array([each], np.float64) for each in times))
    assert told.tolist() == [due]
    assert (left != chosen) == due
    again = dict(left)
    without_turned_times(again, facts)
    assert again == left


def test_neighbours_that_name_each_other_stay_whatever_their_clocks_say():
    facts = {0: a_fact(0, 0.0, 0.0), 1: a_fact(1, 50.0, 50.0)}
    chosen = {0: Pair(0, 1, Kind.DIRECT, 9.0, 0, 0.0, 0)}
    without_turned_times(chosen, facts)
    assert list(chosen) == [0]


def test_a_route_that_a_silent_carrier_left_does_not_keep_the_way_on_from_its_record(world):
    """`still` tried `branch`, which failed, and then `quiet`; only two names at numbers and time tell of that."""
    world.say("orig", 0.0, customer="c", downstream="still")
    world.say("branch", 0.3, upstream="still", downstream="beyond", outcome="failed")
    world.say("low", 0.6, upstream="quiet", downstream="term")
    world.say("term", 0.7, upstream="low")
    found = world.trace(at=0.7, terminating_carrier="term")
    assert (found.verdict, found.path) == (
        Verdict.ORIGINATOR_IDENTIFIED,
        ("term", "low", "quiet", "still", "orig"),
    )


def test_a_refusal_seconds_later_is_no_route_of_a_call_that_a_leap_shows_to_have_gone_on_elsewhere(world):
    """`orig` called by way of `quiet`; three seconds later `quiet` handed on the reported call, whoever placed that."""
    world.say("orig", 0.0, customer="c", downstream="quiet", **answered(14.0))
    world.say("low", 3.0, upstream="quiet", downstream="term", outcome="failed")
    world.say("term", 3.1, upstream="low", outcome="failed")
    world.say("mid", 14.0, upstream="still", downstream="over", **stamped(14.0))
    world.say("low", 14.0, upstream="over", downstream="term", **stamped(14.0))
    world.say("term", 8.7, upstream="low", **answered(14.0))
    found = world.trace(at=3.1, terminating_carrier="term")
    assert (found.originating_carrier, found.path) == (None, ("term", "low", "quiet"))


def test_a_bridge_stays_where_handoffs_further_up_lead_to_a_call_that_began_later():
    """Of two rows cut to one minute 2 got the wrong record above; that the bridge below it is right its times tell."""
    facts = {0: a_fact(0, 0.0, 0.0), 1: a_fact(1, 0.4, 0.4), 2: a_fact(2, -10.0, -10.0, 60.0), 3: a_fact(3, 46.0, 46.0)}
    kinds = (Kind.BRIDGED, Kind.DIRECT, Kind.DIRECT)
    chosen = {d: Pair(d, d + 1, kind, 7.0, d, 0.0, d) for d, kind in enumerate(kinds)}
    without_turned_times(chosen, facts)
    assert list(chosen) == [0, 1, 2]


def test_what_stays_above_a_leap_that_went_is_still_held_against_the_records_further_up():
    """2 came after 0 and 3 after 1, and of the minute of 2 nothing speaks against 3."""
    facts = {0: a_fact(0, 0.0, 0.0), 1: a_fact(1, 3.0, 3.0), 2: a_fact(2, 6.0, 6.0, 60.0), 3: a_fact(3, 20.0, 20.0)}
    chosen = {d: Pair(d, d + 1, Kind.GAP, weight, d, 0.0, d) for d, weight in enumerate((1.0, 5.0, 3.0))}
    without_turned_times(chosen, facts)
    assert list(chosen) == [1]


def test_a_leap_from_an_ingress_is_none_for_any_of_its_attempts():
    """The first attempt tells when the call came in; the second was stamped when its route was tried."""
    facts = {0: a_fact(0, 0.0, 0.0), 1: a_fact(1, 7.5, 7.5), 2: a_fact(2, 6.5, 6.5)}
    chosen = {d: Pair(d, 2, Kind.BRIDGED, 7.0, d, 0.0, 0) for d in (0, 1)}
    without_turned_times(chosen, facts)
    assert not chosen
