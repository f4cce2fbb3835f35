"""The kernel: members and coverage in, judged cases out. One call is a batch of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import polars as pl

from hoptrace.linking.candidates import candidate_pairs
from hoptrace.linking.contests import Pair
from hoptrace.linking.covered import Covered
from hoptrace.linking.members import KEPT
from hoptrace.linking.scoring import Kind, score
from hoptrace.linking.through import no_better_than_through
from hoptrace.linking.weights import Weights
from hoptrace.tracing.case import Case, Coverage, Fact, Reported, Surroundings
from hoptrace.tracing.judging import Judgement, judge
from hoptrace.tracing.settling import MOST_LENT, WORTH_LENDING, settle, with_shared_ingress


@dataclass(frozen=True, slots=True)
class Judged:
    """One call's case and judgement; `call` is its number in the batch.

    `elsewhere`: numbers that its caller id called from elsewhere, where that leaves the originator open; else 0.
    `unseen`: so few carriers take part that a call of somebody else with the same caller id would leave no record.
    `twin`: the odds that the report means a call of somebody else with the same caller id, of which there is no record.
    """

    call: int
    case: Case
    judgement: Judgement
    elsewhere: int = 0
    unseen: bool = False
    twin: float = 0.0


UNTOLD = frozenset({Kind.GAP, Kind.BRIDGED})
"""Leaps that may rest on numbers and time alone: over several carriers, or from a record that names nobody."""


def link(members: pl.DataFrame, covered: Covered, weights: Weights) -> pl.DataFrame:
    """Scored candidate pairs of all calls, in a fixed order, with `row` numbering them."""
    return no_better_than_through(score(candidate_pairs(members, covered), weights)).with_row_index("row")


def judge_all(
    reported: Mapping[int, Reported],
    members: pl.DataFrame,
    pairs: pl.DataFrame,
    coverage: Sequence[Coverage],
    around: Surroundings,
) -> list[Judged]:
    """The judgement of each call of `reported`, in its order."""
    facts, legs = _facts_by_call(members)
    linked = _pairs_by_call(pairs, legs)
    cases: dict[int, Case] = {}
    for call, report in reported.items():
        mine = facts[call]
        fitting = [pair for pair in linked[call] if pair.kind not in UNTOLD or not _astray(pair, mine, report, around)]
        told, settled = coverage[call], settle(fitting, mine)
        ingress = with_shared_ingress(legs[call], settled, mine)
        cases[call] = Case(report, mine, settled, told.covered, around, told.taking_part, ingress)
    judgements = judge(list(cases.values()))
    return [Judged(*one) for one in zip(cases, cases.values(), judgements, strict=True)]


def _astray(pair: Pair, facts: Mapping[int, Fact], report: Reported, around: Surroundings) -> bool:
    """A leap that no call makes: on from where it ended, between two that came from one carrier, or abroad and back.

    A bridge over a carrier that both records name is none of these.
    """
    lower, upper = facts[pair.d], facts[pair.u]
    named = lower.upstream
    if pair.kind is Kind.BRIDGED and named is not None:
        return False
    if report.terminating is not None and upper.downstream == report.terminating:
        return True
    if named is not None and named == upper.upstream:
        return True
    way = (lower.carrier, named, upper.downstream, upper.carrier)
    foreign = [around.foreign(carrier) for carrier in way if carrier is not None]
    back = any(earlier and not later for earlier, later in pairwise(foreign))
    return back and _ends_at_home(lower, report, around)


def _ends_at_home(lower: Fact, report: Reported, around: Surroundings) -> bool:
    """Whether a call that went down to a record was delivered at home, as far as the report and its number tell."""
    if report.terminating is not None:
        return not around.foreign(report.terminating)
    return not around.foreign(lower.carrier) or around.at_home(lower.called)


def _facts_by_call(members: pl.DataFrame) -> tuple[dict[int, dict[int, Fact]], dict[int, dict[int, int]]]:
    """The statements of each call by `sid`, and what stands for the ingress of each."""
    facts: dict[int, dict[int, Fact]] = defaultdict(dict)
    legs: dict[int, dict[int, int]] = defaultdict(dict)
    told = members[list(KEPT)].rows()
    for call, leg, fact in zip(members["call"].to_list(), members["leg"].to_list(), map(Fact._make, told), strict=True):
        facts[call][fact.sid] = fact
        legs[call][fact.sid] = leg
    return facts, legs


def _pairs_by_call(pairs: pl.DataFrame, legs: Mapping[int, Mapping[int, int]]) -> dict[int, list[Pair]]:
    """The pairs of each call that may count, in their order; `legs` as `_facts_by_call` gives them."""
    linked: dict[int, list[Pair]] = defaultdict(list)
    kinds = {str(kind): kind for kind in Kind}
    placed = pl.col("u_customer").is_not_null().alias("placed")
    told = pairs.select(may_count().alias("may"), "call", "d_sid", "u_sid", "kind", "weight", "row", "w_time", placed)
    for _, call, d, u, kind, weight, row, timed, own in told.filter("may").rows():
        if d in legs[call]:
            linked[call].append(Pair(d, u, kinds[kind], weight, row, timed, legs[call][d], own))
    return linked


@cache
def may_count() -> pl.Expr:
    """Whether a pair can be chosen or contradict at all: its evidence is for it, or would be with a lent time."""
    lendable = pl.any_horizontal(
        pl.col(f"{side}_setup").is_null() | (pl.col(f"{side}_tick") / 2 + pl.col(f"{side}_spread") >= WORTH_LENDING)
        for side in ("d", "u")
    )
    return (pl.col("weight") > 0) | (lendable & (pl.col("weight") - pl.col("w_time") + MOST_LENT > 0))
