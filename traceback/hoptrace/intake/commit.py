"""The commit protocol: what is submitted at once is wholly in or wholly out, whatever is killed, and whenever.

1. The catalog announces the commit: pending.
2. The lake's files are written; no reader sees them. Beside that the submitted files are kept.
3. The catalog gets the batches and their rejected rows, still pending.
4. The lake's log names the files, in one step that either is done or is not. From here on everything is in.
5. The catalog says so.

Who writes next settles what a killed process left: the lake's log decides between steps 3 and 5.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress

from hoptrace.catalog.batches import RejectedRow
from hoptrace.errors import StorageFailed
from hoptrace.intake.keeping_files import forget_strays, keep_joined, kept_beside
from hoptrace.intake.starting import Started
from hoptrace.intake.taking import Taking
from hoptrace.model.receipts import Receipt
from hoptrace.workspace import Workspace


def recover(workspace: Workspace) -> None:
    """Settle the commits of processes that died; needs the writer's lock, so that no one else's is running."""
    pending = workspace.catalog.batches.pending()
    for commit_id in pending:
        settle(workspace, commit_id)
    if pending:
        forget_strays(workspace)


def commit(
    workspace: Workspace,
    carrier_id: str,
    started: Started,
    replaced: Sequence[str] = (),
) -> list[Receipt]:
    """Take groups of files in and give their receipts; when it fails, nothing of them is in. Needs the writer's lock.

    `replaced` are earlier batches of the same files that held no call: the new ones stand in their place.
    """
    takings = started.takings
    catalog, lake = workspace.catalog, workspace.lake
    commit_id = uuid.uuid4().hex
    catalog.batches.begin(commit_id, carrier_id)
    try:
        sources = [source for taking in takings for source in taking.sources]
        with kept_beside(workspace, sources):
            staged = lake.stage(started.frames, commit_id)
        for source in sources:
            source.check_unchanged()
        batches = [batch for taking in takings for batch in taking.batches()]
        keep_joined(workspace, takings)
        catalog.batches.enter(commit_id, batches, _rejected_rows(takings), replaced)
        version = lake.commit(staged) if staged.adds else lake.version()
        catalog.batches.finish(commit_id, version)
    except BaseException:
        # What cannot be settled now, because the disk is full, the next writer settles.
        with suppress(StorageFailed):
            settle(workspace, commit_id)
            forget_strays(workspace)
        raise
    return [batch.receipt for batch in batches]


def _rejected_rows(takings: Sequence[Taking]) -> Iterator[RejectedRow]:
    for taking in takings:
        yield from taking.rejected_rows()


def settle(workspace: Workspace, commit_id: str) -> None:
    """Finish a pending commit that the lake has, and take back one that it has not; needs the writer's lock."""
    if workspace.lake.has_commit(commit_id):
        workspace.catalog.batches.finish(commit_id, workspace.lake.version())
    else:
        workspace.lake.forget(commit_id)
        workspace.catalog.batches.rollback(commit_id)
