"""Lists of suspicious calls (the contract's calls.csv, honeypot exports, complaint files) become a calls.csv to trace.

Complaint files of the FTC and the FCC do not say who was called. Nothing can be traced by them alone; who called is
kept as seeds of a campaign, in a file of its own.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field, fields
from itertools import islice
from pathlib import Path
from typing import Any

from hoptrace.catalog.row_files import Row, kind_of, read_rows
from hoptrace.errors import InputRefused
from hoptrace.intake.calls_mapping import (
    FIELDS,
    CallsProfile,
    Complaints,
    columns_for,
    complaints_of,
    header_in,
    plain,
)
from hoptrace.intake.calls_rows import SECOND, ImportedCall, RowReader, written
from hoptrace.intake.detect import readable_head
from hoptrace.intake.limits import is_packed, unpacked
from hoptrace.intake.reading import source_at
from hoptrace.model.dialplan import DialPlan
from hoptrace.model.numbers import NumberKind, normalise
from hoptrace.output import check_place, harmless, is_device, whole_file
from hoptrace.settings import IntakeSettings

MOST_PROBLEMS = 20
LONGEST_LIST = 500
"""Characters of a list of columns that are shown."""


@dataclass(frozen=True, slots=True)
class Seed:
    """Who is said to have called for a campaign; `time` and places as written, numbers as +E.164."""

    calling_number: str
    time: str = ""
    campaign: str = ""
    callback_number: str = ""
    area_code: str = ""
    state: str = ""


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


def import_calls(
    path: Path, out: Path, country: str, profile: CallsProfile | None = None, limits: IntakeSettings | None = None
) -> Imported:
    """Write the calls of a list to `out`, or the seeds of a complaint file beside it (`out` with .seeds.csv).

    `country` (ISO 3166-1) is that of numbers without a country code. Raises InputRefused where the file cannot be read
    or unpacks beyond the `limits`, ColumnMissing where its columns are not known, StorageFailed; then nothing is
    written.
    """
    seeds = out if is_device(out) else out.with_suffix(".seeds.csv")
    for place in (out, seeds):
        check_place(place, path)
    profile = profile or CallsProfile()
    header = header_of(path)
    if is_packed(path):
        _check_unpacks(path, limits or IntakeSettings())
    complaints = complaints_of(header)
    plan = DialPlan(country=country)
    if complaints is not None and profile.columns.called_number is None:
        return _import_seeds(path, seeds, complaints, plan)
    columns = columns_for(header, profile, str(path))
    name = source_at(path).name.partition(".")[0]
    told = _import_calls(path, out, RowReader.of(columns, profile, plan, name))
    told.notes += _left_out(header, columns)
    return told


def _left_out(header: Sequence[str], columns: Mapping[str, Sequence[str]]) -> list[str]:
    """What the columns are that no field was made of, and that the caller's may be among them."""
    used = {name for names in columns.values() for name in names}
    left = [name for name in header if name and name not in used]
    if not left:
        return []
    caller = "" if columns["calling_number"] else " Where one is of the number that was shown: --calling-column NAME."
    return [f"Columns that were left out: {', '.join(left)[:LONGEST_LIST]}.{caller}"]


def _check_unpacks(path: Path, limits: IntakeSettings) -> None:
    """Unpack a file once to its end: what unfolds without end is refused before rows are gathered."""
    with unpacked(path, path.name, limits) as stream:
        while stream.read(1 << 20):
            pass


def header_of(path: Path) -> list[str]:
    """The names of a file's columns; raises InputRefused where it has none."""
    kind = kind_of(path)
    if kind != "csv":
        rows = read_rows(path, (), lenient=True)
        looked_at = rows if kind == "parquet" else islice(rows, 1000)
        return sorted({name for row in looked_at for name in row.cells})
    if not path.exists():
        raise InputRefused(f"{path}: there is no such file.")
    return [name.strip() for name in header_in(readable_head(source_at(path)))]


def _import_calls(path: Path, out: Path, reader: RowReader) -> Imported:
    told = Imported(str(path), "calls", out=str(out))
    calls: list[ImportedCall] = []
    seen: set[tuple[str, ...]] = set()
    refs: set[str] = set()
    reader.look_ahead(row.cells for row in read_rows(path, (), lenient=True))
    for row in read_rows(path, (), lenient=True):
        told.rows += 1
        if row.problem:
            told.reject(row, [row.problem])
            continue
        call = reader.read(told.rows, row.cells)
        if not isinstance(call, ImportedCall):
            told.reject(row, call)
            continue
        both = [call, *([reader.second[told.rows]] if told.rows in reader.second else [])]
        if (same := (call.start_time, call.calling_number, call.called_number, call.campaign)) in seen:
            told.duplicates += 1
        elif not refs.isdisjoint(each.call_ref for each in both):
            told.reject(row, ["the call_ref appears twice; it must be unique"])
        else:
            seen.add(same)
            refs.update(each.call_ref for each in both)
            calls += both
            told.calls += 1
            told.twice += len(both) - 1
    if not calls:
        reasons = "; ".join(told.problems[:3]) or "it has no rows"
        raise InputRefused(f"{path}: no call in it can be traced ({reasons}). Nothing was written.")
    if reader.missing:
        told.notes.append(f"Times in the hour that summer time's beginning leaves out, shifted: {reader.missing}")
    told.notes += [f"{text[0].upper()}{text[1:]}" for text in reader.told]
    if told.twice:
        told.notes.append(
            f"Calls that stand in the list with both times, the second one as {SECOND!r}: {told.twice:,}. Trace both; "
            "at the time that it was not there is no record of such a call."
        )
    _write(out, FIELDS, [astuple(call) for call in calls], ("call_ref", "campaign"))
    return told


def _import_seeds(path: Path, out: Path, complaints: Complaints, plan: DialPlan) -> Imported:
    told = Imported(str(path), complaints.kind, seeds_out=str(out))
    seeds: dict[Seed, None] = {}
    for row in read_rows(path, (), lenient=True):
        told.rows += 1
        if row.problem:
            told.reject(row, [row.problem])
            continue
        seed = _seed({plain(name): text for name, text in row.cells.items()}, complaints, plan)
        if seed is None:
            told.reject(row, ["it names no caller"])
        elif seed in seeds:
            told.duplicates += 1
        else:
            seeds[seed] = None
    told.seeds = len(seeds)
    kept = "1 seed of a campaign" if told.seeds == 1 else f"{told.seeds:,} seeds of campaigns"
    told.notes.append(
        f"{complaints.title} do not say who was called: none of these calls can be traced by itself. Who called is "
        f"kept as {kept}; look for calls from these numbers in carriers' records."
    )
    columns = [each.name for each in fields(Seed)]
    _write(out, columns, [astuple(seed) for seed in seeds], ("time", "campaign", "area_code", "state"))
    return told


def _seed(cells: dict[str, str], complaints: Complaints, plan: DialPlan) -> Seed | None:
    def text(name: str, together: bool = False) -> str:
        found = [cells[column] for column in complaints.columns.get(name, ()) if column in cells]
        return " ".join(found) if together else found[0] if found else ""

    numbers = {name: _caller(text(name), plan) for name in ("calling_number", "callback_number")}
    if not any(numbers.values()):
        return None
    time = text("time", together=complaints.kind == "fcc")
    return Seed(
        calling_number=numbers["calling_number"],
        time=time,
        campaign=text("campaign"),
        callback_number=numbers["callback_number"],
        area_code=text("area_code"),
        state=text("state"),
    )


def _caller(text: str, plan: DialPlan) -> str:
    """A number that somebody called from, empty where it is none (`None`, `anonymous`)."""
    return written(text, plan) if normalise(text, plan).kind is NumberKind.E164 else ""


def _write(path: Path, columns: Sequence[str], rows: Sequence[tuple[str, ...]], texts: Sequence[str]) -> None:
    """Write a CSV; the columns `texts` hold what others wrote, and are kept from being run as formulas."""
    free = {at for at, name in enumerate(columns) if name in texts}

    def lines() -> Iterator[list[str]]:
        for row in rows:
            yield [harmless(cell) if at in free else cell for at, cell in enumerate(row)]

    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(lines())
    with whole_file(path) as stream:
        stream.write(out.getvalue().encode("utf-8"))
