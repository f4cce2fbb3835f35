"""Submit: a carrier's files become batches in the workspace, each with a receipt."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from hoptrace.errors import InputRefused, StorageFailed
from hoptrace.intake.batches import list_batches, rejected_rows, show_batch, write_reasons, write_rejected
from hoptrace.intake.commit import commit, recover
from hoptrace.intake.formats import readers
from hoptrace.intake.formats.stored import own_profile
from hoptrace.intake.identities import signers_by_url
from hoptrace.intake.profile_store import OwnProfiles
from hoptrace.intake.reading import Context, Source
from hoptrace.intake.repeats import Repeats
from hoptrace.intake.sources import AUTO, Group, asked_format, find_readers, groups, open_sources
from hoptrace.intake.taking import Taking
from hoptrace.intake.trunks import TrunkTable
from hoptrace.intake.zones import parse_zone
from hoptrace.lake.upkeep import keep_up
from hoptrace.model.receipts import Receipt
from hoptrace.workspace import Workspace

__all__ = ["list_batches", "rejected_rows", "show_batch", "submit", "write_reasons", "write_rejected"]

Progress = Callable[[int, int], None]
"""Told how many bytes are done, and of how many."""


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
    known_readers = readers()
    own = OwnProfiles(workspace.catalog.profiles, carrier)
    asked = asked_format(format, known_readers, own)
    sources = open_sources(files, asked, workspace.settings.intake)
    signers = signers_by_url(workspace.catalog.certificates.list())
    context = Context(who, asked.profile, timezone, signers)
    with workspace.writing():
        begun = time.perf_counter()
        recover(workspace)
        before = _before(workspace, carrier, sources)
        new = list({source.digest: source for source in sources if _is_new(source, before)}.values())
        with _all_or_nothing(len(sources)):
            found = find_readers(new, asked, known_readers if asked.has_profile else own.beside(known_readers))
            taken = _take_all(_Run(workspace, context, progress), list(groups(new, found)), before)
        if taken:
            # Merging only makes reading quicker; the batches are in.
            with suppress(StorageFailed):
                keep_up(workspace.lake, time.perf_counter() - begun)
    return _in_order(sources, before, taken)


@contextmanager
def _all_or_nothing(files: int) -> Generator[None]:
    """Where one of several files is refused, say that the others are not in either."""
    try:
        yield
    except InputRefused as error:
        if files == 1:
            raise
        raise type(error)(f"{error} None of the {files:,} files was taken in.") from error


@dataclass(frozen=True, slots=True)
class _Run:
    workspace: Workspace
    context: Context
    progress: Progress | None


def _before(workspace: Workspace, carrier: str, sources: Sequence[Source]) -> dict[str, Receipt]:
    """The receipts of those files that are in already, by digest."""
    digests = sorted({source.digest for source in sources})
    return {digest: stored.receipt for digest, stored in workspace.catalog.batches.by_digest(carrier, digests).items()}


def _is_new(source: Source, before: dict[str, Receipt]) -> bool:
    """The file is not in, or was of no use: read as another format or in another zone it may be of some."""
    receipt = before.get(source.digest)
    return receipt is None or (bool(receipt.rejected) and not receipt.accepted and not receipt.duplicates)


def _take_all(run: _Run, in_groups: Sequence[Group], before: dict[str, Receipt]) -> dict[str, Receipt]:
    """Take in all groups, in one commit; gives the receipts by digest."""
    if not in_groups:
        return {}
    catalog, carrier = run.workspace.catalog, run.context.carrier
    spans = [(first, last) for _, _, first, last in catalog.batches.spans(carrier.carrier_id)]
    repeats = Repeats(run.workspace.lake.view(), carrier.carrier_id, spans)
    takings = [_taking(run, group, repeats) for group in in_groups]
    digests = {source.digest for group in in_groups for source in group.sources}
    replaced = sorted(receipt.batch for digest, receipt in before.items() if digest in digests)
    receipts = commit(run.workspace, carrier.carrier_id, takings, replaced, _watch(in_groups, run.progress))
    return {receipt.digest: receipt for receipt in receipts}


def _watch(in_groups: Sequence[Group], progress: Progress | None) -> Callable[[int], None]:
    """A function that is told how many groups were read, and tells how many bytes that is."""
    sizes = [sum(source.path.stat().st_size for source in group.sources) for group in in_groups]

    def read(done: int) -> None:
        if progress is not None:
            progress(sum(sizes[:done]), sum(sizes))

    return read


def _taking(run: _Run, group: Group, repeats: Repeats) -> Taking:
    catalog, carrier = run.workspace.catalog, run.context.carrier
    own = own_profile(group.reader)
    context = run.context if own is None else replace(run.context, profile=own)
    carrier_ids = [known.carrier_id for known in catalog.directory.carriers()]
    trunks = TrunkTable.of(catalog.directory.trunks(carrier.carrier_id), carrier_ids, context.profile.trunks.own)
    return Taking(group, context, trunks, repeats, carrier.country or run.workspace.settings.home_country)


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
