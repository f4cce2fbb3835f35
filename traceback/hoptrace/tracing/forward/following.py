"""Trace a number forward: from what statements say of it to the carrier that serves it, through changes of number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from hoptrace.model.forward import ForwardVerdict, NumberChange
from hoptrace.model.verdicts import NextRequest
from hoptrace.tracing.forward.parties import Party, Talk, took_over
from hoptrace.tracing.forward.serving import customer_of, serving, spoofing
from hoptrace.tracing.forward.spoken import Does
from hoptrace.tracing.forward.unserved import Settled, unserved
from hoptrace.tracing.forward.words import delivered, goes_on, say, shown, time

CHANGE_DOUBT = 0.1
"""The doubt that a number goes on as a carrier's record says; smaller than DOUBT, for the record gives both numbers."""

MOST_TARGETS = 5
"""Of the numbers that a number goes on as so many are followed, those with most statements."""

Book: TypeAlias = dict[int, Talk]


def settle(number: int, book: Book, floor: float, seen: tuple[int, ...] = ()) -> Settled:
    """Where the calls to a number end, by what was said of it and of the numbers that it goes on as (`book`).

    A serving carrier is named only with at least `floor` (0..1) confidence. `seen`: the numbers before this one.
    """
    talk = book.get(number, Talk(number, ()))
    served = talk.by_carrier(Does.DELIVERS)
    targets = talk.by_other(Does.CHANGES, Does.HEARD)
    if served and not _moved_on(served, targets):
        found = _delivered(talk, floor)
        also = tuple(f"{goes_on(party, number)}." for party in targets)
        found = replace(found, conflicts=(*found.conflicts, *also))
    elif targets:
        found = _followed(talk, targets, book, floor, seen)
    else:
        found = unserved(talk)
    spoofed = spoofing(talk)
    return replace(found, conflicts=(spoofed, *found.conflicts)) if spoofed else found


def _moved_on(served: Sequence[Party], targets: Sequence[Party]) -> bool:
    """Whether the number was served here once, and since then goes on as another."""
    if not targets:
        return False
    here = Party.of("", (row for party in served for row in party.rows))
    on = Party.of("other", (row for party in targets for row in party.rows))
    return took_over([here, on]) is on


def _delivered(talk: Talk, floor: float) -> Settled:
    best = serving(talk)
    carrier, number = best.party.name, talk.number
    if best.confidence < floor:
        return _unsettled(talk.number, best.contradicted, best.confidence, carrier, best.conflicts)
    customer = customer_of(carrier, talk, floor)
    told = Settled(
        ForwardVerdict.SERVING_CARRIER_IDENTIFIED,
        number,
        carrier,
        best.confidence,
        f"{delivered(best.party, number)}, to its own subscriber.",
        NextRequest(carrier, f"It serves {shown(number)}: ask which customer has it."),
        conflicts=best.conflicts,
    )
    if customer is None:
        return told
    name, sure = customer
    request = NextRequest(
        carrier, f"Its records name the customer {name}: ask it to confirm that {name} has the number."
    )
    return replace(told, request=request, customer=name, customer_confidence=best.confidence * sure)


def _unsettled(number: int, contradicted: bool, confidence: float, carrier: str, conflicts: tuple[str, ...]) -> Settled:
    """Somebody may serve the number, but nobody is to be named."""
    verdict = ForwardVerdict.DISPUTED if contradicted else ForwardVerdict.NO_RECORD
    why = "contradict each other" if contradicted else "are too few, or of calls that were given up,"
    words = f"Records of calls to {shown(number)} {why} and do not settle which carrier serves it."
    request = NextRequest(carrier, f"It may serve {shown(number)}: ask whether one of its customers has the number.")
    sure = 1 - max(0.0, confidence - 0.5)
    return Settled(verdict, number, None, sure, words, request, conflicts=conflicts)


def _followed(talk: Talk, targets: list[Party], book: Book, floor: float, seen: tuple[int, ...]) -> Settled:
    """What the number that a number goes on as leads to; of several, what most of the calls lead to."""
    before = (*seen, talk.number)
    open_ones = [party for party in targets if int(party.name) not in before]
    if not open_ones:
        return _circle(talk, targets)
    latest = took_over(open_ones)
    chosen = [latest] if latest else open_ones[:MOST_TARGETS]
    ends = [(party, settle(int(party.name), book, floor, before)) for party in chosen]
    party, end = ends[0]
    same = [other for other, found in ends if _answer(found) == _answer(end)]
    others = [other for other in targets if other not in same]
    counted = sum(other.weight for other in same)
    total = counted if latest else sum(other.weight for other in targets)
    share = counted / (total + CHANGE_DOUBT)
    change = _change(talk.number, party)
    conflicts = (*_forwarders(talk), *(f"{goes_on(other, talk.number)}." for other in others), *end.conflicts)
    if end.verdict is ForwardVerdict.SERVING_CARRIER_IDENTIFIED and end.carrier and end.confidence * share < floor:
        unsettled = _unsettled(end.number, bool(others), end.confidence * share, end.carrier, conflicts)
        if others:
            words = f"Calls to {shown(talk.number)} go on as several numbers, and not all lead to one carrier."
            unsettled = replace(unsettled, summary=words)
        return replace(unsettled, path=(change, *end.path))
    words = f"Calls to {shown(talk.number)} go on as {shown(int(party.name))}. {end.summary}"
    sure = None if end.customer_confidence is None else end.customer_confidence * share
    confidence = end.confidence * share
    moved = replace(end, confidence=confidence, customer_confidence=sure, summary=words, conflicts=conflicts)
    return replace(moved, path=(change, *end.path))


def _forwarders(talk: Talk) -> tuple[str, ...]:
    """Who forwarded the number's calls for a subscriber, and so most likely serves the number itself."""
    carriers = sorted({row.carrier for row in talk.that(Does.CHANGES) if row.forwarded})
    if not carriers:
        return ()
    told = f"{say(carriers)} that {shown(talk.number)} itself had its calls forwarded: it can tell who has that number."
    return (told,)


def _answer(found: Settled) -> tuple[ForwardVerdict, str | None]:
    return found.verdict, found.carrier


def _change(number: int, party: Party) -> NumberChange:
    return NumberChange(
        shown(number), shown(int(party.name)), party.carriers(), party.statements, time(party.first), time(party.last)
    )


def _circle(talk: Talk, targets: list[Party]) -> Settled:
    party = targets[0]
    words = (
        f"Calls to {shown(talk.number)} go on as a number that leads back to it; nobody says that they were delivered."
    )
    request = NextRequest(party.carriers()[0], f"It sends calls to {shown(talk.number)} on: ask where they end.")
    circle = f"{goes_on(party, talk.number)}, which closes a circle."
    return Settled(ForwardVerdict.NO_RECORD, talk.number, None, 0.0, words, request, conflicts=(circle,))
