"""Clocks of carriers that have no neighbour among those that take part."""

from __future__ import annotations

import random

import polars as pl
import pytest

from hoptrace.linking.clocks.far import FEW, far_edges, far_pairs, parts_of
from hoptrace.linking.clocks.potentials import Edge
from hoptrace.linking.learned import Learned
from hoptrace.linking.learning import learn
from hoptrace.linking.members import comparable


def calls_over_the_silent(world, fast: float, count: int = 20, callers: int = 20, **facts) -> None:
    """`orig` and `term` have records of each call, and several carriers between them have none."""
    chance = random.Random(2)
    for n in range(count):
        at, caller = n * 61.3 + chance.random(), f"+1202555{100 + n % callers:04d}"
        names = {"calling_number": caller, "called_number": f"+1312555{100 + n % callers:04d}"} | facts
        world.say("orig", at, customer="c", downstream="quiet1", **names)
        world.say("term", at + 0.4 + fast, upstream="quiet9", **names)


def facts_of(world) -> pl.DataFrame:
    return comparable(world.frame(), Learned.nothing())


def edges_of(world) -> list[Edge]:
    facts = facts_of(world)
    return far_edges(facts, parts_of(facts, []))


@pytest.mark.parametrize("fast", [0.0, 37.0, -4 * 3600.0])
def test_carriers_far_apart_are_tied_by_the_calls_that_both_saw(world, fast):
    calls_over_the_silent(world, fast)
    clocks = dict(learn(world.frame()).clocks.select("carrier", "offset").iter_rows())
    assert clocks["term"] - clocks["orig"] == pytest.approx(fast + 0.4, abs=0.2)


def test_a_far_edge_is_less_sure_than_a_neighbours(world):
    calls_over_the_silent(world, 37.0)
    (edge,) = edges_of(world)
    assert {edge.upstream, edge.downstream} == {"orig", "term"}
    assert abs(edge.difference) == pytest.approx(37.4, abs=0.1)
    assert edge.spread >= 0.3


def test_carriers_that_are_tied_well_by_neighbours_need_no_far_edges(world):
    calls_over_the_silent(world, 0.0)
    facts = comparable(world.frame(), Learned.nothing())
    well = [Edge("orig", "mid", 0.0, 0.1, 30), Edge("mid", "term", 0.0, 0.1, 30)]
    badly = [Edge("orig", "mid", 0.0, 0.1, 30), Edge("mid", "term", 0.0, 0.1, 3)]
    everyone = set(facts["carrier"]) | {"mid"}
    world.say("mid", 0.0, called_number="+13125550999")
    facts = comparable(world.frame(), Learned.nothing())
    assert set(facts["carrier"]) == everyone
    assert far_edges(facts, parts_of(facts, well)) == []
    assert len(far_edges(facts, parts_of(facts, badly))) == 1


def test_the_clock_of_a_carrier_without_a_neighbour_has_a_line_too(world):
    chance = random.Random(4)
    for n in range(120):
        at, number = n * 601.3 + chance.random(), f"+1312555{100 + n % 60:04d}"
        names = {"called_number": number, "calling_number": f"+1202555{100 + n:04d}"}
        world.say("orig", at + 20.0 + 6.0 * at / 86_400, customer="c", downstream="quiet", **names)
        world.say("mid", at + 0.2, upstream="quiet", downstream="term", **names)
        world.say("term", at + 0.3, upstream="mid", **names)
    clocks = {row["carrier"]: row for row in learn(world.frame()).clocks.iter_rows(named=True)}
    assert clocks["orig"]["drift"] - clocks["mid"]["drift"] == pytest.approx(6.0, abs=0.5)
    assert clocks["orig"]["spread"] < 0.3
    assert clocks["orig"]["matches"] > 100


def test_pairs_over_a_silent_carrier_allow_for_the_way_between(world):
    names = {"calling_number": "+12025550100", "called_number": "+13125550100"}
    world.say("orig", 0.0, customer="c", downstream="quiet", **names)
    world.say("term", 0.5, upstream="quiet", **names)
    facts = facts_of(world)
    pairs = far_pairs(facts, parts_of(facts, []), 3.0)
    assert pairs.select("u", "d").rows() == [("orig", "term")]
    assert pairs["residual"].to_list() == pytest.approx([0.5 - 2 * 0.1])


def test_a_dialler_that_calls_a_number_again_and_again_tells_nothing(world):
    calls_over_the_silent(world, 37.0, count=FEW + 1, callers=1)
    assert edges_of(world) == []


def test_callers_that_differ_or_are_withheld_tell_nothing(world, new_world):
    calls_over_the_silent(world, 0.0, calling_number="anonymous")
    assert edges_of(world) == []
    other = new_world()
    calls_over_the_silent(other, 0.0)
    for n, row in enumerate(other.rows):
        row["calling"] += n
    assert edges_of(other) == []


def test_a_file_hours_off_is_found_though_its_carrier_has_no_neighbour_at_hand(world):
    chance = random.Random(3)
    for n in range(60):
        at, number = n * 61.3 + chance.random(), f"+1312555{100 + n:04d}"
        shift = -7 * 3600.0 if n >= 40 else 0.0
        world.say("orig", at + shift, customer="c", downstream="quiet1", called_number=number, batch=f"orig-{n >= 40}")
        world.say("mid", at + 0.3, upstream="quiet2", downstream="term", called_number=number)
        world.say("term", at + 0.4, upstream="mid", called_number=number)
    assert dict(learn(world.frame()).shifts.select("batch", "shift").iter_rows()) == {"orig-True": -7 * 3600.0}
