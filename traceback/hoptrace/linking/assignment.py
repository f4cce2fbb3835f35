"""One-to-one assignment: each statement is fed by at most one upstream statement and feeds at most one downstream.

Redials within seconds compete for each other's records; what is best for all of them together is found for each
contest (`hoptrace.linking.contests`). A pair whose evidence is negative is worse than none. Handoffs come first; leaps
over carriers without a record only join what the handoffs leave open, end to end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from hoptrace.linking.contests import Contest, Pair, contests
from hoptrace.linking.kinds import Kind

HANDOFFS = frozenset({Kind.DIRECT, Kind.REWRITTEN, Kind.BRIDGED})
LEAPS = frozenset({Kind.FORWARDED, Kind.GAP})

LEAST_LEAP, LEAST_LEAP_HOME = 0.5, 3.0
"""A leap rests on caller and time alone, and joins only two trails that each lack what the other has: more often than
not they are one call. One to a customer's call is another matter, for nobody but the carrier that tells of it says that
there was such a call: with less weight than the second it may as well be made up."""

CONFLICT_WEIGHT = 4.0
"""Natural-log weight from which a contradicting statement is taken to tell of the same call."""

NOT_HOPELESS = float("inf")


@dataclass
class Assignment:
    """The chosen pairs of one call, and what each choice is worth against its rivals."""

    pairs: Sequence[Pair]
    chosen: dict[int, Pair] = field(default_factory=dict[int, Pair])
    """By downstream sid."""
    contests: dict[int, Contest] = field(default_factory=dict[int, Contest])
    """By downstream sid: all the pairs that compete with its own."""

    @cached_property
    def used(self) -> set[int]:
        """Sids that feed a downstream statement; to be asked when all is chosen."""
        return _used(self.chosen)

    @cached_property
    def conflicts(self) -> Mapping[int, list[Pair]]:
        """Conflicting pairs by their downstream sid, heaviest first."""
        found: dict[int, list[Pair]] = defaultdict(list)
        against = [pair for pair in self.pairs if pair.kind is Kind.CONFLICT]
        for pair in sorted(against, key=lambda pair: (-pair.weight, pair.u)):
            found[pair.d].append(pair)
        return found

    def rivals(self, d: int, hopeless: float = NOT_HOPELESS) -> list[tuple[Pair, float]]:
        """Other pairs that `d` could have had, each with the loss of total weight if it were forced, least first.

        Those whose loss is more than `hopeless` are left out.
        """
        contest = self.contests.get(d)
        return [] if contest is None else contest.rivals(d, self.chosen.get(d), hopeless)


def assign(pairs: Iterable[Pair]) -> Assignment:
    """The best one-to-one choice among a call's pairs; conflicts are kept apart and never chosen."""
    every = list(pairs)
    result = Assignment(every)
    _choose(result, [pair for pair in every if pair.weight > 0 and pair.kind in HANDOFFS])
    _break_rings(result, _in_rings(result))
    leaps = [pair for pair in every if pair.kind in LEAPS and pair.weight > _least(pair)]
    if leaps:
        used = {pair.u for pair in result.chosen.values() if not pair.left}
        lows = _low_ends(result)
        apart = [p for p in leaps if p.d not in result.chosen and p.u not in used]
        # A chain's own lower end is no carrier above its upper end.
        apart = [p for p in apart if not _leads_back(result, _top(result, p.u), p.d, lows.get(p.d, {p.d}))]
        _choose_without_rings(result, apart)
    return result


def _choose_without_rings(result: Assignment, leaps: Sequence[Pair]) -> None:
    """Choose leaps; where some close a ring the lightest of it is none, and what it kept from others is open again.

    That the lightest is wrong is no more than likely, and what it freed may weigh less than what it would have freed
    instead. So rivals are told of all leaps together: all may be had but what goes against the one that is forced.
    """
    handoffs, left = dict(result.chosen), list(leaps)
    while left:
        _choose(result, left)
        broken = _break_rings(result, left)
        if not broken:
            break
        left = [pair for pair in left if pair not in broken]
        result.chosen = dict(handoffs)
    if len(left) < len(leaps):
        # A ring may lead over several contests: what costs something in one may be worth more in another.
        contest = Contest(leaps, [pair for pair in leaps if result.chosen.get(pair.d) is pair])
        result.contests |= dict.fromkeys((pair.d for pair in leaps), contest)


def _used(chosen: Mapping[int, Pair]) -> set[int]:
    return {pair.u for pair in chosen.values()}


def _least(leap: Pair) -> float:
    return LEAST_LEAP_HOME if leap.placed else LEAST_LEAP


def _choose(result: Assignment, pairs: list[Pair]) -> None:
    if not pairs:
        return
    for contest in contests(pairs):
        fed = {pair.fed: pair.u for pair in contest.best}
        for pair in contest.pairs:
            if fed.get(pair.fed) == pair.u:
                result.chosen[pair.d] = pair
            result.contests[pair.d] = contest


def _in_rings(result: Assignment) -> list[Pair]:
    """The chosen pairs that no chain's lower end leads to, for they lie on rings."""
    open_ = dict(result.chosen)
    for low in open_.keys() - _used(result.chosen):
        at = low
        while at in open_:
            at = open_.pop(at).u
    return list(open_.values())


def _leads_back(result: Assignment, top: int, d: int, lows: set[int]) -> bool:
    """Whether a leap from `d` leads up to a chain whose `top` is `d`, or is contradicted by what `d`'s chain fed.

    A lower end (`lows`) of that chain says that it handed the call to the carrier of the other one's top, which says
    that it had it from elsewhere: so this is where it went on, whoever of the two is right, and not where it came from.
    """
    against = result.conflicts.get(top, ())
    return top == d or any(pair.u in lows and pair.weight >= CONFLICT_WEIGHT for pair in against)


def _break_rings(result: Assignment, pairs: list[Pair]) -> set[Pair]:
    """Pairs chosen together may close a ring, in which every call came from itself: the lightest goes, and is told."""
    broken = set[Pair]()
    for pair in sorted(pairs, key=lambda pair: (pair.weight, pair.d, pair.u)):
        if result.chosen.get(pair.d) == pair and _comes_back(result, pair.d):
            broken.add(result.chosen.pop(pair.d))
    return broken


def _comes_back(result: Assignment, start: int) -> bool:
    at, seen = start, set[int]()
    while at in result.chosen and at not in seen:
        seen.add(at)
        at = result.chosen[at].u
    return at == start and bool(seen)


def _low_ends(result: Assignment) -> Mapping[int, set[int]]:
    """For the upper end of each chain of chosen pairs its lower ends: of several routes each has one."""
    ends: dict[int, set[int]] = defaultdict(set)
    for low in result.chosen.keys() - _used(result.chosen):
        ends[_top(result, low)].add(low)
    return ends


def _top(result: Assignment, sid: int) -> int:
    """The upper end of the chain of chosen pairs that a statement is in."""
    seen = {sid}
    while sid in result.chosen and result.chosen[sid].u not in seen:
        sid = result.chosen[sid].u
        seen.add(sid)
    return sid
