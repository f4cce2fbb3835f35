"""Turned times: a call comes to a carrier before it comes to those below, whatever lies between them.

A leap over carriers without records may rest on records that hardly tell when: cut to the minute, or stamped with the
answer alone. Each step then passes, and the way as a whole may still lead from a call to one that began after it. So
every record's arrival is held against all those further down its way, and the weakest leap between two that contradict
each other goes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from hoptrace.linking.contests import Pair
from hoptrace.linking.kinds import NEIGHBOURS
from hoptrace.model.arrays import Floats, Truths
from hoptrace.tracing.case import Fact

TURNED = 5.0
"""Seconds by which a call may seem to come to a carrier after it came to one below, clocks' spreads (3 sigma) beside:
clocks wander, and what is later by less may be so for that."""

SPREADS = 3.0
"""Spreads (1 sigma) that a clock may be off either way."""

KNOWN = 1.0
"""Seconds: a clock of a wider spread tells no order of events."""


def without_turned_times(chosen: dict[int, Pair], facts: Mapping[int, Fact]) -> None:
    """Take out of the `chosen` pairs (by downstream sid) the leaps by which a call would have come after it went on."""
    for low in sorted(chosen.keys() - {pair.u for pair in chosen.values()}):
        _along(chosen, facts, low)


def _along(chosen: dict[int, Pair], facts: Mapping[int, Fact], low: int) -> None:
    """The same along the chain above its lower end `low`."""
    way, last, seen = list[Pair](), [latest(facts[low])], {low}
    at = low
    while (pair := chosen.get(at)) is not None and pair.u not in seen:
        way.append(pair)
        at = pair.u
        seen.add(at)
        weakest = _weakest(way, last, earliest(facts[at]))
        if weakest is not None:
            _drop(chosen, weakest)
            # What lies between that leap and this record is still below it.
            begin = way.index(weakest) + 1
            way, last = way[begin:], last[begin:]
        last.append(latest(facts[at]))


def _drop(chosen: dict[int, Pair], leap: Pair) -> None:
    """Take a leap out of the chosen pairs for all attempts of its ingress: they came from where one of them came."""
    attempts = [d for d, pair in chosen.items() if (pair.fed, pair.u) == (leap.fed, leap.u)]
    for d in attempts:
        del chosen[d]


def _weakest(way: Sequence[Pair], last: Sequence[float], first: float) -> Pair | None:
    """The lightest leap between a call's coming at `first` and the nearest record below by whose `last` it had come.

    Between these two something is wrong; where only neighbours that name each other lie there, it is no leap.
    """
    for place in range(len(way) - 1, -1, -1):
        if first > last[place] + TURNED:
            leaps = [pair for pair in way[place:] if pair.kind not in NEIGHBOURS]
            return min(leaps, key=lambda pair: pair.weight, default=None)
    return None


def earliest(fact: Fact) -> float:
    """The first moment (epoch s) at which a call may have come to a carrier, as its record tells; -inf: none."""
    known = fact.setup is not None and fact.spread < KNOWN
    return float(fact.setup or 0.0) - SPREADS * fact.spread if known else -math.inf


def latest(fact: Fact) -> float:
    """The last such moment: the answer, where only that is told; inf: none."""
    told = fact.start if fact.setup is None else fact.setup
    return told + fact.tick + SPREADS * fact.spread if fact.spread < KNOWN else math.inf


def turned(setup: Floats, start: Floats, tick: Floats, spread: Floats) -> Truths:
    """Whether in each row, a chain from its lower end, a record contradicts one further down as above."""
    known = spread < KNOWN
    first = np.where(known & ~np.isnan(setup), setup - SPREADS * spread, -np.inf)
    last = np.where(known, np.where(np.isnan(setup), start, setup) + tick + SPREADS * spread, np.inf)
    bound = np.minimum.accumulate(last, axis=1)
    told: Truths = np.any(first[:, 1:] > bound[:, :-1] + TURNED, axis=1)
    return told
