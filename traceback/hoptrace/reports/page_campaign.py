"""The page of a campaign report."""

from __future__ import annotations

from hoptrace.reports.bars import Bar, columns, describe
from hoptrace.reports.campaign_model import CampaignReport
from hoptrace.reports.page import Page, Picture, Section, shown
from hoptrace.reports.sankey import picture_of

OVER_TIME = "Calls over time. Dark: settled, with an originator or a point of entry; pale: all."


def campaign_page(report: CampaignReport) -> Page:
    """The report as a page: how it ended, when, which way, through whom, and what is open."""
    bars = [Bar(row["begins"], row["calls"], row["settled"]) for row in report.volumes.rows(2_000)]
    timed = Picture("volumes", OVER_TIME, describe(bars), lambda width: columns(bars, width)) if bars else None
    sections = (
        Section("verdicts", "How the traces ended", table=shown(report, "verdicts", "Calls by verdict.")),
        Section(
            "routes",
            "The routes",
            "From the left, the furthest carriers known, to the right, where the calls were delivered. A ribbon is as "
            "thick as the calls that went that way; below each name its role in most of them and its calls.",
            picture_of(report),
            shown(report, "routes", "The most used routes, from the furthest carrier known to the one that delivered.", at_most=10),
        ),
        Section(
            "upstreams",
            "Carriers that the calls have in common",
            "Ranked by calls. A carrier with the role transit only carried them.",
            table=shown(
                report,
                "upstreams",
                "Carriers above the terminating one, by the calls that passed them.",
                ("rank", "carrier", "country", "role", "certainty", "calls", "share", "recorded", "confidence"),
            ),
        ),
        Section("originators", "Originators", table=shown(report, "originators", "Carriers whose own records say that their customers placed calls.")),
        Section("entries", "Points of entry", table=shown(report, "entries", "Carriers that brought calls into the home country.")),
        Section("customers", "Customers", table=shown(report, "customers", "Customers that the originating carriers' own records name.")),
        Section(
            "callers",
            "Caller ids",
            "A caller id is what the called party was shown. It may have been made up, and may be the number of somebody who has nothing to do with the calls.",
            table=shown(report, "behaviours", "How callers were shown."),
        ),
        Section("caller-ids", "The most used caller ids", table=shown(report, "callers", "Numbers that calls showed as their caller.", at_most=10)),
        Section(
            "attestations",
            "Signatures",
            "As the carriers' records hold them. Carriers in the middle may sign calls that came unsigned, so that a signer is not always where a call began.",
            table=shown(report, "attestations", "Signatures (STIR/SHAKEN) by signer and level.", at_most=15),
        ),
        Section("resignings", "Signed anew on the way", table=shown(report, "resignings", "Calls of which one record tells another signature than the record next above it.", at_most=10)),
        Section("unresolved", "What is open, and why", table=shown(report, "unresolved", "Open calls by where and how their trail ends.")),
        Section("volumes", "Calls over time", OVER_TIME, timed, shown(report, "volumes", "Calls over time.", at_most=12)),
        Section("samples", "Sample traces", "Each can be read in full with hoptrace report trace.", table=shown(report, "samples", "Calls as examples, of each verdict those on its most used route.")),
    )  # fmt: skip
    return Page(report, settled=_mostly_settled(report), sections=sections)


def _mostly_settled(report: CampaignReport) -> bool:
    rows = report.verdicts.rows()
    settled = sum(row["calls"] for row in rows if row["verdict"].endswith("_identified"))
    return settled * 2 >= sum(row["calls"] for row in rows)
