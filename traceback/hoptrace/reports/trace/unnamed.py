"""The verdict in words that name nobody, for readers who may not see who is meant."""

from __future__ import annotations

from hoptrace.model.verdicts import Verdict
from hoptrace.reports.wording.language import message

HIDDEN = message("Not shown to this reader.")

UNNAMED_SAYS = {
    Verdict.ORIGINATOR_IDENTIFIED: message(
        "The call was traced to a carrier whose own record says that a customer placed it."
    ),
    Verdict.POINT_OF_ENTRY_IDENTIFIED: message(
        "The call was traced to the carrier through which it came into the country."
    ),
    Verdict.NON_PARTICIPATING: message(
        "The trail ends at a carrier that has submitted no records that cover the time."
    ),
    Verdict.NO_RECORD: message(
        "The trail ends where records cover the time, but tell nothing of where the call came from."
    ),
    Verdict.DISPUTED: message(
        "Carriers' records of the call contradict each other, and the evidence cannot settle it."
    ),
    Verdict.AMBIGUOUS: message("The records do not settle which call the report means."),
    Verdict.NOT_FOUND: message("None of the records that carriers have submitted tells of this call."),
}

UNNAMED_NOT_SAID = message(
    "It does not say that a carrier on this page did anything wrong. Carriers in the middle of the path only carried "
    "the call, and a carrier that is only named by a neighbour's record may not have been asked yet."
)
