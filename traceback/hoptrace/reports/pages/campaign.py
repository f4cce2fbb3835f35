"""The page of a campaign report."""

from __future__ import annotations

from hoptrace.reports.campaign.model import CampaignReport
from hoptrace.reports.pages.page import Page, Picture, Section, shown
from hoptrace.reports.pictures.bars import Bar, columns, describe
from hoptrace.reports.pictures.sankey import picture_of
from hoptrace.reports.wording.language import language, message

OVER_TIME = message("Calls over time. Dark: settled, with an originator or a point of entry; pale: all.")


def campaign_page(report: CampaignReport) -> Page:
    """The report as a page: which way, how it ended, through whom, how callers were shown, what is open, and when."""
    return Page(report, settled=_mostly_settled(report), sections=(*_ways(report), *_callers(report), *_open(report)))


def _ways(report: CampaignReport) -> tuple[Section, ...]:
    in_common = ("rank", "carrier", "country", "role", "certainty", "calls", "share", "recorded", "confidence")
    return (
        Section(
            "routes",
            message("The routes"),
            message(
                "From the left, the furthest carriers known, to the right, where the calls were delivered. A ribbon is "
                "as thick as the calls that went that way; below each name its role in most of them and its calls."
            ),
            picture_of(report),
            shown(report, "routes", message("The most used routes, from the furthest carrier known down."), at_most=10),
        ),
        Section(
            "verdicts", message("How the traces ended"), table=shown(report, "verdicts", message("Calls by verdict."))
        ),
        Section(
            "upstreams",
            message("Carriers that the calls have in common"),
            message("Ranked by calls. A carrier with the role transit only carried them."),
            table=shown(report, "upstreams", message("Carriers above the terminating one, by calls."), in_common, 25),
        ),
        Section(
            "originators",
            message("Originators"),
            table=shown(report, "originators", message("By the carriers' own records.")),
        ),
        Section(
            "entries",
            message("Points of entry"),
            table=shown(report, "entries", message("Where calls came into the home country.")),
        ),
        Section(
            "customers",
            message("Customers"),
            table=shown(report, "customers", message("By the originating carriers' own records.")),
        ),
    )


def _callers(report: CampaignReport) -> tuple[Section, ...]:
    anew = message("Calls of which one record tells another signature than the record next above it.")
    return (
        Section(
            "callers",
            message("Caller ids"),
            message(
                "A caller id is what the called party was shown. It may have been made up, and may be the number of "
                "somebody who has nothing to do with the calls."
            ),
            table=shown(report, "behaviours", message("How callers were shown.")),
        ),
        Section(
            "caller-ids",
            message("The most used caller ids"),
            table=shown(report, "callers", message("Numbers that calls showed as their caller."), at_most=10),
        ),
        Section(
            "attestations",
            message("Signatures"),
            message(
                "As the carriers' records hold them. Carriers in the middle may sign calls that came unsigned, so that "
                "a signer is not always where a call began."
            ),
            table=shown(report, "attestations", message("Signatures (STIR/SHAKEN) by signer and level."), at_most=15),
        ),
        Section("resignings", message("Signed anew on the way"), table=shown(report, "resignings", anew, at_most=10)),
    )


def _open(report: CampaignReport) -> tuple[Section, ...]:
    voice = language(report.language)
    bars = [Bar(row["begins"], row["calls"], row["settled"]) for row in report.volumes.rows(2_000)]
    timed = (
        Picture("volumes", voice.say(OVER_TIME), describe(bars, voice), lambda width: columns(bars, width))
        if bars
        else None
    )
    each = message("Each can be read in full with hoptrace report trace.")
    chosen = message("Calls as examples, of each verdict those on its most used route.")
    return (
        Section(
            "unresolved",
            message("What is open, and why"),
            table=shown(report, "unresolved", message("Open calls by their end.")),
        ),
        Section(
            "volumes",
            message("Calls over time"),
            OVER_TIME,
            timed,
            shown(report, "volumes", message("Calls over time."), at_most=12),
        ),
        Section("samples", message("Sample traces"), each, table=shown(report, "samples", chosen)),
    )


def _mostly_settled(report: CampaignReport) -> bool:
    rows = report.verdicts.rows()
    settled = sum(row["calls"] for row in rows if row["verdict"].endswith("_identified"))
    return settled * 2 >= sum(row["calls"] for row in rows)
