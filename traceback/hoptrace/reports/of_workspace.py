"""A report straight from a workspace: find the trace, name its carriers, write the file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from hoptrace.reports.render import ReportFormat, write_report
from hoptrace.reports.trace import trace_report

if TYPE_CHECKING:
    from hoptrace.model.verdicts import TraceResult
    from hoptrace.workspace import Workspace


def report(
    workspace: Workspace,
    trace: TraceResult | str,
    out: str | os.PathLike[str],
    format: ReportFormat = "html",  # noqa: A002
) -> Path:
    """Write the report of a trace to `out`; for a `call_ref` the newest stored trace of that call.

    Raises UnknownTrace where the call was not traced, MissingExtra where the PDF part is not installed, StorageFailed
    where `out` cannot be written.
    """
    result = workspace.catalog.traces.get(trace) if isinstance(trace, str) else trace
    carriers = {carrier.carrier_id: carrier for carrier in workspace.catalog.directory.carriers()}
    return write_report(trace_report(result, carriers), out, format)
