"""Caller odds: how far caller ids tell a call that was laid at another's door from one that this other left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

BY_CHANCE = 0.03
"""Share of calls whose caller id customers of a carrier show that has nothing to do with them."""

FEW = 4.0
"""As how many calls what was known before counts where shares are counted."""

MOST_TELLING = 20.0
"""Calls of a pair that tell of it: more have the same cause, and callers call more than once."""

ROUNDS = 30

Classes = tuple[float, float, float]
"""Of calls: whose caller id the namer's customers show elsewhere, the named one's do, neither or both."""


@dataclass(frozen=True, slots=True)
class CallerOdds:
    """By carrier or pair, what share of calls falls into which class (Classes).

    `false`: by namer, of words that are false; `true`: by (namer, named), of true ones; `usual`: by namer, of those of
    its words that are borne out. `counted`: by (namer, named), the calls that are not borne out.
    """

    false: Mapping[str, Classes] = field(default_factory=dict[str, Classes])
    true: Mapping[tuple[str, str], Classes] = field(default_factory=dict[tuple[str, str], Classes])
    usual: Mapping[str, Classes] = field(default_factory=dict[str, Classes])
    counted: Mapping[tuple[str, str], Classes] = field(default_factory=dict[tuple[str, str], Classes])

    def share(self, namer: str, named: str, prior: float, weight: float) -> float:
        """The share of false words among those not borne out, `prior` of which counts as `weight` calls."""
        counted = self.counted.get((namer, named))
        return prior if counted is None else self._share(namer, counted, self.true[namer, named], (prior, weight))

    def share_of_all(self, namer: str, named: Iterable[str], prior: float, weight: float) -> float:
        """The same of a namer's words of several carriers together."""
        every = [self.counted[namer, each] for each in named]
        counted = sum(each[0] for each in every), sum(each[1] for each in every), sum(each[2] for each in every)
        mine = self.usual.get(namer, NOTHING)[0]
        return self._share(namer, counted, (mine, BY_CHANCE, 1 - mine - BY_CHANCE), (prior, weight))

    def _share(self, namer: str, counted: Classes, true: Classes, prior: tuple[float, float]) -> float:
        known, weight = prior
        total = sum(counted)
        scale = min(1.0, MOST_TELLING / total) if total else 0.0
        false = self.false.get(namer, NOTHING)
        share = known
        for _ in range(ROUNDS):
            odds = [share * one / (share * one + (1 - share) * other) for one, other in zip(false, true, strict=True)]
            found = sum(scale * calls * each for calls, each in zip(counted, odds, strict=True))
            share = (weight * known + found) / (weight + scale * total)
        return share


NOTHING: Classes = (BY_CHANCE, BY_CHANCE, 1 - 2 * BY_CHANCE)


def caller_odds(showing: pl.DataFrame, repeats: pl.DataFrame) -> CallerOdds:
    """What the counts (SHOWING and REPEATS) tell."""
    again = {carrier: repeated / (own + FEW) for carrier, own, repeated in repeats.rows()}
    kept: dict[str, tuple[int, int, int]] = {}
    for namer, _, _, _, _, *counts in showing.rows():
        kept[namer] = _added(kept.get(namer, (0, 0, 0)), counts)
    usual = {namer: _classes(counts, NOTHING, FEW) for namer, counts in kept.items()}
    true: dict[tuple[str, str], Classes] = {}
    counted: dict[tuple[str, str], Classes] = {}
    for namer, named, missing, mine, theirs, *counts in showing.rows():
        true[namer, named] = _classes(_added((0, 0, 0), counts), (usual[namer][0], BY_CHANCE, 0.0), FEW)
        counted[namer, named] = (mine, theirs, missing - mine - theirs)
    false = {namer: _false(again.get(namer, 0.0), usual[namer][0]) for namer in usual}
    return CallerOdds(false, true, usual, counted)


def _false(again: float, usual: float) -> Classes:
    mine = max(again * (1 - BY_CHANCE), usual)
    return mine, BY_CHANCE, max(1 - mine - BY_CHANCE, BY_CHANCE)


def _classes(counts: tuple[int, int, int], prior: Classes, weight: float) -> Classes:
    """Shares of the classes; counts are of all calls, the namer's callers, the named one's."""
    every, mine, theirs = counts
    first, second = ((of + weight * share) / (every + weight) for of, share in ((mine, prior[0]), (theirs, prior[1])))
    return first, second, max(1 - first - second, BY_CHANCE)


def _added(counts: tuple[int, int, int], more: list[int]) -> tuple[int, int, int]:
    return counts[0] + more[0], counts[1] + more[1], counts[2] + more[2]
