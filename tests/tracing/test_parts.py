"""Parts of one call that no record joins: told by the lower one, and leaps that no call makes."""

from __future__ import annotations

import pytest

from hoptrace.linking.trust.bearing_out import Trust
from hoptrace.model.verdicts import Verdict


def around_a_coarse_carrier(world, **unlike) -> None:
    """`gate` cuts times to the minute and keeps no Call-ID; the records around it share both."""
    world.say("orig", 31.0, customer="c", downstream="gate", call_id="one@example.net")
    # Written 31 s early and without seconds: sharp neighbours fit each other far better than either fits it.
    coarse = {"precision": 60_000_000, "call_id": None, "upstream": "orig", "downstream": "term"}
    world.say("gate", 0.0, **(coarse | unlike))
    world.say("term", 31.2, upstream="gate", call_id="one@example.net")


def test_a_leap_does_not_take_the_place_of_a_coarse_record_between_its_ends(world):
    around_a_coarse_carrier(world)
    found = world.trace(at=31.2)
    assert (found.verdict, found.path) == (Verdict.ORIGINATOR_IDENTIFIED, ("term", "gate", "orig"))
    assert [len(hop.records) for hop in found.hops] == [1, 1, 1]
    assert found.confidence > 0.955


def test_it_does_where_that_record_is_of_another_call(world):
    around_a_coarse_carrier(world, upstream="other", outcome="failed", calling=12025550177)
    found = world.trace(at=31.2)
    assert found.path == ("term", "gate", "orig")
    assert [len(hop.records) for hop in found.hops] == [1, 0, 1]


def test_a_rival_that_leads_back_down_the_trail_is_no_doubt(world):
    """`mid` does not say who gave it the call, so that whoever hands calls to a silent carrier may have: `low` too."""
    world.say("orig", 0.0, customer="c", downstream="mid")
    world.say("mid", 0.1, downstream="low")
    world.say("low", 0.2, upstream="mid", downstream="quiet")
    found = world.trace(at=0.2)
    assert (found.verdict, found.path) == (Verdict.ORIGINATOR_IDENTIFIED, ("quiet", "low", "mid", "orig"))
    assert found.confidence > 0.99
    assert found.alternatives == ()


def ends_at_a_silent_carrier(world, upper: float = 0.0, trunk: str | None = "T9") -> None:
    """A trail that ends at `quiet`, and one that begins above it, over a trunk that nobody listed."""
    world.say("far", upper, customer="c", downstream="carry")
    world.say("carry", upper + 0.1, upstream="far", downstream_trunk=trunk)
    world.say("mid", 0.2, upstream="quiet", downstream="term")
    world.say("term", 0.3, upstream="mid")


@pytest.mark.parametrize("earlier", [0.0, 6.0])
def test_what_went_on_over_an_unlisted_trunk_may_be_the_way_on_beyond_a_silent_carrier(world, earlier):
    """Refused routes beyond the silent carrier may have taken seconds."""
    ends_at_a_silent_carrier(world, -earlier)
    found = world.trace(at=0.3)
    assert found.path[:3] == ("term", "mid", "quiet")
    assert found.verdict is (Verdict.NON_PARTICIPATING if earlier else Verdict.ORIGINATOR_IDENTIFIED)


def test_it_is_another_call_where_it_was_delivered_there(world):
    ends_at_a_silent_carrier(world, trunk=None)
    assert world.trace(at=0.3).verdict is Verdict.AMBIGUOUS


def test_the_way_on_does_not_come_later_than_the_call(world):
    ends_at_a_silent_carrier(world, 2.5)
    assert world.trace(at=0.3).verdict is Verdict.AMBIGUOUS


def abroad(world, called: str) -> None:
    """A record of a carrier abroad that names no neighbour, and one of a home carrier that names a silent one."""
    world.country = {"abroad": "GB", "home": "US", "quiet": "US", "far": "US"}
    world.say("abroad", 0.3, downstream_trunk="T1", called_number=called)
    world.say("home", 0.0, upstream="far", downstream="quiet", called_number=called)


def test_a_call_to_a_home_number_does_not_go_abroad_on_its_way(world):
    abroad(world, "+13125550187")
    assert world.trace(at=0.2).path[0] == "quiet"


def test_a_call_to_a_number_abroad_does(world):
    abroad(world, "+442079460123")
    found = world.trace(at=0.2, called="+442079460123")
    assert found.path == ("abroad", "quiet", "home", "far")


def test_no_leap_goes_on_from_the_carrier_at_which_the_call_is_reported_to_have_ended(world):
    world.say("other", 0.3)
    world.say("orig", 0.0, upstream="far", downstream="quiet")
    assert world.trace(at=0.2).path == ("other", "quiet", "orig", "far")
    assert world.trace(at=0.2, terminating_carrier="quiet").path == ("quiet", "orig", "far")


@pytest.mark.parametrize("best", ["unnamed", "doubted"])
def test_the_way_on_of_a_record_that_tells_no_beginning_is_no_rival(world, best):
    """`mid` does not say who handed it the call, or its word of a customer is one of many that were contradicted."""
    world.say("far", 0.0, customer="c", downstream="quiet")
    hidden = {"calling_number": "anonymous"}
    world.say("mid", 0.2, customer="mine" if best == "doubted" else None, downstream="term", **hidden)
    world.say("term", 0.3, upstream="mid", **hidden)
    world.trust = Trust(doubt={"mid": 0.2}, claims=(("h1", "mid", 20),))
    found = world.trace(at=0.3, calling=None)
    assert (found.path, found.customer) == (("term", "mid"), None)
    assert found.verdict is (Verdict.DISPUTED if best == "doubted" else Verdict.NO_RECORD)


def test_a_lone_record_of_who_makes_calls_up_is_no_part_of_another_one(world):
    world.say("far", 0.0, customer="c", downstream="quiet")
    world.say("liar", 0.2, customer="nobody", downstream="quiet2")
    world.trust = Trust(made_up={"liar": 0.3}, doubt={"liar": 0.1}, claims=(("h1", "liar", 20),))
    assert world.trace(at=0.2).verdict is Verdict.AMBIGUOUS


@pytest.mark.parametrize(
    ("outcome", "verdict"), [("failed", Verdict.NON_PARTICIPATING), ("answered", Verdict.AMBIGUOUS)]
)
def test_a_refused_route_further_up_casts_no_doubt_on_where_the_trail_ends(world, outcome, verdict):
    world.say("term", 0.3, upstream="quiet")
    world.say("far", 0.0, customer="c", downstream="mid", outcome=outcome)
    world.say("mid", 0.1, upstream="far", outcome=outcome)
    assert world.trace(at=0.3).verdict is verdict


@pytest.mark.parametrize(
    ("outcome", "refuser", "verdict"),
    [
        ("failed", "other", Verdict.ORIGINATOR_IDENTIFIED),
        ("no_answer", "other", Verdict.ORIGINATOR_IDENTIFIED),
        ("answered", "other", Verdict.AMBIGUOUS),
        ("no_answer", "term", Verdict.AMBIGUOUS),
    ],
)
def test_a_route_that_a_silent_carrier_of_the_trail_tried_in_vain_is_no_other_call(world, outcome, refuser, verdict):
    """A 480 may say that the carrier refused, or that nobody answered; not of a call that was delivered."""
    world.say("orig", 0.0, customer="c", downstream="far")
    world.say("term", 0.4, upstream="quiet")
    world.say(refuser, 2.4, upstream="quiet", outcome=outcome)
    assert world.trace(at=0.4).verdict is verdict


def test_a_lone_refusal_is_not_the_lower_part_of_a_call_that_was_refused_as_well(world):
    """Which of the two rang nobody can tell; the one whose whole way is on file is not cut off for the other."""
    world.chain("orig", "mid", "term", at=0.0, outcome="failed")
    world.say("full", 0.4, upstream="quiet", outcome="failed", calling=None, calling_number=None)
    found = world.trace(at=0.2, calling=None)
    assert found.verdict is Verdict.AMBIGUOUS
    assert ("term", "mid", "orig") in {alternative.path for alternative in found.alternatives}
