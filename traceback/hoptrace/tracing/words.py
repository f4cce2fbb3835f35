"""How a trail ends, in words: the sentence of the verdict, and whom to ask next."""

from __future__ import annotations

from hoptrace.model.verdicts import NextRequest
from hoptrace.tracing.case import Case, Fact
from hoptrace.tracing.kernel import Judged
from hoptrace.tracing.trail import Ending, Trail
from hoptrace.tracing.weighing import far_off


def ending_words(trail: Trail, case: Case) -> str:
    """What the furthest record of a trail says, as one sentence."""
    last = case.facts[trail.last_statement]
    return words_of(trail.ending, last, trail.steps[-1].carrier)


def words_of(ending: Ending, last: Fact, named: str) -> str:
    """The same of an ending, the furthest record and the trail's last carrier."""
    me = last.carrier
    words = {
        Ending.CUSTOMER: f"{me}'s own record says that its customer {last.customer} placed the call.",
        Ending.ENTRY: f"{me} took the call from {named}, a foreign carrier that has submitted nothing.",
        Ending.SILENT: f"{me} got the call from {named}, which has submitted no records that cover the time.",
        Ending.LACKING: f"{me} says that it got the call from {named}, whose records of that time do not show it.",
        Ending.UNNAMED: f"{me}'s record does not say who handed it the call.",
        Ending.CONTESTED: f"Another carrier's statement contradicts what {me} says of where it got the call from.",
        Ending.DOUBTED: f"{me} says that its own customer placed the call; its neighbours contradict such words of it.",
        Ending.MISNAMED: f"{me} says that it got the call from {last.upstream}; others contradict such words of it.",
        Ending.CONTRADICTED: f"{me} says that it got the call from {last.upstream}, whose records contradict it.",
    }
    return words[ending]


def ambiguous_words(judged: Judged, trails: int) -> str:
    """Why a call is ambiguous, as one sentence."""
    if judged.elsewhere:
        return (
            f"The caller id was shown in calls to {judged.elsewhere} other numbers within an hour that did not "
            "come from there, and no record ties the trail that fits best to the reported end."
        )
    if judged.twin:
        return (
            "Somebody else shows the same caller id to the same numbers within moments, and the end that is reported "
            "has no records: the report may mean a call of theirs, of which no record is at hand."
        )
    if judged.unseen:
        return (
            "The end that is reported has no records, and so few carriers take part that the same caller id in a call "
            "from elsewhere would most likely not be on file: the record that fits best may be of another call."
        )
    best = judged.judgement.best
    if best is not None and far_off(judged.case, best):
        return (
            f"The records that fit best tell of a call {best.timed.apart:.0f} s from the reported time, and the end "
            "that is reported has no record of it: most likely the report means another call, of which none is at hand."
        )
    if trails > 1:
        return f"{trails} trails fit about equally well; the records do not tell which one is this call."
    return "One trail fits, but the reported call may well be another one, of which no record is at hand."


def next_request(trail: Trail, case: Case) -> NextRequest | None:
    """Whom to ask what, so that the trail goes on; None where it is at its origin."""
    return request_of(trail.ending, case.facts[trail.last_statement], trail.steps[-1].carrier)


def request_of(ending: Ending, last: Fact, named: str) -> NextRequest | None:
    """The same of an ending, the furthest record and the trail's last carrier."""
    if ending is Ending.CUSTOMER:
        return None
    if ending in (Ending.ENTRY, Ending.SILENT):
        return NextRequest(named, f"{last.carrier} names it as its upstream; it has submitted no records of that time.")
    if ending is Ending.LACKING:
        return NextRequest(
            named, f"{last.carrier} names it as its upstream; the records that it has submitted lack this call."
        )
    if ending is Ending.UNNAMED:
        return NextRequest(last.carrier, "Its record does not name the upstream: ask which trunk the call came in on.")
    return NextRequest(last.carrier, "Its statement is contradicted: ask for the signalling record of this call.")
