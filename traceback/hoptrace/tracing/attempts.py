"""Attempts in vain: trails that are only a route which a carrier tried, was refused, and left for another.

The record of the carrier that refused feeds nobody, so a trail begins there. But the call went on, and was delivered or
failed further down another route; that is what a report means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hoptrace.linking.legs import SHARP
from hoptrace.tracing.case import Case
from hoptrace.tracing.trail import Trail

_RANK = {"failed": 0, "no_answer": 1}
MOST = 2
"""How far a call came that ended so: refused; rang or was refused, for a 480 may say either; rang or was answered."""


def without_attempts_in_vain(case: Case, found: Sequence[Trail]) -> list[Trail]:
    """The trails without those whose call went on over another route of the same carrier."""
    furthest = dict[int, tuple[int, bool]]()
    for trail in found:
        for leg, reached in _reached(case, trail):
            furthest[leg] = max(reached, furthest.get(leg, reached))
    return [trail for trail in found if not _in_vain(case, trail, furthest)]


def _reached(case: Case, trail: Trail) -> Iterator[tuple[int, tuple[int, bool]]]:
    """For each ingress of a trail how far its call came: how it ended, and whether past the next carrier."""
    sids = [step.sid for step in trail.steps if step.sid is not None]
    ended = _RANK.get(case.facts[sids[0]].outcome or "", MOST)
    for place, sid in enumerate(sids):
        yield case.legs.get(sid, sid), (ended, place > 1)


def _in_vain(case: Case, trail: Trail, furthest: Mapping[int, tuple[int, bool]]) -> bool:
    """Whether a trail begins with a carrier that handed the call to nobody, while another attempt came further."""
    sids = [step.sid for step in trail.steps if step.sid is not None]
    lowest = case.facts[sids[0]]
    handed_on = lowest.downstream is not None or trail.path[0] != lowest.carrier
    if len(sids) < 2 or handed_on or lowest.carrier == case.reported.terminating:
        return False
    tried = case.facts[sids[1]]
    told_apart = tried.tick <= SHARP or tried.cid is not None
    own = (_RANK.get(lowest.outcome or "", MOST), False)
    return told_apart and furthest[case.legs.get(tried.sid, tried.sid)] > own
