"""Attempts in vain by columns: the rules of `hoptrace.tracing.attempts` for chains that share an ingress."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.linking.legs import SHARP
from hoptrace.model.arrays import Int64s, Truths
from hoptrace.tracing.attempts import ENDED, MOST, PAST, RANK, REFUSED, TELLING, UNKNOWN
from hoptrace.tracing.case import VAIN
from hoptrace.tracing.chains.building import Chains
from hoptrace.tracing.chains.links import ingresses
from hoptrace.tracing.delivering import DELIVERED

WAYS = 4
"""What may become of an attempt: REFUSED, UNKNOWN, PAST or ENDED."""


class Ended(NamedTuple):
    """Of each chain whether it led to the carrier that delivers the call, and whether it was `refused` elsewhere."""

    there: Truths
    refused: Truths


def ended(chains: Chains, members: pl.DataFrame, reports: pl.DataFrame) -> Ended:
    """How chains ended: `hoptrace.tracing.delivering` by columns, where all records are of the reported number."""
    told = ("carrier", "downstream", "handed_on", "outcome")
    tails, reported = members.select(told)[chains.first], reports["terminating"].gather(chains.calls)
    nowhere = pl.col("downstream").is_null() & ~pl.col("handed_on")
    by = members.filter(nowhere & pl.col("outcome").is_in(DELIVERED)).select("call", "carrier").unique()
    known = np.isin(chains.calls, by["call"].to_numpy())
    tails = tails.with_columns(call=pl.Series(chains.calls, dtype=by["call"].dtype), end=reported)
    delivers = [_among(tails, by, name) for name in ("carrier", "downstream")]
    of_report = (pl.col("end") == pl.col("carrier")) | (pl.col("end") == pl.coalesce("downstream", "carrier"))
    named = reported.is_not_null().to_numpy()
    there = np.where(
        named, tails.select(of_report.fill_null(value=False)).to_series().to_numpy(), np.logical_or(*delivers)
    )
    vain = tails.select((nowhere & pl.col("outcome").is_in(VAIN)).fill_null(value=False)).to_series().to_numpy()
    return Ended(there, vain & ~there & (named | known))


def _among(tails: pl.DataFrame, by: pl.DataFrame, name: str) -> Truths:
    """Whether the carrier that a column names delivered a call to the number."""
    met = by.select("call", pl.col("carrier").alias(name), met=pl.lit(value=True))
    joined = tails.select("call", name).join(met, on=["call", name], how="left", maintain_order="left")
    return joined["met"].fill_null(value=False).to_numpy()


def without_attempts_in_vain(chains: Chains, members: pl.DataFrame, reports: pl.DataFrame) -> Chains:
    """Chains but those whose call went on over another route of the same carrier.

    Left out whole are calls in which one record alone might be such an attempt of a carrier without a record, and those
    that were handed on to nobody knows whom.
    """
    ingress = ingresses(members)
    several = chains.calls[1:] == chains.calls[:-1]
    if not several.any():
        return chains
    tails = members.select("carrier", "downstream", "handed_on", "customer")[chains.first]
    end, handed = ended(chains, members, reports), tails["downstream"].is_not_null().to_numpy()
    own = np.where(end.refused, 0, _ranks(chains, members))
    vain = _tried(chains, members, handed) & _past(chains, ingress, own, handed, end.there) & ~end.there
    alone = np.diff(chains.begin) == 1
    # A call of several chains of which one that stays is a record alone, from elsewhere.
    lone = alone & tails["customer"].is_null().to_numpy() & ~vain & _of_several(chains)
    unknown = tails.select(pl.col("downstream").is_null() & pl.col("handed_on")).to_series().to_numpy()
    kept = chains.of_whole_calls(~(lone | (unknown & _of_several(chains))))
    return kept.of(~vain[np.isin(chains.calls, kept.calls)])


def _ranks(chains: Chains, members: pl.DataFrame) -> Int64s:
    """How far the call of each chain came, as the lowest record says that tells how it ended."""
    outcomes = members["outcome"][chains.members]
    rank = outcomes.replace_strict(RANK, default=MOST, return_dtype=pl.Int64).to_numpy()
    told = np.where(outcomes.is_in(list(TELLING)).fill_null(value=False).to_numpy(), np.arange(len(rank)), len(rank))
    return np.append(rank, MOST)[np.minimum.reduceat(told, chains.begin[:-1])]


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


def _past(chains: Chains, ingress: Int64s, own: Int64s, handed: Truths, there: Truths) -> Truths:
    """Whether another attempt of the ingress of a chain's lowest handoff came further than it."""
    lengths = np.diff(chains.begin)
    place = np.arange(len(chains.members)) - np.repeat(chains.begin[:-1], lengths)
    lowest = np.repeat(np.where(handed, UNKNOWN, REFUSED), lengths)
    became = np.where(np.repeat(there, lengths), ENDED, np.where(place > 1, PAST, lowest))
    reached = np.repeat(own, lengths) * WAYS + became
    furthest = np.full(len(ingress), -1)
    np.maximum.at(furthest, ingress[chains.members], reached)
    return furthest[ingress[_attempts(chains, handed)]] > own * WAYS + np.where(handed, PAST, REFUSED)
