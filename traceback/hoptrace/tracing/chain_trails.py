"""Trails of chains: what each answers, how sure its handoffs are, and how well the reported time fits, for a batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.linking.members import KEPT
from hoptrace.linking.scoring import Kind
from hoptrace.tracing.case import Fact, Reported
from hoptrace.tracing.chains import Chains, Floats, Places
from hoptrace.tracing.moment import RANG, REFUSAL, SETTING_UP, TRANSIT, Match, match_spans
from hoptrace.tracing.weighing import KIND_RELIABILITY


class ChainTrail(NamedTuple):
    """A chain as a trail: its lowest and furthest statements, how likely its handoffs are, and its match."""

    call: int
    tail: Fact
    top: Fact
    sure: float
    timed: Match

    @property
    def answer(self) -> tuple[str, str | None, str | None]:
        """What it ends with: at which record, with whose customer or at whom."""
        return self.top.carrier, self.top.customer, self.top.upstream


def trails_of(
    chains: Chains, members: pl.DataFrame, reported: Mapping[int, Reported], close: float
) -> list[ChainTrail]:
    """The trails of all chains; `close`: seconds by which reported times may well be off."""
    tails, tops = (map(Fact._make, members[rows].select(KEPT).iter_rows()) for rows in (chains.first, chains.last))
    timed = _timed(members[chains.members], chains, reported, close)
    return [ChainTrail(*each) for each in zip(chains.calls.tolist(), tails, tops, _sure(chains), timed, strict=True)]


def _timed(members: pl.DataFrame, chains: Chains, reported: Mapping[int, Reported], close: float) -> list[Match]:
    """How well each reported time fits its chain; `members` in the order of the chains."""
    spans = _spans(members, chains)
    every_at = np.array([reported[call].at for call in chains.calls.tolist()])
    off = np.full(len(every_at), close)
    lengths = np.diff(chains.begin)
    matches: dict[int, Match] = {}
    every_length: list[int] = np.unique(lengths).tolist()
    for length in every_length:
        places = np.flatnonzero(lengths == length)
        rows: Places = np.add.outer(chains.begin[places], np.arange(length))
        found = match_spans(spans[:, rows].swapaxes(0, 1), every_at[places], off[places])
        matches |= dict(zip(places.tolist(), found, strict=True))
    return [matches[place] for place in range(len(lengths))]


def _spans(members: pl.DataFrame, chains: Chains) -> Floats:
    """(3, member): the first and last moment at which the call can have come to its end, and the blur of both."""
    later = np.full(members.height, SETTING_UP)
    later[chains.begin[:-1]] = 0.0
    setup, start, tick, spread = (members[name].to_numpy() for name in ("setup", "start", "tick", "spread"))
    rang = members["outcome"].replace_strict(RANG, default=REFUSAL, return_dtype=pl.Float64).to_numpy()
    unknown = np.isnan(setup)
    first, last = np.where(unknown, start - rang, setup), np.where(unknown, start + tick, setup + tick + later)
    return np.stack([first, last, np.hypot(spread, TRANSIT)])


def _sure(chains: Chains) -> list[float]:
    """The probability that all handoffs of a chain are what they seem; it has no rivals that lead elsewhere."""
    kind = np.where(chains.bridged, KIND_RELIABILITY[Kind.BRIDGED], KIND_RELIABILITY[Kind.DIRECT])
    each = np.where(chains.pairs < 0, 1.0, kind / (1 + np.exp(-chains.weights)))
    return np.multiply.reduceat(each, chains.begin[:-1]).tolist() if len(each) else []
