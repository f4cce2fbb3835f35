"""Weights of the comparison levels: ln(P(level | same handoff) / P(level | not)), the network's and each pair's own.

What a level is worth depends on who is compared: a carrier that restarts every call shows another Call-ID on each, one
that puts in a caller of its own changes each caller. So beside the network's weights there are those of single pairs of
carriers, where data are enough (`hoptrace.linking.estimate`). Where nothing was learned the defaults hold.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from hoptrace.linking.delays import Delays
from hoptrace.linking.kinds import HANDED_ON
from hoptrace.linking.levels import LEVELS
from hoptrace.model.arrays import Floats, Int64s, Truths

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
    handed_on: float = HANDED_ON
    """Seconds that a handoff takes in this network."""
    delays: Delays = field(default_factory=dict[str, tuple[float, float]])
    """What single carriers take beyond that."""

    @cached_property
    def places(self) -> pl.DataFrame:
        """The pairs (`u`, `d`) in order, with the `place` of each in the tables of `own`."""
        pairs = {"u": [u for u, _ in sorted(self.pairs)], "d": [d for _, d in sorted(self.pairs)]}
        return pl.DataFrame(pairs, schema={"u": pl.String, "d": pl.String}).with_row_index("place")

    @cached_property
    def own(self) -> dict[str, Floats]:
        """The pairs' weights by comparison, of those that any pair has weights of its own for: a row a pair.

        A column a level and one for UNKNOWN; NaN where the network's weight holds, as in a row more at the end.
        """
        named = {name for own in self.pairs.values() for name in own}
        nothing: Table = {}
        rows = [*(self.pairs[pair] for pair in sorted(self.pairs)), nothing]
        return {name: np.array([_weights_of(name, own.get(name, {}), math.nan) for own in rows]) for name in named}

    @cached_property
    def shared(self) -> dict[str, Floats]:
        """The network's weights by comparison, in the order of LEVELS; what is UNKNOWN tells nothing."""
        return {name: np.array(_weights_of(name, self.network[name], 0.0)) for name in LEVELS}

    def as_json(self) -> dict[str, Any]:
        """Plain data, from which `from_json` makes the same weights again; times that are as usual are left out."""
        pairs = [[u, d, {name: dict(levels) for name, levels in own.items()}] for (u, d), own in self.pairs.items()]
        told = {"network": {name: dict(levels) for name, levels in self.network.items()}, "pairs": pairs}
        handed_on = {"handed_on": self.handed_on} if self.handed_on != HANDED_ON else {}
        delays = [[carrier, *delay] for carrier, delay in self.delays.items()]
        return told | handed_on | ({"delays": delays} if delays else {})

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Weights:
        """Weights out of plain data; what is missing there is at its default."""
        network = {name: {**levels, **data.get("network", {}).get(name, {})} for name, levels in DEFAULTS.items()}
        pairs = {(u, d): own for u, d, own in data.get("pairs", [])}
        delays = {carrier: (late, spread) for carrier, late, spread in data.get("delays", [])}
        return Weights(network, pairs, data.get("handed_on", HANDED_ON), delays)


def caller_changed(weights: Weights) -> float:
    """The weight of another caller at the end of a way of several handoffs, on any of which it may have changed."""
    return min(max(weights.network["calling"]["changed"] + SEVERAL_HANDOFFS, LEAST_CHANGED), MOST_CHANGED)


def weigh_levels(
    pairs: pl.DataFrame, levels: Mapping[str, Int64s], elsewhere: Truths, weights: Weights
) -> dict[str, Floats]:
    """The weight of each comparison, of pairs (`u_carrier`, `d_carrier`) of these levels (`levels_of`).

    `elsewhere` says where the two are not neighbours, so that no pair's own weights hold: a Call-ID tells only if
    equal, another signature little, for the carrier between them may have restarted the call and signed it anew.
    """
    told = {name: weights.shared[name][levels[name]] for name in LEVELS}
    place = _places(pairs, weights) if weights.own else None
    for name, own in weights.own.items():
        mine = own[place, levels[name]]
        told[name] = np.where(elsewhere | np.isnan(mine), told[name], mine)
    told["call_id"] = np.where(elsewhere & (levels["call_id"] != 0), 0.0, told["call_id"])
    for name in SIGNATURE:
        told[name] = np.where(elsewhere, np.maximum(told[name], LEAST_SIGNED_ANEW), told[name])
    return told


def _weights_of(name: str, levels: Mapping[str, float], unknown: float) -> list[float]:
    """A comparison's weights in the order of LEVELS, and 0 for UNKNOWN behind them; `unknown` where there is none."""
    return [*(levels.get(level, unknown) for level in LEVELS[name]), 0.0]


def _places(pairs: pl.DataFrame, weights: Weights) -> Int64s:
    """Where each pair's own weights stand; -1, the last row, where it has none."""
    names = pairs.select(u="u_carrier", d="d_carrier")
    found = names.join(weights.places, on=["u", "d"], how="left", maintain_order="left")["place"]
    return found.cast(pl.Int64).fill_null(-1).to_numpy()
