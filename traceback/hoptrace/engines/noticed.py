"""What is noticed of a file of calls beside the answers: it may be the file that is wrong, and not the records."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import polars as pl

from hoptrace.engines.hours_off import hours_off_of
from hoptrace.engines.keeping import known
from hoptrace.engines.local import standing
from hoptrace.errors import NotFound
from hoptrace.tracing.reported import Written

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace


def noticed(workspace: Workspace, reported: pl.DataFrame, versions: tuple[int, int, int]) -> dict[str, Any]:
    """What whoever traced these calls (CALLS) on these versions should know.

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
        "hours_off": _hours_off(workspace, reported, versions),
        "report_times": {name: dict(zip(("late", "off"), told[name], strict=True)) for name in here},
    }


def _unknown(workspace: Workspace, named: pl.Series) -> dict[str, int]:
    listed = [carrier.carrier_id for carrier in workspace.catalog.directory.carriers()]
    return dict(named.filter(~named.is_in(listed)).value_counts().sort("terminating_carrier").iter_rows())


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
