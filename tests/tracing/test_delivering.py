"""Refusals: who refused a call was not on its way, and is told from who delivers the number's calls."""

from __future__ import annotations

import pytest

from hoptrace.linking.trust.bearing_out import Trust
from hoptrace.model.verdicts import Verdict


def redialled(world, second: str = "serve") -> None:
    """`away` did not put the first try through; the second, half a minute later, was answered at `serve`."""
    world.say("orig", 0.0, customer="c", downstream="away", outcome="no_answer")
    world.say("away", 0.1, upstream="orig", outcome="no_answer")
    world.say("orig", 30.0, customer="c", downstream=second)
    world.say(second, 30.1, upstream="orig")


def test_who_refused_a_call_is_not_on_its_way_where_another_one_delivers_the_number(world):
    redialled(world)
    found = world.trace(at=0.1)
    assert (found.path, found.originating_carrier) == (("orig",), "orig")
    assert [len(hop.records) for hop in found.hops] == [1]
    assert "away did not put the call through (row 2 of batch away-1)" in str(found.hops[0].evidence)


def test_the_end_that_the_report_names_stands_in_its_place(world):
    redialled(world)
    found = world.trace(at=0.1, terminating_carrier="serve")
    assert found.path == ("serve", "orig")
    assert [hop.carrier for hop in found.hops] == ["serve", "orig"]


def test_who_delivers_the_number_was_the_end_of_a_call_that_nobody_answered(world):
    redialled(world, second="away")
    assert world.trace(at=0.1).path == ("away", "orig")


@pytest.mark.parametrize(
    ("outcome", "end", "path"),
    [
        ("no_answer", "last", ("last", "quiet")),
        ("failed", "last", ("last", "quiet")),
        ("failed", None, ("quiet",)),
        ("no_answer", None, ("away", "quiet")),
        ("no_answer", "away", ("away", "quiet")),
        ("failed", "quiet", ("quiet",)),
    ],
)
def test_a_lone_refusal_tells_who_tried(world, outcome, end, path):
    world.say("away", 0.0, upstream="quiet", outcome=outcome)
    found = world.trace(at=0.1, terminating_carrier=end)
    assert (found.verdict, found.path) == (Verdict.NON_PARTICIPATING, path)
    assert tuple(hop.carrier for hop in found.hops) == path


def tried_over_two_routes(world, other: str) -> None:
    """`mid` tried `away` and `serve`, which says that the call failed; later calls are delivered by `other`."""
    world.say("orig", 0.0, customer="c", downstream="mid", outcome="failed")
    world.say("mid", 0.1, upstream="orig", downstream="away", outcome="failed")
    world.say("mid", 0.1, upstream="orig", downstream="serve", outcome="failed")
    world.say("away", 0.2, upstream="mid", outcome="no_answer")
    world.say("serve", 1.2, upstream="mid", outcome="failed")
    world.say("orig", 60.0, customer="c", downstream=other, outcome="busy")
    world.say(other, 60.1, upstream="orig", outcome="busy")


@pytest.mark.parametrize("other", ["serve", "away"])
def test_of_two_routes_the_one_to_who_delivers_the_number_was_the_way(world, other):
    tried_over_two_routes(world, other)
    assert world.trace(at=0.5).path == (other, "mid", "orig")


def test_a_leap_does_not_lead_to_a_customer_whose_carrier_is_not_believed(world):
    talk = {"answer": 8.0, "duration": 61.3}
    world.say("term", 0.4, upstream="s1", **talk)
    world.say("orig", 0.0, customer="c", downstream="s2", **talk)
    world.trust = Trust(doubt={"orig": 0.5})
    found = world.trace(at=0.4, terminating_carrier="term")
    assert (found.verdict, found.path) == (Verdict.NON_PARTICIPATING, ("term", "s1"))


def test_it_does_to_a_call_that_a_carrier_claims_of_one_that_says_it_handed_it_over(world):
    talk = {"answer": 8.0, "duration": 61.3}
    world.say("term", 0.4, upstream="s1", **talk)
    world.say("claimer", 0.1, customer="retail", downstream="s2", **talk)
    world.say("honest", 0.0, customer="c", downstream="claimer", **talk)
    world.trust = Trust(doubt={"claimer": 0.5}, invents={("honest", "claimer"): 0.97})
    assert world.trace(at=0.4, terminating_carrier="term").path == ("term", "s1", "s2", "claimer", "honest")


def test_a_leap_does_not_lead_back_to_whom_its_lower_end_handed_the_call(world):
    """`blamer` handed the call to `claimer`, which claims it for a customer and sent it on."""
    world.say("blamer", 0.0, upstream="s9", downstream="claimer")
    world.say("claimer", 0.1, customer="retail", downstream="s1")
    world.say("low", 0.3, upstream="s1", downstream="s2")
    world.trust = Trust(invents={("blamer", "claimer"): 0.97})
    assert world.trace(at=0.3).path == ("s2", "low", "s1", "claimer", "blamer", "s9")


def test_far_off_the_report_only_the_end_that_it_names_is_told(world):
    world.say("mid", 0.0, upstream="up", downstream="quiet")
    assert world.trace(at=14.0).path == ()
    assert world.trace(at=14.0, terminating_carrier="quiet").path == ("quiet",)


def test_a_record_of_another_route_is_no_other_call(world):
    """`gate` lost the row of the route that the call took, and kept that of one which `away` refused."""
    world.say("gate", 0.0, upstream="s1", downstream="away", outcome="failed")
    world.say("away", 0.1, upstream="gate", outcome="failed")
    world.say("mid", 2.0, upstream="gate", downstream="term")
    world.say("term", 2.1, upstream="mid")
    found = world.trace(at=2.1)
    assert (found.verdict, found.path) == (Verdict.NO_RECORD, ("term", "mid", "gate"))


def test_who_contradicts_a_trail_tells_of_the_same_call(world):
    world.say("honest", 0.0, upstream="s1", downstream="claimer")
    world.say("claimer", 0.1, customer="retail", downstream="term")
    world.say("term", 0.2, upstream="claimer")
    found = world.trace(at=0.2)
    assert (found.verdict, found.path) == (Verdict.DISPUTED, ("term", "claimer"))


@pytest.mark.parametrize(("end", "delivered"), [(None, True), (None, False), ("serve", True)])
def test_a_call_that_two_carriers_lack_is_rather_made_up(world, end, delivered):
    """`maker` says that it handed such a call to `mid`, which lacks it, as does the one that delivers the number's."""
    world.say("mid", -900.0, upstream="other", called_number="+13125550188")
    world.say("orig", 0.0, customer="c", downstream="serve")
    outcome = {} if delivered else {"outcome": "no_answer"}
    world.say("serve", 0.1, upstream="orig", **outcome)
    world.say("maker", 0.9, customer="shell", downstream="mid")
    found = world.trace(at=0.8, terminating_carrier=end)
    if delivered:
        assert (found.verdict, found.path) == (Verdict.ORIGINATOR_IDENTIFIED, ("serve", "orig"))
    else:
        assert found.verdict is Verdict.AMBIGUOUS
