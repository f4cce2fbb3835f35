"""Attempts in vain: trails that are only a route which a carrier tried, was refused, and left for another.

The record of the carrier that refused feeds nobody, so a trail begins there. But the call went on, and was delivered or
failed further down another route; that is what a report means. The carrier that tried may itself be without a record:
then the refusal names it, and so does the record of the way on, at the same moment or seconds later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from hoptrace.linking.legs import LONGEST_RETRY, SHARP
from hoptrace.model.statements import Outcome
from hoptrace.tracing.case import Case, Fact
from hoptrace.tracing.delivering import Ends, at_the_end, ends_of, refused
from hoptrace.tracing.trail import Trail

RANK = {"failed": 0, "no_answer": 1}
MOST = 2
"""How far a call came that ended so: refused; rang or was refused, for a 480 may say either; rang or was answered."""

TELLING = frozenset(Outcome) - {Outcome.UNKNOWN}
"""Outcomes that say how a call ended."""

REFUSED, UNKNOWN, PAST, ENDED = 0, 1, 2, 3
"""What became of an attempt at the next carrier: its record says that it went no further; it has none; it went on; it
came to the carrier that delivers the call."""

SAME_MOMENT = 1.0
"""Seconds beyond ticks and clocks' spreads by which two routes of one call may come in the wrong order."""

Reached = tuple[int, int]
"""How a call ended, and what became of it at the next carrier."""

NOWHERE: Reached = (-1, REFUSED)
"""Less far than any call came."""


def without_attempts_in_vain(case: Case, found: Sequence[Trail]) -> list[Trail]:
    """The trails without those whose call went on over another route of the same carrier."""
    if len(found) < 2:
        return list(found)
    furthest = dict[int, Reached]()
    onward = defaultdict[str, list[Fact]](list)
    ends = ends_of(case)
    for trail in found:
        for leg, reached in _reached(case, trail, ends):
            if reached > furthest.get(leg, NOWHERE):
                furthest[leg] = reached
        for silent, lower in _over_silent(case, trail):
            onward[silent].append(lower)
    return [trail for trail in found if not (_in_vain(case, trail, furthest, ends) or _left(case, trail, onward, ends))]


def _reached(case: Case, trail: Trail, ends: Ends) -> Iterator[tuple[int, Reached]]:
    """For each ingress of a trail how far its call came."""
    tail = case.facts[trail.first_statement]
    ended = _ended(case, trail, ends)
    lowest = UNKNOWN if _handed_on(case, trail) else REFUSED
    there = at_the_end(case, tail, ends)
    for place, sid in enumerate(trail.statements):
        yield case.legs.get(sid, sid), (ended, ENDED if there else PAST if place > 1 else lowest)


def _rank(case: Case, fact: Fact, ends: Ends) -> int:
    """How far a call came; no phone rang at a carrier that does not deliver the number's calls, whatever it says."""
    return 0 if refused(case, fact, ends) else RANK.get(fact.outcome or "", MOST)


def _ended(case: Case, trail: Trail, ends: Ends) -> int:
    """How far a trail's call came, as the lowest record says that tells how it ended."""
    facts = [case.facts[sid] for sid in trail.statements]
    telling = next((fact for fact in facts if fact.outcome in TELLING), facts[0])
    return 0 if refused(case, facts[0], ends) else RANK.get(telling.outcome or "", MOST)


def _handed_on(case: Case, trail: Trail) -> bool:
    """Whether the lowest record says that the call went on to somebody."""
    lowest = case.facts[trail.first_statement]
    return lowest.downstream is not None or trail.path[0] != lowest.carrier


def _in_vain(case: Case, trail: Trail, furthest: Mapping[int, Reached], ends: Ends) -> bool:
    """Whether a trail's lowest handoff was tried in vain, while another attempt of that ingress came further."""
    lowest, handed_on, above = case.facts[trail.first_statement], _handed_on(case, trail), trail.statements[1:]
    if at_the_end(case, lowest, ends) or not (above or handed_on):
        return False
    tried = lowest if handed_on else case.facts[above[0]]
    told_apart = tried.tick <= SHARP or tried.cid is not None
    own, best = _ended(case, trail, ends), furthest[case.legs.get(tried.sid, tried.sid)]
    # Of two routes of which nothing tells that either went on, the call may have ended on any.
    return told_apart and best > ((own, PAST) if handed_on else (own, REFUSED))


def _over_silent(case: Case, trail: Trail) -> Iterator[tuple[str, Fact]]:
    """The carriers of a trail that have no record of the call, each with the record below it."""
    lower = case.facts[trail.first_statement]
    for step in trail.steps:
        if step.sid is not None:
            lower = case.facts[step.sid]
        elif lower.upstream == step.carrier:
            yield step.carrier, lower


def _left(case: Case, trail: Trail, onward: Mapping[str, Sequence[Fact]], ends: Ends) -> bool:
    """Whether a lone record is of a route that a carrier without a record tried, before the call went another way."""
    lone = case.facts[trail.first_statement]
    if trail.pairs or _handed_on(case, trail) or lone.upstream is None or _rank(case, lone, ends) > 0:
        return False
    if at_the_end(case, lone, ends):
        return False
    return any(_went_on(case, lone, other, ends) for other in onward.get(lone.upstream, ()))


def _went_on(case: Case, lone: Fact, other: Fact, ends: Ends) -> bool:
    """Whether another carrier's record is of the way on after a refusal."""
    came_far = other.downstream is not None or _rank(case, other, ends) > 0 or at_the_end(case, other, ends)
    known = {caller for caller in (lone.calling, other.calling) if caller is not None and caller > 0}
    blurred = lone.tick + other.tick + 3 * (lone.spread + other.spread) + SAME_MOMENT
    timely = -blurred <= other.start - lone.start <= blurred + LONGEST_RETRY
    return other.carrier != lone.carrier and came_far and len(known) < 2 and timely
