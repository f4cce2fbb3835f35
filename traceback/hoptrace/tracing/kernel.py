"""The kernel: members and coverage in, judged cases out. One call is a batch of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import polars as pl

from hoptrace.linking.candidates import candidate_pairs
from hoptrace.linking.contests import Pair
from hoptrace.linking.covered import Covered
from hoptrace.linking.kinds import Kind
from hoptrace.linking.scoring import score
from hoptrace.linking.through import no_better_than_through
from hoptrace.linking.weights import Weights
from hoptrace.model.columns import Columns
from hoptrace.tracing.case import Case, Coverage, Fact, Surroundings
from hoptrace.tracing.ingress import feed_attempts, with_shared_ingress
from hoptrace.tracing.judging import Judgement
from hoptrace.tracing.leaps import pairs_that_count
from hoptrace.tracing.read_off import judge_readings
from hoptrace.tracing.reported import Reported
from hoptrace.tracing.settling import settle
from hoptrace.tracing.trail import Ending

Made = TypeVar("Made", bound=tuple[Any, ...])


@dataclass(frozen=True, slots=True)
class Judged:
    """One call's case and judgement; `call` is its number in the batch.

    `elsewhere`: numbers that its caller id called from elsewhere, where that leaves the originator open; else 0.
    `unseen`: so few carriers take part that a call of somebody else with the same caller id would leave no record.
    `twin`: the odds that the report means a call of somebody else with the same caller id, of which there is no record.
    `untied`: no record says that the trail went to the reported end, or to one that other reports name.
    `hidden`: the odds where nothing on file could tell of one. That lessens what is claimed, and only of a trail to a
    customer so much that it is not told.
    """

    call: int
    case: Case
    judgement: Judgement
    elsewhere: int = 0
    unseen: bool = False
    twin: float = 0.0
    hidden: float = 0.0
    untied: bool = False

    @property
    def off_file(self) -> bool:
        """Whether the trail leads to a customer, and the report may mean somebody else's call that left no record."""
        best = self.judgement.best
        placed = best is not None and best.trail.ending is Ending.CUSTOMER
        return self.unseen or (placed and self.hidden > 0)


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
    linked = _pairs_by_call(pairs_that_count(pairs, partial(_ends, reported), around), legs)
    cases: dict[int, Case] = {}
    for call, report in reported.items():
        mine, told = facts[call], coverage[call]
        settled = settle(linked[call], mine, around.handed_on)
        feed_attempts(legs[call], settled, mine)
        ingress = with_shared_ingress(legs[call], settled, mine)
        cases[call] = Case(report, mine, settled, told.covered, around, told.taking_part, ingress)
    return [Judged(call, *told) for call, told in zip(cases, judge_readings(list(cases.values())), strict=True)]


def _ends(reported: Mapping[int, Reported], calls: pl.Series) -> pl.Series:
    return pl.Series([reported[call].terminating for call in calls.to_list()], dtype=pl.String)


def _facts_by_call(members: pl.DataFrame) -> tuple[dict[int, dict[int, Fact]], dict[int, dict[int, int]]]:
    """The statements of each call by `sid`, and what stands for the ingress of each."""
    facts: dict[int, dict[int, Fact]] = defaultdict(dict)
    legs: dict[int, dict[int, int]] = defaultdict(dict)
    told = _made(Fact, zip(*_columns(members[list(Fact._fields)]), strict=True))
    for call, sid, leg, fact in zip(*_columns(members[["call", "sid", "leg"]]), told, strict=True):
        facts[call][sid] = fact
        legs[call][sid] = leg
    return facts, legs


def _pairs_by_call(pairs: pl.DataFrame, legs: Mapping[int, Mapping[int, int]]) -> dict[int, list[Pair]]:
    """The pairs of each call, in their order."""
    linked: dict[int, list[Pair]] = defaultdict(list)
    kinds = {str(kind): kind for kind in Kind}
    calls, downs, ups, named, *rest = _columns(pairs[["call", "d_sid", "u_sid", "kind", "weight", "row", "w_time"]])
    homes = Columns(pairs).known("u_customer").tolist()
    more = _columns(pairs[["u_slow", "answers", "left"]])
    fed = [legs[call][d] for call, d in zip(calls, downs, strict=True)]
    rows = zip(downs, ups, map(kinds.__getitem__, named), *rest, fed, homes, *more, strict=True)
    for call, pair in zip(calls, _made(Pair, rows), strict=True):
        linked[call].append(pair)
    return linked


def _columns(frame: pl.DataFrame) -> list[list[Any]]:
    """The columns of a frame as lists."""
    return [column.to_list() for column in frame]


def _made(kind: type[Made], rows: Iterable[tuple[Any, ...]]) -> Iterator[Made]:
    """Named tuples of rows, five times as fast as by `_make`: there are dozens for each call."""
    return map(partial(tuple.__new__, kind), rows)  # pyright: ignore  # the stub does not say what it makes
