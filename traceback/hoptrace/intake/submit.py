"""Submit: a carrier's files become batches in the workspace, each with a receipt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from hoptrace.errors import InputRefused, StorageFailed
from hoptrace.intake.batches import list_batches, rejected_rows, show_batch, write_reasons, write_rejected
from hoptrace.intake.commit import commit, recover
from hoptrace.intake.formats import readers
from hoptrace.intake.reading import Context, FormatReader, Source
from hoptrace.intake.repeats import Repeats
from hoptrace.intake.sources import AUTO, Group, asked_format, find_readers, groups, open_sources
from hoptrace.intake.taking import Taking
from hoptrace.intake.trunks import TrunkTable
from hoptrace.intake.zones import parse_zone
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

    `format` is auto, a reader's name, or the path of a .toml profile; `timezone` an IANA name or +HH:MM for times that
    are written without a zone. All files are looked at before the first is taken in, so a file that cannot be taken
    leaves nothing half done; each group of files that belong together goes in as one. A file that is in already, by
    its digest, adds nothing. Raises UnknownCarrier, UsageError, InputRefused, StorageFailed or WorkspaceBusy.
    """
    who = workspace.catalog.directory.carrier(carrier)
    if timezone is not None:
        parse_zone(timezone)
    known_readers = readers()
    asked = asked_format(format, known_readers)
    sources = open_sources(files, asked)
    context = Context(who, asked.profile, timezone)
    with workspace.writing():
        recover(workspace)
        before = workspace.catalog.batches.by_digest(carrier, sorted({source.digest for source in sources}))
        receipts = {digest: stored.receipt for digest, stored in before.items()}
        new = list({source.digest: source for source in sources if source.digest not in receipts}.values())
        found = find_readers(new, asked, known_readers)
        _take_all(_Run(workspace, context, progress), new, found, receipts)
    return _in_order(sources, receipts, frozenset(before))


@dataclass(frozen=True, slots=True)
class _Run:
    workspace: Workspace
    context: Context
    progress: Progress | None


def _take_all(
    run: _Run, sources: Sequence[Source], found: Sequence[FormatReader], receipts: dict[str, Receipt]
) -> None:
    total = sum(source.path.stat().st_size for source in sources)
    done = 0
    for group in groups(sources, found):
        try:
            taken = commit(run.workspace, run.context.carrier.carrier_id, _taking(run, group))
        except InputRefused as error:
            if done:
                raise type(error)(
                    f"{error} The files before it were taken in; it is safe to submit all again."
                ) from error
            raise
        receipts.update({receipt.digest: receipt for receipt in taken})
        done += sum(source.path.stat().st_size for source in group.sources)
        if run.progress is not None:
            run.progress(done, total)
    if sources:
        # Merging only makes reading quicker; the batches are in.
        with suppress(StorageFailed):
            run.workspace.lake.tidy()


def _taking(run: _Run, group: Group) -> Taking:
    catalog, carrier = run.workspace.catalog, run.context.carrier
    carrier_ids = [known.carrier_id for known in catalog.directory.carriers()]
    trunks = TrunkTable.of(catalog.directory.trunks(carrier.carrier_id), carrier_ids, run.context.profile.trunks.own)
    spans = [(first, last) for _, _, first, last in catalog.batches.spans(carrier.carrier_id)]
    repeats = Repeats(run.workspace.lake.view(), carrier.carrier_id, spans)
    return Taking(group, run.context, trunks, repeats, carrier.country or run.workspace.settings.home_country)


def _in_order(sources: Sequence[Source], receipts: dict[str, Receipt], before: frozenset[str]) -> list[Receipt]:
    ordered: list[Receipt] = []
    given: set[str] = set(before)
    for source in sources:
        receipt = receipts[source.digest]
        if source.digest in given:
            receipt = replace(receipt, file=source.name, already_submitted=True)
        given.add(source.digest)
        ordered.append(receipt)
    return ordered
