"""How far reported times are off, as those calls tell that can be no other than the reported ones.

What is presumed of all (`TraceSettings.report_seconds`) is too little for some, and then a name may rest on a call that
is not the one that was meant.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from hoptrace.model.arrays import Floats
from hoptrace.tracing.case import Fact
from hoptrace.tracing.kernel import Judged
from hoptrace.tracing.moment import LEAST_SPREAD, LOOSELY, student_density
from hoptrace.tracing.reported import ReportTimes

ALONE = 15.0
"""Seconds around a call's moment beyond which no record of another one may be at hand, for it to tell anything."""

OPEN = 1.5
"""Seconds that the records of a call may leave open of its moment, for it to tell how far the report is off."""

LEAST_CALLS = 60
"""Calls that must tell how far reports are off."""

LEAST_SHARE = 0.5
"""Share of these that must mean the calls that were found."""

WIDER = 1.4
"""Times as far as presumed that reports must be off to be taken to be so: four standard deviations of 60 calls."""

NORMAL = 0.793
"""Scale of Student's t (3) fitted to what is normal with standard deviation 1."""

LEAST_LATE = 1.0
"""Seconds by which reports must be late or early on average to be taken to be so: clocks are off by some tenths."""

MOST_CLOSE = 300.0
"""Seconds by which reports are taken to be off at most; records are read for twice that around each by default."""

FULL_BY_CHANCE = 1 / 60
"""Share of times with seconds that are full minutes."""

BY_CHANCE = 1e-5
"""Probability below which nothing is taken to be chance: full minutes of three of three calls, of 65 of 2,000."""

ROUNDS = 100


def seconds_off(judged: Judged) -> float | None:
    """Seconds from a call's moment to its report's; None where the report may mean another call than the one found.

    The caller and the terminating carrier must be the reported ones, two records at least must tell its moment, and no
    other call to the number may have come about that time.
    """
    best, case = judged.judgement.best, judged.case
    if best is None or not best.trail.pairs or best.timed.open > OPEN:
        return None
    report, tail = case.reported, case.facts[best.trail.first_statement]
    if report.calling is not None and report.calling not in (tail.calling, tail.sent_calling):
        return None
    if report.terminating not in (None, best.trail.path[0]):
        return None
    moment = report.at - best.residual
    alone = all(abs(_came(fact) - moment) <= ALONE for fact in case.facts.values())
    return best.residual if alone else None


def report_times(seconds: Sequence[float]) -> ReportTimes | None:
    """How far reports are off, of the `seconds_off` of calls; None where too few of these tell it."""
    if len(seconds) < LEAST_CALLS:
        return None
    middle, spread, share = _fitted(np.array(seconds))
    if share < LEAST_SHARE:
        return None
    late = middle if abs(middle) > 3 * spread / math.sqrt(len(seconds)) else 0.0
    return ReportTimes(round(late, 1), min(round(3 * spread, 1), MOST_CLOSE))


def otherwise(found: ReportTimes, presumed: float) -> ReportTimes | None:
    """What is clearly other in how far reports are off than `presumed` (s); the rest is 0, and all of it None."""
    late = found.late if abs(found.late) >= LEAST_LATE else 0.0
    close = found.close if found.close > WIDER * presumed else 0.0
    return ReportTimes(late, close) if late or close else None


def more_than_by_chance(some: int, of: int, chance: float) -> bool:
    """Whether `some` are more of these than can be where each is by that `chance` (Chernoff's bound of the tail)."""
    share = some / max(1, of)
    if share <= chance:
        return False
    others = (1 - share) * math.log((1 - share) / (1 - chance)) if share < 1 else 0.0
    return of * (share * math.log(share / chance) + others) > -math.log(BY_CHANCE)


def _came(fact: Fact) -> float:
    return fact.start if fact.setup is None else fact.setup


def _fitted(off: Floats) -> tuple[float, float, float]:
    """Middle, standard deviation and share of the reports that mean the calls found, told apart from all others.

    By expectation maximisation, of the same Student's t by which reports are matched (`moment.report_density`).
    """
    middle = float(np.median(off))
    scale, share = max(LEAST_SPREAD, 1.5 * float(np.median(np.abs(off - middle)))), 0.9
    for _ in range(ROUNDS):
        away = off - middle
        density = student_density(away, scale)
        theirs = share * density / (share * density + (1 - share) / LOOSELY)
        share = min(float(theirs.mean()), 0.999)
        weights = theirs * 4 / (3 + (away / scale) ** 2)
        middle = float((weights * off).sum() / weights.sum())
        scale = max(LEAST_SPREAD, math.sqrt(float((weights * (off - middle) ** 2).sum() / theirs.sum())))
    return middle, scale / NORMAL, share
