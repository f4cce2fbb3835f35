"""How far reported times are off, learned from a file of calls before they are traced, and kept for those to come.

Of each such file a few hundred calls are looked at. Where their times are clearly other than what is presumed, that
becomes part of the next clock table, which the results name as they do all that was learned: a replay tells the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import polars as pl

from hoptrace.engines.calls import all_reported
from hoptrace.engines.gathering import gather
from hoptrace.engines.keeping import keep_learned, known
from hoptrace.engines.local import standing
from hoptrace.lake.upkeep import GOLDEN
from hoptrace.tracing.plain.answers import reports_of
from hoptrace.tracing.report_times import LEAST_CALLS, more_than_by_chance, otherwise, report_times, seconds_off
from hoptrace.tracing.reported import Reported, ReportHabits, ReportTimes, Written, cut_to_the_minute

if TYPE_CHECKING:
    from hoptrace.engines.ground import Ground
    from hoptrace.linking.learned import Learned
    from hoptrace.model.verdicts import ReportedCall
    from hoptrace.workspace import Workspace

DAY = 86_400
"""Seconds."""

SIDE_BY_SIDE = 100
"""Calls that are looked at together, as they lie side by side in the lake."""

ENOUGH = 200
"""Calls that tell how far reports are off, after which no more are looked at; the least is enough where they are as is
presumed."""

MOST = 1_000
"""Calls of a file that are looked at, of which only some tell it."""


def learn_from(workspace: Workspace, calls: Sequence[ReportedCall]) -> None:
    """The same as `learn_reports` of calls in any order; raises UsageError where a number or a time cannot be used."""
    reports = reports_of(all_reported(calls, workspace.settings.home_country))
    learn_reports(workspace, reports.sort(pl.col("at") // DAY, "called", maintain_order=True))


def learn_reports(workspace: Workspace, reports: pl.DataFrame) -> None:
    """Learn how far the times of reported calls (REPORTS, in the order of the lake) are off.

    What is new is kept as a new clock table. Few calls, or hardly any that tells something, leave what is known.
    """
    found = _found(workspace, reports)
    told = partial(_with_reports, found)
    if found and told(learned := known(workspace).learned).report_times != learned.report_times:
        keep_learned(workspace, workspace.lake.version(), told)


def _with_reports(found: Mapping[str, ReportTimes | None], learned: Learned) -> Learned:
    every = {**learned.report_times, **found}
    return learned.with_reports({name: (each[0], each[1]) for name, each in every.items() if each is not None})


def _found(workspace: Workspace, reports: pl.DataFrame) -> dict[str, ReportTimes | None]:
    """How far these reports are off, as in `Learned.report_times`, None where that is as presumed.

    What too few calls tell is not there.
    """
    presumed, written = workspace.settings.trace.report_seconds, pl.col("written")
    amounts = dict(reports["written"].value_counts().iter_rows())
    full = amounts.get(Written.FULL_MINUTE, 0)
    cut = more_than_by_chance(full, full + amounts.get(Written.SECONDS, 0))
    by_chance = written == Written.FULL_MINUTE if not cut else pl.lit(value=False)
    found: dict[str, ReportTimes | None] = {}
    exact = _off(workspace, reports.filter((written == Written.SECONDS) | by_chance))
    if exact is not None:
        found["seconds"] = otherwise(exact, presumed)
    coarse = _off(workspace, reports.filter((written != Written.SECONDS) & ~by_chance))
    if coarse is None and cut:
        coarse = cut_to_the_minute(found.get("seconds") or ReportTimes(close=presumed))
    if coarse is not None or reports.height >= LEAST_CALLS:
        found["minutes"] = coarse
    return found


def _off(workspace: Workspace, reports: pl.DataFrame) -> ReportTimes | None:
    """How far reports (REPORTS) are off; None where too few of them tell it."""
    if reports.height < LEAST_CALLS:
        return None
    presumed, told = workspace.settings.trace.report_seconds, list[float]()
    ground = _as_presumed(standing(workspace).ground, presumed)
    for some in islice(_samples(reports), MOST // SIDE_BY_SIDE):
        told += [off for off in map(seconds_off, gather(some, ground).judged) if off is not None]
        times = report_times(told)
        if times is not None and (len(told) >= ENOUGH or otherwise(times, presumed) is None):
            break
    return report_times(told)


def _as_presumed(ground: Ground, presumed: float) -> Ground:
    """The ground as if nothing were known of reports: so a file is found to be off by as much each time."""
    nothing = ReportTimes(close=presumed)
    return replace(ground, around=replace(ground.around, reports=ReportHabits(nothing, nothing)))


def _samples(reports: pl.DataFrame) -> Iterator[list[Reported]]:
    """All calls once, some side by side at a time, from places that are evenly spread however few are taken."""
    places = -(-reports.height // SIDE_BY_SIDE)
    for place in sorted(range(places), key=lambda place: place * GOLDEN % 1.0):
        yield [Reported(*row) for row in reports.slice(place * SIDE_BY_SIDE, SIDE_BY_SIDE).iter_rows()]
