"""Carriers that keep calls for longer than others: that is learned, and taken off when handoffs are compared."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from hoptrace.linking.delays import Delays, delays_of
from hoptrace.linking.kinds import HANDED_ON
from hoptrace.linking.learned import Learned, clock_of
from hoptrace.linking.learning import learn
from hoptrace.linking.members import comparable
from hoptrace.linking.neighbours import neighbour_pairs
from hoptrace.linking.weights import Weights

SLOW, TAKES = "slow", 1.5
"""A carrier, and the seconds that it takes beyond the tenth that a handoff takes."""


FROM, TO = ("north", "south"), ("east", "west")


def calls_over(world, late: float, spread: float, calls: int, to: Sequence[str] = TO, seed: int = 1) -> None:
    """Calls over a carrier that keeps them for some seconds, about so many of each way."""
    chance = random.Random(seed)
    for number, (begin, end) in enumerate(list(itertools.product(FROM, to)) * calls):
        called = {"called_number": f"+1312555{number:04d}"}
        at = 7.3 * number
        world.say(begin, at, customer="cust-1", downstream=SLOW, **called)
        world.say(SLOW, at + 0.1, upstream=begin, downstream=end, **called)
        world.say(end, at + 0.2 + max(0.0, chance.gauss(late, spread)), upstream=SLOW, **called)


def delays(world) -> Delays:
    """The delays that records tell whose clocks are right."""
    clocks = clock_of(dict.fromkeys(world.covers, 0.0))
    return delays_of(neighbour_pairs(comparable(world.frame(), replace(Learned.nothing(), clocks=clocks))), HANDED_ON)


@pytest.mark.parametrize("seed", range(5))
def test_how_long_a_slow_carrier_keeps_calls_is_learned(world, seed):
    calls_over(world, TAKES, 0.4, 30, seed=seed)
    found = delays(world)
    assert list(found) == [SLOW]
    assert found[SLOW] == pytest.approx((TAKES, 0.4), abs=0.2)


@pytest.mark.parametrize(
    ("late", "spread", "calls", "to"), [(0.05, 0.05, 30, TO), (TAKES, 0.4, 5, TO), (TAKES, 0.4, 60, TO[:1])]
)
def test_carriers_as_others_are_of_few_calls_or_with_one_neighbour_have_no_delay(world, late, spread, calls, to):
    calls_over(world, late, spread, calls, to)
    assert delays(world) == {}


def test_the_spread_of_cut_times_is_no_delay(world):
    calls_over(world, 0.0, 0.0, 30)
    for row in world.rows:
        if row["carrier"] == SLOW:
            row |= {"start_time": row["start_time"].replace(microsecond=0), "precision": 1_000_000}
    assert delays(world) == {}


def test_a_slow_carrier_of_a_network_is_kept_with_what_was_learned(world):
    calls_over(world, 3.0, 1.0, 60)
    assert [row[0] for row in learn(world.frame()).weights["delays"]] == [SLOW]


@pytest.mark.parametrize(("delays", "path"), [({}, ("east", "slow")), ({SLOW: (TAKES, 0.3)}, ("east", "slow", "orig"))])
def test_a_handoff_of_a_slow_carrier_is_compared_with_what_it_takes(world, report_call, delays, path):
    world.say("orig", 0.0, customer="cust-1", downstream=SLOW)
    world.say(SLOW, 0.1, upstream="orig", downstream_trunk="T-9")
    world.say("east", 1.9, upstream=SLOW)
    world.weights = replace(Weights(), delays=delays)
    told = world.trace(1.9)
    assert told.path == path


def test_delays_come_back_as_they_were_kept():
    kept = {"delays": [[SLOW, 1.5, 0.25]]}
    assert Weights.from_json(kept).delays == {SLOW: (1.5, 0.25)}
    assert Weights.from_json({}).delays == {}


def test_what_a_handoff_takes_and_who_is_slow_come_back_as_they_went():
    weights = Weights(handed_on=0.42, delays={SLOW: (1.5, 0.25)})
    assert Weights.from_json(json.loads(json.dumps(weights.as_json()))) == weights


def test_weights_as_usual_are_kept_as_they_were_before_there_were_delays():
    assert sorted(Weights().as_json()) == ["network", "pairs"]
