"""How a trail ends, in words: the sentence of the verdict, and whom to ask next."""

from __future__ import annotations

from collections.abc import Mapping

from hoptrace.model.verdicts import NextRequest
from hoptrace.tracing.case import Case, Fact
from hoptrace.tracing.kernel import Judged
from hoptrace.tracing.trail import Ending, Trail
from hoptrace.tracing.weighing import far_off

ENDING_WORDS: Mapping[Ending, str] = {
    Ending.CUSTOMER: "{carrier}'s own record says that its customer {customer} placed the call.",
    Ending.ENTRY: "{carrier} took the call from {named}, a foreign carrier that has submitted nothing.",
    Ending.SILENT: "{carrier} got the call from {named}, which has submitted no records that cover the time.",
    Ending.LACKING: "{carrier} says that it got the call from {named}, whose records of that time do not show it.",
    Ending.UNNAMED: "{carrier}'s record does not say who handed it the call.",
    Ending.CONTESTED: "Another carrier's statement contradicts what {carrier} says of where it got the call from.",
    Ending.DOUBTED: "{carrier} says that its own customer placed the call; others' records speak against that.",
    Ending.MISNAMED: "{carrier} says that it got the call from {upstream}; others contradict such words of it.",
    Ending.CONTRADICTED: "{carrier} says that it got the call from {upstream}, whose records contradict it.",
}
"""What the furthest record, of `carrier`, says; `named` is the trail's last carrier."""

ASKED_OF_SILENT = "{carrier} names it as its upstream; it has submitted no records of that time."
ASKED_OF_LACKING = "{carrier} names it as its upstream; the records that it has submitted lack this call."
ASKED_OF_CONTRADICTED = "Its statement is contradicted: ask for the signalling record of this call."
ASKED_OF_RECORDED = "Its record of that moment, with the Call-ID, would tell whether it is of this call."
"""Why the carrier that a furthest record names is asked, or that of the record itself."""

SHOWN_ELSEWHERE = (
    "The caller id was shown in calls to {numbers} other numbers within an hour that did not come from there, and no "
    "record ties the trail that fits best to the reported end."
)
TWINS = (
    "Somebody else shows the same caller id to the same numbers within moments, and the end that is reported has no "
    "records: the report may mean a call of theirs, of which no record is at hand."
)
HARDLY_ON_FILE = (
    "No record of the carrier that delivered the call is at hand, and so few carriers take part that the same caller "
    "id in a call from elsewhere would most likely not be on file: the record that fits best may be of another call."
)
FAR_FROM_REPORT = (
    "The records that fit best tell of a call {seconds} s from the reported time, and the end that is reported has no "
    "record of it: most likely the report means another call, of which none is at hand."
)
AS_NEAR = (
    "Another call to the same number came as near to this one as reported times may be off, and looks as much like the "
    "reported one; the report could mean either."
)
MAYBE_AS_NEAR = (
    "Another call to the same number may have come as near to this one as reported times may be off, for all that the "
    "times of its records tell; the report could then mean either."
)
HARDLY_FITS = (
    "Records tell of a call to this number at that moment, but hardly of this one: caller, outcome or carriers are not "
    "those of the report. It may have no record on file."
)
SEVERAL_FIT = "{trails} trails fit about equally well; the records do not tell which one is this call."
ANOTHER_CALL = "One trail fits, but the reported call may well be another one, of which no record is at hand."
"""Why a call is ambiguous."""


def ending_words(trail: Trail, case: Case) -> str:
    """What the furthest record of a trail says, as one sentence."""
    last = case.facts[trail.last_statement]
    return words_of(trail.ending, last, trail.steps[-1].carrier)


def words_of(ending: Ending, last: Fact, named: str) -> str:
    """The same of an ending, the furthest record and the trail's last carrier."""
    said = {"carrier": last.carrier, "customer": last.customer, "upstream": last.upstream, "named": named}
    return ENDING_WORDS[ending].format(**said)


def ambiguous_words(judged: Judged, trails: int, *, perhaps_near: bool) -> str:
    """Why a call is ambiguous, as one sentence.

    `trails`: how many may be the call; `perhaps_near`: nothing leaves it open but one that perhaps came that near.
    """
    if judged.elsewhere:
        return SHOWN_ELSEWHERE.format(numbers=judged.elsewhere)
    if perhaps_near or judged.judgement.alike == 1:
        return MAYBE_AS_NEAR if perhaps_near else AS_NEAR
    if judged.twin:
        return TWINS
    if judged.unseen or (judged.off_file and trails == 1):
        return HARDLY_ON_FILE
    best = judged.judgement.best
    if best is not None and far_off(judged.case, best):
        return FAR_FROM_REPORT.format(seconds=f"{abs(best.residual + judged.case.reported.late):.0f}")
    return SEVERAL_FIT.format(trails=trails) if trails > 1 else ANOTHER_CALL


def next_request(trail: Trail, case: Case) -> NextRequest | None:
    """Whom to ask what, so that the trail goes on; None where it is at its origin."""
    return request_of(trail.ending, case.facts[trail.last_statement], trail.steps[-1].carrier)


def request_of(ending: Ending, last: Fact, named: str) -> NextRequest | None:
    """The same of an ending, the furthest record and the trail's last carrier."""
    if ending is Ending.CUSTOMER:
        return None
    if ending in (Ending.ENTRY, Ending.SILENT):
        return NextRequest(named, ASKED_OF_SILENT.format(carrier=last.carrier))
    if ending is Ending.LACKING:
        return NextRequest(named, ASKED_OF_LACKING.format(carrier=last.carrier))
    if ending is Ending.UNNAMED:
        return NextRequest(last.carrier, "Its record does not name the upstream: ask which trunk the call came in on.")
    return NextRequest(last.carrier, ASKED_OF_CONTRADICTED)
