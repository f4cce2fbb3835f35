"""The report of one carrier as typed data: its part in traced calls, beside all of its statements at hand."""

from __future__ import annotations

from typing import Literal

from hoptrace.reports.many.summary import SummaryReport
from hoptrace.reports.model_parts import Part
from hoptrace.reports.tables.columns import a_carrier, a_code, a_count, a_number, a_share, a_text
from hoptrace.reports.tables.shared_columns import (
    mean_confidence,
    share_of_carrier,
    the_certainty,
    the_confidence,
    the_country,
    the_role,
    usual_certainty,
    usual_role,
)
from hoptrace.reports.tables.table import Table
from hoptrace.reports.wording.language import message


class RoleRow(Part):
    """Traced calls in which the carrier had one role, known with one certainty."""

    role: str = the_role()
    certainty: str = the_certainty()
    calls: int = a_count(message("Calls"), message("Traced calls in which it had this role with this certainty."))
    share: float = share_of_carrier()
    of_a_million: float | None = a_number(
        message("In a million"),
        message(
            "So many in each million of its statements of the same twelve months; empty without, or where some were "
            "removed."
        ),
    )
    confidence: float = mean_confidence()


class RoleVerdictRow(Part):
    """Traced calls of one verdict in which the carrier had one role."""

    verdict: str = a_code(
        message("Verdict"), message("How the trail ends; this says nothing of the carrier unless its role does.")
    )
    role: str = the_role()
    certainty: str = usual_certainty()
    calls: int = a_count(message("Calls"), message("Traced calls."))
    share: float = share_of_carrier()
    confidence: float = mean_confidence()


class MonthRow(Part):
    """One month: traced calls by role, beside all statements of the carrier."""

    month: str = a_text(message("Month"), message("Year and month, UTC."))
    statements: int = a_count(
        message("Statements"), message("All its statements at hand that began in the month: the denominator.")
    )
    own_customers: int = a_count(
        message("Own customers"), message("Of these, calls that its records say its own customers placed.")
    )
    handed_in: int = a_count(
        message("Handed in"), message("Of these, calls that its records say another carrier handed to it.")
    )
    traced: int = a_count(message("Traced"), message("Traced calls of the month that it is on."))
    originating: int = a_count(message("Originating"), message("Of the traced ones, those that it originated."))
    point_of_entry: int = a_count(message("Entry"), message("Those that it brought into the home country."))
    gateway: int = a_count(
        message("Gateway"), message("Those that it took from a carrier in another country, at another place.")
    )
    trail_end: int = a_count(message("Trail end"), message("Those whose trail ends with its record, unsettled."))
    transit: int = a_count(message("Transit"), message("Those that it only carried."))
    terminating: int = a_count(message("Terminating"), message("Those that it delivered."))
    named: int = a_count(message("Named only"), message("Those of which it has given no record."))
    originating_12: int = a_count(
        message("Originating, 12 months"), message("Originated traced calls in the twelve months that end here.")
    )
    entry_12: int = a_count(
        message("Entry, 12 months"), message("The same of calls that it brought into the home country.")
    )


class RepeatRow(Part):
    """How often a role came again."""

    role: str = the_role()
    certainty: str = usual_certainty()
    days_30: int = a_count(message("30 days"), message("Traced calls in the last 30 days of the period."))
    days_90: int = a_count(message("90 days"), message("In the last 90 days."))
    months_12: int = a_count(message("12 months"), message("In the last twelve months."))
    days: int = a_count(message("Days"), message("Different days (UTC) with such a call."))
    campaigns: int = a_count(message("Campaigns"), message("Different campaigns among them."))
    first: str | None = a_text(message("First"), message("Day of the first."))
    last: str | None = a_text(message("Last"), message("Day of the last."))


class NeighbourRow(Part):
    """One neighbour of the carrier on traced calls."""

    carrier: str = a_carrier(message("Neighbour"), message("carrier_id of the neighbour."))
    name: str = a_text(message("Name"), message("Its name in the carrier directory."))
    country: str = the_country()
    direction: str = a_code(
        message("Direction"), message("upstream (handed calls to the carrier) or downstream (got calls from it).")
    )
    role: str = usual_role(message("The neighbour's most frequent role in these calls."))
    certainty: str = usual_certainty()
    calls: int = a_count(message("Calls"), message("Traced calls that the two had with each other."))
    share: float = a_share(message("Share"), message("Of all traced calls that the carrier is on."))


class ConflictRow(Part):
    """Statements of the carrier that neighbours' records contradict: a contradiction of records, no proof of intent."""

    kind: str = a_code(
        message("What"), message("What the carrier's statements say that the neighbours' records do not.")
    )
    contradicted: int = a_count(message("Contradicted"), message("So many statements."))
    said: int = a_count(message("Of"), message("Of so many of that kind."))
    share: float = a_share(message("Share"), message("Contradicted of said."))
    probability: float = a_share(
        message("Its own cause"), message("Probability that the carrier and not its neighbours is the cause.")
    )
    neighbours: int = a_count(message("Neighbours"), message("So many neighbours contradict it."))
    who: str = a_text(message("Who"), message("The neighbours that contradict most."))


class ClockRow(Part):
    """The carrier's clock as learned from all records together."""

    version: int = a_count(message("Version"), message("Version of the clock table."))
    offset_s: float = a_number(
        message("Fast by (s)"), message("Seconds that its clock runs fast; negative is slow. Taken off when tracing.")
    )
    drift_s: float = a_number(message("Drift (s/day)"), message("Seconds that it gains a day."))
    hours_off: float = a_number(
        message("Hours off"), message("Whole, half or quarter hours in the offset: a zone that was given wrongly.")
    )
    spread_s: float = a_number(
        message("Spread (s)"), message("How far single records scatter around it; a second and less is good.")
    )
    matches: int = a_count(message("Compared"), message("Pairs of records that this rests on."))
    tick_s: float | None = a_number(
        message("Cut to (s)"), message("Seconds to which its times are cut; empty where the records say it.")
    )
    shifted_batches: int = a_count(
        message("Batches off"), message("Batches that are off by themselves, beyond the clock.")
    )


class BatchRow(Part):
    """One submitted file. rows = accepted + duplicates + skipped + rejected."""

    batch: str = a_text(message("Batch"), message("Id of the batch."))
    file: str = a_text(message("File"), message("Name of the file as it was submitted."))
    format: str = a_code(message("Format"), message("The format it was read as."))
    first_time: str | None = a_text(message("From"), message("Start of its first call, as written (UTC)."))
    last_time: str | None = a_text(message("To"), message("Start of its last call."))
    withdrawn: str | None = a_text(
        message("Withdrawn"), message("When the batch was withdrawn (UTC); empty where its records count.")
    )
    rows: int = a_count(message("Rows"), message("Rows of the file."))
    accepted: int = a_count(message("Accepted"), message("Rows that went into a statement."))
    duplicates: int = a_count(message("Duplicates"), message("Rows that were in already."))
    skipped: int = a_count(message("Skipped"), message("Rows that carry no call."))
    rejected: int = a_count(message("Rejected"), message("Rows that could not be read."))
    statements: int = a_count(message("Statements"), message("Statements that came of the accepted rows."))
    unknown_trunks: int = a_count(message("Unknown trunks"), message("Trunk names that trunks.csv does not explain."))


class RejectRow(Part):
    """One reason why rows were rejected."""

    reason: str = a_text(
        message("Reason"), message("Why the rows could not be read; a row counts under its first reason.")
    )
    rows: int = a_count(message("Rows"), message("Rows rejected for it."))
    share: float = a_share(message("Share"), message("Of all rows that the carrier submitted."))


class TraceRow(Part):
    """One traced call that the carrier is on."""

    call_ref: str | None = a_text(message("Call"), message("Reference of the call; empty for the public."))
    at: str | None = a_text(
        message("When (UTC)"), message("Time of the call as reported; the day alone for the public.")
    )
    role: str = the_role()
    certainty: str = the_certainty()
    verdict: str = a_code(message("Verdict"), message("How the trail ends."))
    confidence: float = the_confidence()
    campaign: str | None = a_text(message("Campaign"), message("Campaign of the call, where it was given."))
    upstream: str = a_carrier(
        message("Got it from"), message("carrier_id of the next carrier upstream; empty where none is known.")
    )
    downstream: str = a_carrier(
        message("Handed it to"), message("carrier_id of the next carrier downstream; empty where it delivered it.")
    )


class CarrierReport(SummaryReport):
    """The report of one carrier over twelve months."""

    report: Literal["carrier"] = "carrier"
    carrier: str
    name: str
    country: str
    first_day: str
    last_day: str
    statements: int | None
    roles: Table[RoleRow]
    verdicts: Table[RoleVerdictRow]
    months: Table[MonthRow]
    repeats: Table[RepeatRow]
    neighbours: Table[NeighbourRow]
    conflicts: Table[ConflictRow]
    clock: Table[ClockRow]
    batches: Table[BatchRow]
    rejects: Table[RejectRow]
    traces: Table[TraceRow]
