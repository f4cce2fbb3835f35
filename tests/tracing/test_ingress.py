"""Attempts of one ingress over several routes: where those came from that fit no record above by themselves."""

from __future__ import annotations

from hoptrace.linking.assignment import Assignment
from hoptrace.linking.contests import Pair
from hoptrace.linking.kinds import Kind
from hoptrace.model.verdicts import Verdict
from hoptrace.tracing.case import Fact
from hoptrace.tracing.ingress import feed_attempts


def a_fact(sid: int, outcome: str) -> Fact:
    """A record of which only the outcome counts."""
    return Fact(sid, f"c{sid}", 1, 1, None, None, None, None, None, None, None, None, 0.0, 0.0, 0.001, 0.05, outcome)


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


def test_an_attempt_in_vain_does_not_come_from_a_call_that_it_fed_itself():
    """The carrier of 0 sent the call to that of 1, which sent it back: 2 has the same ingress, as its fields tell."""
    facts = {sid: a_fact(sid, "answered" if sid else "failed") for sid in range(3)}
    pairs = [Pair(2, 1, Kind.DIRECT, 9.0, 0, 0.0, 0), Pair(1, 0, Kind.DIRECT, 9.0, 1, 0.0, 1)]
    settled = Assignment(pairs, {pair.d: pair for pair in pairs})
    feed_attempts({0: 0, 1: 1, 2: 0}, settled, facts)
    assert sorted(settled.chosen) == [1, 2]
