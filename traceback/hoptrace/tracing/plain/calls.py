"""Plain calls: those whose records make one chain up to its beginning, judged by columns for a whole batch.

Most calls are plain, and Python call by call is what costs most. A plain call has one trail, so that there is nothing
to choose: what is left of the judgement (`hoptrace.tracing.judging`) is how well that trail fits the report. The rules
for it are the same functions; a call for which any other rule could have a say is not plain, and is judged by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from hoptrace.linking.trust.bearing_out import Trust
from hoptrace.model.arrays import Truths
from hoptrace.tracing.case import VAIN
from hoptrace.tracing.chains.attempts import ended, without_attempts_in_vain
from hoptrace.tracing.chains.building import Chains, chains_of
from hoptrace.tracing.chains.trails import trails_of
from hoptrace.tracing.delivering import DELIVERED
from hoptrace.tracing.endings import DOUBTFUL
from hoptrace.tracing.json_columns import ESCAPED, any_escaped
from hoptrace.tracing.leaps import pairs_that_count
from hoptrace.tracing.plain.answers import Answers, Batch
from hoptrace.tracing.plain.judging import judged
from hoptrace.tracing.read_off import perhaps_read_off

QUOTED = (
    *("carrier", "batch", "record_id", "upstream", "downstream", "customer", "start_basis", "attestation"),
    *("calling_number", "called_number"),
)
"""Text of a statement that its result quotes."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A batch's statements (`facts`), which of them may belong to which call (`members`), and the scored `pairs`.

    Where plain calls are sought, the `sid` of a statement is its row in `facts`, and members lie by call and sid.
    """

    facts: pl.DataFrame
    members: pl.DataFrame
    pairs: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Plain:
    """Plain calls: their `chains` and `answers`."""

    chains: Chains
    answers: Answers

    def without(self, calls: Collection[int]) -> Plain:
        """All but these calls."""
        kept = ~np.isin(self.chains.calls, list(calls))
        return self if kept.all() else Plain(self.chains.of(kept), self.answers.of(kept))


@dataclass(frozen=True, slots=True)
class Settled:
    """The `plain` calls of a batch, and what they were settled on."""

    plain: Plain
    batch: Batch
    linked: Linked


def plain_calls(batch: Batch, linked: Linked) -> Plain:
    """The plain calls of a batch; all others are for `hoptrace.tracing.kernel.judge_all`."""
    members = linked.members
    pairs = pairs_that_count(linked.pairs, batch.reports["terminating"].gather, batch.around)
    chains = chains_of(members, pairs, _fit(linked, batch.reports), batch.around.handed_on)
    chains = without_attempts_in_vain(chains, members, batch.reports)
    told = _told(members.select("carrier", "downstream", "handed_on")[chains.first], batch.reports[chains.calls])
    told &= ~perhaps_read_off(members[["start", "offset"]][chains.first], batch.reports[chains.calls])
    last = chains.begin[1:] - 1
    tops = members.select("carrier", "customer", "upstream")[chains.last]
    placed = _placed(tops, (chains.pairs[last] >= 0) & (chains.over[last] == 0), batch.around.trust)
    chains = chains.of_whole_calls(told & placed & ~_lacked(chains, members, batch) & ~_ways_round(chains, members))
    reports = batch.reports.select("at", "close")[chains.calls]
    trails = trails_of(chains, members, linked.pairs, reports, batch.around.handed_on)
    kept, answers = judged(batch, chains, members, trails)
    plain = Plain(chains.of(kept), answers)
    return plain.without(_refused(plain.chains, members, batch.reports))


def _fit(linked: Linked, reports: pl.DataFrame) -> Truths:
    """Members of no forwarding, of one time, and of text that JSON writes as it is."""
    members = linked.members.select("call", "sid", "called", "egress_called")
    asked = reports["called"].gather(members["call"])
    fits = pl.col("egress_called").is_null() & (pl.col("called") == asked)
    facts, odd = linked.facts, list[pl.Expr]()
    if any_escaped(facts, QUOTED):
        odd.append(pl.concat_str(QUOTED, ignore_nulls=True).str.contains(ESCAPED))
    if facts["repeated"].null_count() < facts.height:
        odd.append(pl.col("repeated").is_not_null())
    if odd:
        fits &= ~pl.col("sid").is_in(facts.filter(pl.any_horizontal(odd))["sid"].implode())
    return members.select(fits).to_series().to_numpy()


def _told(tails: pl.DataFrame, reports: pl.DataFrame) -> Truths:
    """Whether a chain's lowest record says where the call ended: there, or at a carrier that is no other than told."""
    ends = reports["terminating"]
    there = pl.col("downstream").is_null() & ~pl.col("handed_on")
    elsewhere = ends.is_not_null() & (ends != pl.col("carrier")) & (ends != pl.col("downstream"))
    return tails.select(there | (pl.col("downstream").is_not_null() & ~elsewhere)).to_series().to_numpy()


def _ways_round(chains: Chains, members: pl.DataFrame) -> Truths:
    """Whether a chain leaps to a record that handed its call to the carrier at which the lower ones say that it ended.

    Such chains are two calls (`hoptrace.tracing.settling`).
    """
    leaps = np.flatnonzero(chains.over > 1)
    round_ = np.zeros(len(chains.calls), np.bool_)
    if leaps.size:
        chain = np.searchsorted(chains.begin, leaps, side="right") - 1
        to, end = (members["downstream"].gather(rows) for rows in (chains.members[leaps], chains.first[chain]))
        round_[chain[(to == end).fill_null(value=False).to_numpy()]] = True
    return round_


def _lacked(chains: Chains, members: pl.DataFrame, batch: Batch) -> Truths:
    """Whether a chain goes to a carrier that lacks the call, where not the report but records tell who delivers it.

    Such a call is weighed by itself (`hoptrace.tracing.weighing.end_weight`).
    """
    open_ends = batch.reports["terminating"].is_null().gather(chains.calls).to_numpy()
    if not open_ends.any():
        return open_ends
    delivered = pl.col("downstream").is_null() & ~pl.col("handed_on") & pl.col("outcome").is_in(list(DELIVERED))
    told = np.isin(chains.calls, members.filter(delivered.fill_null(value=False))["call"].to_numpy())
    calls: list[int] = chains.calls.tolist()
    ends = members["downstream"].gather(chains.first)
    covered = [end in batch.coverage[call].covered for call, end in zip(calls, ends, strict=True)]
    return open_ends & told & np.array(covered, np.bool_)


def _refused(chains: Chains, members: pl.DataFrame, reports: pl.DataFrame) -> Sequence[int]:
    """Calls whose lowest record may only tell of a refusal by a carrier that was not on their way."""
    nowhere = pl.col("downstream").is_null() & ~pl.col("handed_on") & pl.col("outcome").is_in(VAIN)
    tails = members.select("downstream", "handed_on", "outcome")[chains.first]
    some = chains.of(tails.select(nowhere.fill_null(value=False)).to_series().to_numpy())
    if not len(some.calls):
        return []
    lone = np.diff(some.begin) == 1
    return some.calls[ended(some, members, reports).refused | lone].tolist()


def _placed(tops: pl.DataFrame, handed_on: Truths, trust: Trust) -> Truths:
    """Whether a chain's furthest record names a customer, in a word that nobody has cause to doubt, or a carrier.

    `handed_on`: a second carrier's record bears out that the call came from there. If none does, the word of whoever
    makes up any calls is held against what the next carrier has, call by call.
    """
    doubted = [carrier for carrier, chance in trust.doubt.items() if chance > DOUBTFUL]
    alone = ~handed_on
    told = tops.select("carrier", "customer")[np.flatnonzero(alone)].iter_rows()
    alone[alone] = [carrier in trust.made_up or (carrier, customer) in trust.borrows for carrier, customer in told]
    named = tops["upstream"].is_not_null().to_numpy()
    return named | ((tops["customer"].is_not_null() & ~tops["carrier"].is_in(doubted)).to_numpy() & ~alone)
