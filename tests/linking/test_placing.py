"""Parts of the network that no neighbour ties together, held against all the rest at once."""

from __future__ import annotations

import random

import pytest

from hoptrace.linking.clocks.far import parts_of
from hoptrace.linking.clocks.placing import placed
from hoptrace.linking.clocks.potentials import Edge
from hoptrace.linking.learned import Learned
from hoptrace.linking.learning import learn
from hoptrace.linking.members import comparable

WELL = [Edge("orig", "mid", 0.0, 0.1, 30)]


def calls(world, fast: float, *, ends: int = 1, count: int = 24) -> None:
    """`orig` and `mid` are neighbours; a silent carrier lies between `mid` and some ends, which run `fast` s fast."""
    chance = random.Random(5)
    for n in range(count):
        at = n * 97.7 + chance.random()
        names = {"calling_number": f"+1202555{100 + n:04d}", "called_number": f"+1312555{100 + n:04d}"}
        world.say("orig", at, customer="c", downstream="mid", **names)
        world.say("mid", at + 0.1, upstream="orig", downstream="quiet", **names)
        world.say(f"end{n % ends}", at + 0.3 + fast, upstream="quiet", **names)


@pytest.mark.parametrize("fast", [-3600.0, 17.0, 0.0])
def test_a_part_is_moved_to_where_all_its_calls_fit(world, fast):
    calls(world, fast)
    facts = comparable(world.frame(), Learned.nothing())
    offsets = placed(facts, parts_of(facts, WELL), {"orig": 0.0, "mid": 0.0, "end0": 0.0})
    assert offsets["end0"] - offsets["mid"] == pytest.approx(fast, abs=0.5)
    assert offsets["orig"] == offsets["mid"]


def test_calls_seen_by_several_others_count_together(world):
    calls(world, 50.0, count=2)
    for n in range(2):
        names = {"calling_number": f"+1202555{100 + n:04d}", "called_number": f"+1312555{100 + n:04d}"}
        world.say("other", n * 97.7 + 0.5, upstream="else", downstream="far", **names)
    facts = comparable(world.frame(), Learned.nothing())
    parts = parts_of(facts, [*WELL, Edge("mid", "other", 0.0, 0.1, 30)])
    offsets = placed(facts, parts, {"orig": 0.0, "mid": 0.0, "other": 0.0, "end0": 0.0})
    assert offsets["end0"] - offsets["mid"] == pytest.approx(50.0, abs=1.0)


def test_where_nothing_is_shared_the_clocks_stay(world):
    calls(world, 0.0)
    facts = comparable(world.frame().filter(world.frame()["carrier"] != "end0"), Learned.nothing())
    assert placed(facts, parts_of(facts, WELL), {"orig": 1.0, "mid": -1.0}) == {"orig": 1.0, "mid": -1.0}


def test_the_clock_of_a_part_is_learned(world):
    calls(world, 17.0, count=40)
    clocks = dict(learn(world.frame()).clocks.select("carrier", "offset").iter_rows())
    assert clocks["end0"] - clocks["mid"] == pytest.approx(17.0, abs=0.3)
