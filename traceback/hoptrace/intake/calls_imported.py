"""What became of a list of suspicious calls, and the CSV that is made of it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from hoptrace.catalog.row_files import Row
from hoptrace.output import harmless, whole_file

MOST_PROBLEMS = 20
"""Rejected rows that are told one by one."""


@dataclass(slots=True)
class Imported:
    """What became of a file: rows = calls + seeds + duplicates + rejected; `problems` are the first rejected rows.

    `twice`: calls that are written with two times, of which nothing tells which it was.
    """

    file: str
    kind: str
    out: str | None = None
    seeds_out: str | None = None
    rows: int = 0
    calls: int = 0
    seeds: int = 0
    duplicates: int = 0
    twice: int = 0
    rejected: Counter[str] = field(default_factory=Counter[str])
    problems: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "rejected": dict(self.rejected.most_common())}

    def reject(self, row: Row, reasons: Sequence[str]) -> None:
        """Count a row that gives nothing."""
        self.rejected[reasons[0]] += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(f"{row.where}: {'; '.join(reasons)}")


def write_csv(path: Path, columns: Sequence[str], rows: Sequence[tuple[str, ...]], texts: Sequence[str]) -> None:
    """Write a CSV; the columns `texts` hold what others wrote, and are kept from being run as formulas."""
    free = {at for at, name in enumerate(columns) if name in texts}

    def lines() -> Iterator[list[str]]:
        """The rows, of which no spreadsheet runs a cell."""
        for row in rows:
            yield [harmless(cell) if at in free else cell for at, cell in enumerate(row)]

    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(lines())
    with whole_file(path) as stream:
        stream.write(out.getvalue().encode("utf-8"))
