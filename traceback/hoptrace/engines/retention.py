"""The care of a workspace's lake: tidy it, expire what was kept long enough, tell how it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

import polars as pl

from hoptrace.intake.commit import recover
from hoptrace.intake.keeping_files import expire_files
from hoptrace.lake.expiring import GRACE_HOURS, HELD, Expired, Expiring, Vacuumed, vacuum
from hoptrace.lake.health import partitions
from hoptrace.lake.layout import MOST_WAYS
from hoptrace.lake.upkeep import Tidied, tidy

if TYPE_CHECKING:
    from hoptrace.lake.view import View
    from hoptrace.workspace import Workspace

Progress = Callable[[int, int], None]
"""Told how much is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Cared:
    """What was done to the lake."""

    tidied: Tidied | None
    expired: Expired | None
    vacuumed: Vacuumed
    kept_files: int | None = None
    """Kept submitted files that went with the time of their calls."""
    results: int | None = None
    """Stored results that were removed; None where none were to be."""


def tidy_lake(workspace: Workspace, *, grace_hours: float = GRACE_HOURS, progress: Progress | None = None) -> Cared:
    """Do every merge that is due, and delete files that nothing has needed for the hours of grace.

    Takes the writer's lock; raises WorkspaceBusy or StorageFailed. Each merge is done or not, whenever it is killed.
    """
    with workspace.writing():
        recover(workspace)
        done = tidy(workspace.lake, progress)
        return Cared(done, None, vacuum(workspace.lake, grace_hours))


def expire_lake(
    workspace: Workspace,
    before: date,
    *,
    results_before: date | None = None,
    dry_run: bool = False,
    grace_hours: float = GRACE_HOURS,
    progress: Progress | None = None,
) -> Cared:
    """Take the statements of days before `before` (UTC) out of the lake, but for those that a stored result cites.

    Kept submitted files go with the last of their calls, but for cited rows; batches, receipts and rejected rows stay
    in the catalog. Results that were stored before `results_before` (UTC) are removed first, and hold nothing. With
    `dry_run` nothing is changed. Takes the writer's lock; raises WorkspaceBusy or StorageFailed. Whenever it is killed,
    of the results all is done or nothing, and so of the lake; what was left goes the next time.
    """
    since = None if results_before is None else datetime.combine(results_before, time(), UTC)
    with workspace.writing():
        recover(workspace)
        forgotten = None if since is None else _forget(workspace, since, dry_run=dry_run)
        cited = workspace.catalog.traces.cited(since)
        expiring = Expiring(workspace.lake, before, pl.DataFrame(sorted(cited), schema=HELD, orient="row"))
        expired = expiring.plan(progress, dry_run=dry_run)
        if not dry_run:
            expiring.commit()
        gone = expire_files(workspace, before, cited, dry_run=dry_run)
        deleted = Vacuumed(0, 0) if dry_run else vacuum(workspace.lake, grace_hours)
        return Cared(None, expired, deleted, gone, forgotten)


def _forget(workspace: Workspace, before: datetime, *, dry_run: bool) -> int:
    """How many results were removed, or would be."""
    traces = workspace.catalog.traces
    return traces.stored_before(before) if dry_run else traces.forget(before)


def lake_info(workspace: Workspace) -> dict[str, Any]:
    """What the lake holds, of what time, and how well it lies: the contract's `lake info`."""
    view = workspace.lake.view(None)
    told = _told_by_catalog(workspace, view) or view.info()
    parts = partitions(view.files)
    return {
        **told,
        "expired_before": None if view.expired_before is None else view.expired_before.isoformat(),
        "days": len({part.day for part in parts}),
        "merges_due": sum(part.due for part in parts),
        "partitions": [part.as_dict() for part in parts],
    }


def _told_by_catalog(workspace: Workspace, view: View) -> dict[str, Any] | None:
    """`view.info()` without a look into the lake's files; None where the catalog does not tell it.

    Of which batches statements have expired, and how many, only the files tell; a catalog that does not fit the lake,
    say out of an older backup, shows by the numbers of rows in the table's log.
    """
    totals = workspace.catalog.batches.totals(view.version)
    rows = view.rows()
    if view.expired_before is not None or not totals.statements <= rows <= MOST_WAYS * totals.statements:
        return None
    return {
        "statements": totals.statements,
        "batches": totals.batches,
        "files": view.files.height,
        "bytes": int(view.files["bytes"].sum()),
        "first_time": totals.first_time,
        "last_time": totals.last_time,
        "version": view.version,
    }
