"""The page of a carrier's report."""

from __future__ import annotations

from hoptrace.reports.carrier.model import CarrierReport
from hoptrace.reports.pages.page import Page, Picture, Section, shown
from hoptrace.reports.pictures.bars import Bar, columns, describe
from hoptrace.reports.wording.language import language, message

MONTHLY = message("Traced calls by month. Dark: those that it originated or brought into the country; pale: all.")


def carrier_page(report: CarrierReport) -> Page:
    """The report as a page: roles beside the denominator, time, neighbours, then what its own files tell."""
    return Page(
        report, settled=True, sections=(*_part(report), _by_month(report), *_with_others(report), *_own(report))
    )


def _part(report: CarrierReport) -> tuple[Section, ...]:
    """What it did in traced calls, and how these ended."""
    return (
        Section(
            "roles",
            message("What it did"),
            message("A role says what the carrier did for a call, a certainty by whose records that is known."),
            table=shown(report, "roles", message("Traced calls by role and certainty, beside all its statements.")),
        ),
        Section(
            "verdicts",
            message("How these traces ended"),
            message("A verdict is about the call. It says something of this carrier only where its role does."),
            table=shown(report, "verdicts", message("Traced calls by verdict and role.")),
        ),
    )


def _by_month(report: CarrierReport) -> Section:
    voice = language(report.language)
    bars = [
        Bar(row["month"], row["traced"], row["originating"] + row["point_of_entry"]) for row in report.months.rows()
    ]
    monthly = Picture("months", voice.say(MONTHLY), describe(bars, voice), lambda width: columns(bars, width))
    return Section(
        "months",
        message("Month by month"),
        MONTHLY,
        monthly if any(bar.amount for bar in bars) else None,
        shown(report, "months", message("Statements, traced calls by role, and counts of twelve months."), _BY_MONTH),
    )


_BY_MONTH = (
    *("month", "statements", "traced", "originating", "point_of_entry", "trail_end", "transit"),
    *("originating_12", "entry_12"),
)
_OF_FILES = ("file", "format", "first_time", "withdrawn", "rows", "accepted", "duplicates", "skipped", "rejected")


def _with_others(report: CarrierReport) -> tuple[Section, ...]:
    """How often it came again, with whom, and what neighbours contradict."""
    return (
        Section(
            "repeats",
            message("How often it came again"),
            table=shown(report, "repeats", message("Traced calls by role and time.")),
        ),
        Section(
            "neighbours",
            message("With whom"),
            table=shown(report, "neighbours", message("Neighbours on traced calls.")),
        ),
        Section(
            "conflicts",
            message("Statements that neighbours' records contradict"),
            message(
                "Contradictions between records, over all its calls. They prove no intent: rows get lost, clocks are "
                "off."
            ),
            table=shown(report, "conflicts", message("Contradictions by kind.")),
        ),
    )


def _own(report: CarrierReport) -> tuple[Section, ...]:
    """What its own files tell, and the calls themselves."""
    return (
        Section(
            "clock",
            message("Its clock"),
            table=shown(report, "clock", message("The clock as learned from all records.")),
        ),
        Section(
            "batches",
            message("What it submitted"),
            table=shown(report, "batches", message("Submitted files."), _OF_FILES, 12),
        ),
        Section(
            "rejects",
            message("Rows that could not be read"),
            table=shown(report, "rejects", message("Rejected rows by reason.")),
        ),
        Section(
            "traces",
            message("The traced calls"),
            table=shown(report, "traces", message("Traced calls, the newest first.")),
        ),
    )
