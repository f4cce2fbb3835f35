"""What is noticed of a file of calls beside the answers: it may be the file that is wrong, and not the records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import polars as pl

from hoptrace.engines.hours_off import hours_off_of
from hoptrace.engines.keeping import known
from hoptrace.engines.local import standing
from hoptrace.errors import NotFound
from hoptrace.model.verdicts import Verdict
from hoptrace.tracing.reported import Written

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace


LED_ON = (Verdict.ORIGINATOR_IDENTIFIED, Verdict.POINT_OF_ENTRY_IDENTIFIED)
"""Verdicts that a call hardly gets whose time is hours off."""


def noticed(
    workspace: Workspace, reported: pl.DataFrame, versions: tuple[int, int, int], verdicts: Mapping[str, int]
) -> dict[str, Any]:
    """What whoever traced these calls (CALLS) on these versions, with so many of each of the verdicts, should know.

    `unknown_terminating`: terminating carriers that the directory does not have, with their calls. `outside`: how many
    `calls` are from times further from those of all records (`first_time` to `last_time`) than records are searched
    for; None where none is. `hours_off`: so many `calls` of those looked at (`of`) have no record at their time, but
    one so many whole or half `hours` from it, all alike (minus: before it); None where that is not so. `report_times`:
    where reported times with `seconds`, full `minutes` or times with `no_seconds` are otherwise than the settings
    presume, by how many seconds they are `late` on average and may be `off` beside that.
    """
    told, written = known(workspace, versions[1]).learned.report_times, set(reported["written"])
    here = (kind.habit for kind in Written if kind in written and kind.habit in told)
    return {
        "unknown_terminating": _unknown(workspace, reported["terminating_carrier"].drop_nulls()),
        "outside": _outside(workspace, reported["at"], versions[0]),
        "hours_off": None if _led_on(verdicts) else _hours_off(workspace, reported, versions),
        "report_times": {name: dict(zip(("late", "off"), told[name], strict=True)) for name in here},
    }


def _unknown(workspace: Workspace, named: pl.Series) -> dict[str, int]:
    listed = [carrier.carrier_id for carrier in workspace.catalog.directory.carriers()]
    return dict(named.filter(~named.is_in(listed)).value_counts().sort("terminating_carrier").iter_rows())


def _led_on(verdicts: Mapping[str, int]) -> bool:
    """Whether most calls were traced to where they began, so that no time need be looked at."""
    return 2 * sum(verdicts.get(str(verdict), 0) for verdict in LED_ON) > sum(verdicts.values())


def _hours_off(workspace: Workspace, reported: pl.DataFrame, versions: tuple[int, int, int]) -> dict[str, Any] | None:
    ground = standing(workspace, versions).ground
    try:
        found = hours_off_of(reported, ground)
    except NotFound:  # records hours before the calls have expired since that version of the lake
        return None
    return None if found is None else asdict(found)


def _outside(workspace: Workspace, at: pl.Series, lake_version: int) -> dict[str, Any] | None:
    held, around = workspace.catalog.batches.totals(lake_version), workspace.settings.trace.window_seconds
    if held.first_time is None or held.last_time is None:
        return None
    first, last = held.first_time.timestamp() - around, held.last_time.timestamp() + around
    calls = at.len() - at.is_between(first, last).sum()
    return {"calls": calls, "first_time": held.first_time, "last_time": held.last_time} if calls else None
