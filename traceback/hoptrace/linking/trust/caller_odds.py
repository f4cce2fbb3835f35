"""Caller odds: how far caller ids tell that calls which a carrier lays at others' doors are its own customers'."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

BY_CHANCE = 0.03
"""Share of caller ids that a carrier's customers show by chance alone."""

FEW = 4.0
"""As how many caller ids what was known before counts where shares are counted."""

MOST_TELLING = 20.0
"""Caller ids that tell of a pair of neighbours: more have the same cause."""

ROUNDS = 30

Counted = tuple[float, float]
"""Caller ids of calls, and how many of them the namer's own customers show in other calls."""


@dataclass(frozen=True, slots=True)
class CallerOdds:
    """By namer, the share of caller ids that its own customers show in other calls: in `false` and in `true` words.

    `counted`: by (namer, named), the caller ids of the calls that the named one does not bear out.
    """

    false: Mapping[str, float] = field(default_factory=dict[str, float])
    true: Mapping[str, float] = field(default_factory=dict[str, float])
    counted: Mapping[tuple[str, str], Counted] = field(default_factory=dict[tuple[str, str], Counted])

    def share(self, namer: str, named: Iterable[str], prior: float, weight: float) -> float:
        """The share of false words among those of these carriers that nobody bears out.

        `prior` is what is believed without the caller ids; it counts as `weight` of them.
        """
        every = [self.counted[namer, each] for each in named]
        callers, mine = sum(each[0] for each in every), sum(each[1] for each in every)
        scale = min(1.0, MOST_TELLING / callers)
        false, true = self.false[namer], self.true[namer]
        share = prior
        for _ in range(ROUNDS):
            of_mine = share * false / (share * false + (1 - share) * true)
            of_others = share * (1 - false) / (share * (1 - false) + (1 - share) * (1 - true))
            found = scale * (mine * of_mine + (callers - mine) * of_others)
            share = (weight * prior + found) / (weight + scale * callers)
        return share


def caller_odds(showing: pl.DataFrame, repeats: pl.DataFrame) -> CallerOdds:
    """What the counts (SHOWING and REPEATS) tell."""
    again = {carrier: repeated / (own + FEW) for carrier, own, repeated in repeats.rows()}
    kept = showing.group_by("namer").agg(pl.col("kept", "kept_mine").sum()).sort("namer")
    true = {namer: (mine + FEW * BY_CHANCE) / (callers + FEW) for namer, callers, mine in kept.rows()}
    # Where customers seldom show a caller id twice, that none of these are known says nothing.
    false = {namer: max(again.get(namer, 0.0), usual) for namer, usual in true.items()}
    counted = {(namer, named): (missing, mine) for namer, named, missing, mine, *_ in showing.rows()}
    return CallerOdds(false, true, counted)
