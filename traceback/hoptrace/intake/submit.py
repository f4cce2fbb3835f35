"""Submit: a carrier's files become batches in the workspace, each with a receipt."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from hoptrace.errors import HoptraceError, InputRefused, StorageFailed
from hoptrace.intake.batches import rejected_rows, write_reasons, write_rejected
from hoptrace.intake.commit import commit, recover
from hoptrace.intake.formats import readers
from hoptrace.intake.identities import signers_by_url
from hoptrace.intake.profile_store import OwnProfiles
from hoptrace.intake.reading import Context, FormatReader, Source
from hoptrace.intake.sources import AUTO, asked_format, find_readers, groups, open_sources
from hoptrace.intake.starting import Progress, Run, Started, start
from hoptrace.intake.zones import parse_zone
from hoptrace.lake.upkeep import keep_up
from hoptrace.model.receipts import Receipt
from hoptrace.workspace import Workspace

__all__ = ["rejected_rows", "submit", "write_reasons", "write_rejected"]

Find = Callable[[Sequence[Source]], list[FormatReader]]
"""The reader of each source."""


def submit(
    workspace: Workspace,
    files: Sequence[Path],
    carrier: str,
    *,
    format: str = AUTO,  # noqa: A002
    timezone: str | None = None,
    progress: Progress | None = None,
) -> list[Receipt]:
    """Take in a carrier's files and give a receipt for each, in the order of the files.

    `format` is auto, a reader's name, the name of a profile that was added for the carrier, or the path of a .toml
    profile; auto asks the carrier's profiles too. `timezone`: an IANA name or +HH:MM for times that are written
    without a zone. All files go in together: one that cannot be taken keeps the others out too, and nothing
    is half done. A file that is in already, by its digest, adds nothing; one of which every row was rejected is read
    again, as other words about its format or zone may make it of use.
    Raises UnknownCarrier, UsageError, InputRefused, StorageFailed or WorkspaceBusy.
    """
    who = workspace.catalog.directory.carrier(carrier)
    if timezone is not None:
        parse_zone(timezone)
    known, own = readers(), OwnProfiles(workspace.catalog.profiles, carrier)
    asked = asked_format(format, known, own)
    sources = open_sources(files, asked, workspace.settings.intake)
    context = Context(who, asked.profile, timezone, signers_by_url(workspace.catalog.certificates.list()))
    find = partial(find_readers, asked=asked, readers=known if asked.has_profile else own.beside(known))
    with workspace.writing():
        before, taken = _take_new(Run(workspace, context, progress), sources, find)
    return _in_order(sources, before, taken)


def _take_new(run: Run, sources: Sequence[Source], find: Find) -> tuple[dict[str, Receipt], dict[str, Receipt]]:
    """Take in those files that are not in; gives the receipts of those that were in, and of those that now are."""
    recover(run.workspace)
    lake = run.workspace.lake
    files = lake.view().files.height
    with _all_or_nothing(len(sources)), _beginning(run, sources, find) as begin:
        before = _before(run.workspace, run.context.carrier.carrier_id, sources)
        new = list({source.digest: source for source in sources if _is_new(source, before)}.values())
        taken = _take_all(run, begin(new), before) if new else {}
    if taken:
        # Merging only makes reading quicker; the batches are in.
        with suppress(StorageFailed):
            rows = sum(receipt.statements for receipt in taken.values())
            keep_up(lake, rows, lake.view().files.height - files)
    return before, taken


@contextmanager
def _all_or_nothing(files: int) -> Generator[None]:
    """Where one of several files is refused, say that the others are not in either."""
    try:
        yield
    except InputRefused as error:
        if files == 1:
            raise
        raise type(error)(f"{error} None of the {files:,} files was taken in.") from error


def _before(workspace: Workspace, carrier: str, sources: Sequence[Source]) -> dict[str, Receipt]:
    """The receipts of those files that are in already, by digest."""
    digests = sorted({source.digest for source in sources})
    return {digest: stored.receipt for digest, stored in workspace.catalog.batches.by_digest(carrier, digests).items()}


def _is_new(source: Source, before: dict[str, Receipt]) -> bool:
    """The file is not in, or was of no use: read as another format or in another zone it may be of some."""
    receipt = before.get(source.digest)
    return receipt is None or (bool(receipt.rejected) and not receipt.accepted and not receipt.duplicates)


@contextmanager
def _beginning(run: Run, sources: Sequence[Source], find: Find) -> Generator[Callable[[Sequence[Source]], Started]]:
    """Gives what starts taking in new sources; of a file whose digest is not known yet reading begins at once.

    What goes wrong with that is told only where the file is new.
    """

    def begin(new: Sequence[Source], *, now: bool = False) -> Started:
        """Begin to take in files that are new; `now` as for `start`."""
        return start(run, list(groups(new, find(new))), now=now)

    if all(isinstance(source.sha256, str) for source in sources):
        yield begin
        return
    begun = Future[Started]()
    try:
        begun.set_result(begin(sources, now=True))
    except (HoptraceError, OSError) as error:
        begun.set_exception(error)
    try:
        yield lambda _: begun.result()
    finally:
        if begun.exception() is None:
            begun.result().close()


def _take_all(run: Run, started: Started, before: dict[str, Receipt]) -> dict[str, Receipt]:
    """Take in all that is started, in one commit; gives the receipts by digest."""
    digests = {source.digest for taking in started.takings for source in taking.sources}
    replaced = sorted(receipt.batch for digest, receipt in before.items() if digest in digests)
    with closing(started):
        receipts = commit(run.workspace, run.context.carrier.carrier_id, started, replaced)
    return {receipt.digest: receipt for receipt in receipts}


def _in_order(sources: Sequence[Source], before: dict[str, Receipt], taken: dict[str, Receipt]) -> list[Receipt]:
    ordered: list[Receipt] = []
    given: set[str] = set()
    for source in sources:
        receipt = taken.get(source.digest) or before[source.digest]
        was_in = source.digest in given or replace(receipt, file="") == _nameless(before.get(source.digest))
        ordered.append(replace(receipt, file=source.name, already_submitted=was_in))
        given.add(source.digest)
    return ordered


def _nameless(receipt: Receipt | None) -> Receipt | None:
    return None if receipt is None else replace(receipt, file="")
