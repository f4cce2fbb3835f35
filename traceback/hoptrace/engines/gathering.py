"""Gathering: the statements of a set of calls, read from the lake in rounds.

A call whose called number changed on the way is looked up again by its other numbers, those that the records tell and
those that only the caller leads to (`hoptrace.engines.renumbered`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import polars as pl

from hoptrace.engines.callers import shared_callers
from hoptrace.engines.renumbered import changed_silently, declared
from hoptrace.engines.spans import Covering, to_read
from hoptrace.linking.learned import Learned
from hoptrace.linking.members import WANTED, comparable, members_of
from hoptrace.linking.weights import Weights
from hoptrace.tracing.case import Coverage, Reported, Surroundings
from hoptrace.tracing.kernel import Judged, judge_all, link

MOST_FORWARDS = 6
"""How often a call may be forwarded before the search ends."""

ABOUT_THEN = 12 * 3600.0
"""Seconds around a call in which a carrier that submits anything is one that takes part."""


class Reads(Protocol):
    """How statements are looked up: the lake's view, or what stands in for it where a trace is replayed without one."""

    def statements(self, spans: pl.DataFrame) -> pl.DataFrame:
        """As `hoptrace.lake.view.View.statements`."""
        ...

    def placed_by(self, spans: pl.DataFrame) -> pl.DataFrame:
        """As `hoptrace.lake.view.View.placed_by`."""
        ...


@dataclass(frozen=True, slots=True)
class Ground:
    """What a run stands on: what was `learned`, its `weights`, and whose records are `covering` which time."""

    view: Reads
    learned: Learned
    weights: Weights
    covering: Covering
    around: Surroundings
    window: float


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
        more = changed_silently(gathered.judged, ground).join(wanted, on=["call", "key"], how="anti")
        if more.is_empty():
            break
        wanted = pl.concat([wanted, more.unique(["call", "key"], maintain_order=True)])
        gathered = _round(reported, wanted, covered, coverage, ground)
    shared = shared_callers(gathered.judged, ground)
    judged = [replace(one, elsewhere=shared.get(one.call, 0)) for one in gathered.judged]
    return replace(gathered, judged=judged)


def _coverage(moments: Sequence[float], ground: Ground) -> tuple[pl.DataFrame, dict[int, Coverage]]:
    """Who has records of each call's time (`call`, `carrier`), and the same by call with the share that takes part."""
    covering = ground.covering
    known = max(1, len(ground.around.country))
    told = zip(covering.sets(moments), covering.sets(moments, ABOUT_THEN), strict=True)
    coverage = {call: Coverage(then, min(1.0, len(about) / known)) for call, (then, about) in enumerate(told)}
    return covering.carriers(moments), coverage


def _round(
    reported: Sequence[Reported],
    wanted: pl.DataFrame,
    covered: pl.DataFrame,
    coverage: dict[int, Coverage],
    ground: Ground,
) -> Gathered:
    """Follow declared forwardings to the numbers before and after, then link and judge."""
    facts, members = _read(wanted, ground)
    for _ in range(MOST_FORWARDS):
        more = declared(members, reported).join(wanted, on=["call", "key"], how="anti")
        if more.is_empty():
            break
        wanted = pl.concat([wanted, more])
        facts, members = _read(wanted, ground)
    pairs = link(members, covered, ground.weights)
    return Gathered(list(judge_all(reported, members, pairs, coverage, ground.around)), facts, pairs)


def _read(wanted: pl.DataFrame, ground: Ground) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The statements that are asked for, and which of them may belong to which call."""
    facts = comparable(ground.view.statements(to_read(wanted, ground.learned)), ground.learned)
    return facts, members_of(wanted, facts)
