"""The report of one carrier as typed data: its part in traced calls, beside all of its statements at hand."""

from __future__ import annotations

from typing import Literal

from hoptrace.reports.campaign_model import CONFIDENCE_MEANS
from hoptrace.reports.columns import a_carrier, a_code, a_count, a_number, a_share, a_text
from hoptrace.reports.model import Part
from hoptrace.reports.placing import CERTAINTY_MEANS, ROLE_MEANS
from hoptrace.reports.summary import SummaryReport
from hoptrace.reports.table import Table


class RoleRow(Part):
    """Traced calls in which the carrier had one role, known with one certainty."""

    role: str = a_code("Role", ROLE_MEANS)
    certainty: str = a_code("Certainty", CERTAINTY_MEANS)
    calls: int = a_count("Calls", "Traced calls in which it had this role with this certainty.")
    share: float = a_share("Share", "Of all traced calls that it is on.")
    of_a_million: float | None = a_number(
        "In a million", "So many in each million of its statements of the same twelve months; empty without statements."
    )
    confidence: float = a_number("Confidence", CONFIDENCE_MEANS)


class RoleVerdictRow(Part):
    """Traced calls of one verdict in which the carrier had one role."""

    verdict: str = a_code("Verdict", "How the trail ends; this says nothing of the carrier unless its role does.")
    role: str = a_code("Role", ROLE_MEANS)
    certainty: str = a_code("Certainty, mostly", "The certainty that was most frequent. " + CERTAINTY_MEANS)
    calls: int = a_count("Calls", "Traced calls.")
    share: float = a_share("Share", "Of all traced calls that it is on.")
    confidence: float = a_number("Confidence", CONFIDENCE_MEANS)


class MonthRow(Part):
    """One month: traced calls by role, beside all statements of the carrier."""

    month: str = a_text("Month", "Year and month, UTC.")
    statements: int = a_count("Statements", "All its statements at hand that began in the month: the denominator.")
    own_customers: int = a_count("Own customers", "Of these, calls that its records say its own customers placed.")
    handed_in: int = a_count("Handed in", "Of these, calls that its records say another carrier handed to it.")
    traced: int = a_count("Traced", "Traced calls of the month that it is on.")
    originating: int = a_count("Originating", "Of the traced ones, those that it originated.")
    point_of_entry: int = a_count("Entry", "Those that it brought into the home country.")
    gateway: int = a_count("Gateway", "Those that it took from a carrier in another country, at another place.")
    transit: int = a_count("Transit", "Those that it only carried.")
    terminating: int = a_count("Terminating", "Those that it delivered.")
    named: int = a_count("Named only", "Those of which it has given no record.")
    originating_12: int = a_count(
        "Originating, 12 months", "Originated traced calls in the twelve months that end here."
    )
    entry_12: int = a_count("Entry, 12 months", "The same of calls that it brought into the home country.")


class RepeatRow(Part):
    """How often a role came again."""

    role: str = a_code("Role", ROLE_MEANS)
    certainty: str = a_code("Certainty, mostly", "The certainty that was most frequent. " + CERTAINTY_MEANS)
    days_30: int = a_count("30 days", "Traced calls in the last 30 days of the period.")
    days_90: int = a_count("90 days", "In the last 90 days.")
    months_12: int = a_count("12 months", "In the last twelve months.")
    days: int = a_count("Days", "Different days (UTC) with such a call.")
    campaigns: int = a_count("Campaigns", "Different campaigns among them.")
    first: str | None = a_text("First", "Day of the first.")
    last: str | None = a_text("Last", "Day of the last.")


class NeighbourRow(Part):
    """One neighbour of the carrier on traced calls."""

    carrier: str = a_carrier("Neighbour", "carrier_id of the neighbour.")
    name: str = a_text("Name", "Its name in the carrier directory.")
    country: str = a_text("Country", "ISO 3166-1 alpha-2, empty where unknown.")
    direction: str = a_code("Direction", "upstream (handed calls to the carrier) or downstream (got calls from it).")
    role: str = a_code("Role, mostly", "The neighbour's most frequent role in these calls. " + ROLE_MEANS)
    certainty: str = a_code("Certainty, mostly", "The certainty that was most frequent. " + CERTAINTY_MEANS)
    calls: int = a_count("Calls", "Traced calls that the two had with each other.")
    share: float = a_share("Share", "Of all traced calls that the carrier is on.")


class ConflictRow(Part):
    """Statements of the carrier that neighbours' records contradict: a contradiction of records, no proof of intent."""

    kind: str = a_code("What", "What the carrier's statements say that the neighbours' records do not.")
    contradicted: int = a_count("Contradicted", "So many statements.")
    said: int = a_count("Of", "Of so many of that kind.")
    share: float = a_share("Share", "Contradicted of said.")
    probability: float = a_share("Its own cause", "Probability that the carrier and not its neighbours is the cause.")
    neighbours: int = a_count("Neighbours", "So many neighbours contradict it.")
    who: str = a_text("Who", "The neighbours that contradict most.")


class ClockRow(Part):
    """The carrier's clock as learned from all records together."""

    version: int = a_count("Version", "Version of the clock table.")
    offset_s: float = a_number(
        "Fast by (s)", "Seconds that its clock runs fast; negative is slow. Taken off when tracing."
    )
    drift_s: float = a_number("Drift (s/day)", "Seconds that it gains a day.")
    hours_off: float = a_number(
        "Hours off", "Whole, half or quarter hours in the offset: a zone that was given wrongly."
    )
    spread_s: float = a_number("Spread (s)", "How far single records scatter around it; a second and less is good.")
    matches: int = a_count("Compared", "Pairs of records that this rests on.")
    tick_s: float | None = a_number("Cut to (s)", "Seconds to which its times are cut; empty where the records say it.")
    shifted_batches: int = a_count("Batches off", "Batches that are off by themselves, beyond the clock.")


class BatchRow(Part):
    """One submitted file. rows = accepted + duplicates + skipped + rejected."""

    batch: str = a_text("Batch", "Id of the batch.")
    file: str = a_text("File", "Name of the file as it was submitted.")
    format: str = a_code("Format", "The format it was read as.")
    first_time: str | None = a_text("From", "Start of its first call, as written (UTC).")
    last_time: str | None = a_text("To", "Start of its last call.")
    rows: int = a_count("Rows", "Rows of the file.")
    accepted: int = a_count("Accepted", "Rows that went into a statement.")
    duplicates: int = a_count("Duplicates", "Rows that were in already.")
    skipped: int = a_count("Skipped", "Rows that carry no call.")
    rejected: int = a_count("Rejected", "Rows that could not be read.")
    statements: int = a_count("Statements", "Statements that came of the accepted rows.")
    unknown_trunks: int = a_count("Unknown trunks", "Trunk names that trunks.csv does not explain.")


class RejectRow(Part):
    """One reason why rows were rejected."""

    reason: str = a_text("Reason", "Why the rows could not be read; a row counts under its first reason.")
    rows: int = a_count("Rows", "Rows rejected for it.")
    share: float = a_share("Share", "Of all rows that the carrier submitted.")


class TraceRow(Part):
    """One traced call that the carrier is on."""

    call_ref: str | None = a_text("Call", "Reference of the call; empty for the public.")
    at: str | None = a_text("When (UTC)", "Time of the call as reported; the day alone for the public.")
    role: str = a_code("Role", ROLE_MEANS)
    certainty: str = a_code("Certainty", CERTAINTY_MEANS)
    verdict: str = a_code("Verdict", "How the trail ends.")
    confidence: float = a_number("Confidence", "The share of such verdicts that are right.")
    campaign: str | None = a_text("Campaign", "Campaign of the call, where it was given.")
    upstream: str = a_carrier("Got it from", "carrier_id of the next carrier upstream; empty where none is known.")
    downstream: str = a_carrier(
        "Handed it to", "carrier_id of the next carrier downstream; empty where it delivered it."
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
