"""Gathering: the statements of a set of calls, read from the lake in rounds.

A call whose called number changed on the way is looked up again by its other numbers, those that the records tell
(`hoptrace.engines.asking`) and those that only the caller leads to (`hoptrace.engines.renumbered`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl

from hoptrace.engines.asking import MOST_FORWARDS, ask
from hoptrace.engines.callers import other_callers
from hoptrace.engines.renumbered import changed_silently, found_above, questions_above
from hoptrace.engines.spans import Covering
from hoptrace.linking.covered import Covered
from hoptrace.linking.learned import Learned
from hoptrace.linking.members import WANTED
from hoptrace.linking.weights import Weights
from hoptrace.tracing.case import Coverage, Reported, Surroundings
from hoptrace.tracing.kernel import Judged, judge_all, link
from hoptrace.tracing.plain import Linked, Plain, Settled, plain_calls
from hoptrace.tracing.plain_judging import ENDINGS, Batch, reports_of
from hoptrace.tracing.results import Floors
from hoptrace.tracing.trail import Ending, Trail

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
    """All calls judged, with the statements (`facts`) and scored `pairs` that the judgements rest on.

    Where plain calls were to be settled apart, they are in `plain`, and `judged` are the others.
    """

    judged: list[Judged]
    facts: pl.DataFrame
    pairs: pl.DataFrame
    plain: Settled | None = None

    def best_trails(self) -> Iterator[Trail]:
        """The trail of each call of which there is a record."""
        found = (judged.judgement.best for judged in self.judged)
        return (best.trail for best in found if best is not None)


def gather(reported: Sequence[Reported], ground: Ground, floors: Floors | None = None) -> Gathered:
    """Gather and judge reported calls; those for which other numbers come to light are gathered and judged again.

    With `floors` plain calls are settled by columns (`hoptrace.tracing.plain`), which is worth it for many calls.
    """
    calls = dict(enumerate(reported))
    wanted = pl.DataFrame(
        [(call, report.called, report.at, ground.window) for call, report in calls.items()], schema=WANTED, orient="row"
    )
    rounds = _Rounds(calls, wanted, ground)
    again, linked = (calls, None) if floors is None else rounds.settle(floors)
    rounds.judge(again, linked)
    for _ in range(MOST_FORWARDS):
        again = rounds.more(again)
        if not again:
            break
        rounds.judge(again)
    return rounds.gathered()


class _Rounds:
    """What was wanted, read and judged so far; later rounds are of fewer calls and take the place of earlier ones."""

    def __init__(self, calls: Mapping[int, Reported], wanted: pl.DataFrame, ground: Ground) -> None:
        self._calls, self._wanted, self._ground = calls, wanted, ground
        self._covered, self._coverage = _coverage([report.at for report in calls.values()], ground)
        self._judged: dict[int, Judged] = {}
        self._facts: list[pl.DataFrame] = []
        self._pairs: list[pl.DataFrame] = []
        self._sids = self._rows = 0
        self._settled: Settled | None = None

    def judge(self, calls: Mapping[int, Reported], linked: Linked | None = None) -> None:
        """Judge these calls, their statements read and `linked` first where that is not done."""
        linked = linked or self._link(calls)
        for judged in judge_all(calls, linked.members, linked.pairs, self._coverage, self._ground.around):
            self._judged[judged.call] = judged

    def settle(self, floors: Floors) -> tuple[Mapping[int, Reported], Linked]:
        """Read and link the statements of all calls, settle the plain ones, and give the others and what is theirs."""
        read = self._link(self._calls)
        linked = Linked(read.facts, read.members.sort("call", "sid"), read.pairs)
        batch = Batch(reports_of(self._calls.values()), self._coverage, self._ground.around, floors)
        plain = self._not_renumbered(plain_calls(batch, linked), linked)
        self._settled = Settled(plain, batch, linked)
        settled = set(plain.chains.calls.tolist())
        done = pl.Series(sorted(settled), dtype=pl.Int64).implode()
        members, pairs = (frame.filter(~pl.col("call").is_in(done)) for frame in (read.members, read.pairs))
        others = {call: report for call, report in self._calls.items() if call not in settled}
        return others, Linked(read.facts, members, pairs)

    def _not_renumbered(self, plain: Plain, linked: Linked) -> Plain:
        """Plain calls but those that may have come under numbers not yet looked for."""
        open_ = np.flatnonzero(plain.answers.endings != ENDINGS.index(Ending.CUSTOMER))
        last = linked.members[plain.chains.last[open_]]
        asked = questions_above(last.with_columns(call=plain.chains.calls[open_]))
        new = found_above(asked, self._ground).join(self._wanted, on=["call", "key"], how="anti")
        return plain.without(set(new["call"]))

    def _link(self, calls: Mapping[int, Reported]) -> Linked:
        all_of_them = len(calls) == len(self._calls)
        wanted = self._wanted if all_of_them else self._wanted.filter(pl.col("call").is_in(list(calls)))
        asked = ask(calls, wanted, self._ground, self._sids)
        pairs = link(asked.members, self._covered, self._ground.weights)
        pairs = pairs.with_columns(pl.col("row") + self._rows) if self._rows else pairs
        self._facts.append(asked.facts)
        self._pairs.append(pairs)
        self._sids, self._rows = asked.end, self._rows + pairs.height
        return Linked(asked.facts, asked.members, pairs)

    def more(self, calls: Mapping[int, Reported]) -> dict[int, Reported]:
        """Of calls just judged those that may have gone under numbers not yet looked for, which are now wanted."""
        found = changed_silently([self._judged[call] for call in calls], self._ground)
        if found.is_empty():
            return {}
        new = found.join(self._wanted, on=["call", "key"], how="anti").unique(["call", "key"], maintain_order=True)
        self._wanted = pl.concat([self._wanted, new])
        return {call: calls[call] for call in sorted(set(new["call"]))}

    def gathered(self) -> Gathered:
        """All that was found."""
        judged = [self._judged[call] for call in self._calls if call in self._judged]
        others = other_callers(judged, self._ground)
        told = [others.told_of(one) for one in judged]
        return Gathered(told, pl.concat(self._facts), pl.concat(self._pairs), self._settled)


def _coverage(moments: Sequence[float], ground: Ground) -> tuple[Covered, list[Coverage]]:
    """Whose records cover each call's time, and the same for each call with the share of carriers that takes part."""
    then, about = ground.covering.at(moments), ground.covering.at(moments, ABOUT_THEN)
    known = max(1, len(ground.around.country))
    return then, [
        Coverage(covered, min(1.0, present / known))
        for covered, present in zip(then.sets(), about.counts(), strict=True)
    ]
