"""A report straight from a workspace: find the trace, name its carriers, write the file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hoptrace.engines.behind import behind
from hoptrace.engines.rested_on import withdrawn_since
from hoptrace.reports.profiles import INVESTIGATOR, Profile
from hoptrace.reports.render import Paper, ReportFormat, write_report
from hoptrace.reports.trace.building import Telling, trace_report
from hoptrace.reports.trace.model import TraceReport
from hoptrace.reports.trace.redacted import redact_trace
from hoptrace.reports.trace.stored_result import result_from_dict
from hoptrace.reports.wording.language import ENGLISH

if TYPE_CHECKING:
    from hoptrace.model.verdicts import TraceResult
    from hoptrace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class How:
    """How a report is told: its language, the paper of a PDF, and when the next carrier is asked, if that is known."""

    language: str = ENGLISH
    paper: Paper = "a4"
    asked: datetime | None = None


USUAL = How()


def report(
    workspace: Workspace,
    trace: TraceResult | str,
    out: str | os.PathLike[str],
    format: ReportFormat = "html",  # noqa: A002
    how: How = USUAL,
    profile: Profile = INVESTIGATOR,
) -> Path:
    """Write the report of a trace to `out`; for a `call_ref` the newest stored trace of that call.

    It holds what `profile` sees. Raises UnknownTrace where the call was not traced, UnknownCarrier or NothingTraced
    where the profile's carrier is none, or is not on the trail, MissingExtra where the PDF part is not installed,
    StorageFailed where `out` cannot be written, UsageError where there is no such language.
    """
    if profile.carrier_id is not None:
        workspace.catalog.directory.carrier(profile.carrier_id)
    return write_report(redact_trace(full_report(workspace, trace, how), profile), out, format, how.paper)


def full_report(workspace: Workspace, trace: TraceResult | str, how: How = USUAL) -> TraceReport:
    """The report of a trace with all that the workspace knows of it; for a `call_ref` of its newest stored trace.

    The statements that it rests on are read at the versions that the result names.
    """
    result = result_from_dict(workspace.catalog.traces.get(trace)) if isinstance(trace, str) else trace
    carriers = {carrier.carrier_id: carrier for carrier in workspace.catalog.directory.carriers()}
    withdrawn = withdrawn_since(workspace, result)
    told = Telling(how.language, behind(workspace, result), workspace.settings.deadlines(), how.asked, withdrawn)
    return trace_report(result, carriers, told)
