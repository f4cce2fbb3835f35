"""Where a number's calls end, as far as is known, when nobody says that it delivered one."""

from __future__ import annotations

from dataclasses import dataclass

from hoptrace.model.forward import ForwardVerdict, NumberChange
from hoptrace.model.verdicts import NextRequest
from hoptrace.tracing.forward.parties import Party, Talk, took_over
from hoptrace.tracing.forward.serving import DOUBT
from hoptrace.tracing.forward.spoken import Does
from hoptrace.tracing.forward.words import calls, handed, names, shown


@dataclass(frozen=True, slots=True)
class Settled:
    """Where a number's calls end. `number` is the last one; `carrier` serves it, or is the furthest that is known."""

    verdict: ForwardVerdict
    number: int
    carrier: str | None
    confidence: float
    summary: str
    request: NextRequest | None = None
    customer: str | None = None
    customer_confidence: float | None = None
    conflicts: tuple[str, ...] = ()
    path: tuple[NumberChange, ...] = ()


def unserved(talk: Talk) -> Settled:
    """The furthest that the records lead to where nobody says that it delivered a call."""
    silent, unnamed = talk.silent(), talk.by_carrier(Does.UNNAMED)
    ends = sorted([*silent, *unnamed], key=lambda party: (-party.weight, party.name))
    if not ends:
        return _nobody(talk)
    best = took_over(silent) or ends[0] if silent else ends[0]
    confidence = best.weight / (sum(party.weight for party in ends) + DOUBT)
    others = tuple(f"{handed(party, talk.number)}." for party in silent if party is not best)
    if best not in silent:
        words = f"{best.name} sent calls to {shown(talk.number)} on over a trunk that the directory does not know."
        request = NextRequest(best.name, "Its records do not name whom it handed the calls to: ask which trunk it was.")
        return Settled(ForwardVerdict.NO_RECORD, talk.number, best.name, confidence, words, request, conflicts=others)
    return _silent(talk, best, confidence, others)


def _silent(talk: Talk, best: Party, confidence: float, others: tuple[str, ...]) -> Settled:
    lacking = 2 * sum(row.covered for row in best.rows) >= best.statements
    verdict = ForwardVerdict.NO_RECORD if lacking else ForwardVerdict.NON_PARTICIPATING
    why = "its records of that time do not show them" if lacking else "it has submitted no records of that time"
    words = f"{handed(best, talk.number)}; {why}."
    request = NextRequest(
        best.name,
        f"It got calls to {shown(talk.number)} and {why}: ask whether it serves the number or to whom they went.",
    )
    return Settled(verdict, talk.number, best.name, confidence, words, request, conflicts=others)


def _nobody(talk: Talk) -> Settled:
    """Nobody delivered a call and nobody is named further down: circles, failed attempts, calls from the number."""
    number, verdict = talk.number, ForwardVerdict.NO_RECORD
    if round_about := talk.by_carrier(Does.HANDS_ON):
        carriers = names(sorted(party.name for party in round_about))
        words = f"Calls to {shown(number)} go round among {carriers}; nobody says that they were delivered."
        request = NextRequest(round_about[0].name, f"Ask where its calls to {shown(number)} ended.")
        return Settled(verdict, number, None, 0.0, words, request)
    if failed := talk.by_carrier(Does.FAILED):
        count = calls(sum(party.statements for party in failed))
        words = f"Only failed attempts to call {shown(number)} are on file ({count}); they do not tell who serves it."
        asked = next((row.other or row.carrier for row in failed[0].rows), failed[0].name)
        request = NextRequest(
            asked, f"Attempts to call {shown(number)} failed there: ask whether it serves the number."
        )
        return Settled(verdict, number, None, 0.0, words, request)
    if callers := talk.by_carrier(Does.ORIGINATES):
        count = calls(sum(party.statements for party in callers))
        words = (
            f"No record of a call to {shown(number)} is on file. Customers of {names([p.name for p in callers])} call "
            f"from it ({count}); a caller id may be spoofed, so this alone names nobody."
        )
        request = NextRequest(
            callers[0].name, f"Its customer calls from {shown(number)}: ask whether it has the number."
        )
        return Settled(verdict, number, None, 0.0, words, request)
    return Settled(
        ForwardVerdict.NOT_FOUND, number, None, 1.0, f"No carrier has submitted a record of {shown(number)}."
    )
