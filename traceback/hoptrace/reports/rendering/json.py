"""A report as JSON: the report model itself."""

from __future__ import annotations

from hoptrace.reports.trace.model import TraceReport


def render_json(report: TraceReport) -> bytes:
    """The report as indented JSON in UTF-8, fields in the model's order, with a line end at the end."""
    return report.model_dump_json(indent=2).encode("utf-8") + b"\n"
