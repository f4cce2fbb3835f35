"""The page of a what-if report."""

from __future__ import annotations

from typing import Any

from hoptrace.reports.pages.page import Page, Picture, Section, shown
from hoptrace.reports.pictures.bars import Bar, describe, ranking
from hoptrace.reports.trace.figures import shown_share
from hoptrace.reports.trace.words import NAME_LIMIT
from hoptrace.reports.what_if.model import WhatIfReport
from hoptrace.reports.wording.language import Language, language, message
from hoptrace.reports.wording.plain import shorten

BARS = 12
OPEN_TRACES = message(
    "Open traces that end at each carrier, and which share of all open traces it and those above it have together."
)


def what_if_page(report: WhatIfReport) -> Page:
    """The report as a page: the ranking as a picture and a table, then what nobody new would help with."""
    columns = ("rank", "carrier", "country", "role", "certainty", "open", "share", "together", "elsewhere", "submitted")
    sections = (
        Section(
            "candidates",
            message("Whose records would help most"),
            OPEN_TRACES,
            _ranking(report),
            shown(report, "candidates", message("Carriers at which open trails end, the most traces first."), columns),
        ),
        Section(
            "others",
            message("What nobody new would help with"),
            message(
                "Records are there, but lack or contradict something: these need questions to carriers that take part."
            ),
            table=shown(report, "others", message("Other open traces by where and how they end.")),
        ),
        Section(
            "verdicts", message("How the traces ended"), table=shown(report, "verdicts", message("Calls by verdict."))
        ),
    )
    return Page(report, settled=not report.open_traces, sections=sections)


def _ranking(report: WhatIfReport) -> Picture | None:
    """The first candidates as bars; None where there is none."""
    voice = language(report.language)
    bars = [
        Bar(shorten(row["name"], NAME_LIMIT), row["open"], row["open"], _together(row, voice))
        for row in report.candidates.rows(BARS)
    ]
    if not bars:
        return None
    return Picture("candidates", voice.say(OPEN_TRACES), describe(bars, voice), lambda width: ranking(bars, width))


def _together(row: dict[str, Any], voice: Language) -> str:
    return voice.say("together {share}", share=shown_share(row["together"], voice))
