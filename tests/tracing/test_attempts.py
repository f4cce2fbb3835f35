"""Routes that were tried in vain: the report means the call that went on."""

from __future__ import annotations

import pytest

from hoptrace.model.verdicts import Verdict

SECOND = 1_000_000


def tried(world, refusal: str = "failed", ended: str = "answered", wait: float = 2.0) -> None:
    """A call that `mid` tried over `full` in vain and over `good` after `wait` s, both rows at the ingress's time."""
    facts = {"outcome": ended}
    world.say("orig", 0.0, customer="c", downstream="mid", **facts)
    world.say("mid", 0.1, upstream="orig", downstream="good", **facts)
    world.say("mid", 0.1, upstream="orig", downstream="full", outcome=refusal)
    world.say("full", 0.2, upstream="mid", outcome=refusal)
    world.say("good", wait + 0.2, upstream="mid", downstream="term", **facts)
    world.say("term", wait + 0.3, upstream="good", **facts)


@pytest.mark.parametrize("wait", [0.1, 1.0, 2.5])
@pytest.mark.parametrize(
    ("refusal", "ended"), [("failed", "answered"), ("no_answer", "answered"), ("no_answer", "cancelled")]
)
def test_the_call_went_on_over_another_route_though_its_record_tells_the_time_of_the_ingress(
    world, refusal, ended, wait
):
    tried(world, refusal, ended, wait)
    found = world.trace(at=wait + 0.3)
    assert (found.verdict, found.customer) == (Verdict.ORIGINATOR_IDENTIFIED, "c")
    assert found.path == ("term", "good", "mid", "orig")
    assert found.alternatives == ()


def test_a_report_near_the_refused_attempt_means_the_call_that_went_on(world):
    tried(world, ended="no_answer")
    assert world.trace(at=0.2).path == ("term", "good", "mid", "orig")


def test_a_carrier_that_refused_is_the_end_where_the_report_says_so(world):
    tried(world)
    assert world.trace(at=0.2, terminating_carrier="full").path == ("full", "mid", "orig")


def test_of_two_refused_attempts_neither_is_in_vain(world):
    world.say("orig", 0.0, customer="c", downstream="one", outcome="failed")
    world.say("orig", 0.0, customer="c", downstream="two", outcome="failed")
    world.say("one", 0.1, upstream="orig", outcome="failed")
    world.say("two", 1.0, upstream="orig", outcome="failed")
    assert world.trace(at=0.1).path == ("one", "orig")
    assert world.trace(at=1.0, terminating_carrier="two").path == ("two", "orig")


def test_a_redial_that_failed_is_a_call_of_its_own(world):
    world.say("orig", 0.0, customer="c", downstream="one", outcome="failed")
    world.say("one", 0.1, upstream="orig", outcome="failed")
    world.say("orig", 20.0, customer="c", downstream="two")
    world.say("two", 20.1, upstream="orig", downstream="one")
    world.say("one", 20.2, upstream="two")
    assert world.trace(at=0.1).path == ("one", "orig")
    assert world.trace(at=20.2).path == ("one", "two", "orig")


@pytest.mark.parametrize(("tick", "second"), [(1_000_000, "no_answer"), (60_000_000, "failed")])
def test_times_cut_to_the_second_still_tell_attempts_from_redials(world, tick, second):
    world.say("orig", 0.0, customer="c", downstream="mid", outcome="cancelled")
    world.say("mid", 0.0, upstream="orig", downstream="good", outcome="cancelled", precision=tick)
    world.say("mid", 0.0, upstream="orig", downstream="full", outcome=second, precision=tick)
    world.say("full", 0.2, upstream="mid", outcome=second)
    world.say("good", 2.0, upstream="mid", downstream="term", outcome="cancelled")
    world.say("term", 2.1, upstream="good", outcome="cancelled")
    assert world.trace(at=2.1).path == ("term", "good", "mid", "orig")


def test_a_route_that_was_refused_is_left_for_one_of_which_there_is_no_record(world):
    """Both rows say that the call failed; `full` refused it, what became of it at `quiet` nobody says."""
    facts = {"outcome": "failed"}
    world.say("orig", 0.0, customer="c", downstream="mid", **facts)
    world.say("mid", 0.1, upstream="orig", downstream="full", **facts)
    world.say("mid", 0.1, upstream="orig", downstream="quiet", **facts)
    world.say("full", 0.2, upstream="mid", **facts)
    found = world.trace(at=0.2)
    assert (found.path, found.customer) == (("quiet", "mid", "orig"), "c")
    assert world.trace(at=0.2, terminating_carrier="full").path == ("full", "mid", "orig")


def test_a_route_to_a_carrier_without_a_record_is_left_for_the_one_that_was_answered(world):
    world.say("orig", 0.0, customer="c", downstream="mid")
    world.say("mid", 0.1, upstream="orig", downstream="quiet", outcome="no_answer")
    world.say("mid", 0.1, upstream="orig", downstream="low")
    world.say("low", 2.2, upstream="mid", downstream="term")
    world.say("term", 2.3, upstream="low")
    found = world.trace(at=0.2)
    assert (found.path, found.customer) == (("term", "low", "mid", "orig"), "c")
    assert found.alternatives == ()


def refused_by(world, caller: str = "+12025550143", wait: float = 2.0) -> None:
    """`quiet` has no record; it tried `full`, and `low` after `wait` s."""
    world.say("full", 0.2, upstream="quiet", outcome="failed", calling_number=caller)
    world.say("low", 0.2 + wait, upstream="quiet", downstream="term")
    world.say("term", 0.3 + wait, upstream="low")


@pytest.mark.parametrize("wait", [0.1, 2.0, 6.0])
def test_a_lone_refusal_is_a_route_that_a_silent_carrier_left(world, wait):
    refused_by(world, wait=wait)
    found = world.trace(at=0.2)
    assert (found.verdict, found.path) == (Verdict.NON_PARTICIPATING, ("term", "low", "quiet"))
    assert world.trace(at=0.2, terminating_carrier="full").path[0] == "full"


@pytest.mark.parametrize("unlike", [{"caller": "+12025550177"}, {"wait": 40.0}])
def test_a_refusal_of_another_call_stays_one(world, unlike):
    refused_by(world, **unlike)
    caller = unlike.get("caller", "+12025550143")
    # `term` delivers the calls to the number, so that `full` only refused this one.
    assert world.trace(at=0.2, calling=caller).path == ("quiet",)


@pytest.mark.parametrize("refusal", ["failed", "no_answer"])
def test_a_refusal_below_a_silent_carrier_is_no_end_where_another_one_delivered_the_call(world, refusal):
    world.say("orig", 0.0, customer="c", downstream="mid", outcome=refusal)
    world.say("mid", 0.1, upstream="orig", downstream="quiet", outcome=refusal)
    world.say("full", 0.3, upstream="quiet", outcome=refusal)
    found = world.trace(at=0.3, terminating_carrier="term")
    assert found.path == ("term", "quiet", "mid", "orig")
    assert world.trace(at=0.3, terminating_carrier="full").path == ("full", "quiet", "mid", "orig")


def test_a_call_that_was_put_through_elsewhere_than_reported_keeps_its_end(world):
    world.say("orig", 0.0, customer="c", downstream="mid")
    world.say("mid", 0.1, upstream="orig", downstream="quiet")
    world.say("other", 0.3, upstream="quiet")
    assert "term" not in world.trace(at=0.3, terminating_carrier="term").path


def test_sharp_times_are_not_lent_past_a_refused_route(world):
    """The records above tell when the call came to `mid`, those below when its second route was tried."""
    rang = {"outcome": "no_answer"}
    world.say("orig", 0.0, customer="c", downstream="mid", **rang)
    world.say("mid", 0.0, upstream="orig", downstream="full", outcome="failed", precision=SECOND)
    world.say("mid", 0.0, upstream="orig", downstream="next", precision=SECOND, **rang)
    world.say("next", 6.0, upstream="mid", downstream="term", precision=SECOND, **rang)
    world.say("term", 6.2, upstream="next", **rang)
    found = world.trace(at=6.2)
    assert (found.verdict, found.path) == (Verdict.ORIGINATOR_IDENTIFIED, ("term", "next", "mid", "orig"))


def test_each_refused_route_takes_its_time(world):
    world.say("orig", 0.0, customer="c", downstream="mid")
    for end in ("full", "shut"):
        world.say("mid", 0.1, upstream="orig", downstream=end, outcome="failed")
    world.say("mid", 0.1, upstream="orig", downstream="term")
    world.say("term", 12.0, upstream="mid")
    found = world.trace(at=12.0)
    assert (found.verdict, found.path) == (Verdict.ORIGINATOR_IDENTIFIED, ("term", "mid", "orig"))


def test_attempts_of_a_carrier_that_never_tells_how_they_ended_share_their_ingress(world):
    facts = {"outcome": "no_answer"}
    world.say("orig", 0.0, customer="c", downstream="mid", **facts)
    world.say("mid", 0.1, upstream="orig", downstream="full", outcome="unknown")
    world.say("mid", 0.1, upstream="orig", downstream="term", outcome="unknown")
    world.say("full", 0.2, upstream="mid", outcome="failed")
    world.say("term", 0.6, upstream="mid", **facts)
    found = world.trace(at=0.6)
    assert (found.verdict, found.path) == (Verdict.ORIGINATOR_IDENTIFIED, ("term", "mid", "orig"))


def test_attempts_over_two_trunks_that_nobody_listed_share_their_ingress(world):
    facts = {"outcome": "no_answer"}
    world.say("orig", 0.0, customer="c", downstream="mid", **facts)
    world.say("mid", 0.1, upstream="orig", downstream_trunk="TG1", **facts)
    world.say("mid", 0.1, upstream="orig", downstream_trunk="TG2", **facts)
    world.say("full", 0.2, upstream="mid", **facts)
    world.say("term", 0.6, upstream="mid", **facts)
    found = world.trace(at=0.6, terminating_carrier="term")
    assert (found.verdict, found.path) == (Verdict.ORIGINATOR_IDENTIFIED, ("term", "mid", "orig"))


def stamped_in_turn(world, **ids: str) -> None:
    """A call that `mid` tried over `full` in vain and then over `term`, each row stamped when its route was tried."""
    world.say("orig", 0.0, customer="c", downstream="mid")
    world.say("mid", 0.1, upstream="orig", downstream="full", outcome="failed", **ids)
    world.say("full", 0.2, upstream="mid", outcome="failed")
    world.say("mid", 5.1, upstream="orig", downstream="term", **ids)
    world.say("term", 5.2, upstream="mid")


@pytest.mark.parametrize("ids", [{}, {"call_id": "one@203.0.113.7"}])
def test_attempts_that_are_stamped_in_turn_came_by_one_handoff(world, ids):
    stamped_in_turn(world, **ids)
    found = world.trace(at=5.2)
    assert (found.verdict, found.path) == (Verdict.ORIGINATOR_IDENTIFIED, ("term", "mid", "orig"))


def test_calls_that_the_carrier_above_tells_of_twice_are_redials_and_no_attempts(world):
    stamped_in_turn(world)
    world.say("orig", 5.0, customer="other", downstream="mid")
    found = world.trace(at=5.2)
    assert (found.path, found.customer) == (("term", "mid", "orig"), "other")


def two_routes_that_nobody_ended(world, one: str, other: str) -> None:
    """A call that `mid` tried over `first` and then over `second`, which both never tell how a call ended."""
    world.say("orig", 0.0, customer="c", downstream="mid", outcome=other)
    world.say("mid", 0.1, upstream="orig", downstream="first", outcome=one, call_id="one@a")
    world.say("mid", 0.1, upstream="orig", downstream="second", outcome=other, call_id="one@a")
    world.say("first", 0.2, upstream="mid", outcome="unknown")
    world.say("second", 3.0, upstream="mid", outcome="unknown")


@pytest.mark.parametrize(("one", "other"), [("failed", "busy"), ("failed", "no_answer"), ("no_answer", "busy")])
def test_who_handed_the_call_on_tells_which_route_was_in_vain_where_the_next_carriers_do_not(world, one, other):
    two_routes_that_nobody_ended(world, one, other)
    for at in (0.2, 3.0):
        assert world.trace(at=at).path == ("second", "mid", "orig")


def test_a_refusal_of_nobody_knows_whom_is_no_rival_of_a_call_that_was_delivered(world):
    world.chain("orig", "mid", "term", outcome="busy")
    world.say("away", 0.1, outcome="failed")
    found = world.trace(at=0.2)
    assert (found.verdict, found.path) == (Verdict.ORIGINATOR_IDENTIFIED, ("term", "mid", "orig"))


@pytest.mark.parametrize("at", [7.3, 4.3])
def test_twins_near_each_other_are_ambiguous_though_one_was_delivered_late_over_another_route(world, at):
    """The records above `mid` tell of a moment before the twin; neither of the two may be named for that."""
    rang = {"outcome": "no_answer"}
    world.say("far", 0.0, customer="one", downstream="orig", **rang)
    world.say("orig", 0.1, upstream="far", downstream="mid", **rang)
    world.say("mid", 0.2, upstream="orig", downstream="full", outcome="failed")
    world.say("mid", 0.2, upstream="orig", downstream="term", **rang)
    world.say("term", 7.3, upstream="mid", **rang)
    world.say("twin", 4.2, customer="other", downstream="term", **rang)
    world.say("term", 4.8, upstream="twin", **rang)
    assert world.trace(at=at).verdict is Verdict.AMBIGUOUS
