"""Leaps over carriers without records: what speaks against one, and what must not keep a right one from its record."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from hoptrace.linking.assignment import Assignment, assign
from hoptrace.linking.contests import Pair
from hoptrace.linking.kinds import Kind
from hoptrace.model.verdicts import Verdict
from hoptrace.tracing.case import Fact
from hoptrace.tracing.ingress import feed_attempts
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
    for d in chosen.keys() - left.keys():
        assert d not in left


def test_neighbours_that_name_each_other_stay_whatever_their_clocks_say():
    facts = {0: a_fact(0, 0.0, 0.0), 1: a_fact(1, 50.0, 50.0)}
    chosen = {0: Pair(0, 1, Kind.DIRECT, 9.0, 0, 0.0, 0)}
    without_turned_times(chosen, facts)
    assert list(chosen) == [0]


def test_a_leap_that_a_ring_took_away_is_made_to_the_next_best_record():
    """4 feeds 1 over a gap and 1 seemed to feed 3: a ring, of which the lightest goes; 3 came from 2 then."""
    pairs = [
        Pair(4, 3, Kind.DIRECT, 20.0, 0, 0.0, 4),
        Pair(1, 4, Kind.GAP, 8.9, 1, 0.0, 1),
        Pair(3, 1, Kind.GAP, 8.5, 2, 0.0, 3),
        Pair(1, 2, Kind.GAP, 7.0, 3, 0.0, 1),
        Pair(3, 2, Kind.GAP, 6.4, 4, 0.0, 3),
    ]
    assert {d: pair.u for d, pair in assign(pairs).chosen.items()} == {4: 3, 1: 4, 3: 2}


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


def test_a_refused_attempt_of_an_ingress_came_from_where_the_other_attempts_came(world):
    """`mid` tried `term` itself, in vain, and then over `over`: one call, which began at `orig` either way."""
    world.say("orig", 0.0, customer="c", downstream="still")
    world.say("mid", 0.2, upstream="quiet", downstream="term", outcome="failed")
    world.say("mid", 0.2, upstream="quiet", downstream="over")
    world.say("term", 0.4, upstream="mid", outcome="failed")
    world.say("term", 1.2, upstream="over")
    found = world.trace(at=1.0, terminating_carrier="term")
    assert (found.verdict, found.originating_carrier) == (Verdict.ORIGINATOR_IDENTIFIED, "orig")


def test_an_answered_attempt_did_not_come_from_where_a_refusal_of_its_ingress_seems_to_fit(world):
    """`low` tried `away` in vain and then `term`; the refusal looks like that of another call, of `orig`."""
    world.say("orig", 0.0, customer="c", downstream="high", outcome="failed")
    world.say("high", 0.1, upstream="orig", downstream="still", outcome="failed")
    world.say("low", 0.3, upstream="quiet", downstream="away", outcome="failed")
    world.say("low", 0.3, upstream="quiet", downstream="term")
    world.say("term", 0.5, upstream="low")
    found = world.trace(at=0.5, terminating_carrier="term")
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


def test_an_attempt_in_vain_does_not_come_from_a_call_that_it_fed_itself():
    """The carrier of 0 sent the call to that of 1, which sent it back: 2 has the same ingress, as its fields tell."""
    facts = {sid: a_fact(sid, 0.0, 0.0)._replace(outcome="answered" if sid else "failed") for sid in range(3)}
    pairs = [Pair(2, 1, Kind.DIRECT, 9.0, 0, 0.0, 0), Pair(1, 0, Kind.DIRECT, 9.0, 1, 0.0, 1)]
    settled = Assignment(pairs, {pair.d: pair for pair in pairs})
    feed_attempts({0: 0, 1: 1, 2: 0}, settled, facts)
    assert sorted(settled.chosen) == [1, 2]


def test_where_a_ring_could_be_broken_elsewhere_what_that_costs_is_told():
    """4 came over 3 from 5, or else over 3 and 1 from 2, which weighs more: nobody may be named by the first alone."""
    pairs = [
        Pair(4, 3, Kind.DIRECT, 20.0, 0, 0.0, 4),
        Pair(1, 4, Kind.GAP, 8.9, 1, 0.0, 1),
        Pair(3, 1, Kind.GAP, 8.5, 2, 0.0, 3),
        Pair(1, 2, Kind.GAP, 7.0, 3, 0.0, 1),
        Pair(3, 5, Kind.GAP, 6.4, 4, 0.0, 3),
    ]
    found = assign(pairs)
    assert {d: pair.u for d, pair in found.chosen.items()} == {4: 3, 1: 4, 3: 5}
    (rival,) = found.rivals(1)
    assert (rival[0].u, rival[1]) == (2, pytest.approx(8.9 + 6.4 - 8.5 - 7.0))


@pytest.mark.parametrize("left", [True, False])
def test_no_leap_leads_over_a_route_that_was_left_to_where_its_own_call_went_on(left):
    """3 says that it handed the call to the carrier of 2, above the record of 1 from which a leap would have it."""
    pairs = [
        Pair(0, 1, Kind.BRIDGED, 8.0, 0, 0.0, 0, left=left),
        Pair(1, 2, Kind.DIRECT, 9.0, 1, 0.0, 1),
        Pair(2, 3, Kind.CONFLICT, 6.0, 2, 0.0, 2),
        Pair(3, 1, Kind.GAP, 5.0, 3, 0.0, 3),
    ]
    assert sorted(assign(pairs).chosen) == [0, 1]
