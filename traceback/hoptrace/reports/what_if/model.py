"""The what-if report as typed data: whose taking part would move most open traces on."""

from __future__ import annotations

from typing import Literal

from hoptrace.reports.campaign.model import UnresolvedRow, VerdictRow
from hoptrace.reports.many.summary import SummaryReport
from hoptrace.reports.model_parts import Part
from hoptrace.reports.tables.columns import a_code, a_count, a_share, a_text
from hoptrace.reports.tables.shared_columns import (
    the_carrier,
    the_country,
    the_name,
    usual_certainty,
    usual_role,
)
from hoptrace.reports.tables.table import Table
from hoptrace.reports.wording.language import message


class CandidateRow(Part):
    """One carrier at which open trails end because none of its records cover the time."""

    rank: int = a_count(message("Rank"), message("1 is the carrier at which the most open trails end."))
    carrier: str = the_carrier()
    name: str = the_name()
    country: str = the_country()
    role: str = usual_role(message("Its most frequent role in these calls."))
    certainty: str = usual_certainty()
    open: int = a_count(
        message("Open traces"), message("Open traces that end at it: with its records each of them would move on.")
    )
    share: float = a_share(message("Share"), message("Of all open traces."))
    together: float = a_share(
        message("Together"), message("Share of open traces that end at this carrier or one ranked before it.")
    )
    elsewhere: int = a_count(
        message("Elsewhere"), message("Other traced calls that name it without a record of its own.")
    )
    callers: int | None = a_count(
        message("Caller ids"), message("Different caller ids of these open calls; empty where not shown.")
    )
    campaigns: int = a_count(message("Campaigns"), message("Different campaigns among them."))
    submitted: str = a_code(
        message("Submitted"), message("nothing (no records at all) or at_other_times (none that cover these calls).")
    )
    contact: str = a_text(
        message("Contact"), message("Contact address in the carrier directory; empty where none, or not shown.")
    )


class WhatIfReport(SummaryReport):
    """Whose taking part would move most open traces on."""

    report: Literal["what-if"] = "what-if"
    open_traces: int
    movable: int
    candidates: Table[CandidateRow]
    others: Table[UnresolvedRow]
    verdicts: Table[VerdictRow]
