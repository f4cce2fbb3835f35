"""Reports whose time was read off the terminating carrier's own record, so that it is as wrong as that one's clock.

Such a report is nobody's clock but this carrier's. Where that is known to be off by more than reports may well be, and
the carrier has a record of the caller that tells the very time, the report means that call, unless a record that may
be of the caller lies at the reported moment itself: then it may mean either.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
import polars as pl

from hoptrace.model.arrays import Truths
from hoptrace.model.columns import Columns
from hoptrace.tracing.case import Case, Fact
from hoptrace.tracing.judging import Judgement, judge
from hoptrace.tracing.reported import Reported

SAME = 0.0015
"""Seconds by which a reported time may differ from the record's of which it is a copy."""

ROUNDED, CUT = -0.5, 1.0
"""Seconds by which the record's time may be earlier or later where the report tells whole seconds."""

SHARP = 1.5
"""Seconds of tick up to which a record tells a time that is no other record's by chance."""

SPREADS = 3.0
"""Spreads (1 sigma) of a clock within which a record may lie at the reported moment."""


def judge_readings(cases: Sequence[Case]) -> Iterator[tuple[Case, Judgement]]:
    """The judgement of each case, in their order, its report read as it was meant.

    Where two calls may be meant and lead to different answers, the report is as far off as both are apart.
    """
    readings = [_readings(case.reported, case.facts.values()) for case in cases]
    every = [_read_so(case, one) for case, told in zip(cases, readings, strict=True) for one in told]
    judged = zip(every, judge(every), strict=True)
    for case, told in zip(cases, readings, strict=True):
        first, *others = islice(judged, len(told))
        if all(_answer(one) == _answer(first) for one in others):
            yield first
            continue
        close = case.reported.close + max(abs(one.reported.at - case.reported.at) for one, _ in others)
        both = _read_so(case, replace(case.reported, close=close))
        yield both, judge([both])[0]


def _answer(judged: tuple[Case, Judgement]) -> Hashable:
    best = judged[1].best
    return None if best is None else best.trail.answer


def _read_so(case: Case, report: Reported) -> Case:
    return case if report is case.reported else replace(case, reported=report)


def _readings(report: Reported, facts: Iterable[Fact]) -> tuple[Reported, ...]:
    """The report as it is, or put right by the terminating carrier's clock, if it was read off its record of `facts`;
    both, where another call may be meant as well. Nothing is known where no caller is told."""
    told = report.at + report.late
    every = list(facts) if (report.calling or 0) > 0 else []
    own = [fact for fact in every if _is_it(report, told, fact)]
    if not own:
        return (report,)
    fact = min(own, key=lambda fact: (abs(fact.start + fact.offset - told), fact.sid))
    put_right = replace(report, at=told - fact.offset, late=fact.offset, clock=fact.carrier)
    return (report, put_right) if any(_may_be(report, fact) for fact in every) else (put_right,)


def _is_it(report: Reported, told: float, fact: Fact) -> bool:
    """Whether a record of the carrier that delivered the call tells the reported time, by a clock that is far off."""
    end = report.terminating
    ends = fact.carrier == end if end is not None else fact.downstream is None and not fact.handed_on
    off = ends and abs(fact.offset) > report.close and fact.tick <= SHARP
    return off and _same(fact.start + fact.offset, told) and report.calling in (fact.calling, fact.sent_calling)


def _same(written: float, told: float) -> bool:
    """Whether a reported time is a copy of one that a record tells."""
    whole = abs(told - round(told)) <= SAME
    return abs(written - told) <= SAME or (whole and ROUNDED <= written - told < CUT)


def _may_be(report: Reported, fact: Fact) -> bool:
    """Whether a record may be of the caller, and lies at the reported moment itself."""
    caller = (fact.calling or 0) <= 0 or report.calling in (fact.calling, fact.sent_calling)
    blurred = SPREADS * fact.spread
    apart = max(fact.start - blurred - report.at, report.at - fact.start - fact.tick - blurred)
    return caller and apart <= report.close


def perhaps_read_off(tails: pl.DataFrame, reports: pl.DataFrame) -> Truths:
    """Which records (columns of Fact), of the calls in the same rows of `reports` (MEANT), may be ones to be read off.

    Whether they are is asked call by call.
    """
    told, asked = Columns(tails), Columns(reports)
    off = np.abs(told.floats("offset")) > asked.floats("close")
    written, reported = told.floats("start") + told.floats("offset"), asked.floats("at") + asked.floats("late")
    found: Truths = off & (np.abs(written - reported) <= CUT)
    return found
