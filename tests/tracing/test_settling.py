"""Sharp records lend their times to coarse ones of their chain; routes over a silent carrier share the record above."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from hoptrace.linking.assignment import assign
from hoptrace.linking.contests import Pair
from hoptrace.linking.kinds import Kind
from hoptrace.linking.through import LOST, no_better_than_through
from hoptrace.model.verdicts import Verdict

BASE = datetime(2026, 11, 2, 15, 0, 0, tzinfo=UTC)
MINUTE, SECOND = 60_000_000, 1_000_000
OFFSETS = (5.0, 22.0, 41.0)


def redials_over_a_coarse_carrier(world, order=(0, 1, 2), precision=MINUTE, **facts) -> None:
    """Three calls in one minute of three customers of `orig`; nothing tells the rows of `mid` apart."""
    cut = 60.0 if precision == MINUTE else 1.0
    for n, at in enumerate(OFFSETS):
        world.say("orig", at, customer=f"cust-{n}", downstream="mid", **facts)
    for n in order:
        world.say("mid", OFFSETS[n] // cut * cut, upstream="orig", downstream="term", precision=precision, **facts)
    for at in OFFSETS:
        world.say("term", at + 0.2, upstream="mid", **facts)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3)))[::2])
def test_each_of_three_redials_in_one_minute_finds_its_own_beginning(world, report_call, order):
    redials_over_a_coarse_carrier(world, order)
    calls = [report_call(at + 0.2, call_ref=f"C{n}", terminating_carrier="term") for n, at in enumerate(OFFSETS)]
    found = world.trace_all(calls)
    assert [result.path for result in found] == [("term", "mid", "orig")] * 3
    assert [result.customer for result in found] == ["cust-0", "cust-1", "cust-2"]


def test_a_coarse_carrier_takes_its_own_time_where_its_neighbours_tell_none(world):
    """Without a sharp record above, below is still told apart by who is named."""
    for n, at in enumerate(OFFSETS):
        world.say(f"orig{n}", 0.0, customer=f"cust-{n}", downstream="mid", precision=MINUTE)
        world.say("mid", 0.0, upstream=f"orig{n}", downstream="term", precision=MINUTE)
        world.say("term", at + 0.2, upstream="mid")
    found = world.trace(at=OFFSETS[1] + 0.2, terminating_carrier="term")
    assert found.path[:2] == ("term", "mid")
    assert found.verdict in (Verdict.AMBIGUOUS, Verdict.ORIGINATOR_IDENTIFIED)
    if found.verdict is Verdict.ORIGINATOR_IDENTIFIED:
        assert found.originating_carrier == "orig1"


def test_two_coarse_carriers_in_a_row_pass_the_sharp_time_on(world, report_call):
    for n, at in enumerate(OFFSETS):
        world.say("orig", at, customer=f"cust-{n}", downstream="mid1")
    for _ in OFFSETS:
        world.say("mid1", 0.0, upstream="orig", downstream="mid2", precision=MINUTE)
    for _ in OFFSETS:
        world.say("mid2", 0.0, upstream="mid1", downstream="term", precision=MINUTE)
    for at in OFFSETS:
        world.say("term", at + 0.3, upstream="mid2")
    calls = [report_call(at + 0.3, call_ref=f"C{n}", terminating_carrier="term") for n, at in enumerate(OFFSETS)]
    assert [result.customer for result in world.trace_all(calls)] == ["cust-0", "cust-1", "cust-2"]


@pytest.mark.parametrize("taken", [0.05, 0.8, 1.6])
def test_a_lone_chain_stands_however_long_coarse_carriers_take_to_send_a_call_on(world, report_call, taken):
    """That a call took a second where others take a tenth is no reason to doubt its handoffs: nothing else fits."""
    facts = {"outcome": "busy"}
    world.say("orig", 5.0, customer="cust", downstream="mid1", **facts)
    world.say("mid1", 0.0, upstream="orig", downstream="mid2", precision=MINUTE, outcome="unknown")
    world.say("mid2", 0.0, upstream="mid1", downstream="mid3", precision=MINUTE, outcome="unknown")
    world.say("mid3", 5.3 + taken, upstream="mid2", downstream="term", outcome="unknown")
    world.say("term", 5.4 + taken, upstream="mid3", **facts)
    (judged,) = world.gather([report_call(5.4 + taken, terminating_carrier="term")]).judged
    weights = [pair.weight for pair in judged.case.assignment.chosen.values()]
    assert len(weights) == 4
    assert min(weights) > 8.0


@pytest.mark.parametrize("seed", range(8))
def test_nothing_changes_where_all_records_are_sharp(world, report_call, seed):
    chance = random.Random(seed)
    for n in range(5):
        chain = [chance.choice(["o1", "o2"]), *chance.sample(["t1", "t2", "t3"], 2), "term"]
        world.chain(*chain, at=n * chance.uniform(0.5, 3.0), customer=f"cust-{n}")
    (judged,) = world.gather([report_call(1.0)]).judged
    settled = judged.case.assignment
    assert settled.chosen
    assert settled.chosen == assign(settled.pairs).chosen


def test_records_cut_to_the_minute_are_told_apart_better_than_by_their_own_times(world, report_call):
    redials_over_a_coarse_carrier(world, (2, 0, 1))
    (judged,) = world.gather([report_call(5.2)]).judged
    case = judged.case
    ways = [case.assignment.chosen[mid] for mid in sorted(case.assignment.chosen) if case.facts[mid].carrier == "mid"]
    lower = {pair.u: pair.d for pair in case.assignment.chosen.values() if case.facts[pair.d].carrier == "term"}
    apart = [case.facts[lower[pair.d]].start - case.facts[pair.u].start for pair in ways]
    assert apart == pytest.approx([0.2] * 3, abs=1e-6)


def over_a_silent_carrier(world, first: dict, second: dict) -> None:
    """`quiet`, without records, tried two routes for one call of `orig`."""
    world.say("orig", 0.0, customer="c", downstream="quiet", outcome="no_answer", release_code="480")
    world.say("one", 0.15, upstream="quiet", **first)
    world.say("two", 0.3, upstream="quiet", **second)


def test_two_routes_over_a_silent_carrier_share_the_record_above(world):
    refused = {"outcome": "no_answer", "release_code": "480"}
    over_a_silent_carrier(world, refused, refused)
    for end, at in (("one", 0.15), ("two", 0.3)):
        found = world.trace(at=at, terminating_carrier=end)
        assert (found.path, found.customer) == ((end, "quiet", "orig"), "c")


def test_two_routes_that_both_went_on_do_not_share_the_record_above(world, report_call):
    """Both records say that they handed the call to somebody: two calls, of which only one is the one above."""
    over_a_silent_carrier(world, {"downstream": "end1"}, {"downstream": "end2"})
    (judged,) = world.gather([report_call(0.2)]).judged
    above = [pair.u for pair in judged.case.assignment.chosen.values()]
    assert len(above) == len(set(above)) > 0


def test_a_route_all_of_whose_ways_on_failed_shares_the_record_above_with_the_one_that_came_through(world):
    """`one` handed the call to `full`, which refused it, and told `quiet` so; that went on to `two` in the end."""
    world.say("orig", 0.0, customer="c", downstream="quiet", outcome="busy")
    world.say("one", 0.15, upstream="quiet", downstream="full", outcome="failed")
    world.say("full", 0.25, upstream="one", outcome="failed")
    world.say("two", 4.3, upstream="quiet", downstream="end", outcome="busy")
    world.say("end", 4.4, upstream="two", outcome="busy")
    found = world.trace(at=4.4, terminating_carrier="end")
    assert (found.path, found.customer) == (("end", "two", "quiet", "orig"), "c")


@pytest.mark.parametrize(("above", "end"), [("failed", "answered"), ("busy", "answered"), ("answered", "busy")])
def test_a_call_that_ended_otherwise_is_not_of_the_record_above_of_a_failed_route(world, above, end):
    """The failed call was redialled by somebody whose record is missing: who placed the first one did not place it."""
    world.say("orig", 0.0, customer="c", downstream="quiet", outcome=above)
    world.say("one", 0.15, upstream="quiet", downstream="full", outcome="failed")
    world.say("two", 2.0, upstream="quiet", downstream="end", outcome=end)
    world.say("end", 2.1, upstream="two", outcome=end)
    found = world.trace(at=2.1, terminating_carrier="end")
    assert found.customer is None


def test_two_records_of_one_carrier_are_no_two_routes(world, report_call):
    """Routes lead to different carriers: these are two calls, of which one came by the record above."""
    over_a_silent_carrier(world, {"outcome": "no_answer"}, {})
    world.rows[-1]["carrier"] = "one"
    (judged,) = world.gather([report_call(0.2)]).judged
    above = [pair.u for pair in judged.case.assignment.chosen.values()]
    assert len(above) == len(set(above)) > 0


def refused_first(world, **call) -> None:
    """`mid` stamps the answer: only the row of the route that `full` refused tells when the call came in."""
    world.say("orig", 0.0, customer="c", downstream="mid", **call)
    world.say("mid", 0.1, upstream="orig", downstream="full", outcome="failed", call_id=None)
    stamped = {"start_basis": "answered", "answer_time": BASE + timedelta(seconds=3), "call_id": None}
    world.say("mid", 3.0, upstream="orig", downstream="term", **stamped)
    world.say("term", 0.9, upstream="mid", **call)


def test_routes_of_a_carrier_that_stamps_the_answer_came_by_one_record(world):
    answered = BASE + timedelta(seconds=3)
    refused_first(world, answer_time=answered)
    found = world.trace(at=0.9, terminating_carrier="term")
    assert (found.verdict, found.path) == (Verdict.ORIGINATOR_IDENTIFIED, ("term", "mid", "orig"))
    found = world.trace(at=0.9)
    assert (found.path, found.alternatives) == (("term", "mid", "orig"), ())


def test_a_ring_of_bridges_is_broken_at_its_weakest():
    """A record that names nobody may have its call from anybody who handed one to a silent carrier: from below, too."""
    ring = [
        Pair(1, 2, Kind.DIRECT, 12.0, 0, 0.0, 1),
        Pair(2, 3, Kind.DIRECT, 11.0, 1, 0.0, 2),
        Pair(3, 1, Kind.BRIDGED, 4.0, 2, 0.0, 3),
        Pair(5, 6, Kind.BRIDGED, 3.5, 3, 0.0, 5),
    ]
    settled = assign(ring)
    assert {d: pair.u for d, pair in settled.chosen.items()} == {1: 2, 2: 3, 5: 6}


def test_a_record_of_another_call_does_not_weigh_down_the_bridge_over_a_lost_row():
    """`mid` lost its row of the first call (0 < mid < 1); its row 4 of the second one fits that one far better."""
    rows = [
        (1, 0, 1, "bridged", 5.3, "orig"),
        (1, 0, 4, "direct", 0.9, "mid"),
        (1, 4, 1, "direct", 2.1, "orig"),
        (1, 2, 4, "direct", 11.9, "mid"),
        (1, 4, 3, "direct", 11.9, "orig"),
    ]
    schema = ["call", "d_sid", "u_sid", "kind", "weight", "u_carrier"]
    pairs = pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        d_upstream=pl.lit("mid"), d_upstream_covered=True
    )
    assert no_better_than_through(pairs)["weight"].to_list() == [5.3, 0.9, 2.1, 11.9, 11.9]
    alone = pairs.filter(pl.col("weight") < 11.0)
    assert no_better_than_through(alone)["weight"][0] == pytest.approx(0.9 + 2.1 - LOST)
