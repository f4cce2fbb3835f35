"""What was submitted: batches, their receipts, and their rejected rows to look at and to mend."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from hoptrace.catalog.batches import RejectedRow, StoredBatch
from hoptrace.output import check_place, harmless, whole_file
from hoptrace.workspace import Workspace

_FORMULA_CELL = re.compile(rb'((?:^|[,;|\t])"?)(?=[ ]*(?:[=@]|[+-](?![0-9. ()-]*(?:["/,;|\t]|$))))')
"""Where a cell begins that is a formula; a + or - before nothing but digits is a number."""


def stored_batches(workspace: Workspace, carrier: str | None = None) -> list[StoredBatch]:
    """All batches (of one carrier), in the order in which they came in; raises UnknownCarrier."""
    if carrier is not None:
        workspace.catalog.directory.carrier(carrier)
    return workspace.catalog.batches.list(carrier)


def rejected_rows(workspace: Workspace, batch: str) -> list[RejectedRow]:
    """The rejected rows of a batch, with their bytes and every reason; raises UnknownBatch."""
    return workspace.catalog.batches.rejected_rows(batch)


def write_rejected(workspace: Workspace, batch: str, path: Path | str) -> int:
    """Write the rejected rows as the carrier wrote them, under the file's header, to be mended and submitted again.

    The bytes are the original ones, but for cells that a spreadsheet would run as a formula: they get a ' in front. A
    number with its + is none of them.
    """
    place = Path(path)
    check_place(place)
    rows = rejected_rows(workspace, batch)
    header = workspace.catalog.batches.show(batch).header
    lines = [*([] if header is None else [header]), *(row.raw for row in rows)]
    with whole_file(place) as stream:
        stream.writelines(harmless_line(line) + b"\n" for line in lines)
    return len(rows)


def write_reasons(workspace: Workspace, batch: str, path: Path | str) -> int:
    """Write a CSV of the rejected rows: row, reasons, as written. No cell of it runs as a formula in a spreadsheet."""
    place = Path(path)
    check_place(place)
    rows = rejected_rows(workspace, batch)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(("row", "reasons", "as_written"))
    for row in rows:
        shown = _printable(row.raw.decode("utf-8", errors="backslashreplace"))
        writer.writerow((row.row, harmless("; ".join(row.reasons)), harmless(shown)))
    with whole_file(place) as stream:
        stream.write(text.getvalue().encode("utf-8"))
    return len(rows)


def harmless_line(line: bytes) -> bytes:
    """A line of delimited text in which no cell runs as a formula; a JSON object has no cells and stays as it is."""
    return line if line.startswith(b"{") else _FORMULA_CELL.sub(rb"\1'", line)


def _printable(text: str) -> str:
    """Control characters written out: a terminal or a spreadsheet must not take them for commands."""
    return "".join(
        letter if letter.isprintable() or letter == "\t" else letter.encode("unicode_escape").decode()
        for letter in text
    )
