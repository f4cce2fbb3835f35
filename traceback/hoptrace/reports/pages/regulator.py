"""The page of a regulator's tables."""

from __future__ import annotations

from hoptrace.reports.pages.page import Page, Picture, Section, shown
from hoptrace.reports.pictures.bars import Bar, columns, describe
from hoptrace.reports.regulator.model import RegulatorReport
from hoptrace.reports.wording.language import language, message

OVER_TIME = message("Calls over time. Dark: settled, with an originator or a point of entry; pale: all.")


def regulator_page(report: RegulatorReport) -> Page:
    """The report as a page: the key figures first, the lists, then the first rows of the transparency table."""
    return Page(report, settled=True, sections=(*_figures(report), *_carriers(report), *_calls(report)))


def _figures(report: RegulatorReport) -> tuple[Section, ...]:
    """The figures, what the section of the Act asks for, how traces ended, and when the calls were."""
    voice = language(report.language)
    bars = [Bar(row["begins"], row["calls"], row["settled"]) for row in report.volumes.rows(2_000)]
    timed = Picture("volumes", voice.say(OVER_TIME), describe(bars, voice), lambda width: columns(bars, width))
    return (
        Section(
            "key-figures",
            message("Key figures"),
            table=shown(report, "key_figures", message("Of the period and of all time.")),
        ),
        Section(
            "contents",
            message("What TRACED Act section 13(d) asks for"),
            table=shown(report, "contents", message("What TRACED Act section 13(d) asks for, and where it stands.")),
        ),
        Section(
            "verdicts",
            message("How the traces ended"),
            table=shown(report, "verdicts", message("Calls by verdict.")),
        ),
        Section("volumes", message("Calls over time"), OVER_TIME, timed if bars else None),
    )


def _carriers(report: RegulatorReport) -> tuple[Section, ...]:
    """Who gave no records, who took part, and what carriers were asked."""
    return (
        Section(
            "silent",
            message("Carriers without records of their calls"),
            message("They are named by neighbours' records. Whether they were asked is not in the records."),
            table=shown(report, "silent", message("Those at which the most trails end first.")),
        ),
        Section(
            "participants",
            message("Carriers that took part"),
            table=shown(report, "participants", message("The most traced calls first.")),
        ),
        Section(
            "requests",
            message("What carriers were asked"),
            message("As whoever sent the requests wrote them down."),
            table=shown(report, "requests", message("Requests by carrier, the most refused first.")),
        ),
    )


def _calls(report: RegulatorReport) -> tuple[Section, ...]:
    """What the traces can be used for, the campaigns, and the first rows of the transparency table."""
    of_calls = message("Traced calls and their carriers.")
    return (
        Section(
            "uses",
            message("How it can be used"),
            table=shown(report, "uses", message("Uses by what the traces say.")),
        ),
        Section(
            "campaigns",
            message("Campaigns"),
            table=shown(report, "campaigns", message("The most calls first.")),
        ),
        Section(
            "transparency",
            message("Transparency table"),
            message(
                "One row a traced call and carrier, from the carrier that delivered the call upstream. The role says "
                "what the carrier did: a carrier in the role transit only carried the call."
            ),
            table=shown(report, "transparency", of_calls, _TRANSPARENCY),
        ),
    )


_TRANSPARENCY = (
    *("serial", "date", "campaign", "carrier", "country"),
    *("role", "certainty", "verdict", "confidence"),
)
