"""Weights learned from pairs: they move the way the data say, and few data move them little."""

from __future__ import annotations

import json
import random

import polars as pl
import pytest

from hoptrace.linking.estimate import estimate
from hoptrace.linking.learned import Learned
from hoptrace.linking.learning import learn
from hoptrace.linking.levels import LEVELS
from hoptrace.linking.members import comparable
from hoptrace.linking.neighbours import neighbour_pairs
from hoptrace.linking.weights import DEFAULTS, Weights

MOST_MOVED = 2.5


def handoffs(world, count: int = 60, redials: int = 2, signature=None, caller=None, ids=True, **below) -> None:
    """Calls of `orig` to `gate` to `term`, each number dialled so many times half a minute apart.

    `caller`, `signature`: what `gate` shows of call n, a number or facts of its signature; `ids`: equal Call-IDs.
    """
    chance = random.Random(5)
    for n in range(count):
        number = f"+1312555{100 + n:04d}"
        for redial in range(redials):
            at, length = n * 91.7 + redial * 30.0 + chance.random(), chance.uniform(5.0, 300.0)
            sip, seen = f"{n}-{redial}@example.net", caller(n) if caller else "+12025550143"
            own = signature(n, redial) if signature else ({}, {})
            shared = {"called_number": number, "duration": length}
            world.say("orig", at, customer="c", downstream="gate", call_id=sip, **shared, **own[0])
            world.say(
                "gate",
                at + 0.1,
                upstream="orig",
                downstream="term",
                calling_number=seen,
                call_id=sip if ids else f"b{sip}",
                **shared,
                **own[1],
            )
            world.say("term", at + 0.2, upstream="gate", calling_number=seen, **shared, **below)


def learned(world) -> Weights:
    return Weights.from_json(learn(world.frame()).weights)


def test_without_data_the_weights_are_the_defaults(world):
    world.say("orig", 0.0, customer="c")
    met = neighbour_pairs(comparable(world.frame(), Learned.nothing()))
    pairs = met.with_columns(w_time=pl.lit(0.0), w_answer=pl.lit(0.0))
    assert pairs.is_empty()
    found = estimate(pairs).weights
    assert found.pairs == {}
    for name, levels in DEFAULTS.items():
        assert found.network[name] == pytest.approx(dict(levels), abs=0.001)


def test_a_caller_that_stays_the_same_in_every_handoff_makes_another_one_weigh_more(world, new_world):
    handoffs(world)
    steady = learned(world).network["calling"]["changed"]
    changing = new_world()
    handoffs(changing, caller=lambda n: f"+1202555{100 + n:04d}")
    assert learned(changing).network["calling"]["changed"] > steady
    # Never seen, neither within handoffs nor between calls: nothing moves it.
    assert steady == pytest.approx(DEFAULTS["calling"]["changed"], abs=0.25)


def test_a_carrier_that_changes_each_caller_has_weights_of_its_own(world):
    handoffs(world, caller=lambda n: f"+1202555{100 + n:04d}")
    found = learned(world)
    own = found.pairs["orig", "gate"]["calling"]
    assert own["changed"] > found.network["calling"]["changed"] + 0.25
    assert own["changed"] > own["same"] - 3.0
    assert found.pairs.get(("gate", "term"), {}).get("calling", found.network["calling"])["changed"] < own["changed"]


def test_a_carrier_that_restarts_calls_does_not_make_its_call_ids_speak_against_a_handoff(world):
    handoffs(world, ids=False)
    found = learned(world)
    own = found.pairs.get(("orig", "gate"), {}).get("call_id", found.network["call_id"])
    assert own["differs"] > DEFAULTS["call_id"]["differs"] + 0.2


def test_equal_origids_of_one_handoff_weigh_more_where_they_differ_between_calls(world, new_world):
    handoffs(world, redials=3, signature=lambda n, redial: ({"orig_id": f"{n}-{redial}"},) * 2)
    unlike = learned(world).network["orig_id"]["same"]
    alike = new_world()
    handoffs(alike, redials=3, signature=lambda n, redial: ({"orig_id": "one"},) * 2)
    assert learned(alike).network["orig_id"]["same"] < unlike
    assert learned(alike).network["orig_id"]["same"] < 1.0


def test_durations_that_agree_tell_more_than_ones_that_do_not(world):
    handoffs(world)
    weights = learned(world).network["duration"]
    assert weights["close"] > 1.0
    assert weights["close"] > weights["near"] > weights["far"]


def test_weights_stay_near_their_defaults_however_many_the_data(world):
    handoffs(world, count=150, redials=3, caller=lambda n: f"+1202555{100 + n:04d}")
    network = learned(world).network
    for name, levels in LEVELS.items():
        for level in levels:
            assert network[name][level] == pytest.approx(DEFAULTS[name][level], abs=MOST_MOVED + 1e-9)


def test_few_data_change_little(world, new_world):
    handoffs(world, count=4)
    many = new_world()
    handoffs(many, count=100)
    levels = [(name, each) for name in ("duration", "calling") for each in LEVELS[name]]
    few, more = (
        sum(abs(found.network[name][each] - DEFAULTS[name][each]) for name, each in levels)
        for found in (learned(world), learned(many))
    )
    assert few < more - 1.0


def test_what_is_never_seen_keeps_about_its_default(world):
    handoffs(world)
    found = learned(world).network
    assert found["orig_id"] == pytest.approx(dict(DEFAULTS["orig_id"]), abs=0.25)
    assert found["signer"] == pytest.approx(dict(DEFAULTS["signer"]), abs=0.25)


def test_weights_come_back_out_of_json_as_they_were(world):
    handoffs(world, caller=lambda n: f"+1202555{100 + n:04d}")
    found = learned(world)
    assert found.pairs
    assert Weights.from_json(json.loads(json.dumps(found.as_json()))) == found
    assert Weights.from_json({}).network == DEFAULTS


def test_learning_twice_gives_the_same_weights(world):
    handoffs(world, count=30)
    shuffled = world.frame().sample(fraction=1.0, shuffle=True, seed=2).sort("carrier", "batch", "row")
    assert learn(world.frame().sort("carrier", "batch", "row")).weights == learn(shuffled).weights
