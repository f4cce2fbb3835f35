"""The verdict in words that name nobody, for readers who may not see who is meant."""

from __future__ import annotations

from hoptrace.model.verdicts import Verdict

HIDDEN = "Not shown to this reader."

UNNAMED_SAYS = {
    Verdict.ORIGINATOR_IDENTIFIED: "The call was traced to a carrier whose own record says that a customer placed it.",
    Verdict.POINT_OF_ENTRY_IDENTIFIED: "The call was traced to the carrier through which it came into the country.",
    Verdict.NON_PARTICIPATING: "The trail ends at a carrier that has submitted no records that cover the time.",
    Verdict.NO_RECORD: "The trail ends where records cover the time, but tell nothing of where the call came from.",
    Verdict.DISPUTED: "Carriers' records of the call contradict each other, and the evidence cannot settle it.",
    Verdict.AMBIGUOUS: "More than one call fits the report about equally well.",
    Verdict.NOT_FOUND: "None of the records that carriers have submitted tells of this call.",
}

UNNAMED_NOT_SAID = (
    "It does not say that a carrier on this page did anything wrong. Carriers in the middle of the path only carried "
    "the call, and a carrier that is only named by a neighbour's record may not have been asked yet."
)
