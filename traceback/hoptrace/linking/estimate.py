"""Weights learned from the data: expectation maximisation over the pairs of statements of neighbours.

The two classes are "same handoff" and "not". Which class a pair is of is not known; time, whose scale the clocks give,
anchors the two, and each comparison's levels get their probabilities in either class from all pairs together (as in
Fellegi and Sunter 1969; Winkler 1988 for EM). Few data change little: the defaults count as so many pairs seen before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from hoptrace.linking.levels import LEVELS, levels_of
from hoptrace.linking.weights import DEFAULTS, Weights
from hoptrace.model.arrays import Floats, Int64s
from hoptrace.model.columns import Columns

UNRELATED: Mapping[str, tuple[float, ...]] = {
    "duration": (0.03, 0.07, 0.15, 0.75),
    "call_id": (0.00001, 0.94999, 0.05),
    "calling": (0.3, 0.6, 0.03, 0.03, 0.04),
    "outcome": (0.3, 0.2, 0.1, 0.1, 0.3),
    "orig_id": (0.05, 0.85, 0.1),
    "signer": (0.3, 0.6, 0.1),
    "attestation": (0.5, 0.2, 0.2, 0.1),
}
"""How often each level is seen between statements of two different calls to one number, before data tell: the levels
that speak for one handoff against each other, and those that do not. How often unrelated statements agree at all
follows from what agreement is worth (`_before`)."""

SEEN_BEFORE = 30.0
"""As how many pairs of each class the defaults count."""

OWN_BEFORE = 10.0
"""As how many of a pair of carriers' own handoffs the network's probabilities count."""

WORTH_OWN = 0.25
"""Difference of weight from which a pair of carriers has weights of its own."""

MOST_MOVED = 2.5
"""By how much data may move a default weight: rivals among neighbours are mostly redials, others need not be."""

LEAST, MOST = -8.0, 9.0
ROUNDS = 25


@dataclass(frozen=True, slots=True)
class Estimate:
    """Learned weights, and for each pair that was looked at the probability that it is one handoff."""

    weights: Weights
    posterior: Floats


def estimate(pairs: pl.DataFrame) -> Estimate:
    """Learn weights from candidate pairs of neighbours that name each other (`d_*`, `u_*`, `w_time`, `w_answer`)."""
    codes = levels_of(Columns(pairs))
    time = (pairs["w_time"] + pairs["w_answer"]).to_numpy()
    same, other, posterior = _maximise(codes, time)
    network = {name: _near_default(name, _named(name, _logs(same[name], other[name]))) for name in LEVELS}
    return Estimate(Weights(network, _own(pairs, codes, posterior, same, other)), posterior)


def _before(name: str) -> tuple[Floats, Floats]:
    """The default probabilities of the levels for one handoff, and for two calls, whose ratios are the default weights.

    Both must add up to one. That leaves one share open, how often two unrelated statements agree: with A and B the mean
    ratio over the levels that agree and over the others, a share t of A and 1 - t of B make one.
    """
    ratio = np.exp(np.array([DEFAULTS[name][level] for level in LEVELS[name]]))
    seen, agree = np.array(UNRELATED[name]), ratio > 1
    high, low = (float(np.average(ratio[which], weights=seen[which])) for which in (agree, ~agree))
    share = (1 - low) / (high - low)
    other = seen.copy()
    for which, part in ((agree, share), (~agree, 1 - share)):
        other[which] *= part / float(np.sum(seen[which]))
    return other * ratio, other


def _maximise(codes: Mapping[str, Int64s], time: Floats) -> tuple[dict[str, Floats], dict[str, Floats], Floats]:
    """EM: the probabilities of the levels in both classes, and each pair's posterior."""
    before = {name: _before(name) for name in codes}
    same, other = {name: before[name][0] for name in codes}, {name: before[name][1] for name in codes}
    prior, posterior = 0.5, np.full(len(time), 0.5)
    for _ in range(ROUNDS):
        odds = np.log(prior / (1 - prior)) + time
        for name, code in codes.items():
            # UNKNOWN (-1) reads the last entry, which tells nothing.
            odds = odds + np.append(np.log(same[name] / other[name]), 0.0)[code]
        posterior = 1 / (1 + np.exp(-np.clip(odds, -50.0, 50.0)))
        prior = float(np.clip((posterior.sum() + 1) / (len(time) + 2), 0.01, 0.99))
        same = {name: _shares(code, posterior, before[name][0]) for name, code in codes.items()}
        other = {name: _shares(code, 1 - posterior, before[name][1]) for name, code in codes.items()}
    return same, other, posterior


def _shares(code: Int64s, share: Floats, before: Floats) -> Floats:
    known = code >= 0
    counts = np.bincount(code[known], weights=share[known], minlength=len(before)) + SEEN_BEFORE * before
    return counts / counts.sum()


def _logs(same: Floats, other: Floats) -> Floats:
    return np.clip(np.log(same / other), LEAST, MOST).round(3)


def _named(name: str, weights: Floats) -> dict[str, float]:
    return dict(zip(LEVELS[name], weights.tolist(), strict=True))


def _near_default(name: str, weights: Mapping[str, float]) -> dict[str, float]:
    usual = DEFAULTS[name]
    return {
        level: round(min(max(weight, usual[level] - MOST_MOVED), usual[level] + MOST_MOVED), 3)
        for level, weight in weights.items()
    }


def _own(
    pairs: pl.DataFrame,
    codes: Mapping[str, Int64s],
    posterior: Floats,
    same: Mapping[str, Floats],
    other: Mapping[str, Floats],
) -> dict[tuple[str, str], dict[str, dict[str, float]]]:
    """Weights of single pairs of carriers where their handoffs look otherwise than the network's."""
    names = pairs.select("u_carrier", "d_carrier")
    own_pairs = names.unique().sort("u_carrier", "d_carrier").with_row_index("pair")
    pair = names.join(own_pairs, on=["u_carrier", "d_carrier"], how="left", maintain_order="left")["pair"].to_numpy()
    carriers = own_pairs.select("u_carrier", "d_carrier").rows()
    own: dict[tuple[str, str], dict[str, dict[str, float]]] = {}
    for name, code in codes.items():
        known = code >= 0
        counts = np.zeros((len(carriers), len(LEVELS[name])))
        np.add.at(counts, (pair[known], code[known]), posterior[known])
        seen = counts.sum(axis=1, keepdims=True)
        mine = _logs((counts + OWN_BEFORE * same[name]) / (seen + OWN_BEFORE), other[name])
        apart = np.abs(mine - _logs(same[name], other[name])).max(axis=1) > WORTH_OWN
        for place in np.flatnonzero(apart & (seen[:, 0] > 0)).tolist():
            own.setdefault(carriers[place], {})[name] = _named(name, mine[place])
    return own
