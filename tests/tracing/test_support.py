from __future__ import annotations

from datetime import timedelta

import pytest

from hoptrace.model.verdicts import Support


def supports(found):
    return [hop.support for hop in found.hops]


def test_both_sides_name_each_other(world):
    world.chain("orig", "transit", "term")
    assert supports(world.trace()) == [None, Support.BOTH, Support.BOTH]


def test_one_side_names_the_other(world):
    world.say("orig", 0.0, customer="c", downstream="term")
    world.say("term", 0.1, upstream_trunk="203.0.113.77")
    assert supports(world.trace(at=0.1)) == [None, Support.ONE]


def test_a_silent_carrier_is_named_from_both_sides(world):
    world.say("orig", 0.0, customer="c", downstream="quiet")
    world.say("term", 0.2, upstream="quiet")
    assert supports(world.trace()) == [None, Support.NAMED, Support.NAMED]


def test_between_two_silent_carriers_the_handoff_is_inferred(world):
    world.say("orig", 0.0, customer="c", downstream="quiet1")
    world.say("term", 0.2, upstream="quiet2")
    assert supports(world.trace()) == [None, Support.NAMED, Support.INFERRED, Support.NAMED]


def test_the_upstream_of_the_last_record_is_named(world):
    world.say("term", 0.1, upstream="quiet")
    assert supports(world.trace()) == [None, Support.NAMED]


def test_an_end_that_lost_its_record_is_named_by_the_report(world):
    world.say("orig", 0.0, customer="c", downstream="transit")
    world.say("transit", 0.1, upstream="orig", downstream="quiet")
    world.covers.add("end")
    found = world.trace(at=0.3, terminating_carrier="end")
    assert found.path == ("end", "quiet", "transit", "orig")
    assert "The report names end" in found.hops[0].evidence[0].detail


def test_a_call_to_another_end_is_weighed_as_one(world):
    world.say("one", 0.0, customer="c1", downstream="quiet")
    world.say("two", 1.0, customer="c2", downstream="end")
    world.say("end", 1.1, upstream="two")
    assert world.trace(at=0.2, terminating_carrier="end").path == ("end", "two")


@pytest.mark.parametrize(("spread", "apart", "agrees"), [(28.0, 0.0, True), (0.05, 0.0, True), (0.05, 9.0, False)])
def test_answers_within_what_clocks_are_known_to_do_agree_however_little_they_weigh(world, spread, apart, agrees):
    world.spread = spread
    world.chain("orig", "term")
    world.rows[1]["answer_time"] += timedelta(seconds=apart)
    told = [part.agrees for hop in world.trace().hops for part in hop.evidence if part.about == "answer time"]
    assert told == [agrees]
