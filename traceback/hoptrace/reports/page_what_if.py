"""The page of a what-if report."""

from __future__ import annotations

from hoptrace.reports.bars import Bar, describe, ranking
from hoptrace.reports.figures import shown_share
from hoptrace.reports.page import Page, Picture, Section, shown
from hoptrace.reports.plain import shorten
from hoptrace.reports.what_if_model import WhatIfReport
from hoptrace.reports.words import NAME_LIMIT

BARS = 12
LONGEST = (
    "Open traces that end at each carrier, and which share of all open traces it and those above it have together."
)


def what_if_page(report: WhatIfReport) -> Page:
    """The report as a page: the ranking as a picture and a table, then what nobody new would help with."""
    bars = [
        Bar(shorten(row["name"], NAME_LIMIT), row["open"], row["open"], f"together {shown_share(row['together'])}")
        for row in report.candidates.rows(BARS)
    ]
    picture = Picture("candidates", LONGEST, describe(bars), lambda width: ranking(bars, width)) if bars else None
    columns = ("rank", "carrier", "country", "certainty", "open", "share", "together", "elsewhere", "submitted")
    sections = (
        Section(
            "candidates",
            "Whose records would help most",
            LONGEST,
            picture,
            shown(report, "candidates", "Carriers at which open trails end, the most traces first.", columns),
        ),
        Section(
            "others",
            "What nobody new would help with",
            "Records are there, but lack or contradict something: these need questions to carriers that take part.",
            table=shown(report, "others", "Other open traces by where and how they end."),
        ),
        Section("verdicts", "How the traces ended", table=shown(report, "verdicts", "Calls by verdict.")),
    )
    return Page(report, settled=not report.open_traces, sections=sections)
