"""Weights of the comparison levels: ln(P(level | same handoff) / P(level | not)), the network's and each pair's own.

What a level is worth depends on who is compared: a carrier that restarts every call shows another Call-ID on each, one
that puts in a caller of its own changes each caller. So beside the network's weights there are those of single pairs of
carriers, where data are enough (`hoptrace.linking.estimate`). Where nothing was learned the defaults hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from hoptrace.linking.levels import LEVELS, UNKNOWN
from hoptrace.model.frames import without

SIGNATURE = ("orig_id", "signer", "attestation")

SEVERAL_HANDOFFS = 1.0
LEAST_CHANGED, MOST_CHANGED = -5.0, -2.0

LEAST_SIGNED_ANEW = -0.5
"""Weight of another or a lost signature where a carrier without a record lies between."""

Table = Mapping[str, Mapping[str, float]]
"""A weight (natural log) by comparison and level."""

DEFAULTS: Table = {
    "duration": {"close": 2.8, "near": 0.3, "off": -1.5, "far": -3.0},
    # An equal Call-ID is all but proof; another one only counts where the carrier told which one it sent on.
    "call_id": {"same": 9.0, "differs": -0.5, "sent_differs": -5.0},
    "calling": {"same": 3.0, "changed": -3.0, "withheld": -0.5, "revealed": -2.0, "both_withheld": 0.5},
    "outcome": {"answered": 0.5, "same_code": 1.0, "alike": 0.3, "failed_otherwise": -1.0, "differs": -4.0},
    "orig_id": {"same": 3.0, "differs": -2.0, "lost": 0.0},
    "signer": {"same": 0.7, "differs": -1.0, "lost": 0.0},
    "attestation": {"same": 0.3, "lowered": -0.5, "raised": -1.0, "lost": 0.0},
}

Pairs = Mapping[tuple[str, str], Table]
"""Own weights of pairs of carriers, by (upstream, downstream)."""


@dataclass(frozen=True)
class Weights:
    """The network's weights, and those of single pairs of neighbours that differ from them."""

    network: Table = field(default_factory=lambda: DEFAULTS)
    pairs: Pairs = field(default_factory=dict[tuple[str, str], Table])

    @cached_property
    def own(self) -> pl.DataFrame:
        """The pairs' weights as a frame: a row a pair (`u`, `d`), a column `o_` + comparison + level each.

        Null where the network's weight holds; comparisons that no pair has weights of its own for are left out.
        """
        named = sorted({name for own in self.pairs.values() for name in own})
        columns = [(name, level) for name in named for level in LEVELS[name]]
        told = {"u": [u for u, _ in sorted(self.pairs)], "d": [d for _, d in sorted(self.pairs)]}
        rows = [self.pairs[pair] for pair in sorted(self.pairs)]
        frame = pl.DataFrame(told, schema={"u": pl.String, "d": pl.String})
        return frame.with_columns(
            pl.Series(f"o_{name}_{level}", [own.get(name, {}).get(level) for own in rows], pl.Float64)
            for name, level in columns
        )

    @cached_property
    def of_levels(self) -> list[pl.Expr]:
        """The weight of each comparison (`w_*`) by its level (`l_*`), of pairs joined with `own`."""
        columns = self.own.columns
        return [_weight(name, self.network[name], columns).alias(f"w_{name}") for name in LEVELS]

    def as_json(self) -> dict[str, Any]:
        """Plain data, from which `from_json` makes the same weights again."""
        pairs = [[u, d, {name: dict(levels) for name, levels in own.items()}] for (u, d), own in self.pairs.items()]
        return {"network": {name: dict(levels) for name, levels in self.network.items()}, "pairs": pairs}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Weights:
        """Weights out of plain data; what is missing there is at its default."""
        network = {name: {**levels, **data.get("network", {}).get(name, {})} for name, levels in DEFAULTS.items()}
        return Weights(network, {(u, d): own for u, d, own in data.get("pairs", [])})


def caller_changed(weights: Weights) -> float:
    """The weight of another caller at the end of a way of several handoffs, on any of which it may have changed."""
    return min(max(weights.network["calling"]["changed"] + SEVERAL_HANDOFFS, LEAST_CHANGED), MOST_CHANGED)


def weigh_levels(pairs: pl.DataFrame, weights: Weights) -> pl.DataFrame:
    """Pairs with levels (`l_*`) and a column `w_` + name of the weight of each.

    The column `elsewhere`, left out of what is given, says where the two are not neighbours, so that no pair's own
    weights hold: a Call-ID tells only if equal, another signature little, for the carrier between them may have
    restarted the call and signed it anew.
    """
    own = weights.own
    added = own.columns[2:]
    if not added:
        return without(pairs.with_columns(weights.of_levels), ["elsewhere"])
    names = pairs.select(u="u_carrier", d="d_carrier")
    theirs = names.join(own, on=["u", "d"], how="left", maintain_order="left")[added]
    return without(pairs.hstack(theirs).with_columns(weights.of_levels), ("elsewhere", *added))


def _weight(name: str, network: Mapping[str, float], columns: list[str]) -> pl.Expr:
    elsewhere = pl.col("elsewhere")
    level, chain = pl.col(f"l_{name}"), pl.when(pl.col(f"l_{name}") == UNKNOWN).then(0.0)
    for each in LEVELS[name]:
        value = pl.lit(network[each])
        own = f"o_{name}_{each}"
        if own in columns:
            value = pl.when(elsewhere).then(value).otherwise(pl.coalesce(own, value))
        if name == "call_id" and each != "same":
            value = pl.when(elsewhere).then(0.0).otherwise(value)
        if name in SIGNATURE:
            value = pl.when(elsewhere).then(value.clip(lower_bound=LEAST_SIGNED_ANEW)).otherwise(value)
        chain = chain.when(level == each).then(value)
    return chain.otherwise(0.0)
