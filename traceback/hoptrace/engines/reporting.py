"""What reports tell of themselves, learned from a file of calls before they are traced: how far their times are off.

Of each such file a few hundred calls are looked at. Where their times are clearly other than what is presumed, that
becomes part of a clock table, which the results name as they do all that was learned: a replay tells the same. For
calls to come, which may be of another source, it is uncertainty only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from hoptrace.engines.calls import all_reported
from hoptrace.engines.evenly import some_of
from hoptrace.engines.gathering import gather
from hoptrace.engines.keeping import keep_learned, known
from hoptrace.engines.local import Replay, report_habits, standing
from hoptrace.engines.many_calls import by_lake
from hoptrace.engines.unrecorded import count_ends
from hoptrace.tracing.plain.answers import all_meant, reports_of
from hoptrace.tracing.report_times import (
    ALONE,
    FULL_BY_CHANCE,
    LEAST_CALLS,
    more_than_by_chance,
    otherwise,
    report_times,
    seconds_off,
)
from hoptrace.tracing.reported import Reported, ReportHabits, ReportTimes, Written, cut_to_the_minute

if TYPE_CHECKING:
    from hoptrace.engines.ground import Ground
    from hoptrace.linking.learned import Learned
    from hoptrace.model.verdicts import ReportedCall
    from hoptrace.workspace import Workspace

ENOUGH = 200
"""Calls that tell how far reports are off, after which no more are looked at; the least is enough where they are as is
presumed."""


def learn_from(workspace: Workspace, calls: Sequence[ReportedCall]) -> Replay | None:
    """The same as `learn_reports` of calls in any order; raises UsageError where a number or a time cannot be used."""
    reports = reports_of(all_reported(calls, workspace.settings.home_country))
    return learn_reports(workspace, by_lake(reports))


def learn_reports(workspace: Workspace, reports: pl.DataFrame) -> Replay | None:
    """Learn how far the times of reported calls (REPORTS, in the order of the lake) are off, and whose calls are lost.

    Gives the versions on which these calls are to be traced, None for the newest ones. What other calls told before
    says nothing of these but that reports may be off as far as that.
    """
    # Some of many are looked at: which, must not depend on the order of the file.
    reports = by_lake(reports.sort(reports.columns))
    presumed = workspace.settings.trace.report_seconds
    times = partial(_with_reports, _found(workspace, reports), presumed)
    learned = known(workspace).learned
    meant = all_meant(reports, report_habits(times(learned), presumed))
    ends = count_ends(standing(workspace).ground, meant)

    def told(before: Learned) -> Learned:
        """What was learned before, with what these reports tell."""
        return times(before) if ends is None else times(before).with_ends(ends)

    now = told(learned)
    if (now.report_times, now.ends) == (learned.report_times, learned.ends):
        return None
    version = keep_learned(workspace, None, told)
    return workspace.lake.version(), version, workspace.catalog.certificates.trust(None).version


def _with_reports(found: Mapping[str, ReportTimes | None], presumed: float, learned: Learned) -> Learned:
    """What was learned, with what was `found` of the reports at hand, and what is not found only as uncertainty."""
    before = {name: (0.0, abs(late) + max(close, presumed)) for name, (late, close) in _shifted(learned).items()}
    every = {**learned.report_times, **before, **found}
    return learned.with_reports({name: (each[0], each[1]) for name, each in every.items() if each is not None})


def _shifted(learned: Learned) -> dict[str, tuple[float, float]]:
    """What other calls told of reports that are late or early."""
    return {name: (late, close) for name, (late, close) in learned.report_times.items() if late}


def _found(workspace: Workspace, reports: pl.DataFrame) -> dict[str, ReportTimes | None]:
    """How far these reports are off, as in `Learned.report_times`, None where that is as presumed.

    What too few calls tell is not there.
    """
    amounts = dict(reports["written"].value_counts().iter_rows())
    full, of = amounts.get(Written.FULL_MINUTE, 0), reports.height - amounts.get(Written.MINUTE, 0)
    cut = more_than_by_chance(full, of, FULL_BY_CHANCE)
    exact = pl.col("written").is_in([Written.SECONDS] if cut else [Written.SECONDS, Written.FULL_MINUTE])
    times, coarse = (_off(workspace, reports.filter(which)) for which in (exact, ~exact))
    presumed = workspace.settings.trace.report_seconds
    seconds = None if times is None else otherwise(times, presumed)
    found = {} if times is None else {Written.SECONDS.habit: seconds}
    if cut:
        return found | {Written.FULL_MINUTE.habit: coarse or cut_to_the_minute(seconds or ReportTimes(close=presumed))}
    return found | _full_by_chance(of, coarse)


def _full_by_chance(of: int, without_seconds: ReportTimes | None) -> dict[str, ReportTimes | None]:
    """What is found where full minutes among `of` times are chance: they are as others, if so many calls tell it."""
    full = {Written.FULL_MINUTE.habit: None} if of >= LEAST_CALLS else {}
    return full | ({} if without_seconds is None else {Written.MINUTE.habit: without_seconds})


def _off(workspace: Workspace, reports: pl.DataFrame) -> ReportTimes | None:
    """How far reports (REPORTS) are off; None where too few of them tell it."""
    if reports.height < LEAST_CALLS:
        return None
    presumed, told = workspace.settings.trace.report_seconds, dict[tuple[int, int], float]()
    ground = _as_presumed(standing(workspace).ground, presumed)
    for part in some_of(reports):
        some = [Reported(*row) for row in part.iter_rows()]
        for judged, off in ((one, seconds_off(one)) for one in gather(some, ground).judged):
            if off is not None:  # a call that is reported again and again tells no more than once
                told.setdefault((judged.case.reported.called, round((judged.case.reported.at - off) / ALONE)), off)
        times = report_times(list(told.values()))
        if times is not None and (len(told) >= ENOUGH or otherwise(times, presumed) is None):
            break
    return report_times(list(told.values()))


def _as_presumed(ground: Ground, presumed: float) -> Ground:
    """The ground as if nothing were known of reports: so a file is found to be off by as much each time."""
    nothing = ReportTimes(close=presumed)
    return replace(ground, around=replace(ground.around, reports=ReportHabits(nothing, nothing)))
