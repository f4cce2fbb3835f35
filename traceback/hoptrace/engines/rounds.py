"""Rounds: calls read, linked and judged, and those again for which other numbers come to light meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from hoptrace.engines.asking import MOST_FORWARDS, ask
from hoptrace.engines.ground import Ground
from hoptrace.engines.renumbered import changed_silently
from hoptrace.linking.candidates import in_order
from hoptrace.linking.covered import Covered
from hoptrace.tracing.case import Coverage
from hoptrace.tracing.kernel import Judged, judge_all, link
from hoptrace.tracing.plain.calls import Linked
from hoptrace.tracing.reported import Reported

Covers = tuple[Covered, list[Coverage]]
"""Whose records cover each call's time, and the same for each call with the share of carriers that takes part."""


class Rounds:
    """What was wanted, read and judged so far; later rounds are of fewer calls and take the place of earlier ones."""

    def __init__(self, calls: Mapping[int, Reported], wanted: pl.DataFrame, ground: Ground, covers: Covers) -> None:
        self.calls, self.wanted = calls, wanted
        self.ground, self._covers = ground, covers
        self._judged: dict[int, Judged] = {}
        self._facts: list[pl.DataFrame] = []
        self._pairs: list[pl.DataFrame] = []
        self._sids = self._rows = 0
        self.renumbered = False
        """Whether other numbers came to light for any call."""

    @property
    def coverage(self) -> list[Coverage]:
        """Who has submitted, for each call."""
        return self._covers[1]

    @property
    def judged(self) -> list[Judged]:
        """The calls judged so far, in their order."""
        return [self._judged[call] for call in self.calls if call in self._judged]

    @property
    def facts(self) -> pl.DataFrame:
        """All statements that were read."""
        return pl.concat(self._facts)

    @property
    def pairs(self) -> pl.DataFrame:
        """All scored pairs."""
        return pl.concat(self._pairs)

    def link(self) -> Linked:
        """Read and link the statements of all calls."""
        return self._link(self.calls, self.wanted)

    def part(self, some: Iterable[int], linked: Linked) -> tuple[Rounds, Linked]:
        """Rounds of some of the calls, and what is theirs of `linked`, from which they go on."""
        calls = {call: self.calls[call] for call in some}
        theirs = pl.col("call").is_in(list(calls))
        part = Rounds(calls, self.wanted.filter(theirs), self.ground, self._covers)
        part._sids, part._rows = self._sids, self._rows
        own = Linked(linked.facts, linked.members.filter(theirs), linked.pairs.filter(theirs))
        part._facts.append(own.facts)
        part._pairs.append(own.pairs)
        return part, own

    def judge(self, linked: Linked) -> None:
        """Judge all calls, their statements `linked`; those for which other numbers come to light again."""
        self._judge(self.calls, linked)
        again = self.calls
        for _ in range(MOST_FORWARDS):
            again = self._more(again)
            if not again:
                break
            self.renumbered = True
            self._judge(again, self._link(again, self.wanted.filter(pl.col("call").is_in(list(again)))))

    def _judge(self, calls: Mapping[int, Reported], linked: Linked) -> None:
        for judged in judge_all(calls, linked.members, linked.pairs, self._covers[1], self.ground.around):
            self._judged[judged.call] = judged

    def _link(self, calls: Mapping[int, Reported], wanted: pl.DataFrame) -> Linked:
        asked = ask(calls, wanted, self.ground, self._sids)
        members = in_order(asked.members)
        pairs = link(members, self._covers[0], self.ground.weights)
        pairs = pairs.with_columns(pl.col("row") + self._rows) if self._rows else pairs
        self._facts.append(asked.facts)
        self._pairs.append(pairs)
        self._sids, self._rows = asked.end, self._rows + pairs.height
        return Linked(asked.facts, members, pairs)

    def _more(self, calls: Mapping[int, Reported]) -> dict[int, Reported]:
        """Of calls just judged those that may have gone under numbers not yet looked for, which are now wanted."""
        found = changed_silently([self._judged[call] for call in calls], self.ground)
        if found.is_empty():
            return {}
        new = found.join(self.wanted, on=["call", "key"], how="anti").unique(["call", "key"], maintain_order=True)
        self.wanted = pl.concat([self.wanted, new])
        return {call: calls[call] for call in sorted(set(new["call"]))}
