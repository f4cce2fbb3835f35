"""When submitted files are kept, and when they go: with the commit that took them in, or with their calls' time."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, time

from hoptrace.catalog.batches import StoredBatch
from hoptrace.intake.joined_rows import SAME
from hoptrace.intake.kept_files import KeptFiles
from hoptrace.intake.originals import Originals
from hoptrace.intake.reading import Source
from hoptrace.intake.taking import Taking
from hoptrace.model.receipts import Receipt
from hoptrace.workspace import Workspace


@contextmanager
def kept_beside(workspace: Workspace, sources: Sequence[Source]) -> Generator[None]:
    """Keep files in a thread while they are taken in; at the end all of them are kept. Raises StorageFailed."""
    if not workspace.settings.keep_files:
        yield
        return
    with ThreadPoolExecutor(1, thread_name_prefix="hoptrace-keeping") as thread:
        kept = thread.submit(KeptFiles.of(workspace.path).keep, sources)
        yield
        kept.result()


def keep_joined(workspace: Workspace, takings: Iterable[Taking]) -> None:
    """Keep of which rows statements of several rows were made, beside their files. Raises StorageFailed."""
    if not workspace.settings.keep_files:
        return
    files = KeptFiles.of(workspace.path)
    for taking in takings:
        for digest, rows in taking.joined().items():
            files.keep_joined(digest, rows)


def forget_strays(workspace: Workspace) -> None:
    """Remove kept files that no batch is of: those of a commit that was taken back. Needs the writer's lock."""
    files = KeptFiles.of(workspace.path)
    there = files.digests()
    if there:
        files.forget(sorted(there - workspace.catalog.batches.digests()))


def expire_files(workspace: Workspace, before: date, cited: Iterable[tuple[str, int]], *, dry_run: bool = False) -> int:
    """Remove kept files all calls of which are of days before `before`, but for the rows (batch, row) that are `cited`.

    Gives how many files go, among them what was left of one for rows that nothing cites any more. Needs the writer's
    lock; raises StorageFailed. Killed in between, the next call goes on.
    """
    files = KeptFiles.of(workspace.path)
    there = files.digests()
    begins = datetime.combine(before, time(), UTC)
    by_digest: dict[str, list[StoredBatch]] = {}
    for stored in workspace.catalog.batches.list():
        by_digest.setdefault(stored.receipt.digest, []).append(stored)
    gone = [digest for digest in sorted(there & by_digest.keys()) if _is_over(by_digest[digest], begins)]
    wanted = _with_joined(files, by_digest, _by_batch(cited))
    going = [digest for digest in gone if files.is_whole(digest) or not wanted.get(digest)]
    for digest in () if dry_run else going:
        _cut_down(files, by_digest[digest][0].receipt, sorted(wanted.get(digest, ())))
    return len(going)


def _is_over(batches: Sequence[StoredBatch], begins: datetime) -> bool:
    last = [stored.receipt.last_time for stored in batches if stored.receipt.last_time is not None]
    return bool(last) and max(map(datetime.fromisoformat, last)) < begins


def _cut_down(files: KeptFiles, receipt: Receipt, rows: Sequence[int]) -> None:
    source = files.source(receipt.digest) if rows else None
    found = Originals({receipt.digest: source}).rows(receipt.digest, receipt.format, rows) if source else {}
    if found:
        files.cut_down(receipt.digest, found)
    else:
        files.forget([receipt.digest])


def _with_joined(
    files: KeptFiles, by_digest: Mapping[str, Sequence[StoredBatch]], cited: Mapping[str, list[int]]
) -> dict[str, set[int]]:
    """The cited rows by digest, with the further rows of their statements, which may stand in other files."""
    digests = {stored.receipt.batch: digest for digest, batches in by_digest.items() for stored in batches}
    wanted: dict[str, set[int]] = {}
    for batch, rows in cited.items():
        if batch not in digests:
            continue
        wanted.setdefault(digests[batch], set()).update(rows)
        for others in files.joined(digests[batch], rows).values():
            for other_batch, row in others:
                wanted.setdefault(digests.get(batch if other_batch == SAME else other_batch, ""), set()).add(row)
    return wanted


def _by_batch(cited: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for batch, row in sorted(cited):
        found.setdefault(batch, []).append(row)
    return found
