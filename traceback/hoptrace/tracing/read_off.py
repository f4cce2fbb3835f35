"""Reports whose time was read off the terminating carrier's own record, so that it is as wrong as that one's clock.

Such a report is nobody's clock but this carrier's. Where that is known to be off by more than reports may well be, and
the carrier has a record of the caller that tells the very time, the report means that call, unless a record of the
called number lies at the reported moment itself: then it may mean either.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import polars as pl

from hoptrace.model.arrays import Truths
from hoptrace.model.columns import Columns
from hoptrace.tracing.case import Fact
from hoptrace.tracing.reported import Reported

SAME = 1.0
"""Seconds by which the reported time differs from the record's at most, which may have been cut on the way."""

SHARP = 1.5
"""Seconds of tick up to which a record tells a time that is no other record's by chance."""

SPREADS = 3.0
"""Spreads (1 sigma) of a clock within which a record may lie at the reported moment."""


def read_off(report: Reported, facts: Iterable[Fact]) -> Reported:
    """The report with its time put right by the terminating carrier's clock, if it was read off its record of `facts`.

    If that or another call may be meant it is as far off as both are apart. Nothing is known where no caller is told.
    """
    told = report.at + report.late
    every = list(facts) if (report.calling or 0) > 0 else []
    own = [fact for fact in every if _is_it(report, told, fact)]
    if not own:
        return report
    fact = min(own, key=lambda fact: (abs(fact.start + fact.offset - told), fact.sid))
    if any(_may_be(report, fact) for fact in every):
        return replace(report, close=abs(fact.offset) + report.close)
    return replace(report, at=told - fact.offset, late=fact.offset, clock=fact.carrier)


def _is_it(report: Reported, told: float, fact: Fact) -> bool:
    """Whether a record of the carrier that delivered the call tells the reported time, by a clock that is far off."""
    end = report.terminating
    ends = fact.carrier == end if end is not None else fact.downstream is None and not fact.handed_on
    off = ends and abs(fact.offset) > report.close and fact.tick <= SHARP
    return off and abs(fact.start + fact.offset - told) <= SAME and report.calling in (fact.calling, fact.sent_calling)


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
    found: Truths = off & (np.abs(written - reported) <= SAME)
    return found
