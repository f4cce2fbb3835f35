"""Reports to read: `trace_report` makes one of a result, `render` and `write_report` give it a format."""

from __future__ import annotations

from hoptrace.reports.render import Paper, ReportFormat, render, write_report
from hoptrace.reports.trace.building import Telling, trace_report
from hoptrace.reports.trace.model import TraceReport
from hoptrace.reports.trace.stored_result import result_from_dict

__all__ = [
    "Paper",
    "ReportFormat",
    "Telling",
    "TraceReport",
    "render",
    "result_from_dict",
    "trace_report",
    "write_report",
]
