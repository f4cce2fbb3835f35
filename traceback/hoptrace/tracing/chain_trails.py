"""Trails of chains: how sure their handoffs are, and how well the reported time fits, for a batch."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.linking.scoring import Kind
from hoptrace.model.arrays import Floats, Int64s
from hoptrace.tracing.chains import Chains
from hoptrace.tracing.moment import RANG, REFUSAL, SETTING_UP, TRANSIT, Matches, match_spans
from hoptrace.tracing.weighing import KIND_RELIABILITY


class ChainTrails(NamedTuple):
    """Chains as trails, an entry each: how likely their handoffs are all `sure`, and their matches (`timed`)."""

    sure: Floats
    timed: Matches


def trails_of(chains: Chains, members: pl.DataFrame, at: Floats, close: float) -> ChainTrails:
    """The trails of all chains; `at`: the reported time of each, which may well be off by `close` seconds."""
    told = members.select("setup", "start", "tick", "spread", "outcome")[chains.members]
    return ChainTrails(_sure(chains), _timed(told, chains, at, close))


def _timed(members: pl.DataFrame, chains: Chains, at: Floats, close: float) -> Matches:
    """How well each reported time fits its chain; `members` in the order of the chains."""
    spans = _spans(members, chains)
    off = np.full(len(at), close)
    lengths = np.diff(chains.begin)
    matches = Matches(*(np.empty(len(at)) for _ in Matches._fields))
    every_length: list[int] = np.unique(lengths).tolist()
    for length in every_length:
        places = np.flatnonzero(lengths == length)
        rows: Int64s = np.add.outer(chains.begin[places], np.arange(length))
        found = match_spans(spans[:, rows].swapaxes(0, 1), at[places], off[places])
        for mine, theirs in zip(matches, found, strict=True):
            mine[places] = theirs
    return matches


def _spans(members: pl.DataFrame, chains: Chains) -> Floats:
    """(3, member): the first and last moment at which the call can have come to its end, and the blur of both."""
    later = np.full(members.height, SETTING_UP)
    later[chains.begin[:-1]] = 0.0
    setup, start, tick, spread = (members[name].to_numpy() for name in ("setup", "start", "tick", "spread"))
    last = setup + tick + later
    unknown = np.isnan(setup)
    if unknown.any():
        rang = members["outcome"].replace_strict(RANG, default=REFUSAL, return_dtype=pl.Float64).to_numpy()
        setup, last = np.where(unknown, start - rang, setup), np.where(unknown, start + tick, last)
    return np.stack([setup, last, np.hypot(spread, TRANSIT)])


def _sure(chains: Chains) -> Floats:
    """The probability that all handoffs of a chain are what they seem; it has no rivals that lead elsewhere."""
    kind = np.array([KIND_RELIABILITY[each] for each in (Kind.DIRECT, Kind.BRIDGED, Kind.GAP)])[chains.over]
    each = np.where(chains.pairs < 0, 1.0, kind / (1 + np.exp(-chains.weights)))
    return np.multiply.reduceat(each, chains.begin[:-1]) if len(each) else np.zeros(0)
