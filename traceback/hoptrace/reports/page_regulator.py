"""The page of a regulator's tables."""

from __future__ import annotations

from hoptrace.reports.bars import Bar, columns, describe
from hoptrace.reports.page import Page, Picture, Section, shown
from hoptrace.reports.regulator_model import RegulatorReport

OVER_TIME = "Calls over time. Dark: settled, with an originator or a point of entry; pale: all."


def regulator_page(report: RegulatorReport) -> Page:
    """The report as a page: the key figures first, the lists, then the first rows of the transparency table."""
    bars = [Bar(row["begins"], row["calls"], row["settled"]) for row in report.volumes.rows(2_000)]
    timed = Picture("volumes", OVER_TIME, describe(bars), lambda width: columns(bars, width)) if bars else None
    asked = "What TRACED Act section 13(d) asks for"
    sections = (
        Section("key-figures", "Key figures", table=shown(report, "key_figures", "Of the period and of all time.")),
        Section("contents", asked, table=shown(report, "contents", f"{asked}, and where it stands.")),
        Section("verdicts", "How the traces ended", table=shown(report, "verdicts", "Calls by verdict.")),
        Section("volumes", "Calls over time", OVER_TIME, timed),
        Section(
            "silent",
            "Carriers without records of their calls",
            "They are named by neighbours' records. Whether they were asked is not in the records.",
            table=shown(report, "silent", "Those at which the most trails end first."),
        ),
        Section(
            "participants",
            "Carriers that took part",
            table=shown(report, "participants", "The most traced calls first."),
        ),
        Section(
            "requests",
            "What carriers were asked",
            "As whoever sent the requests wrote them down.",
            table=shown(report, "requests", "Requests by carrier, the most refused first."),
        ),
        Section("uses", "How it can be used", table=shown(report, "uses", "Uses by what the traces say.")),
        Section("campaigns", "Campaigns", table=shown(report, "campaigns", "The most calls first.")),
        Section(
            "transparency",
            "Transparency table",
            "One row a traced call and carrier, from the carrier that delivered the call upstream. The role says what "
            "the carrier did: a carrier in the role transit only carried the call.",
            table=shown(
                report,
                "transparency",
                "Traced calls and their carriers.",
                ("serial", "date", "campaign", "carrier", "country", "role", "certainty", "verdict", "confidence"),
            ),
        ),
    )
    return Page(report, settled=True, sections=sections)
