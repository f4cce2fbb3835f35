"""Gathering: the statements of a set of calls, read from the lake in rounds.

A forwarded call is looked up again by the number before; a trail that ends at a carrier which has records of that time,
but none under this number, is looked up once more by the caller: the number may have changed with nobody saying so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from hoptrace.engines.callers import shared_callers
from hoptrace.engines.spans import Covering, Span, to_read
from hoptrace.linking.learned import Learned
from hoptrace.linking.members import WANTED, comparable, members_of
from hoptrace.linking.weights import Weights
from hoptrace.tracing.case import Case, Coverage, Reported, Surroundings
from hoptrace.tracing.kernel import Judged, judge_all, link
from hoptrace.tracing.trails import Ending, Trail

if TYPE_CHECKING:
    from hoptrace.lake.view import View

MOST_FORWARDS = 6
"""How often a call may be forwarded before the search ends."""

LATER_WINDOW = 240.0
"""Seconds around a handoff in which the statements of the leg before a forwarding are looked for."""

REWRITE_WINDOW = 60.0
"""Seconds around a handoff in which the same caller's statement with another called number is looked for."""

MOST_GUESSES = 8
"""Other numbers of the same caller that are looked into, nearest in time first: a dialler calls many."""
ABOUT_THEN = 12 * 3600.0
"""Seconds around a call in which a carrier that submits anything is one that takes part."""

UNBORNE = (Ending.LACKING, Ending.SILENT, Ending.ENTRY, Ending.CONTRADICTED)
"""Endings at a carrier that is named but has no record of the call under this number."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a run stands on: what was `learned`, and the `spans` of the batches at hand, or `covering` made of them."""

    view: View
    learned: Learned
    spans: Sequence[Span]
    around: Surroundings
    window: float
    covering: Covering | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """All calls judged, with the statements (`facts`) and scored `pairs` that the judgements rest on."""

    judged: list[Judged]
    facts: pl.DataFrame
    pairs: pl.DataFrame


def gather(reported: Sequence[Reported], ground: Ground) -> Gathered:
    """Gather and judge reported calls."""
    wanted = pl.DataFrame(
        [(call, report.called, report.at, ground.window) for call, report in enumerate(reported)],
        schema=WANTED,
        orient="row",
    )
    covered, coverage = _coverage([report.at for report in reported], ground)
    gathered = _round(reported, wanted, covered, coverage, ground)
    for _ in range(MOST_FORWARDS):
        more = _rewritten(gathered, ground).join(wanted, on=["call", "key"], how="anti")
        if more.is_empty():
            break
        wanted = pl.concat([wanted, more.unique(["call", "key"], maintain_order=True)])
        gathered = _round(reported, wanted, covered, coverage, ground)
    shared = shared_callers(gathered.judged, ground)
    judged = [replace(one, elsewhere=shared.get(one.call, 0)) for one in gathered.judged]
    return replace(gathered, judged=judged)


def _coverage(moments: Sequence[float], ground: Ground) -> tuple[pl.DataFrame, dict[int, Coverage]]:
    """Who has records of each call's time (`call`, `carrier`), and the same by call with the share that takes part."""
    covering = ground.covering or Covering(ground.spans, ground.learned)
    covered = covering.carriers(moments)
    about = covering.carriers(moments, ABOUT_THEN)
    sets = {int(str(call)): frozenset(group["carrier"]) for (call,), group in covered.group_by("call")}
    counts = dict(about.group_by("call").len().iter_rows())
    known = max(1, len(ground.around.country))
    coverage = {
        call: Coverage(sets.get(call, frozenset()), min(1.0, counts.get(call, 0) / known))
        for call in range(len(moments))
    }
    return covered, coverage


def _round(
    reported: Sequence[Reported],
    wanted: pl.DataFrame,
    covered: pl.DataFrame,
    coverage: dict[int, Coverage],
    ground: Ground,
) -> Gathered:
    """Follow declared forwardings to the numbers before, then link and judge."""
    facts, members = _read(wanted, ground)
    for _ in range(MOST_FORWARDS):
        before = _before_forwarding(members).join(wanted, on=["call", "key"], how="anti")
        if before.is_empty():
            break
        wanted = pl.concat([wanted, before])
        facts, members = _read(wanted, ground)
    pairs = link(members, covered, Weights.from_json(ground.learned.weights))
    return Gathered(list(judge_all(reported, members, pairs, coverage, ground.around)), facts, pairs)


def _read(wanted: pl.DataFrame, ground: Ground) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The statements that are asked for, and which of them may belong to which call."""
    facts = comparable(ground.view.statements(to_read(wanted, ground.learned)), ground.learned)
    return facts, members_of(wanted, facts)


def _before_forwarding(members: pl.DataFrame) -> pl.DataFrame:
    """The numbers that forwarding carriers got the calls for, in the WANTED schema."""
    forwarded = members.filter(pl.col("egress_called").is_not_null() & (pl.col("egress_called") != pl.col("called")))
    return (
        forwarded.select("call", key="called", at="start", window=pl.lit(LATER_WINDOW))
        .unique(["call", "key"], maintain_order=True)
        .select(WANTED.names())
    )


def _rewritten(gathered: Gathered, ground: Ground) -> pl.DataFrame:
    """Numbers under which a call may have come in where its trail ends at a carrier without a record of it (WANTED).

    The same caller's statement is looked for, of that carrier itself or of one that handed a call to it.
    """
    asked: list[tuple[int, int, str, str, float]] = []
    for judged in gathered.judged:
        for one in judged.judgement.likely:
            if one.trail.ending in UNBORNE:
                asked += _question(judged.call, judged.case, one.trail)
    if not asked:
        return pl.DataFrame(schema=WANTED)
    schema = {"call": pl.Int64, "key": pl.Int64, "carrier": pl.String, "to": pl.String, "at": pl.Float64}
    questions = pl.DataFrame(asked, schema=schema, orient="row")
    spans = to_read(questions.with_columns(window=pl.lit(REWRITE_WINDOW)), ground.learned)
    found = comparable(ground.view.placed_by(spans), ground.learned)
    near = (pl.col("start") - pl.col("at")).abs() <= REWRITE_WINDOW
    own = (pl.col("carrier_right") == pl.col("carrier")) & (pl.col("downstream") == pl.col("to"))
    above = pl.col("downstream") == pl.col("carrier")
    return (
        questions.join(
            found.select("carrier", "called", "downstream", "start", key="calling"), on="key", suffix="_right"
        )
        .filter(near & (own | above))
        .sort("call", (pl.col("start") - pl.col("at")).abs(), "called")
        .group_by("call", maintain_order=True)
        .head(MOST_GUESSES)
        .select("call", key="called", at="start", window=pl.lit(LATER_WINDOW))
        .select(WANTED.names())
    )


def _question(call: int, case: Case, trail: Trail) -> list[tuple[int, int, str, str, float]]:
    last = case.facts[trail.last_statement]
    if last.calling is None or last.calling < 0 or last.upstream is None:
        return []
    return [(call, last.calling, last.upstream, last.carrier, last.start)]
