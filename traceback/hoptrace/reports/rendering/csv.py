"""A report as CSV for a spreadsheet: one hop a row, formulas made harmless."""

from __future__ import annotations

import csv
import io

from hoptrace.output import harmless
from hoptrace.reports.trace.model import EvidenceLine, HopLine, TraceReport
from hoptrace.tracing.calibration import published

COLUMNS = (
    "call_ref", "verdict", "confidence", "hop", "role", "carrier", "name", "country", "contact_email",
    "handoff_told_by", "records", "start_time", "clock_offset", "start_utc", "calling", "called", "attestation",
    "evidence", "withdrawn",
)  # fmt: skip


def render_csv(report: TraceReport) -> bytes:
    """The hops as CSV (RFC 4180, UTF-8 with a header), terminating carrier first.

    A cell that a spreadsheet would take for a formula (numbers in E.164 too, they begin with "+") gets an apostrophe in
    front; figures (`hop`, `confidence`, `clock_offset`) are never text and stay as they are.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(_row(report, hop) for hop in report.hops)
    return out.getvalue().encode("utf-8")


def _row(report: TraceReport, hop: HopLine) -> list[str | int | float]:
    texts = {
        "call_ref": report.call.call_ref,
        "verdict": report.words.verdict.value,
        "role": " ".join(hop.roles),
        "carrier": hop.carrier.carrier_id,
        "name": hop.carrier.name,
        "country": hop.carrier.country,
        "contact_email": hop.carrier.contact_email,
        "handoff_told_by": hop.support or "",
        "records": " ".join(record.place for record in hop.records),
        "start_time": hop.start_recorded or "",
        "start_utc": hop.start_utc or "",
        "calling": hop.calling or "",
        "called": hop.called or "",
        "attestation": hop.attestation or "",
        "evidence": " | ".join(_sentence(line) for line in hop.evidence),
        "withdrawn": report.withdrawn.says if report.withdrawn else "",
    }
    figures: dict[str, str | int | float] = {
        "confidence": published(report.confidence),
        "hop": hop.position,
        "clock_offset": hop.clock_offset_s,
    }
    cells = figures | {name: harmless(text) for name, text in texts.items()}
    return [cells[name] for name in COLUMNS]


def _sentence(line: EvidenceLine) -> str:
    mark = {True: "agrees", False: "differs", None: "not comparable"}[line.agrees]
    return f"{line.about} ({mark}): {line.detail}"
