"""One ingress for several records: attempts of a call over several routes, each with a record of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hoptrace.linking.assignment import Assignment
from hoptrace.linking.contests import Pair
from hoptrace.tracing.case import Fact


def feed_attempts(legs: Mapping[int, int], settled: Assignment, facts: Mapping[int, Fact]) -> None:
    """Let attempts of one ingress (`legs`) that nothing was chosen for come from where the answered one came from.

    One in vain may fit the record above too badly by itself, as that tells how the call ended in the end. The other way
    round it is no evidence: what a refusal seems to fit may be a refusal of another call.
    """
    answered = (d for d in sorted(settled.chosen, reverse=True) if facts[d].outcome == "answered")
    fed = {legs[d]: settled.chosen[d] for d in answered}
    for sid, leg in legs.items():
        pair = fed.get(leg)
        if pair is None or sid in settled.chosen or facts[sid].outcome == "answered":
            continue
        # No call came from further down its own way: a carrier may have got it twice.
        if sid not in _above(settled, pair):
            settled.chosen[sid] = pair._replace(d=sid)


def with_shared_ingress(legs: Mapping[int, int], settled: Assignment, facts: Mapping[int, Fact]) -> dict[int, int]:
    """What stands for each statement's ingress, records of one carrier that came by one record sharing it."""
    first: dict[tuple[int, str], int] = {}
    found = dict(legs)
    for d, pair in sorted(settled.chosen.items()):
        found[d] = first.setdefault((pair.u, facts[d].carrier), found.get(d, d))
    return found


def _above(settled: Assignment, pair: Pair) -> Iterator[int]:
    """The records from which the lower one of a pair came."""
    seen = {pair.d}
    while pair.u not in seen:
        yield pair.u
        seen.add(pair.u)
        following = settled.chosen.get(pair.u)
        if following is None:
            return
        pair = following
