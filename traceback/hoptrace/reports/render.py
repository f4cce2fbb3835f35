"""Render a report in one of its formats, and write it whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, get_args

from hoptrace.errors import UsageError
from hoptrace.output import check_place, whole_file
from hoptrace.reports.trace.model import TraceReport

ReportFormat = Literal["html", "json", "csv", "pdf", "svg", "graphml"]
Paper = Literal["a4", "letter"]


def render(report: TraceReport, format: ReportFormat, paper: Paper = "a4") -> bytes:  # noqa: A002
    """The report as bytes in `format`; a PDF on `paper`.

    Raises `MissingExtra` where the PDF part is not installed, `UsageError` for a format that does not exist.
    """
    match format:
        case "html":
            from hoptrace.reports.rendering.html import render_html as write  # jinja2 loads late
        case "json":
            from hoptrace.reports.rendering.json import render_json as write
        case "csv":
            from hoptrace.reports.rendering.csv import render_csv as write
        case "pdf":
            from hoptrace.reports.rendering.pdf import render_pdf  # an extra

            return render_pdf(report, paper)
        case "svg":
            from hoptrace.reports.pictures.ladder import ladder_file as write
        case "graphml":
            from hoptrace.reports.rendering.graph import trace_graphml as write
        case _:
            raise UsageError(f"A report has no format {format!r}; choose one of {', '.join(get_args(ReportFormat))}.")
    return write(report)


def write_report(
    report: TraceReport,
    path: str | os.PathLike[str],
    format: ReportFormat,  # noqa: A002
    paper: Paper = "a4",
) -> Path:
    """Write the report to `path` and give the path back; a file that was there stays until the new one is whole.

    Raises `StorageFailed` where the folder is missing or not writable, or the disk is full; nothing is left behind.
    """
    place = Path(path)
    check_place(place)
    content = render(report, format, paper)
    with whole_file(place) as stream:
        stream.write(content)
    return place
