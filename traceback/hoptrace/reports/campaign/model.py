"""The campaign report as typed data: what thousands of traced calls have in common."""

from __future__ import annotations

from typing import Literal

from hoptrace.reports.campaign.callers_model import AttestationRow, BehaviourRow, CallerRow, ResigningRow
from hoptrace.reports.campaign.routes_model import HandoffRow, PassageRow, RouteRow, StageRow
from hoptrace.reports.many.summary import SummaryReport
from hoptrace.reports.model_parts import Part
from hoptrace.reports.tables.columns import a_carrier, a_code, a_count, a_share, a_text
from hoptrace.reports.tables.shared_columns import (
    mean_confidence,
    share_of_report,
    the_carrier,
    the_confidence,
    the_country,
    the_name,
    usual_certainty,
    usual_role,
)
from hoptrace.reports.tables.table import Table
from hoptrace.reports.wording.language import message


class VolumeRow(Part):
    """Calls of one stretch of time."""

    begins: str = a_text(
        message("Begins (UTC)"), message("Begin of the stretch of time, UTC; a month, week, day or hour by the span.")
    )
    calls: int = a_count(message("Calls"), message("Traced calls in it."))
    settled: int = a_count(
        message("Settled"), message("Of these, calls whose originator or point of entry was identified.")
    )
    open: int = a_count(message("Open"), message("Of these, calls with another verdict."))


class VerdictRow(Part):
    """Calls of one verdict."""

    verdict: str = a_code(message("Verdict"), message("How the trail ends."))
    calls: int = a_count(message("Calls"), message("Calls with this verdict."))
    share: float = share_of_report()
    confidence: float = mean_confidence()


class UpstreamRow(Part):
    """One carrier that had calls of the campaign before they were delivered."""

    rank: int = a_count(message("Rank"), message("1 is the carrier with the most calls."))
    carrier: str = the_carrier()
    name: str = the_name()
    country: str = the_country()
    role: str = usual_role(message("The role that it had most often."))
    certainty: str = usual_certainty()
    calls: int = a_count(
        message("Calls"), message("Calls on whose path it stands above the terminating carrier; each counts once.")
    )
    share: float = share_of_report()
    originating: int = a_count(message("Originating"), message("Calls that it originated."))
    point_of_entry: int = a_count(message("Entry"), message("Calls that it brought into the home country."))
    gateway: int = a_count(
        message("Gateway"), message("Calls that it took from a carrier in another country, at another place.")
    )
    trail_end: int = a_count(message("Trail end"), message("Calls whose trail ends with its record, unsettled."))
    transit: int = a_count(message("Transit"), message("Calls that it only carried."))
    named: int = a_count(message("Named only"), message("Calls of which it has given no record itself."))
    recorded: float = a_share(
        message("Own record"), message("Share of its calls of which it has given a record itself.")
    )
    both_sides: float = a_share(
        message("Both sides"), message("Share of its calls told by its own record and a neighbour's.")
    )
    confidence: float = mean_confidence()


class OriginatorRow(Part):
    """One carrier whose own records say that its customers placed calls of the campaign."""

    carrier: str = the_carrier()
    name: str = the_name()
    country: str = the_country()
    role: str = a_code(message("Role"), message("Always originating."))
    certainty: str = usual_certainty()
    calls: int = a_count(message("Calls"), message("Calls with the verdict originator_identified that end at it."))
    share: float = share_of_report()
    customers: int | None = a_count(
        message("Customers"), message("Customers that its records name; empty where the reader may not know.")
    )
    confidence: float = mean_confidence()


class EntryRow(Part):
    """One carrier that brought calls of the campaign into the home country."""

    carrier: str = the_carrier()
    name: str = the_name()
    country: str = the_country()
    role: str = a_code(message("Role"), message("Always point_of_entry."))
    certainty: str = usual_certainty()
    calls: int = a_count(message("Calls"), message("Calls that came into the home country through it."))
    share: float = share_of_report()
    came_from: str = a_text(
        message("Came from"), message("The carriers abroad that handed these calls to it, most calls first.")
    )
    confidence: float = mean_confidence()


class CustomerRow(Part):
    """One customer of an originating carrier, by that carrier's own records."""

    carrier: str = a_carrier(message("Carrier"), message("carrier_id of the originating carrier."))
    name: str = a_text(message("Name"), message("Name of the carrier."))
    customer: str = a_text(message("Customer"), message("The carrier's own reference of its customer."))
    calls: int = a_count(message("Calls"), message("Calls that this customer placed."))
    share: float = share_of_report()
    caller_ids: int = a_count(message("Caller ids"), message("Different numbers that these calls showed."))
    confidence: float = mean_confidence()


class UnresolvedRow(Part):
    """Open calls that end at one carrier in one way."""

    verdict: str = a_code(message("Verdict"), message("How the trail ends."))
    carrier: str = a_carrier(
        message("Ends at"), message("carrier_id of the furthest carrier known; empty where no record was found.")
    )
    name: str = a_text(message("Name"), message("Name of that carrier."))
    country: str = the_country()
    role: str = usual_role(message("The role that it had most often."))
    certainty: str = usual_certainty()
    calls: int = a_count(message("Calls"), message("Open calls that end here in this way."))
    share: float = share_of_report()
    why: str = a_text(message("Why"), message("Why it could not be settled."))


class SampleRow(Part):
    """One traced call as an example."""

    call_ref: str | None = a_text(
        message("Call"), message("Reference of the call, for hoptrace report trace; empty for the public.")
    )
    at: str | None = a_text(
        message("When (UTC)"), message("Time of the call as reported; the day alone for the public.")
    )
    verdict: str = a_code(message("Verdict"), message("How the trail ends."))
    confidence: float = the_confidence()
    route: str = a_text(
        message("Route"), message("carrier_ids from the furthest carrier known to the terminating one.")
    )
    why: str = a_text(message("Chosen as"), message("What it is an example of."))


class CampaignReport(SummaryReport):
    """The report of a campaign: what many traced calls have in common."""

    report: Literal["campaign"] = "campaign"
    verdicts: Table[VerdictRow]
    volumes: Table[VolumeRow]
    upstreams: Table[UpstreamRow]
    originators: Table[OriginatorRow]
    entries: Table[EntryRow]
    customers: Table[CustomerRow]
    behaviours: Table[BehaviourRow]
    callers: Table[CallerRow]
    attestations: Table[AttestationRow]
    resignings: Table[ResigningRow]
    unresolved: Table[UnresolvedRow]
    routes: Table[RouteRow]
    handoffs: Table[HandoffRow]
    stages: Table[StageRow]
    passages: Table[PassageRow]
    samples: Table[SampleRow]
