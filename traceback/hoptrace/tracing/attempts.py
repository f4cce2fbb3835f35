"""Attempts in vain: trails that are only a route which a carrier tried, was refused, and left for another.

The record of the carrier that refused feeds nobody, so a trail begins there. But the call went on, and was delivered or
failed further down another route; that is what a report means. The carrier that tried may itself be without a record:
then the refusal names it, and so does the record of the way on, at the same moment or seconds later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from hoptrace.linking.legs import SHARP
from hoptrace.linking.scoring import LONGEST_RETRY
from hoptrace.tracing.case import Case, Fact
from hoptrace.tracing.trail import Trail

RANK = {"failed": 0, "no_answer": 1}
MOST = 2
"""How far a call came that ended so: refused; rang or was refused, for a 480 may say either; rang or was answered."""

REFUSED, UNKNOWN, PAST = 0, 1, 2
"""What became of an attempt at the next carrier: its record says that it went no further; it has none; it went on."""

SAME_MOMENT = 1.0
"""Seconds beyond ticks and clocks' spreads by which two routes of one call may come in the wrong order."""

Reached = tuple[int, int]
"""How a call ended, and what became of it at the next carrier."""

NOWHERE: Reached = (-1, REFUSED)
"""Less far than any call came."""


def without_attempts_in_vain(case: Case, found: Sequence[Trail]) -> list[Trail]:
    """The trails without those whose call went on over another route of the same carrier."""
    furthest = dict[int, Reached]()
    onward = defaultdict[str, list[Fact]](list)
    for trail in found:
        for leg, reached in _reached(case, trail):
            if reached > furthest.get(leg, NOWHERE):
                furthest[leg] = reached
        for silent, lower in _over_silent(case, trail):
            onward[silent].append(lower)
    return [trail for trail in found if not (_in_vain(case, trail, furthest) or _left(case, trail, onward))]


def _reached(case: Case, trail: Trail) -> Iterator[tuple[int, Reached]]:
    """For each ingress of a trail how far its call came."""
    ended = _rank(case.facts[trail.first_statement])
    lowest = UNKNOWN if _handed_on(case, trail) else REFUSED
    for place, sid in enumerate(trail.statements):
        yield case.legs.get(sid, sid), (ended, PAST if place > 1 else lowest)


def _rank(fact: Fact) -> int:
    return RANK.get(fact.outcome or "", MOST)


def _handed_on(case: Case, trail: Trail) -> bool:
    """Whether the lowest record says that the call went on to somebody."""
    lowest = case.facts[trail.first_statement]
    return lowest.downstream is not None or trail.path[0] != lowest.carrier


def _in_vain(case: Case, trail: Trail, furthest: Mapping[int, Reached]) -> bool:
    """Whether a trail's lowest handoff was tried in vain, while another attempt of that ingress came further."""
    lowest, handed_on, above = case.facts[trail.first_statement], _handed_on(case, trail), trail.statements[1:]
    to_the_end = case.reported.terminating in (lowest.carrier, lowest.downstream or lowest.carrier)
    if to_the_end or not (above or handed_on):
        return False
    tried = lowest if handed_on else case.facts[above[0]]
    told_apart = tried.tick <= SHARP or tried.cid is not None
    own, best = _rank(lowest), furthest[case.legs.get(tried.sid, tried.sid)]
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


def _left(case: Case, trail: Trail, onward: Mapping[str, Sequence[Fact]]) -> bool:
    """Whether a lone record is of a route that a carrier without a record tried, before the call went another way."""
    refused = case.facts[trail.first_statement]
    if trail.pairs or _handed_on(case, trail) or refused.upstream is None or _rank(refused) > 0:
        return False
    if refused.carrier == case.reported.terminating:
        return False
    return any(_went_on(refused, other) for other in onward.get(refused.upstream, ()))


def _went_on(refused: Fact, other: Fact) -> bool:
    """Whether another carrier's record is of the way on after a refusal."""
    came_on = other.carrier != refused.carrier and (other.downstream is not None or _rank(other) > 0)
    known = {caller for caller in (refused.calling, other.calling) if caller is not None and caller > 0}
    blurred = refused.tick + other.tick + 3 * (refused.spread + other.spread) + SAME_MOMENT
    return came_on and len(known) < 2 and -blurred <= other.start - refused.start <= blurred + LONGEST_RETRY
