"""A report's tables as CSV files, harmless in a spreadsheet; with the data dictionary and what the report rests on."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import polars as pl

from hoptrace.errors import StorageFailed, UsageError
from hoptrace.output import cannot_write, check_place
from hoptrace.reports.summary import SummaryReport
from hoptrace.reports.table import Table

DICTIONARY, ABOUT = "dictionary", "about"
_ZIPPED_AT = (1980, 1, 1, 0, 0, 0)
"""The same report gives the same zip."""


def write_table(report: SummaryReport, name: str, stream: IO[bytes]) -> None:
    """Write one table (or `dictionary`, `about`) as CSV (RFC 4180, UTF-8 with a header); raises UsageError."""
    for table, frame in _frames(report):
        if table == name:
            _write(frame, stream)
            return
    known = ", ".join(table for table, _ in _frames(report))
    raise UsageError(f"This report has no table {name!r}. Its tables are {known}.")


def write_zip(report: SummaryReport, stream: IO[bytes]) -> None:
    """Write every table as a CSV file of a zip, which has the same bytes for the same report."""
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, frame in _frames(report):
            with archive.open(_entry(f"{name}.csv"), "w", force_zip64=True) as entry:
                _write(frame, entry)


def write_folder(report: SummaryReport, folder: Path) -> Path:
    """Write every table as a CSV file of a folder, which appears with all of them or not at all; gives the folder.

    A folder that only holds files of these names, as an earlier report left them, is replaced. Raises StorageFailed.
    """
    names = {f"{name}.csv" for name, _ in _frames(report)}
    if folder.exists() and (not folder.is_dir() or not {path.name for path in folder.iterdir()} <= names):
        raise StorageFailed(
            f"{folder} cannot be written: it is no folder of an earlier report's tables. Name a new one, or a .zip."
        )
    check_place(folder.parent / "new")
    try:
        scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name[:100]}.", dir=folder.parent))
        try:
            _fill(report, scratch)
            scratch.chmod(0o755)
            if folder.exists():
                shutil.rmtree(folder)
            scratch.replace(folder)
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise
    except OSError as error:
        raise cannot_write(folder, error) from error
    return folder


def _fill(report: SummaryReport, folder: Path) -> None:
    for name, frame in _frames(report):
        with (folder / f"{name}.csv").open("wb") as stream:
            _write(frame, stream)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _ZIPPED_AT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _frames(report: SummaryReport) -> Iterator[tuple[str, pl.DataFrame]]:
    tables = report.tables()
    yield from ((name, table.frame) for name, table in tables.items())
    if DICTIONARY not in tables:
        yield DICTIONARY, _dictionary(tables)
    yield ABOUT, _about(report)


def _write(frame: pl.DataFrame, stream: IO[bytes]) -> None:
    """A frame in parts; texts that a spreadsheet would run get an apostrophe, as `hoptrace.output.harmless` does."""
    harmless = [_harmless(name) for name, kind in frame.schema.items() if kind == pl.String]
    safe = frame.lazy().with_columns(harmless)
    stream.write(safe.head(0).collect().write_csv(line_terminator="\r\n").encode())
    for at in range(0, frame.height, 100_000):
        part = safe.slice(at, 100_000).collect()
        stream.write(part.write_csv(include_header=False, line_terminator="\r\n").encode())


def _harmless(name: str) -> pl.Expr:
    text = pl.col(name)
    return pl.when(text.str.contains(r"^\s*[=+\-@\t\r]")).then("'" + text).otherwise(text).alias(name)


def _dictionary(tables: dict[str, Table[Any]]) -> pl.DataFrame:
    rows = [
        (table, column.name, column.title, column.kind.value, column.meaning)
        for table, each in tables.items()
        for column in each.columns
    ]
    names = ("table", "column", "title", "kind", "meaning")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _about(report: SummaryReport) -> pl.DataFrame:
    """What the report is, says and does not say, what it rests on, and why tables are empty; one thing a row."""
    sources = report.sources
    rows = [
        ("report", str(getattr(report, "report", ""))),
        ("version", str(report.version)),
        ("profile", report.profile),
        ("subject", report.subject),
        ("says", report.says),
        ("does not say", report.does_not_say),
        *(("completeness", sentence) for sentence in report.completeness),
        *((f"empty table {name}", reason) for name, reason in report.empty.items()),
        ("read from", sources.results),
        ("calls", str(sources.calls)),
        ("first call", sources.first_call or ""),
        ("last call", sources.last_call or ""),
        ("engines", ", ".join(sources.engines)),
        ("lake versions", " to ".join(map(str, sources.lake_versions))),
        ("clock table versions", " to ".join(map(str, sources.clock_versions))),
        ("settings digests", ", ".join(sources.settings_digests)),
    ]
    return pl.DataFrame(rows, schema={"about": pl.String, "told": pl.String}, orient="row")
