"""What was submitted: batches, their receipts, and their rejected rows to look at and to mend."""

from __future__ import annotations

import csv
from pathlib import Path

from hoptrace.catalog.batches import RejectedRow
from hoptrace.errors import StorageFailed
from hoptrace.model.receipts import Receipt
from hoptrace.workspace import Workspace

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def list_batches(workspace: Workspace, carrier: str | None = None) -> list[Receipt]:
    """The receipts of all batches (of one carrier), in the order in which they came in."""
    return [stored.receipt for stored in workspace.catalog.batches.list(carrier)]


def show_batch(workspace: Workspace, batch: str) -> Receipt:
    """The receipt of one batch; raises UnknownBatch."""
    return workspace.catalog.batches.show(batch).receipt


def rejected_rows(workspace: Workspace, batch: str) -> list[RejectedRow]:
    """The rejected rows of a batch, with their bytes and every reason; raises UnknownBatch."""
    return workspace.catalog.batches.rejected_rows(batch)


def write_rejected(workspace: Workspace, batch: str, path: Path | str) -> int:
    """Write the rejected rows as the carrier wrote them, under the file's header, to be mended and submitted again.

    The bytes are the original ones: where a person is to open them in a spreadsheet, `write_reasons` is the safe way.
    """
    rows = rejected_rows(workspace, batch)
    header = workspace.catalog.batches.show(batch).header
    lines = [*([] if header is None else [header]), *(row.raw for row in rows)]
    try:
        Path(path).write_bytes(b"".join(line + b"\n" for line in lines))
    except OSError as error:
        raise StorageFailed(f"{path} cannot be written: {error.strerror}.") from error
    return len(rows)


def write_reasons(workspace: Workspace, batch: str, path: Path | str) -> int:
    """Write a CSV of the rejected rows: row, reasons, as written. No cell of it runs as a formula in a spreadsheet."""
    rows = rejected_rows(workspace, batch)
    try:
        with Path(path).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(("row", "reasons", "as_written"))
            for row in rows:
                text = row.raw.decode("utf-8", errors="backslashreplace")
                writer.writerow((row.row, harmless("; ".join(row.reasons)), harmless(text)))
    except OSError as error:
        raise StorageFailed(f"{path} cannot be written: {error.strerror}.") from error
    return len(rows)


def harmless(cell: str) -> str:
    """A cell that a spreadsheet shows and does not run: one that would be a formula gets a ' in front."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
