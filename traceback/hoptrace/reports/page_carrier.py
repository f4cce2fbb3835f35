"""The page of a carrier's report."""

from __future__ import annotations

from hoptrace.reports.bars import Bar, columns, describe
from hoptrace.reports.carrier_model import CarrierReport
from hoptrace.reports.page import Page, Picture, Section, shown

MONTHLY = "Traced calls by month. Dark: those that it originated or brought into the country; pale: all."


def carrier_page(report: CarrierReport) -> Page:
    """The report as a page: roles beside the denominator, time, neighbours, then what its own files tell."""
    bars = [
        Bar(row["month"], row["traced"], row["originating"] + row["point_of_entry"]) for row in report.months.rows()
    ]
    monthly = Picture("months", MONTHLY, describe(bars), lambda width: columns(bars, width))
    by_month = (
        "month",
        "statements",
        "traced",
        "originating",
        "point_of_entry",
        "transit",
        "originating_12",
        "entry_12",
    )
    of_files = ("file", "format", "first_time", "rows", "accepted", "duplicates", "skipped", "rejected", "statements")
    sections = (
        Section(
            "roles",
            "What it did",
            "A role says what the carrier did for a call, a certainty by whose records that is known.",
            table=shown(report, "roles", "Traced calls by role and certainty, beside all its statements."),
        ),
        Section(
            "verdicts",
            "How these traces ended",
            "A verdict is about the call. It says something of this carrier only where its role does.",
            table=shown(report, "verdicts", "Traced calls by verdict and role."),
        ),
        Section(
            "months",
            "Month by month",
            MONTHLY,
            monthly if any(bar.amount for bar in bars) else None,
            shown(report, "months", "Statements, traced calls by role, and counts of twelve months.", by_month),
        ),
        Section("repeats", "How often it came again", table=shown(report, "repeats", "Traced calls by role and time.")),
        Section("neighbours", "With whom", table=shown(report, "neighbours", "Neighbours on traced calls.")),
        Section(
            "conflicts",
            "Statements that neighbours' records contradict",
            "Contradictions between records, over all its calls. They prove no intent: rows get lost, clocks are off.",
            table=shown(report, "conflicts", "Contradictions by kind."),
        ),
        Section("clock", "Its clock", table=shown(report, "clock", "The clock as learned from all records.")),
        Section("batches", "What it submitted", table=shown(report, "batches", "Submitted files.", of_files, 12)),
        Section("rejects", "Rows that could not be read", table=shown(report, "rejects", "Rejected rows by reason.")),
        Section("traces", "The traced calls", table=shown(report, "traces", "Traced calls, the newest first.")),
    )
    return Page(report, settled=True, sections=sections)
