from __future__ import annotations

from hoptrace.model.verdicts import Verdict


def test_redials_of_one_origin_over_two_routes_name_it_and_tell_of_the_other_path(world):
    world.chain("orig", "north", "term", at=-0.5)
    world.chain("orig", "south", "term", at=0.6)
    found = world.trace(at=0.1)
    assert (found.verdict, found.originating_carrier) == (Verdict.ORIGINATOR_IDENTIFIED, "orig")
    assert found.confidence > 0.9
    assert {found.path, found.alternatives[0].path} == {("term", "north", "orig"), ("term", "south", "orig")}
    doubt = [part for part in found.hops[0].evidence if part.about == "path"]
    assert len(doubt) == 1 and doubt[0].agrees is None and "another route" in doubt[0].detail
    assert "redialled" in found.summary


def test_redials_of_two_customers_of_one_carrier_are_ambiguous(world):
    world.chain("orig", "north", "term", at=-0.5, customer="cust-1")
    world.chain("orig", "south", "term", at=0.6, customer="cust-2")
    found = world.trace(at=0.25)
    assert (found.verdict, found.customer) == (Verdict.AMBIGUOUS, None)


def test_redials_that_came_in_over_two_gateways_name_the_origin_and_no_gateway(world):
    world.country = {"far": "GB", "gate1": "US", "gate2": "US", "term": "US"}
    world.chain("far", "gate1", "term", at=-0.5)
    world.chain("far", "gate2", "term", at=0.6)
    found = world.trace(at=0.25)
    assert (found.verdict, found.originating_carrier) == (Verdict.ORIGINATOR_IDENTIFIED, "far")
    assert found.point_of_entry is None


def test_silent_origins_behind_two_gateways_are_ambiguous(world):
    world.country = {"far": "GB", "gate1": "US", "gate2": "US", "term": "US"}
    for gate, at in (("gate1", -0.5), ("gate2", 0.6)):
        world.say(gate, at, upstream="far", downstream="term")
        world.say("term", at + 0.1, upstream=gate)
    found = world.trace(at=0.15)
    assert (found.verdict, found.point_of_entry) == (Verdict.AMBIGUOUS, None)


def test_a_clear_redial_is_told_without_doubt(world):
    world.chain("orig", "north", "term", at=0.0)
    world.chain("orig", "south", "term", at=20.0)
    found = world.trace(at=20.2)
    assert found.path == ("term", "south", "orig")
    assert not [part for part in found.hops[0].evidence if part.about == "path"]


def test_each_alternative_is_told_once(world):
    for n in range(5):
        world.chain("one", "term", at=n * 1.2)
        world.chain("two", "term", at=n * 1.2 + 0.6)
    found = world.trace(at=2.0)
    paths = [alternative.path for alternative in found.alternatives]
    assert len(paths) == len(set(paths))
