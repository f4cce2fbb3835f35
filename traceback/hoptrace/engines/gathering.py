"""Gathering: the statements of a set of calls, read from the lake in rounds.

A call whose called number changed on the way is looked up again by its other numbers, those that the records tell
(`hoptrace.engines.asking`) and those that only the caller leads to (`hoptrace.engines.renumbered`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from hoptrace.engines.callers import Others, asked_of, other_callers
from hoptrace.engines.ground import Ground
from hoptrace.engines.plain_asking import asked_of_plain, not_renumbered
from hoptrace.engines.rounds import Covers, Rounds
from hoptrace.linking.members import WANTED
from hoptrace.tracing.below import below_gaps
from hoptrace.tracing.case import Coverage
from hoptrace.tracing.kernel import Judged
from hoptrace.tracing.plain.answers import Batch, ReportedIn, reports_of
from hoptrace.tracing.plain.calls import Linked, Settled, plain_calls
from hoptrace.tracing.reported import Reported, meant
from hoptrace.tracing.results import Floors
from hoptrace.tracing.trail import Trail

JUDGED_AT_ONCE = 1_000
"""Calls judged one by one that are kept until their results are written: each takes a tenth of a megabyte or more."""

ABOUT_THEN = 12 * 3600.0
"""Seconds around a call in which a carrier that submits anything is one that takes part."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Calls judged, with the statements (`facts`) and scored `pairs` that the judgements rest on."""

    judged: list[Judged]
    facts: pl.DataFrame
    pairs: pl.DataFrame

    def best_trails(self) -> Iterator[Trail]:
        """The trail of each call of which there is a record."""
        found = (judged.judgement.best for judged in self.judged)
        return (best.trail for best in found if best is not None)


def gather(reported: Sequence[Reported], ground: Ground) -> Gathered:
    """Gather and judge reported calls; those for which other numbers come to light are gathered and judged again."""
    reported = meant(reported, ground.around.reports)
    rounds = _rounds(dict(enumerate(reported)), reports_of(reported), ground)
    rounds.judge(rounds.link())
    return _gathered(rounds, other_callers(asked_of(rounds.judged), ground))


def gather_apart(
    reports: pl.DataFrame, ground: Ground, floors: Floors, at_once: int = JUDGED_AT_ONCE
) -> tuple[Settled, Iterator[Gathered]]:
    """The same of calls in columns (MEANT), plain ones settled so (`tracing.plain.calls`), all others judged.

    Worth it for many calls. Each of the others is in one of what is gathered, `at_once` calls, to be let go before the
    next.
    """
    rounds = _rounds(ReportedIn(reports), reports, ground)
    read = rounds.link()
    batch = Batch(reports, rounds.coverage, ground.around, floors)
    plain = not_renumbered(plain_calls(batch, read), batch, read, rounds.wanted, ground)
    settled = set(plain.chains.calls.tolist())
    others = [call for call in rounds.calls if call not in settled]
    # Callers are asked about once for the plain calls and the first of the others.
    first, theirs = rounds.part(others[:at_once], read)
    first.judge(theirs)
    asked = pl.concat([asked_of(first.judged), asked_of_plain(plain, batch, read)])
    fears = other_callers(asked, ground)
    shared = sorted(fears.calls & settled)
    told = Settled(plain.without(shared), batch, read)
    left = [others[start : start + at_once] for start in range(at_once, len(others), at_once)]
    return told, _each(rounds, read, _Begun(first, fears, left, shared))


@dataclass(slots=True)
class _Begun:
    """Of calls that are not plain those judged `first`, None once they were told, and those `left`.

    `fears`: what there is to fear of others who show the callers of `first`, and of the `shared` calls, which would
    be plain without that.
    """

    first: Rounds | None
    fears: Others
    left: Sequence[Sequence[int]]
    shared: Sequence[int]


def _each(rounds: Rounds, read: Linked, begun: _Begun) -> Iterator[Gathered]:
    if begun.first is not None and begun.first.calls:
        yield _gathered(begun.first, begun.fears)
    begun.first = None
    for calls in begun.left:
        yield _gathered(*_judged(rounds, read, calls))
    if begun.shared:
        yield _gathered(*_judged(rounds, read, begun.shared, begun.fears))


def _judged(rounds: Rounds, read: Linked, calls: Sequence[int], fears: Others | None = None) -> tuple[Rounds, Others]:
    """Some calls judged, and what there is to fear of others; `fears` where that is known already."""
    part, theirs = rounds.part(calls, read)
    part.judge(theirs)
    if fears is None or part.renumbered:
        fears = other_callers(asked_of(part.judged), rounds.ground)
    return part, fears


def _gathered(rounds: Rounds, fears: Others) -> Gathered:
    told = {one.call: fears.told_of(one) for one in rounds.judged}
    lower = below_gaps(told.values())
    if lower:
        fears = other_callers(asked_of(lower), rounds.ground)
        told |= {one.call: fears.told_of(one) for one in lower}
    return Gathered(list(told.values()), rounds.facts, rounds.pairs)


def wanted_of(reports: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    """What reported calls (MEANT) ask for at first (WANTED): the numbers that were called."""
    amount = reports.height
    columns = np.arange(amount), reports["called"], reports["at"], np.full(amount, ground.window)
    # Of a single call to have a frame broadcast its columns takes four times as long.
    return pl.DataFrame([pl.Series(*told) for told in zip(WANTED, columns, WANTED.dtypes(), strict=True)])


def _rounds(calls: Mapping[int, Reported], reports: pl.DataFrame, ground: Ground) -> Rounds:
    return Rounds(calls, wanted_of(reports, ground), ground, _covers(reports["at"].to_list(), ground))


def _covers(moments: Sequence[float], ground: Ground) -> Covers:
    """Whose records cover each call's time, and the same for each call with the share of carriers that takes part."""
    then, about = ground.covering.at(moments), ground.covering.at(moments, ABOUT_THEN)
    known = max(1, len(ground.around.country))
    told: dict[tuple[frozenset[str], int], Coverage] = {}  # hardly any call has one of its own
    return then, [
        told.get(each) or told.setdefault(each, Coverage(each[0], min(1.0, each[1] / known)))
        for each in zip(then.sets(), about.counts(), strict=True)
    ]
