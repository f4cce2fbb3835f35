from __future__ import annotations

import random

import polars as pl
import pytest

from hoptrace.linking import learning
from hoptrace.linking.clocks.meeting import differences, find_edges
from hoptrace.linking.clocks.potentials import Edge, potentials
from hoptrace.linking.learned import Learned
from hoptrace.linking.learning import learn, sample
from hoptrace.linking.members import comparable


def offsets(world, **kwargs) -> dict[str, float]:
    learned = learn(world.frame()).clocks
    return dict(zip(learned["carrier"], learned["offset"], strict=True))


def traffic(world, fast: dict[str, float], calls: int = 30, seed: int = 1, taken: float = 0.1, **facts):
    """Calls over random chains; each carrier writes its own clock's time and hands a call on after `taken` s."""
    chance = random.Random(seed)
    for n in range(calls):
        chain, jitter = ["orig", *chance.sample(["t1", "t2", "t3"], 2), "term"], chance.random()
        called = f"+1312555{100 + n:04d}"
        for place, carrier in enumerate(chain):
            world.say(
                carrier,
                n * 40.0 + jitter + taken * place + fast.get(carrier, 0.0),
                upstream=chain[place - 1] if place else None,
                downstream=chain[place + 1] if place < 3 else None,
                customer=None if place else "c",
                called_number=called,
                **facts,
            )


@pytest.mark.parametrize("fast", [{}, {"t2": 143.0}, {"t1": -75.0, "t3": 3600.0}, {"orig": -5 * 3600.0}])
def test_offsets_are_found(world, fast):
    traffic(world, fast)
    found = offsets(world)
    assert set(found) == {"orig", "t1", "t2", "t3", "term"}
    for carrier, offset in found.items():
        assert offset == pytest.approx(fast.get(carrier, 0.0), abs=0.15)


@pytest.mark.parametrize(("taken", "told"), [(0.02, 0.1), (0.2, 0.1), (0.6, 0.6), (1.5, 1.5)])
def test_what_handoffs_take_is_told_apart_from_the_clocks(world, taken, told):
    fast = {"t1": -75.0, "orig": 2.0}
    traffic(world, fast, calls=60, taken=taken)
    learned = learn(world.frame())
    assert learned.handed_on == pytest.approx(told, abs=0.02)
    found = dict(learned.clocks.select("carrier", "offset").iter_rows())
    for carrier, offset in found.items():
        assert offset - found["t2"] == pytest.approx(fast.get(carrier, 0.0), abs=0.3)


def test_calls_that_go_one_way_alone_tell_no_handoff_from_a_clock(world):
    for n in range(30):
        for place, carrier in enumerate(way := [f"c{place}" for place in range(12)]):
            beside = {
                "upstream": way[place - 1] if place else None,
                "downstream": way[place + 1] if place < 11 else None,
            }
            world.say(carrier, n * 40.0 + place, **beside, called_number=f"+1312555{100 + n:04d}")
    assert learn(world.frame()).handed_on == 0.1


def test_one_slow_pair_of_carriers_does_not_move_the_clocks_of_all(world):
    """Eight carriers in a row tell nothing of what handoffs take, and two others beside them do not tell it for all."""
    for n in range(30):
        ways = [[f"c{place}" for place in range(8)], ["p", "q"] if n % 2 else ["q", "p"]]
        for way, taken in zip(ways, (0.1, 0.7), strict=True):
            for place, carrier in enumerate(way):
                beside = {
                    "upstream": way[place - 1] if place else None,
                    "downstream": way[place + 1] if place + 1 < len(way) else None,
                }
                called = f"+1312555{100 + n:04d}"
                world.say(carrier, n * 40.0 + taken * place, **beside, called_number=called)
    learned = learn(world.frame())
    assert learned.handed_on == 0.1
    offsets = dict(learned.clocks.select("carrier", "offset").iter_rows())
    assert max(abs(offsets[f"c{place}"]) for place in range(8)) < 0.5


def test_offsets_are_found_where_every_number_is_redialled(world):
    for n in range(12):
        for redial in range(4):
            at = n * 60.0 + redial * 1.1
            called = f"+1312555{100 + n:04d}"
            world.say("orig", at, customer="c", downstream="gate", called_number=called)
            world.say("gate", at + 143.1, upstream="orig", downstream="term", called_number=called)
            world.say("term", at + 0.2, upstream="gate", called_number=called)
    found = offsets(world)
    assert found["gate"] - found["term"] == pytest.approx(143.0, abs=0.2)


def test_redials_a_second_apart_do_not_make_a_good_clock_look_loose(world):
    """Each redial's records also meet those of the others; that is no spread of the clocks."""
    for n in range(12):
        for redial in range(4):
            at, called = n * 60.0 + redial * 1.0, f"+1312555{100 + n:04d}"
            cut = {"called_number": called, "precision": 1_000_000}
            world.say("orig", at, customer="c", downstream="term", **cut)
            world.say("term", at, upstream="orig", **cut)
    assert learn(world.frame()).clocks["spread"].max() < 0.2


def test_times_cut_to_the_second_still_meet(world):
    traffic(world, {"t1": 20.0}, precision=1_000_000)
    assert offsets(world)["t1"] == pytest.approx(20.0, abs=0.6)


def test_numbers_that_many_call_teach_by_their_callers(world):
    for n in range(40):
        caller = f"+1202555{100 + n:04d}"
        world.say("orig", n * 5.0, customer="c", downstream="gate", calling_number=caller)
        world.say("gate", n * 5.0 - 29.9, upstream="orig", downstream="term", calling_number=caller)
        world.say("term", n * 5.0 + 0.2, upstream="gate", calling_number=caller)
    found = offsets(world)
    assert found["gate"] - found["term"] == pytest.approx(-30.0, abs=0.2)


def test_nothing_is_learned_from_too_few_calls(world):
    world.chain("orig", "term")
    assert learn(world.frame()).clocks.is_empty()
    assert learn(world.frame().clear()).clocks.is_empty()


def test_answer_stamps_are_compared_with_answers_not_with_arrivals(world):
    """A carrier that stamps only the answer is not taken to be slow by the ringing time."""
    traffic(world, {}, calls=20)
    frame = world.frame()
    final = pl.col("carrier") == "t1"
    frame = frame.with_columns(
        start_time=pl.when(final).then(pl.col("answer_time")).otherwise(pl.col("start_time")),
        start_basis=pl.when(final).then(pl.lit("final")).otherwise(pl.col("start_basis")),
    )
    learned = dict(learn(frame).clocks.select("carrier", "offset").iter_rows())
    assert learned["t1"] == pytest.approx(0.0, abs=0.3)


def test_one_wrong_edge_does_not_pull_its_carriers():
    edges = [Edge("a", "b", 0.0, 0.1, 50), Edge("b", "c", 0.0, 0.1, 50), Edge("a", "c", 30.0, 0.1, 5)]
    found = potentials(edges)
    assert all(abs(offset) < 0.5 for offset in found.values())


def test_edges_are_sorted_and_repeatable(world):
    traffic(world, {"t1": 9.0})

    def edges(frame):
        return find_edges(differences(comparable(frame, Learned.nothing())))

    assert edges(world.frame()) == edges(world.frame().sample(fraction=1.0, shuffle=True, seed=3))


def test_a_sample_keeps_both_sides_of_a_handoff_and_teaches_the_same(world, monkeypatch):
    traffic(world, {"t1": 9.0}, calls=90)
    monkeypatch.setattr(learning, "SAMPLE", 180)
    frame = world.frame()
    some = sample(frame.lazy(), frame.height)
    assert 0 < some.height < frame.height
    sides = some.group_by("called").len()
    assert set(sides["len"]) == {4}
    assert learn(some).clocks.filter(pl.col("carrier") == "t1")["offset"][0] == pytest.approx(9.0, abs=0.2)
