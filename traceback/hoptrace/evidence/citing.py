"""What the results cite: the rows of the carriers' files, their original bytes, the receipts of their batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hoptrace.engines.rested_on import withdrawn_since
from hoptrace.evidence.archive import Member
from hoptrace.evidence.manifest import digest
from hoptrace.evidence.tables import as_lines
from hoptrace.intake.joined_rows import SAME
from hoptrace.intake.kept_files import KeptFiles
from hoptrace.intake.originals import NO_BYTES, Originals
from hoptrace.model.receipts import base_format
from hoptrace.model.times import rfc3339

if TYPE_CHECKING:
    from hoptrace.engines.packed import Packed
    from hoptrace.model.receipts import Receipt
    from hoptrace.model.verdicts import TraceResult
    from hoptrace.workspace import Workspace

_Row = tuple[str, int]
_NAMES = ("batch", "row")

ORIGINALS_FILE, ORIGINALS_FOLDER = "originals.jsonl", "originals"
NOT_AT_HAND = "the submitted file is not at hand; its digest stands for it"


@dataclass(frozen=True, slots=True)
class OriginalMembers:
    """The members that hold original bytes, with their list; `missing` are files that are not at hand, by name."""

    members: tuple[Member, ...]
    cited: int
    found: int
    missing: tuple[str, ...]


def cited_rows(results: Iterable[TraceResult]) -> dict[str, list[int]]:
    """The rows that the hops of results cite, by batch."""
    found: dict[str, set[int]] = {}
    for result in results:
        for hop in result.hops:
            for record in hop.records:
                found.setdefault(record.batch, set()).add(record.row)
    return {batch: sorted(found[batch]) for batch in sorted(found)}


def _with_joined(workspace: Workspace, cited: Mapping[str, Sequence[int]]) -> dict[str, dict[int, _Row | None]]:
    """By batch each cited row, and each further row of its statement with the row that stands for it."""
    kept = KeptFiles.of(workspace.path)
    found: dict[str, dict[int, _Row | None]] = {batch: dict.fromkeys(rows) for batch, rows in cited.items()}
    for batch, rows in cited.items():
        digest_of_file = workspace.catalog.batches.show(batch).receipt.digest
        for row, others in sorted(kept.joined(digest_of_file, rows).items()):
            for other_batch, other in others:
                found.setdefault(batch if other_batch == SAME else other_batch, {}).setdefault(other, (batch, row))
    return {batch: dict(sorted(found[batch].items())) for batch in sorted(found)}


def original_members(workspace: Workspace, cited: Mapping[str, Sequence[int]], originals: Originals) -> OriginalMembers:
    """The rows of the cited statements as their carriers wrote them, one file a row, where the file is at hand."""
    members: list[Member] = []
    lines: list[dict[str, Any]] = []
    missing: set[str] = set()
    for batch, rows in _with_joined(workspace, cited).items():
        receipt = workspace.catalog.batches.show(batch).receipt
        found = originals.rows(receipt.digest, receipt.format, list(rows))
        if not found and base_format(receipt.format) not in NO_BYTES:
            missing.add(receipt.file)
        for row, stands_for_it in rows.items():
            line, member = _original(receipt, row, found.get(row))
            lines.append(
                line | {"with": None if stands_for_it is None else dict(zip(_NAMES, stands_for_it, strict=True))}
            )
            members += [member] if member is not None else []
    listed = Member(ORIGINALS_FILE, as_lines(lines))
    return OriginalMembers((listed, *members), len(lines), len(members), tuple(sorted(missing)))


def _original(receipt: Receipt, row: int, content: bytes | None) -> tuple[dict[str, Any], Member | None]:
    line: dict[str, Any] = {"batch": receipt.batch, "row": row, "file": receipt.file, "file_sha256": receipt.digest}
    if content is None:
        why = NO_BYTES.get(base_format(receipt.format), NOT_AT_HAND)
        return line | {"path": None, "sha256": None, "why": why}, None
    path = f"{ORIGINALS_FOLDER}/{receipt.digest[:16]}/row-{row}.txt"
    return line | {"path": path, "sha256": digest(content), "why": None}, Member(path, content)


def receipt_lines(
    workspace: Workspace, results: Iterable[TraceResult], grounds: Iterable[Packed]
) -> Iterator[dict[str, Any]]:
    """The receipts of all batches that the statements come from, and of withdrawn ones that the results rest on.

    With the moment when each was submitted, and when and why it was withdrawn.
    """
    results = list(results)
    batches = set(_with_joined(workspace, cited_rows(results)))
    batches.update(gone.batch for result in results for gone in withdrawn_since(workspace, result))
    for held in grounds:
        batches.update(held.statements["batch"].unique().to_list())
    for batch in sorted(batches):
        stored = workspace.catalog.batches.show(batch)
        gone = stored.withdrawn
        withdrawn = {} if gone is None else {"withdrawn": {"at": rfc3339(gone.at), "reason": gone.reason}}
        yield {**stored.receipt.as_dict(), "submitted_at": rfc3339(stored.submitted_at), **withdrawn}
