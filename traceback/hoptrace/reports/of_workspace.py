"""A report straight from a workspace: find the trace, name its carriers, write the file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from hoptrace.reports.profiles import INVESTIGATOR, Profile
from hoptrace.reports.redacted_trace import redact_trace
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
    profile: Profile = INVESTIGATOR,
    paper: str = "a4",
) -> Path:
    """Write the report of a trace to `out`; for a `call_ref` the newest stored trace of that call.

    It holds what `profile` sees; a PDF is on `paper`, a4 or letter. Raises UnknownTrace where the call was not traced,
    UnknownCarrier or NothingTraced where the profile's carrier is none, or is not on the trail, MissingExtra where
    the PDF part is not installed, StorageFailed where `out` cannot be written.
    """
    result = workspace.catalog.traces.get(trace) if isinstance(trace, str) else trace
    carriers = {carrier.carrier_id: carrier for carrier in workspace.catalog.directory.carriers()}
    if profile.carrier_id is not None:
        workspace.catalog.directory.carrier(profile.carrier_id)
    return write_report(redact_trace(trace_report(result, carriers), profile), out, format, paper)
