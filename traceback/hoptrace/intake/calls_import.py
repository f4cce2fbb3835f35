"""Lists of suspicious calls (the contract's calls.csv, honeypot exports, complaint files) become a calls.csv to trace.

Complaint files of the FTC and the FCC do not say who was called. Nothing can be traced by them alone; who called is
kept as seeds of a campaign, in a file of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple
from itertools import islice
from pathlib import Path

from hoptrace.catalog.row_files import kind_of, read_rows
from hoptrace.errors import InputRefused
from hoptrace.intake.calls_imported import Imported, write_csv
from hoptrace.intake.calls_mapping import (
    FIELDS,
    CallsProfile,
    columns_for,
    complaints_of,
    header_in,
)
from hoptrace.intake.calls_rows import SECOND, ImportedCall, RowReader
from hoptrace.intake.calls_seeds import import_seeds
from hoptrace.intake.detect import readable_head
from hoptrace.intake.limits import is_packed, unpacked
from hoptrace.intake.reading import source_at
from hoptrace.model.dialplan import DialPlan
from hoptrace.output import check_place, is_device
from hoptrace.settings import IntakeSettings

LONGEST_LIST = 500
"""Characters of a list of columns that are shown."""


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
        return import_seeds(path, seeds, complaints, plan)
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
    reader.look_ahead(row.cells for row in read_rows(path, (), lenient=True))
    calls = _calls(path, reader, told)
    if not calls:
        reasons = "; ".join(told.problems[:3]) or "it has no rows"
        raise InputRefused(f"{path}: no call in it can be traced ({reasons}). Nothing was written.")
    told.notes += _notes(reader, told)
    write_csv(out, FIELDS, [astuple(call) for call in calls], ("call_ref", "campaign"))
    return told


def _calls(path: Path, reader: RowReader, told: Imported) -> list[ImportedCall]:
    """The calls of the list, each once; `told` counts what became of its rows."""
    calls: list[ImportedCall] = []
    seen: set[tuple[str, ...]] = set()
    refs: set[str] = set()
    for row in read_rows(path, (), lenient=True):
        told.rows += 1
        call = [row.problem] if row.problem else reader.read(told.rows, row.cells)
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
    return calls


def _notes(reader: RowReader, told: Imported) -> Iterator[str]:
    """What is to be known of the times."""
    if reader.missing:
        yield f"Times in the hour that summer time's beginning leaves out, shifted: {reader.missing}"
    yield from (f"{text[0].upper()}{text[1:]}" for text in reader.told)
    if told.twice:
        yield (
            f"Calls that stand in the list with both times, the second one as {SECOND!r}: {told.twice:,}. Trace both; "
            "at the time that it was not there is no record of such a call."
        )
