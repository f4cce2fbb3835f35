"""Chains by columns against the same call by call: the assignment, and what lent times make of its weights."""

from __future__ import annotations

import itertools
import random

import numpy as np
import polars as pl
import pytest

from hoptrace.linking.assignment import assign
from hoptrace.linking.contests import Pair
from hoptrace.linking.kinds import Kind
from hoptrace.linking.times import time_weight, time_weights
from hoptrace.tracing.case import Fact
from hoptrace.tracing.chains.building import _best
from hoptrace.tracing.chains.times import Lent, Moments, lent_moments, timed_anew
from hoptrace.tracing.settling import settle


def a_chain(chance: random.Random, length: int) -> tuple[list[float], list[float]]:
    """What the handoffs of a chain weigh, and the leaps over each of its records but the ends."""
    weights = [chance.uniform(0.1, 12.0) for _ in range(length - 1)]
    leaps = [sum(two) - chance.uniform(-4.0, 12.0) for two in itertools.pairwise(weights)]
    return weights, leaps


def pairs_of(weights: list[float], leaps: list[float]) -> list[Pair]:
    handoffs = [Pair(at, at + 1, Kind.DIRECT, weight, at, 0.0, at) for at, weight in enumerate(weights)]
    return handoffs + [Pair(at, at + 2, Kind.BRIDGED, leap, 100 + at, 0.0, at) for at, leap in enumerate(leaps)]


@pytest.mark.parametrize("seed", range(200))
def test_a_chain_is_best_where_the_assignment_chooses_its_handoffs(seed):
    chance = random.Random(seed)
    weights, leaps = a_chain(chance, chance.randint(2, 8))
    chosen = assign(pairs_of(weights, leaps)).chosen
    handoffs = len(chosen) == len(weights) and all(pair.kind is Kind.DIRECT for pair in chosen.values())
    (told,) = _best(np.array([weights]), np.array([leaps]).reshape(1, len(leaps)))
    assert told == handoffs


def test_both_answers_occur():
    """Else the test before would show nothing."""
    told = set[bool]()
    for seed in range(200):
        weights, leaps = a_chain(random.Random(seed), 6)
        told.add(bool(_best(np.array([weights]), np.array([leaps]))[0]))
    assert told == {True, False}


def a_fact(chance: random.Random, sid: int) -> Fact:
    start = 0.1 * sid + chance.gauss(0.0, 0.3)
    known = dict.fromkeys(Fact._fields) | {"carrier": f"c{sid}", "called": 1, "sent": 1}
    times = {"start": start, "setup": None if chance.random() < 0.1 else start}
    return Fact(
        **{
            **known,
            **times,
            "sid": sid,
            "tick": chance.choice([0.001, 1.0, 60.0]),
            "spread": chance.choice([0.05, 1.2]),
        }
    )


@pytest.mark.parametrize("seed", range(200))
def test_lent_times_weigh_what_settling_says(seed):
    chance = random.Random(seed)
    facts = [a_fact(chance, sid) for sid in range(chance.randint(2, 7))]
    weights, timed = [40.0] * (len(facts) - 1), [chance.uniform(-3.0, 4.0) for _ in facts[1:]]
    answers = [chance.random() < 0.2 for _ in weights]
    pairs = [pair._replace(timed=timed[pair.d], answers=answers[pair.d]) for pair in pairs_of(weights, [])]
    handed_on = chance.choice([0.1, 1.2])
    chosen = settle(pairs, {fact.sid: fact for fact in facts}, handed_on).chosen
    own = Moments(*(np.array(each, np.float64) for each in zip(*map(_times, facts), strict=True)))
    many = lent_moments(own.of(np.arange(len(facts))[None, :]), np.zeros((1, len(facts)), np.int64), handed_on)
    lent = Lent(*(Moments(*(each[0] for each in side)) for side in many))
    handoffs = pl.DataFrame({"weight": weights, "w_time": timed, "answers": answers}).with_columns(
        kind=pl.lit("direct")
    )
    told = timed_anew(handoffs, np.arange(len(weights)), np.arange(1, len(facts)), lent, handed_on)
    coarse = any(fact.setup is None or fact.tick >= 1.0 or fact.spread >= 1.0 for fact in facts)
    due = [chosen[at].weight for at in range(len(weights))]
    assert (told.tolist() if coarse else weights) == pytest.approx(due)


def _times(fact: Fact) -> tuple[float | None, float, float]:
    return fact.setup, fact.tick, fact.spread


@pytest.mark.parametrize("apart", [0.0, -0.3, 4.0, 1e6])
def test_time_weights_are_those_of_single_pairs(apart):
    for half, scale in ((0.0, 0.1), (0.5, 0.05), (30.0, 2.0)):
        (told,) = time_weights(np.array([apart]), np.array([half]), np.array([scale]))
        assert told == pytest.approx(time_weight(apart, half, scale))


@pytest.mark.parametrize("late", [0.3, 5.0, 11.0])
def test_a_refused_route_explains_that_a_call_came_late_and_nothing_else(late):
    slow, half, scale = 8.0, 0.5, 0.1
    explained = time_weight(min(slow, late), half, scale, slow)
    assert time_weight(late, half, scale, slow) <= explained
    assert (time_weight(late, half, scale, slow) == explained) is (late <= slow + half)
    assert time_weight(-late, half, scale, slow) == time_weight(-late, half, scale)
