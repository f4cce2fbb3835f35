"""Attempts in vain by columns: the rules of `hoptrace.tracing.attempts` for chains that share an ingress."""

from __future__ import annotations

import numpy as np
import polars as pl

from hoptrace.linking.legs import SHARP
from hoptrace.model.arrays import Int64s, Truths
from hoptrace.tracing.attempts import MOST, PAST, RANK, REFUSED, UNKNOWN
from hoptrace.tracing.chain_links import ingresses
from hoptrace.tracing.chains import Chains

WAYS = 3
"""What may become of an attempt: REFUSED, UNKNOWN or PAST."""


def without_attempts_in_vain(chains: Chains, members: pl.DataFrame, reports: pl.DataFrame) -> Chains:
    """Chains but those whose call went on over another route of the same carrier.

    Left out whole are calls in which one record alone might be such an attempt of a carrier without a record, and those
    that were handed on to nobody knows whom.
    """
    ingress = ingresses(members)
    several = chains.calls[1:] == chains.calls[:-1]
    if not several.any():
        return chains
    tails = members.select("carrier", "downstream", "handed_on", "outcome", "customer")[chains.first]
    ranks = tails.select(pl.col("outcome").replace_strict(RANK, default=MOST, return_dtype=pl.Int64)).to_series()
    own, handed = ranks.to_numpy(), tails["downstream"].is_not_null().to_numpy()
    vain = _tried(chains, members, handed) & _past(chains, ingress, own, handed)
    vain &= ~_to_the_end(tails, reports["terminating"].gather(chains.calls))
    alone = np.diff(chains.begin) == 1
    # A call of several chains of which one that stays is a record alone, from elsewhere.
    lone = alone & tails["customer"].is_null().to_numpy() & ~vain & _of_several(chains)
    unknown = tails.select(pl.col("downstream").is_null() & pl.col("handed_on")).to_series().to_numpy()
    kept = chains.of_whole_calls(~(lone | (unknown & _of_several(chains))))
    return kept.of(~vain[np.isin(chains.calls, kept.calls)])


def _of_several(chains: Chains) -> Truths:
    """Chains of calls that have several."""
    return np.bincount(chains.calls)[chains.calls] > 1


def _tried(chains: Chains, members: pl.DataFrame, handed: Truths) -> Truths:
    """Whether a chain's lowest handoff was one attempt, told apart from redials."""
    lengths = np.diff(chains.begin)
    tried = members.select("tick", "cid")[_attempts(chains, handed)]
    apart = tried.select((pl.col("tick") <= SHARP) | pl.col("cid").is_not_null()).to_series().to_numpy()
    return apart & ((lengths > 1) | handed)


def _attempts(chains: Chains, handed: Truths) -> Int64s:
    """The record of who made each chain's lowest handoff."""
    lengths = np.diff(chains.begin)
    return chains.members[chains.begin[:-1] + np.where(handed | (lengths < 2), 0, 1)]


def _past(chains: Chains, ingress: Int64s, own: Int64s, handed: Truths) -> Truths:
    """Whether another attempt of the ingress of a chain's lowest handoff came further than it."""
    lengths = np.diff(chains.begin)
    place = np.arange(len(chains.members)) - np.repeat(chains.begin[:-1], lengths)
    lowest = np.repeat(np.where(handed, UNKNOWN, REFUSED), lengths)
    reached = np.repeat(own, lengths) * WAYS + np.where(place > 1, PAST, lowest)
    furthest = np.full(len(ingress), -1)
    np.maximum.at(furthest, ingress[chains.members], reached)
    return furthest[ingress[_attempts(chains, handed)]] > own * WAYS + np.where(handed, PAST, REFUSED)


def _to_the_end(tails: pl.DataFrame, end: pl.Series) -> Truths:
    """Whether a chain's lowest record is that of the reported end, or handed the call to it."""
    there = (end == pl.col("carrier")) | (end == pl.coalesce("downstream", "carrier"))
    return tails.select(there.fill_null(value=False)).to_series().to_numpy()
