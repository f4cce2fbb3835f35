"""A report over many traces written in a format: whole or not at all, long tables a part at a time."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, get_args

from hoptrace.errors import UsageError
from hoptrace.output import check_place, whole_file
from hoptrace.reports.many.summary import SummaryReport

SummaryFormat = Literal["html", "pdf", "json", "csv", "graphml", "svg"]
Paper = Literal["a4", "letter"]


@dataclass(frozen=True, slots=True)
class Form:
    """How a report is written: its format; for PDF the paper; for CSV one table's name, or None for all of them."""

    format: SummaryFormat = "html"
    paper: Paper = "a4"
    table: str | None = None


HTML = Form()


def render_summary(report: SummaryReport, form: Form = HTML) -> bytes:
    """The report as bytes; CSV of all tables is a zip. Raises as `write_summary` does."""
    stream = io.BytesIO()
    _write(report, form, stream)
    return stream.getvalue()


def write_summary(report: SummaryReport, path: Path, form: Form = HTML) -> Path:
    """Write the report to `path` and give it back; a file that was there stays until the new one is whole.

    CSV of all tables goes into a zip where `path` ends in .zip, else into a folder, a file each. Raises UsageError for
    a table or picture that the report does not have, MissingExtra where the PDF part is not installed, StorageFailed
    where `path` cannot be written.
    """
    if form.format == "csv" and form.table is None and path.suffix.lower() != ".zip":
        from hoptrace.reports.rendering.summary_csv import write_folder

        return write_folder(report, path)
    check_place(path)
    content = _buffered(report, form)
    with whole_file(path) as stream:
        if content is None:
            _write(report, form, stream)
        else:
            stream.write(content)
    return path


def _buffered(report: SummaryReport, form: Form) -> bytes | None:
    """What is small, made before any file is touched; None for what may be long and is written as it is made."""
    return None if form.format in ("json", "csv") else render_summary(report, form)


def _write(report: SummaryReport, form: Form, stream: IO[bytes]) -> None:
    match form.format:
        case "html":
            from hoptrace.reports.rendering.summary_html import summary_html  # jinja2 loads late

            stream.write(summary_html(report))
        case "pdf":
            from hoptrace.reports.rendering.summary_pdf import summary_pdf  # an extra

            stream.write(summary_pdf(report, form.paper))
        case "json":
            from hoptrace.reports.rendering.summary_json import write_json

            write_json(report, stream)
        case "csv":
            from hoptrace.reports.rendering.summary_csv import write_table, write_zip

            write_zip(report, stream) if form.table is None else write_table(report, form.table, stream)
        case "graphml":
            from hoptrace.reports.rendering.graph import summary_graphml

            stream.write(summary_graphml(report))
        case "svg":
            from hoptrace.reports.pages.of_reports import first_picture

            stream.write(first_picture(report))
        case _:
            raise UsageError(
                f"A report has no format {form.format!r}; choose one of {', '.join(get_args(SummaryFormat))}."
            )
