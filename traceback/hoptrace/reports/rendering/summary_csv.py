"""A report's tables as CSV files, harmless in a spreadsheet; with the data dictionary and what the report rests on."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import IO, Any

import polars as pl

from hoptrace.errors import StorageFailed, UsageError
from hoptrace.output import cannot_write, check_place
from hoptrace.reports.many.summary import SummaryReport
from hoptrace.reports.model_parts import Part
from hoptrace.reports.tables.columns import a_text
from hoptrace.reports.tables.dictionary import dictionary_of
from hoptrace.reports.tables.table import Table, frame_schema, table_of
from hoptrace.reports.wording.language import language, message

DICTIONARY, ABOUT = "dictionary", "about"
_ZIPPED_AT = (1980, 1, 1, 0, 0, 0)
"""The same report gives the same zip."""


def write_table(report: SummaryReport, name: str, stream: IO[bytes]) -> None:
    """Write one table (or `dictionary`, `about`) as CSV (RFC 4180, UTF-8 with a header); raises UsageError."""
    tables = _tables(report)
    if name in tables:
        _write(tables[name], stream)
        return
    known = ", ".join(tables)
    raise UsageError(f"This report has no table {name!r}. Its tables are {known}.")


def write_zip(report: SummaryReport, stream: IO[bytes]) -> None:
    """Write every table as a CSV file of a zip, which has the same bytes for the same report."""
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, table in _tables(report).items():
            with archive.open(_entry(f"{name}.csv"), "w", force_zip64=True) as entry:
                _write(table, entry)


def write_folder(report: SummaryReport, folder: Path) -> Path:
    """Write every table as a CSV file of a folder, which appears with all of them or not at all; gives the folder.

    A folder that only holds files of these names, as an earlier report left them, is replaced. Raises StorageFailed.
    """
    names = {f"{name}.csv" for name in _tables(report)}
    if folder.exists() and (not folder.is_dir() or not {path.name for path in folder.iterdir()} <= names):
        raise StorageFailed(
            f"{folder} cannot be written: it holds no earlier report's tables. Name a new folder, or a .zip."
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
    for name, table in _tables(report).items():
        with (folder / f"{name}.csv").open("wb") as stream:
            _write(table, stream)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _ZIPPED_AT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _tables(report: SummaryReport) -> dict[str, Table[Any]]:
    """The report's tables, with the data dictionary and what the report is."""
    tables = report.tables()
    dictionary = {} if DICTIONARY in tables else {DICTIONARY: dictionary_of(type(report), language(report.language))}
    return {**tables, **dictionary, ABOUT: _about(report)}


def _write(table: Table[Any], stream: IO[bytes]) -> None:
    """A table in parts; texts that a spreadsheet would run get an apostrophe, as `hoptrace.output.harmless` does."""
    columns = frame_schema(table.row)
    texts = [_harmless(name) for name, kind in columns.items() if kind == pl.String]
    stream.write((",".join(columns) + "\r\n").encode())
    for part in table.parts(100_000):
        safe = part.with_columns(texts)
        stream.write(safe.write_csv(include_header=False, line_terminator="\r\n").encode())


def _harmless(name: str) -> pl.Expr:
    text = pl.col(name)
    return pl.when(text.str.contains(r"^\s*[=+\-@\t\r]")).then("'" + text).otherwise(text).alias(name)


class AboutRow(Part):
    """One thing that is to be known of a report."""

    about: str = a_text(message("About"), message("What is told."))
    told: str = a_text(message("Told"), message("What it is."))


def _about(report: SummaryReport) -> Table[AboutRow]:
    """What the report is, says and does not say, what it rests on, and why tables are empty; one thing a row."""
    sources = report.sources
    rows = [
        ("report", str(getattr(report, "report", ""))),
        ("version", str(report.version)),
        ("profile", report.profile),
        ("subject", report.subject),
        ("says", report.says),
        *([("withdrawn records", report.withdrawn)] if report.withdrawn else []),
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
    return table_of(AboutRow, [{"about": about, "told": told} for about, told in rows])
