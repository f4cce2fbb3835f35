"""The kernel: members and coverage in, judged cases out. One call is a batch of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from hoptrace.linking.candidates import candidate_pairs
from hoptrace.linking.contests import Pair
from hoptrace.linking.covered import Covered
from hoptrace.linking.members import KEPT
from hoptrace.linking.scoring import Kind, score
from hoptrace.linking.weights import Weights
from hoptrace.tracing.case import Case, Coverage, Fact, Reported, Surroundings
from hoptrace.tracing.judging import Judgement, judge
from hoptrace.tracing.settling import MOST_LENT, WORTH_LENDING, settle


@dataclass(frozen=True, slots=True)
class Judged:
    """One call's case and judgement; `call` is its number in the batch.

    `elsewhere`: numbers that its caller id called from elsewhere, where that leaves the originator open; else 0.
    `twin`: the odds that the report means a call of somebody else with the same caller id, of which there is no record.
    """

    call: int
    case: Case
    judgement: Judgement
    elsewhere: int = 0
    twin: float = 0.0


def link(members: pl.DataFrame, covered: Covered, weights: Weights) -> pl.DataFrame:
    """Scored candidate pairs of all calls, in a fixed order, with `row` numbering them."""
    pairs = score(candidate_pairs(members, covered), weights)
    return pairs.sort("call", "d_sid", "u_sid").with_row_index("row")


def judge_all(
    reported: Mapping[int, Reported],
    members: pl.DataFrame,
    pairs: pl.DataFrame,
    coverage: Sequence[Coverage],
    around: Surroundings,
) -> list[Judged]:
    """The judgement of each call of `reported`, in its order."""
    facts, legs = _facts_by_call(members), _legs_by_call(members)
    linked = _pairs_by_call(pairs.join(members.select("call", d_sid="sid", leg="leg"), on=["call", "d_sid"]))
    cases: dict[int, Case] = {}
    for call, report in reported.items():
        mine = facts.get(call, {})
        pairs_of_call = [pair for pair in linked.get(call, []) if not _astray(pair, mine, report, around)]
        told = coverage[call]
        settled = settle(pairs_of_call, mine)
        cases[call] = Case(report, mine, settled, told.covered, around, told.taking_part, legs.get(call, {}))
    judgements = judge(list(cases.values()))
    return [Judged(*one) for one in zip(cases, cases.values(), judgements, strict=True)]


def _astray(pair: Pair, facts: Mapping[int, Fact], report: Reported, around: Surroundings) -> bool:
    """A leap that no call makes: on from where it ended, between two that came from one carrier, or abroad and back."""
    if pair.kind is not Kind.GAP:
        return False
    named_below, named_above = facts[pair.d].upstream, facts[pair.u].downstream
    if report.terminating is not None and named_above == report.terminating:
        return True
    if named_below is not None and named_below == facts[pair.u].upstream:
        return True
    end = report.terminating or facts[pair.d].carrier
    way = [end, facts[pair.d].carrier, named_below, named_above, facts[pair.u].carrier]
    return _abroad_and_back([around.foreign(carrier) for carrier in way if carrier is not None])


def _abroad_and_back(foreign: Sequence[bool]) -> bool:
    """Whether a call that ends at home, told from there upstream, goes abroad and comes home again."""
    return not foreign[0] and any(earlier and not later for earlier, later in pairwise(foreign))


def _facts_by_call(members: pl.DataFrame) -> dict[int, dict[int, Fact]]:
    facts: dict[int, dict[int, Fact]] = defaultdict(dict)
    for call, *values in members.select("call", *KEPT).iter_rows():
        facts[call][values[0]] = Fact(*values)
    return facts


def _legs_by_call(members: pl.DataFrame) -> dict[int, dict[int, int]]:
    legs: dict[int, dict[int, int]] = defaultdict(dict)
    for call, sid, leg in members.select("call", "sid", "leg").iter_rows():
        legs[call][sid] = leg
    return legs


def _pairs_by_call(pairs: pl.DataFrame) -> dict[int, list[Pair]]:
    linked: dict[int, list[Pair]] = defaultdict(list)
    kinds = {str(kind): kind for kind in Kind}
    columns = ("call", "d_sid", "u_sid", "kind", "weight", "row", "w_time", "leg")
    for call, d, u, kind, weight, row, timed, leg in pairs.filter(_may_count()).sort("row").select(columns).iter_rows():
        linked[call].append(Pair(d, u, kinds[kind], weight, row, timed, leg))
    return linked


def _may_count() -> pl.Expr:
    """Whether a pair can be chosen or contradict at all: its evidence is for it, or would be with a lent time."""
    lendable = pl.any_horizontal(
        pl.col(f"{side}_setup").is_null() | (pl.col(f"{side}_tick") / 2 + pl.col(f"{side}_spread") >= WORTH_LENDING)
        for side in ("d", "u")
    )
    return (pl.col("weight") > 0) | (lendable & (pl.col("weight") - pl.col("w_time") + MOST_LENT > 0))
