"""Which of the carriers that delivered a number's calls serves it, how sure that is, and which customer has it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from hoptrace.tracing.forward.parties import Party, Talk, took_over
from hoptrace.tracing.forward.spoken import Does
from hoptrace.tracing.forward.words import calls, delivered, handed, names, shown

DOUBT = 0.25
"""What speaks for an answer is weighed against what speaks against it and this much that nobody has told."""

STRANGER_WEIGHT = 0.1
"""Calls handed to a carrier that says nothing count so far against the one that delivers: it may pass them on to it."""

SPOOFED_FROM = 3
"""So many carriers whose customers call from one number are the sign of a spoofed caller id."""

SAME_CUSTOMER = 0.8
"""The share of a carrier's statements that must name one customer for it to be the one."""


@dataclass(frozen=True, slots=True)
class Served:
    """The likeliest serving carrier, with its confidence and what speaks against it."""

    party: Party
    confidence: float
    contradicted: bool
    conflicts: tuple[str, ...]


def serving(talk: Talk) -> Served:
    """Weigh the carriers that delivered calls; there must be one.

    Where one took over from the others, as after porting, the others do not count against it.
    """
    parties = talk.by_carrier(Does.DELIVERS)
    ported_to = took_over(parties)
    best = ported_to or parties[0]
    others = [party for party in parties if party is not best]
    rivals = [] if ported_to else others
    against = sum(party.weight for party in rivals) + _handed_on(best, talk)
    doubt = DOUBT * (2.0 if ported_to else 1.0)
    doubt *= 0.5 if best.confirmed() else 1.0
    doubt *= 0.5 if best.name in own_callers(talk) else 1.0
    confidence = best.weight / (best.weight + against + _strangers(best, talk) + doubt)
    contradicted = against > 0 or best.unsaid() > 0
    return Served(best, confidence, contradicted, _conflicts(best, others, ported_to is not None, talk))


def own_callers(talk: Talk) -> frozenset[str]:
    """The carriers whose customers call from the number; none where so many do that it must be spoofed."""
    carriers = frozenset(row.carrier for row in talk.that(Does.ORIGINATES))
    return carriers if len(carriers) < SPOOFED_FROM else frozenset()


def spoofing(talk: Talk) -> str | None:
    """The sentence that the number is used as caller id by many, None where it is not."""
    carriers = sorted({row.carrier for row in talk.that(Does.ORIGINATES)})
    if len(carriers) < SPOOFED_FROM:
        return None
    return (
        f"Customers of {len(carriers)} carriers ({names(carriers)}) use {shown(talk.number)} as caller id: a sign that "
        "it is spoofed. These calls count for nothing."
    )


def customer_of(carrier: str, talk: Talk, floor: float) -> tuple[str, float] | None:
    """The carrier's customer that has the number and how sure that is (0..1), None where its records name none.

    The trunk of a delivered call says it outright. A customer that calls from the number may show any number, so that
    several calls are wanted and those of other carriers' customers speak against it.
    """
    by_trunk = _one_customer(talk, Does.DELIVERS, carrier)
    if by_trunk is not None:
        customer, count, others = by_trunk
        return customer, count / (count + others + DOUBT / 2)
    by_caller = _one_customer(talk, Does.ORIGINATES, carrier)
    if by_caller is None or carrier not in own_callers(talk):
        return None
    customer, count, others = by_caller
    elsewhere = sum(row.statements for row in talk.that(Does.ORIGINATES) if row.carrier != carrier)
    sure = count / (count + others + elsewhere + 1)
    return (customer, sure) if sure >= floor else None


def _one_customer(talk: Talk, does: Does, carrier: str) -> tuple[str, int, int] | None:
    """The customer that nearly all of these statements name, in how many of them, and how many do not name it."""
    counts: Counter[str | None] = Counter()
    for row in talk.that(does):
        if row.carrier == carrier:
            counts[row.other] += row.statements
    named = sorted((-count, name) for name, count in counts.items() if name is not None)
    if not named or -named[0][0] < SAME_CUSTOMER * counts.total():
        return None
    return named[0][1], -named[0][0], counts.total() + named[0][0]


def _handed_on(best: Party, talk: Talk) -> float:
    """What the carrier itself says against its serving the number: calls that it handed on."""
    silent = {party.name for party in talk.silent()}
    return sum(
        row.weight
        for row in talk.that(Does.HANDS_ON, Does.UNNAMED)
        if row.carrier == best.name and (row.does is Does.UNNAMED or row.other in silent)
    )


def _strangers(best: Party, talk: Talk) -> float:
    """Calls that others handed to carriers which say nothing and of which nobody got a call to this number."""
    known = talk.upstreams()
    rows = [row for party in talk.silent() if party.name not in known for row in party.rows]
    return STRANGER_WEIGHT * sum(row.weight for row in rows if row.carrier != best.name)


def _conflicts(best: Party, others: list[Party], ported: bool, talk: Talk) -> tuple[str, ...]:
    number = talk.number
    told = [f"{delivered(party, number)}{_ported(best) if ported else '.'}" for party in others]
    if best.unsaid():
        told.append(
            f"Of {calls(best.unsaid())} that {best.name} says it delivered, the carrier that it names as upstream says "
            f"that it handed calls to {shown(number)} to others only."
        )
    known = talk.upstreams()
    told += [
        f"{handed(party, number)}; it has no record of them." for party in talk.silent() if party.name not in known
    ]
    unnamed = [row for row in talk.that(Does.UNNAMED) if row.carrier == best.name]
    told += [f"{best.name} sent {calls(row.statements)} on over a trunk that the directory lacks." for row in unnamed]
    return tuple(told)


def _ported(best: Party) -> str:
    return f"; all that is earlier than what {best.name} delivered: the number seems to have been ported to it since."
