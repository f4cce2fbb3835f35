"""Trails of chains: how sure their handoffs are, and how well the reported time fits, for a batch."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.linking.kinds import Kind
from hoptrace.model.arrays import Floats
from hoptrace.tracing.chains.building import Chains
from hoptrace.tracing.chains.times import to_the_minute
from hoptrace.tracing.moment import FINAL_AFTER, REFUSAL, Arrivals, Matches, match_trails, setting_up
from hoptrace.tracing.weighing import AGAINST, BY_CHANCE, KIND_RELIABILITY


class ChainTrails(NamedTuple):
    """Chains as trails, an entry each: how likely their handoffs are all `sure`, and their matches (`timed`)."""

    sure: Floats
    timed: Matches


def trails_of(
    chains: Chains, members: pl.DataFrame, pairs: pl.DataFrame, reports: pl.DataFrame, handed_on: float
) -> ChainTrails:
    """The trails of all chains; `reports`: the reported time (`at`) of each, and by how much it may be off (`close`).

    `pairs`: the scored pairs, `row` numbering them. `handed_on`: seconds that a handoff takes.
    """
    told = members.select("setup", "start", "tick", "spread", "outcome")[chains.members]
    slow = _slow(chains, pairs) + _setting_up(chains, handed_on)
    spans = _arrivals(told, slow).spans()
    timed = match_trails(spans, chains.begin, reports["at"].to_numpy(), reports["close"].to_numpy())
    return ChainTrails(_sure(chains, told, pairs), timed)


def _slow(chains: Chains, pairs: pl.DataFrame) -> Floats:
    """Seconds that refused routes may have taken between each record of a chain and its lowest one."""
    slow, reached = np.zeros(len(chains.pairs)), np.flatnonzero(chains.pairs >= 0)
    if reached.size:
        slow[reached] = pairs["u_slow"].to_numpy()[chains.pairs[reached] - int(pairs["row"][0])]
    taken = np.cumsum(slow)
    return taken - np.repeat(taken[chains.begin[:-1]], np.diff(chains.begin))


def _setting_up(chains: Chains, handed_on: float) -> Floats:
    """Seconds that carriers may take to send calls on from each record of a chain to its lowest one."""
    places = np.arange(len(chains.pairs)) - np.repeat(chains.begin[:-1], np.diff(chains.begin))
    return setting_up(handed_on) * places.astype(np.float64)


def _arrivals(members: pl.DataFrame, later: Floats) -> Arrivals:
    """When the records of chains say that calls came; `members` in the order of the chains."""
    setup, start, tick, spread = (members[name].to_numpy() for name in ("setup", "start", "tick", "spread"))
    rang = np.zeros(members.height)
    if members["setup"].null_count():
        rang = members["outcome"].replace_strict(FINAL_AFTER, default=REFUSAL, return_dtype=pl.Float64).to_numpy()
    return Arrivals(setup, start, tick, spread, rang, later)


def _sure(chains: Chains, members: pl.DataFrame, pairs: pl.DataFrame) -> Floats:
    """The probability that all handoffs of a chain are what they seem; it has no rivals that lead elsewhere.

    `members` as in `_arrivals`, `pairs` as in `trails_of`.
    """
    each, reached = np.ones(len(chains.pairs)), np.flatnonzero(chains.pairs >= 0)
    if reached.size:
        beside_time = (pairs["weight"] - pairs["w_time"]).to_numpy()[chains.pairs[reached] - int(pairs["row"][0])]
        unsure = np.where(to_the_minute(members)[reached] & (beside_time >= AGAINST), BY_CHANCE, 1.0)
        kind = np.array([KIND_RELIABILITY[one] for one in (Kind.DIRECT, Kind.BRIDGED, Kind.GAP)])
        each[reached] = kind[chains.over[reached]] / (1 + unsure * np.exp(-chains.weights[reached]))
    return np.multiply.reduceat(each, chains.begin[:-1]) if len(each) else each
