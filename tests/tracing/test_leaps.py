"""Leaps over two carriers without a record, where only numbers and time say that two trails are one call."""

from __future__ import annotations

import pytest


def lower_part(world) -> None:
    """The end of a call that nobody answered; its time is cut to the minute."""
    world.say("term", 0.0, upstream="s1", outcome="cancelled", precision=60_000_000)


def test_a_minute_and_a_moment_in_it_that_each_lack_what_the_other_has_are_one_call(world):
    lower_part(world)
    world.say("mid", 61.1, upstream="orig", downstream="s2", outcome="cancelled")
    world.say("orig", 61.0, customer="c", downstream="mid", outcome="cancelled")
    assert world.trace(at=60.0).path == ("term", "s1", "s2", "mid", "orig")


def test_what_only_its_own_carrier_tells_of_is_not_joined_by_so_little(world):
    lower_part(world)
    world.say("orig", 61.0, customer="c", downstream="s2", outcome="cancelled")
    assert world.trace(at=20.4).path == ("term", "s1")


def test_it_is_where_sharp_times_and_the_conversation_agree(world):
    talk = {"answer": 8.0, "duration": 61.3}
    world.say("term", 0.4, upstream="s1", **talk)
    world.say("orig", 0.0, customer="c", downstream="s2", **talk)
    assert world.trace(at=0.4).path == ("term", "s1", "s2", "orig")


@pytest.mark.parametrize(("late", "joined"), [(0.2, True), (9.0, False)])
def test_a_call_that_went_on_over_an_unlisted_trunk_came_over_a_silent_carrier(world, late, joined):
    talk = {"answer": 8.0, "duration": 61.3}
    world.say("term", late, upstream="s1", **talk)
    world.say("mid", 0.1, upstream="orig", downstream_trunk="T9", **talk)
    world.say("orig", 0.0, customer="c", downstream="mid", **talk)
    found = world.trace(at=late, terminating_carrier="term")
    assert found.path == (("term", "s1", "mid", "orig") if joined else ("term", "s1"))
    if joined:
        assert "mid does not say whom it handed it to" in str(found.hops)


def test_a_record_that_names_the_silent_carrier_comes_before_one_that_names_nobody(world):
    world.say("term", 0.2, upstream="s1")
    world.say("mid", 0.1, upstream="orig", downstream_trunk="T9")
    world.say("other", 0.1, customer="c", downstream="s1")
    assert world.trace(at=0.2, terminating_carrier="term").path == ("term", "s1", "other")


def test_another_moment_than_the_minute_is_another_call(world):
    lower_part(world)
    world.say("mid", 90.1, upstream="orig", downstream="s2", outcome="cancelled")
    world.say("orig", 90.0, customer="c", downstream="mid", outcome="cancelled")
    assert world.trace(at=20.4).path == ("term", "s1")


@pytest.mark.parametrize(("late", "joined"), [(2.6, True), (2.8, False), (3.0, False), (3.3, False), (3.6, False)])
def test_by_how_little_a_lone_customers_call_is_joined_is_one_rule_for_plain_calls_too(world, late, joined):
    """Two seconds and more apart numbers and time weigh between the two thresholds."""
    world.say("term", late, upstream="s1", outcome="cancelled")
    world.say("orig", 0.0, customer="c", downstream="s2", outcome="cancelled")
    assert world.trace(at=late).path == (("term", "s1", "s2", "orig") if joined else ("term", "s1"))


@pytest.mark.parametrize(("end", "one_call"), [("quiet", False), ("s2", True)])
@pytest.mark.parametrize("redials", [0, 3])
def test_no_leap_leads_on_from_where_the_call_ended_though_the_report_does_not_say_where(world, end, one_call, redials):
    """Both went to `quiet`, which delivered both: a call does not come to its end on its way."""
    talk = {"answer": 8.0, "duration": 61.3}
    world.say("low", 0.3, upstream="s1", downstream="quiet", **talk)
    world.say("high", 0.1, upstream="orig", downstream=end, **talk)
    world.say("orig", 0.0, customer="c", downstream="high", **talk)
    for n in range(redials):
        world.say("orig", 40.0 * (n + 1), customer="c", downstream="high", **talk)
    assert (world.trace(at=0.3).path == ("quiet", "low", "s1", end, "high", "orig")) is one_call
