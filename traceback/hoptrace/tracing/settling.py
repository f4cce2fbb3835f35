"""Settling: assignment in rounds, in which sharp records lend their times to the coarse ones of their chain.

A record cut to the minute fits each of several redials. Once it is tied to a sharp record above it, its time is as
sharp as that one's when it is compared with the records below it, and the other way round. A time is never lent back to
the pair that it came by: upwards only what is above tells, downwards only what is below.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from hoptrace.linking.assignment import LEAPS, Assignment, assign
from hoptrace.linking.contests import Pair
from hoptrace.linking.kinds import HANDED_ON, NEIGHBOURS, Kind, leap_spread, way_of
from hoptrace.linking.times import time_weight
from hoptrace.tracing.case import Fact
from hoptrace.tracing.turned import without_turned_times

ROUNDS = 2
"""How often the pairs are assigned again with lent times."""

LEAST_ROUTE = 3.0
"""Weight from which a second record is taken to be another route of the call above."""

COARSE = 1.0
"""Seconds of tick or spread from which a record's time is coarse."""

MINUTE = 60.0
"""Seconds of a time that is cut to the minute."""

WORTH_LENDING = 0.4
"""Seconds by which a lent time must be sharper than a record's own."""

CARRIED_ON = 0.3
"""Seconds (1 sigma) by which each handoff that a lent time crosses blurs it: carriers take from milliseconds to a
second or two to send a call on, and how long this one takes its coarse times do not tell."""

MOST_LENT = time_weight(0.0, 0.0, leap_spread(Kind.DIRECT))
"""The most that a lent time can weigh."""

TELLING = frozenset({Kind.DIRECT, Kind.REWRITTEN})
"""Kinds of pairs over which a time may be lent."""

ROUTED = frozenset({Kind.DIRECT, Kind.BRIDGED})
"""Kinds of pairs by which a carrier may have tried several routes."""


class Moment(NamedTuple):
    """When a call came to a carrier: at `setup`, cut to `tick`, 1 sigma `spread`, all in seconds; as in Fact."""

    setup: float
    tick: float
    spread: float


class Next(NamedTuple):
    """The record next to another one in a chain, and the seconds that refused routes may have taken between them."""

    sid: int
    slow: float


def settle(pairs: Sequence[Pair], facts: Mapping[int, Fact], handed_on: float = HANDED_ON) -> Assignment:
    """The best one-to-one choice among a call's pairs, with the times that chains lend their records.

    `handed_on`: seconds that a handoff takes.
    """
    settled = assign(pairs)
    if any(_coarse(fact) for fact in facts.values()):
        before = dict[int, Next]()
        for _ in range(ROUNDS):
            above = {d: Next(pair.u, pair.slow) for d, pair in settled.chosen.items() if pair.kind in TELLING}
            # Chains as they were, empty ones too, lend the same times again.
            lent = None if above == before else _with_lent_times(pairs, facts, above, handed_on)
            if lent is None:
                break
            settled, before = assign(lent), above
    _without_unlikely_routes(settled.chosen)
    without_turned_times(settled.chosen, facts)
    return _without_ways_round(_with_refused_routes(settled, facts), facts)


def _without_unlikely_routes(chosen: dict[int, Pair]) -> None:
    """Without bridges of little weight to routes that were left, where a leap tells how the call above went on.

    What was refused is then another call more likely than not, and would come from that one's customer as well.
    """
    went_on = {pair.u for pair in chosen.values() if pair.kind in LEAPS}
    for d, pair in list(chosen.items()):
        if pair.left and pair.weight < LEAST_ROUTE and pair.u in went_on:
            del chosen[d]


def _without_ways_round(settled: Assignment, facts: Mapping[int, Fact]) -> Assignment:
    """Without leaps to a record that handed its call to the very carrier at which the records below say that it ended.

    That carrier delivered both: they are two calls.
    """
    below = {pair.u: d for d, pair in settled.chosen.items()}
    for d, pair in sorted(settled.chosen.items()):
        end = facts[pair.u].downstream
        if pair.kind is Kind.GAP and end is not None and facts[_lowest(below, d)].downstream == end:
            del settled.chosen[d]
    return settled


def _lowest(below: Mapping[int, int], sid: int) -> int:
    """The record at the lower end of a chain."""
    seen = set[int]()
    while sid in below and sid not in seen:
        seen.add(sid)
        sid = below[sid]
    return sid


def _with_refused_routes(settled: Assignment, facts: Mapping[int, Fact]) -> Assignment:
    """Two routes that were tried for one call: both records came by the one above."""
    holders = {pair.u: (d, pair.kind) for d, pair in settled.chosen.items() if pair.kind in ROUTED}
    left = [pair for pair in settled.pairs if pair.kind in ROUTED and pair.d not in settled.chosen]
    for pair in sorted(left, key=lambda pair: (-pair.weight, pair.d, pair.u)):
        holder, kind = holders.get(pair.u, (None, None))
        if pair.weight < LEAST_ROUTE or holder is None or pair.d in settled.chosen or pair.kind is not kind:
            continue
        one, other = facts[holder], facts[pair.d]
        silent = pair.kind is Kind.BRIDGED and one.carrier != other.carrier
        if _routes_of_silent(facts[pair.u], one, other) if silent else _routes_of_one(one, other):
            settled.chosen[pair.d] = pair
    return settled


def _routes_of_silent(above: Fact, one: Fact, other: Fact) -> bool:
    """Whether two records are of routes that a carrier without a record tried for the call of the one `above`.

    Routes lead to different carriers, and at most one of them went on; the other ended at a carrier that answered
    nothing and handed it to nobody, or whose own routes all failed. And the call was answered where a route was: else
    it is that of a redial whose own record above is missing.
    """
    routes = one.upstream == other.upstream and (_ended(one) or _ended(other))
    return routes and _answered_alike(above, one, other)


def _answered_alike(above: Fact, one: Fact, other: Fact) -> bool:
    """Whether a call was answered if and only if one of its routes was, as far as all records say how it ended."""
    told = above.outcome, one.outcome, other.outcome
    return "unknown" in told or None in told or ("answered" in told[1:]) == (told[0] == "answered")


def _routes_of_one(one: Fact, other: Fact) -> bool:
    """Whether two records of one carrier are of routes that it tried for one call, as its stamps leave open.

    A switch that stamps the answer tells the ingress's time only in the record of the route that was refused.
    """
    blurred = one.setup is None or other.setup is None
    same = one.carrier == other.carrier and one.upstream == other.upstream and one.called == other.called
    return blurred and same and one.downstream != other.downstream and "failed" in (one.outcome, other.outcome)


def _ended(fact: Fact) -> bool:
    return fact.outcome == "failed" or (fact.downstream is None and fact.outcome != "answered")


def to_the_minute(one: Fact, other: Fact) -> bool:
    """Whether one of two records tells the moment of its call to the minute, or that of its end alone, by known clocks.

    Then their times cannot speak for them much, and do not speak against them.
    """
    cut = any(fact.setup is None or fact.tick >= MINUTE for fact in (one, other))
    return cut and max(one.spread, other.spread) < COARSE


def _coarse(fact: Fact) -> bool:
    return fact.setup is None or fact.tick >= COARSE or fact.spread >= COARSE


def _with_lent_times(
    pairs: Sequence[Pair], facts: Mapping[int, Fact], above: Mapping[int, Next], handed_on: float
) -> list[Pair] | None:
    """All pairs, timed anew where a chain lends a sharper time; None where none does.

    `above`: the upstream statement of each that is handed on, by downstream sid.
    """
    below = {u: Next(d, slow) for d, (u, slow) in above.items()}
    upper = {sid: moment for sid in above if (moment := _lent(facts, above, sid, handed_on)) is not None}
    lower = {sid: moment for sid in below if (moment := _lent(facts, below, sid, -handed_on)) is not None}
    if not upper and not lower:
        return None
    return [
        _timed(pair, facts[pair.u], upper.get(pair.u) or facts[pair.u], lower.get(pair.d) or facts[pair.d], handed_on)
        if pair.u in upper or pair.d in lower
        else pair
        for pair in pairs
    ]


def _lent(facts: Mapping[int, Fact], way: Mapping[int, Next], sid: int, delay: float) -> Moment | None:
    """The sharpest time of a statement that the records on one side of it tell; None where its own is as sharp.

    Refused routes on the way leave open by how much the call came later below them.
    """
    fact = facts[sid]
    own = math.inf if fact.setup is None else fact.tick / 2 + fact.spread
    if own < WORTH_LENDING:
        return None
    best, least = None, math.inf
    for hops, (further, slow) in enumerate(_along(way, sid), 1):
        told = facts[further]
        if told.setup is not None:
            spread, tick = math.hypot(told.spread, hops * CARRIED_ON), told.tick + slow
            if (open_ := tick / 2 + spread) < least:
                since = hops * delay - (slow if delay < 0 else 0.0)
                best, least = Moment(told.setup + since, tick, spread), open_
    return None if own - least < WORTH_LENDING else best


def _along(way: Mapping[int, Next], sid: int) -> Iterator[Next]:
    """The records further along, each with the seconds that all refused routes up to it may have taken."""
    at, seen, slow = way.get(sid), {sid}, 0.0
    while at is not None and at.sid not in seen:
        slow += at.slow
        yield Next(at.sid, slow)
        seen.add(at.sid)
        at = way.get(at.sid)


def _timed(pair: Pair, sent: Fact, up: Moment | Fact, down: Moment | Fact, handed_on: float) -> Pair:
    if pair.answers or up.setup is None or down.setup is None:
        return pair
    apart = down.setup + down.tick / 2 - up.setup - up.tick / 2 - way_of(pair.kind in NEIGHBOURS, handed_on)
    spread = math.sqrt(up.spread**2 + down.spread**2 + leap_spread(pair.kind) ** 2)
    weight = time_weight(apart, (up.tick + down.tick) / 2, spread, pair.slow)
    if sent.sent != sent.called and 0.0 <= apart <= 60.0:
        weight = max(weight, 0.0)  # forwarded when nobody answered
    d, u, kind, before, row, timed, fed, placed, slow, answers, left = pair
    # Not by _replace: there are dozens of pairs a call.
    return Pair(d, u, kind, before - timed + weight, row, weight, fed, placed, slow, answers, left)
