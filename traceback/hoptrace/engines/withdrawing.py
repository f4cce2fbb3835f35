"""Withdrawing batches: what they say counts no more, from a version of the lake on, and clocks are learned anew."""

from __future__ import annotations

import csv
import uuid
from codecs import getwriter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from hoptrace.engines.learning import relearn
from hoptrace.engines.rested_on import RestedOn
from hoptrace.errors import InputRefused, StorageFailed, UsageError
from hoptrace.intake.commit import recover, settle
from hoptrace.model.verdicts import ReportedCall
from hoptrace.output import whole_file

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace

MOST_TOLD = 100
"""Calls that a withdrawal names; `write_citing` gives all."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was withdrawn, and what is to be done after it.

    `lake_version` is the first at which the batches count no more, `clock_version` what was learned without them.
    `had_duplicates`: later batches of the same carriers of which rows were left out, perhaps because these batches had
    them; their files can be submitted again. `cited`: how many calls have a newest stored result that rests on
    the batches; `cited_by` are the first of them.
    """

    batches: tuple[str, ...]
    reason: str
    lake_version: int
    clock_version: int
    had_duplicates: tuple[str, ...]
    cited: int
    cited_by: tuple[str, ...]


def withdraw(workspace: Workspace, batches: Sequence[str], reason: str) -> Withdrawn:
    """Withdraw batches, all or none: no trace, report or learning uses their statements from now on.

    Results that were made before can be replayed as they were. Takes the writer's lock; whenever it is killed, the
    batches are withdrawn or not. Raises UsageError without a reason, UnknownBatch, InputRefused for a batch that is
    withdrawn already, WorkspaceBusy or StorageFailed.
    """
    if not reason.strip():
        raise UsageError('Say why, for whoever meets these batches later: --reason "submitted for another carrier"')
    names = tuple(dict.fromkeys(batches))
    with workspace.writing():
        recover(workspace)
        _check(workspace, names)
        version, later = _commit(workspace, names, reason.strip())
    learned = relearn(workspace)
    citing = (call_ref for call_ref, _ in _resting(workspace, names))
    first = tuple(islice(citing, MOST_TOLD))
    cited = len(first) + sum(1 for _ in citing)
    return Withdrawn(names, reason.strip(), version, learned, tuple(later), cited, first)


@dataclass(frozen=True, slots=True)
class Citing:
    """How many calls were written; `left_out`: of how many more the result does not hold the call as reported."""

    calls: int
    left_out: int


def write_citing(workspace: Workspace, batches: Sequence[str], out: Path) -> Citing:
    """Write the calls whose newest stored result rests on one of these batches as a calls.csv, to be traced again.

    References and campaigns are written as they were reported, though a spreadsheet may take one for a formula: a new
    result takes the place of an old one only where the reference is the same. Raises UnknownBatch, or StorageFailed
    where it cannot be written.
    """
    for batch in batches:
        workspace.catalog.batches.show(batch)
    columns, written, left_out = [each.name for each in fields(ReportedCall)], 0, 0
    with whole_file(out) as stream:
        lines = csv.writer(getwriter("utf-8")(stream))
        lines.writerow(columns)
        for _, told in _resting(workspace, batches):
            call: dict[str, str | None] | None = told.get("call")
            if call is None:
                left_out += 1
                continue
            lines.writerow([call.get(name) for name in columns])
            written += 1
    return Citing(written, left_out)


def _resting(workspace: Workspace, batches: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The calls whose newest stored results rest on these batches, and the results."""
    terms = workspace.catalog.withdrawals.terms(batches)
    rested_on = RestedOn(terms)
    # Most results name neither: they need not be unpacked.
    names = {name for term in terms for name in (term.batch, term.carrier)}
    for call_ref, text in workspace.catalog.traces.naming(names):
        told: dict[str, Any] = orjson.loads(text)
        if rested_on.batches(told):
            yield call_ref, told


def _check(workspace: Workspace, batches: Sequence[str]) -> None:
    for batch in batches:
        before = workspace.catalog.batches.show(batch).withdrawn
        if before is not None:
            raise InputRefused(
                f"Batch {batch} was withdrawn before, at {before.at:%Y-%m-%d %H:%M} UTC: {before.reason}. "
                "Nothing was changed."
            )


def _commit(workspace: Workspace, batches: Sequence[str], reason: str) -> tuple[int, list[str]]:
    """Enter the withdrawal with the lake's next version, and make that version by an empty entry of the log.

    Killed in between, the next writer finds it pending, and takes it back.
    """
    lake, catalog = workspace.lake, workspace.catalog
    commit_id, version = uuid.uuid4().hex, lake.version() + 1
    later = catalog.withdrawals.withdraw(commit_id, batches, reason, version)
    try:
        lake.replace([], lake.view().files.clear(), commit_id, {})
        catalog.batches.finish(commit_id, version)
    except BaseException:
        # What cannot be settled now, because the disk is full, the next writer settles.
        with suppress(StorageFailed):
            settle(workspace, commit_id)
        raise
    return version, later
