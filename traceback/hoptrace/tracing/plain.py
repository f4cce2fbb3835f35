"""Plain calls: those whose records make one chain up to a customer, judged by columns for a whole batch.

Most calls are plain, and Python call by call is what costs most. A plain call has one trail, so that there is nothing
to choose: what is left of the judgement (`hoptrace.tracing.judging`) is how well that trail fits the report. The rules
for it are the same functions; a call for which any other rule could have a say is not plain, and is judged by itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.linking.members import KEPT
from hoptrace.linking.scoring import Kind
from hoptrace.linking.trust import Trust
from hoptrace.model.verdicts import Verdict
from hoptrace.tracing.calibration import calibrated
from hoptrace.tracing.case import Coverage, Fact, Reported, Surroundings
from hoptrace.tracing.chains import Chains, Floats, Truths, chains_of
from hoptrace.tracing.endings import DOUBTFUL, SURE
from hoptrace.tracing.judging import NOT_THE_CALL, WORTH_TELLING
from hoptrace.tracing.kernel import may_count
from hoptrace.tracing.moment import RANG, REFUSAL, SETTING_UP, TRANSIT, Match, match_spans
from hoptrace.tracing.results import NOT_FOUND, Floors
from hoptrace.tracing.sources import SIGNATURE
from hoptrace.tracing.weighing import AT_THE_END, KIND_RELIABILITY, OUTCOME_WEIGHT, caller_weight, weight_of_none

QUOTED = ("carrier", "batch", "record_id", "upstream", "customer", "start_basis", "calling_number", "called_number")
"""Text of a statement that its result quotes."""

ESCAPED = r'["\\\x00-\x1f]'
"""What JSON writes otherwise."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Reported calls by number, and what they are judged by; `coverage` in the order of the numbers."""

    reported: Mapping[int, Reported]
    coverage: Sequence[Coverage]
    around: Surroundings
    floors: Floors


@dataclass(frozen=True, slots=True)
class Linked:
    """A batch's statements (`facts`), which of them may belong to which call (`members`), and the scored `pairs`."""

    facts: pl.DataFrame
    members: pl.DataFrame
    pairs: pl.DataFrame


class Answer(NamedTuple):
    """How sure it is that a plain call's trail is the reported call, as published, and how far its time is off (s)."""

    confidence: float
    residual: float


@dataclass(frozen=True, slots=True)
class Plain:
    """Plain calls: their `chains`, the `tails`, which are the statements at their ends, and the `answers`."""

    chains: Chains
    tails: Sequence[Fact]
    answers: Sequence[Answer]


def plain_calls(batch: Batch, linked: Linked) -> Plain:
    """The plain calls of a batch; all others are for `hoptrace.tracing.kernel.judge_all`."""
    members = linked.members
    chains = chains_of(members, linked.pairs.filter(may_count()), _fit(linked, batch.reported))
    ends = _delivered(members[chains.first], chains, batch.reported), _placed(members[chains.last], batch.around.trust)
    chains = chains.of(np.logical_and(*ends))
    tails = [Fact._make(row) for row in members[chains.first].select(KEPT).iter_rows()]
    timed = _timed(members[chains.members], chains, batch)
    every = zip(chains.calls.tolist(), tails, timed, _sure(chains), strict=True)
    answers = [_answer(batch, *each) for each in every]
    kept = [answer is not None for answer in answers]
    return Plain(
        chains.of(np.array(kept, np.bool_)),
        [tail for tail, answer in zip(tails, answers, strict=True) if answer is not None],
        [answer for answer in answers if answer is not None],
    )


def _answer(batch: Batch, call: int, tail: Fact, timed: Match, sure: float) -> Answer | None:
    """The answer, as `hoptrace.tracing.judging` has it for a lone trail; None where the floors leave it open."""
    report, told = batch.reported[call], batch.coverage[call]
    looks = caller_weight(report, tail, batch.around) + (0.0 if report.terminating is None else AT_THE_END)
    weight = timed.weight + looks + OUTCOME_WEIGHT.get(tail.outcome or "", 0.0)
    if weight <= NOT_THE_CALL:
        return None
    mine, other = math.exp(weight), math.exp(weight_of_none(told, report.terminating, [looks]))
    confidence = calibrated(mine / (mine + other) * sure, Verdict.ORIGINATOR_IDENTIFIED, inferred=False)
    none = other / (mine + other)
    unsure = confidence < batch.floors.contested and none > WORTH_TELLING
    if none > NOT_FOUND or unsure or confidence < batch.floors.named:
        return None
    return Answer(round(confidence, 4), timed.residual)


def _fit(linked: Linked, reported: Mapping[int, Reported]) -> Truths:
    """Members of no forwarding and no route attempts, without a signature, and of text that JSON writes as it is."""
    numbers = {call: report.called for call, report in reported.items()}
    asked = linked.members["call"].replace_strict(numbers, return_dtype=pl.Int64)
    signed = pl.any_horizontal(pl.col(name).is_not_null() for name in SIGNATURE)
    odd = pl.concat_str(QUOTED, ignore_nulls=True).str.contains(ESCAPED)
    apart = linked.facts.filter(signed | odd)["sid"]
    alone = (pl.col("leg") == pl.col("sid")) & pl.col("egress_called").is_null() & (pl.col("called") == asked)
    return linked.members.select(alone & ~pl.col("sid").is_in(apart.implode())).to_series().to_numpy()


def _delivered(tails: pl.DataFrame, chains: Chains, reported: Mapping[int, Reported]) -> Truths:
    """Whether a chain's lowest record is of the carrier that delivered the call, as the report says or leaves open."""
    ends = pl.Series([reported[call].terminating for call in chains.calls.tolist()], dtype=pl.String)
    return (tails["downstream"].is_null() & (ends.is_null() | (ends == tails["carrier"]).fill_null(False))).to_numpy()


def _placed(tops: pl.DataFrame, trust: Trust) -> Truths:
    """Whether a chain's furthest record names a customer, in a word that nobody has cause to doubt."""
    doubted = [carrier for carrier, chance in trust.doubt.items() if chance > DOUBTFUL]
    doubted += [carrier for carrier, chance in trust.made_up.items() if chance > 1 - SURE]
    return (tops["customer"].is_not_null() & ~tops["carrier"].is_in(doubted)).to_numpy()


def _timed(members: pl.DataFrame, chains: Chains, batch: Batch) -> list[Match]:
    """How well each reported time fits its chain; `members` in the order of the chains."""
    spans = _spans(members, chains)
    every_at = np.array([batch.reported[call].at for call in chains.calls.tolist()])
    close = np.full(len(every_at), batch.around.close)
    lengths = np.diff(chains.begin)
    matches: dict[int, Match] = {}
    for length in np.unique(lengths).tolist():
        places = np.flatnonzero(lengths == length)
        rows = chains.begin[places][:, None] + np.arange(length)
        found = match_spans(spans[:, rows].swapaxes(0, 1), every_at[places], close[places])
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
    each = np.where(chains.pairs < 0, 1.0, KIND_RELIABILITY[Kind.DIRECT] / (1 + np.exp(-chains.weights)))
    return np.multiply.reduceat(each, chains.begin[:-1]).tolist() if len(each) else []
