"""One-to-one assignment: each statement is fed by at most one upstream statement and feeds at most one downstream.

Redials within seconds compete for each other's records; what is best for all of them together is found by
`scipy.optimize.linear_sum_assignment` on each contested group. A pair whose evidence is negative is worse than none.
Handoffs come first; leaps over carriers without a record only join what the handoffs leave open, end to end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import permutations

import numpy as np
import numpy.typing as npt

from hoptrace.linking.scoring import Kind

HANDOFFS = frozenset({Kind.DIRECT, Kind.REWRITTEN, Kind.BRIDGED})
LEAPS = frozenset({Kind.FORWARDED, Kind.GAP})

LEAST_LEAP = 3.0
"""A leap rests on caller and time alone; with less weight than this it may well join two attempts."""


FEW = 4
"""Statements on a side up to which all assignments are tried: 24 at most."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A candidate pair: sids of its downstream (`d`) and upstream (`u`) statement, `row` in the pairs frame."""

    d: int
    u: int
    kind: Kind
    weight: float
    row: int
    timed: float = 0.0
    """The part of the weight that is of the two records' own times."""
    leg: int = -1
    """What stands for `d` in the assignment: route attempts of one ingress share it; -1 where `d` stands alone."""

    @property
    def fed(self) -> int:
        """The downstream side as the assignment counts it."""
        return self.d if self.leg < 0 else self.leg


@dataclass(slots=True)
class Assignment:
    """The chosen pairs of one call, and what each choice is worth against its rivals."""

    pairs: Sequence[Pair]
    chosen: dict[int, Pair] = field(default_factory=dict[int, Pair])
    """By downstream sid."""
    groups: dict[int, list[Pair]] = field(default_factory=dict[int, list[Pair]])
    """By downstream sid: all the pairs that compete with its own."""

    @property
    def used(self) -> set[int]:
        """Sids that feed a downstream statement."""
        return {pair.u for pair in self.chosen.values()}

    def rivals(self, d: int) -> list[tuple[Pair, float]]:
        """Other pairs that `d` could have had, each with the loss of total weight if it were forced, least first."""
        group = self.groups.get(d, [])
        if not any(pair.d == d and pair != self.chosen.get(d) for pair in group):
            return []
        best = sum(pair.weight for pair in solve(group))
        rivals: list[tuple[Pair, float]] = []
        for pair in group:
            if pair.d != d or pair == self.chosen.get(d):
                continue
            rest = solve([other for other in group if other.fed != pair.fed and other.u != pair.u])
            rivals.append((pair, best - pair.weight - sum(other.weight for other in rest)))
        return sorted(rivals, key=lambda rival: (rival[1], rival[0].u))


def assign(pairs: Iterable[Pair]) -> Assignment:
    """The best one-to-one choice among a call's pairs; conflicts are kept apart and never chosen."""
    every = list(pairs)
    result = Assignment(every)
    _choose(result, [pair for pair in every if pair.kind in HANDOFFS and pair.weight > 0])
    leaps = [pair for pair in every if pair.kind in LEAPS and pair.weight > LEAST_LEAP]
    if leaps:
        ends = _top_ends(result)
        used = result.used
        # A chain's own lower end is no carrier above its upper end.
        apart = [p for p in leaps if p.d not in result.chosen and p.u not in used and ends.get(p.u, p.u) != p.d]
        _choose(result, apart)
        _break_rings(result, apart)
    return result


def _choose(result: Assignment, pairs: list[Pair]) -> None:
    for group in _groups(pairs):
        fed = {pair.fed: pair.u for pair in solve(group)}
        for pair in group:
            if fed.get(pair.fed) == pair.u:
                result.chosen[pair.d] = pair
            result.groups[pair.d] = group


def _break_rings(result: Assignment, leaps: list[Pair]) -> None:
    """Leaps chosen together may close a ring, in which every call came from itself: its lightest leap goes."""
    for leap in sorted(leaps, key=lambda pair: (pair.weight, pair.d, pair.u)):
        if result.chosen.get(leap.d) == leap and _comes_back(result, leap.d):
            del result.chosen[leap.d]


def _comes_back(result: Assignment, start: int) -> bool:
    at, seen = start, set[int]()
    while at in result.chosen and at not in seen:
        seen.add(at)
        at = result.chosen[at].u
    return at == start and bool(seen)


def _top_ends(result: Assignment) -> dict[int, int]:
    """For the lower end of each chain of chosen pairs, its upper end."""
    ends: dict[int, int] = {}
    for low in set(result.chosen) - result.used:
        top, seen = low, {low}
        while top in result.chosen and result.chosen[top].u not in seen:
            top = result.chosen[top].u
            seen.add(top)
        ends[low] = top
    return ends


def solve(group: list[Pair]) -> list[Pair]:
    """The pairs of a group that together weigh most, each statement once on each side."""
    favourites = _favourites(group)
    if len({pair.u for pair in favourites}) == len(favourites):
        # Everybody gets the best there is for it: no assignment can weigh more.
        return favourites
    downs = sorted({pair.fed for pair in group})
    ups = sorted({pair.u for pair in group})
    value = np.zeros((len(downs), len(ups)))
    at: dict[tuple[int, int], Pair] = {}
    row_of, column_of = {d: i for i, d in enumerate(downs)}, {u: i for i, u in enumerate(ups)}
    for pair in group:
        place = row_of[pair.fed], column_of[pair.u]
        if pair.weight > value[place]:
            value[place] = pair.weight
            at[place] = pair
    return [at[place] for place in _best_places(value) if place in at]


def _favourites(group: list[Pair]) -> list[Pair]:
    """Each ingress's heaviest pair, where it has one with evidence for it."""
    best: dict[int, Pair] = {}
    for pair in group:
        if pair.weight > 0 and (pair.fed not in best or pair.weight > best[pair.fed].weight):
            best[pair.fed] = pair
    return list(best.values())


def _best_places(value: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    """(row, column) of the assignment with the largest sum of values."""
    if max(value.shape) <= FEW:
        return _best_of_few(value)
    from scipy.optimize import linear_sum_assignment  # pyright: ignore  # scipy ships no types; loads only when needed

    rows, columns = linear_sum_assignment(value, maximize=True)  # pyright: ignore
    return list(zip(map(int, rows), map(int, columns), strict=True))  # pyright: ignore


def _best_of_few(value: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    """The same for a few rows and columns, by trying all: the usual case, for which SciPy need not be loaded."""
    turned = value.shape[0] > value.shape[1]
    cells: list[list[float]] = (value.T if turned else value).tolist()
    ways = permutations(range(len(cells[0])), len(cells))
    best = max(ways, key=lambda way: sum(row[column] for row, column in zip(cells, way, strict=True)))
    return [(column, row) if turned else (row, column) for row, column in enumerate(best)]


def _groups(pairs: list[Pair]) -> list[list[Pair]]:
    """Connected groups: pairs that share a statement on the same side compete, directly or through others."""
    parent: dict[tuple[str, int], tuple[str, int]] = {}

    def root(node: tuple[str, int]) -> tuple[str, int]:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for pair in pairs:
        parent[root(("d", pair.fed))] = root(("u", pair.u))
    groups: dict[tuple[str, int], list[Pair]] = defaultdict(list)
    for pair in pairs:
        groups[root(("d", pair.fed))].append(pair)
    return list(groups.values())
