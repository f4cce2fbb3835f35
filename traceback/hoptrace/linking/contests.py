"""Contests: candidate pairs that compete for the same statements, and what each choice is worth against the others.

Handoffs that share a statement on one side compete, directly or through others. Most contests settle themselves, as
every ingress gets its heaviest pair; only the rest is solved, by all ways or by `scipy.optimize.linear_sum_assignment`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import permutations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hoptrace.linking.kinds import Kind

FEW = 4
"""Statements on a side up to which all assignments are tried: 24 at most."""


class Pair(NamedTuple):
    """A candidate pair: sids of its downstream (`d`) and upstream (`u`) statement, `row` in the pairs frame."""

    d: int
    u: int
    kind: Kind
    weight: float
    row: int
    timed: float
    """The part of the weight that is of the two records' own times."""
    fed: int
    """The downstream side as the assignment counts it: route attempts of one ingress share it; else `d` itself."""
    placed: bool = False
    """Whether the upstream statement says that its carrier's own customer placed the call."""
    slow: float = 0.0
    """Seconds that routes which the upstream carrier tried in vain may have taken before the call came downstream."""
    answers: bool = False
    """Whether what `timed` compares are the moments of the answer (`hoptrace.linking.times.compare_answers`)."""
    left: bool = False
    """Whether the lower record failed, and the upper one says that the call was answered: not by this way."""


class Contest:
    """Pairs of positive weight that compete, and the choice among them that weighs most."""

    def __init__(self, pairs: Sequence[Pair], chosen: Sequence[Pair] | None = None) -> None:
        """`chosen`: the choice among the pairs where it is not the heaviest one, for that leads in a ring.

        Another choice then costs as much as is told or more, for it may lead in a ring itself; less than nothing where
        it weighs more.
        """
        self.pairs = pairs
        self._favourites = _favourites(pairs)
        favourites = list(self._favourites.values())
        self.settled = chosen is None and _distinct(favourites)
        """Whether every ingress gets its favourite, so that it matters to nobody what the others get."""
        if chosen is not None:
            self.best = list(_favourites(chosen).values())
        else:
            self.best = favourites if self.settled else _solved(pairs)

    def rivals(self, d: int, chosen: Pair | None, hopeless: float) -> list[tuple[Pair, float]]:
        """The other pairs of `d`, each with the loss of total weight if it were forced, least first.

        Those whose loss is more than `hopeless` are left out.
        """
        mine = self._by_d[d]
        if len(mine) == 1 and mine[0] is chosen:
            return []
        near = [pair for pair in mine if pair is not chosen and self._behind(pair) <= hopeless]
        others = [pair for pair in near if self._at_least(pair) <= hopeless]
        lost = ((pair, self._loss(pair)) for pair in others)
        return sorted((rival for rival in lost if rival[1] <= hopeless), key=lambda rival: (rival[1], rival[0].u))

    @cached_property
    def _by_d(self) -> Mapping[int, list[Pair]]:
        by_d: dict[int, list[Pair]] = defaultdict(list)
        for pair in self.pairs:
            by_d[pair.d].append(pair)
        return by_d

    @cached_property
    def _worth(self) -> float:
        return sum(pair.weight for pair in self.best)

    @cached_property
    def _most(self) -> float:
        """What all pairs could weigh if nobody competed."""
        return sum(pair.weight for pair in self._favourites.values())

    @cached_property
    def _wanted(self) -> Mapping[int, float]:
        """By upstream statement: what those who want it most would lose with their second best."""
        second: dict[int, float] = {}
        for pair in self.pairs:
            if pair.u != self._favourites[pair.fed].u:
                second[pair.fed] = max(second.get(pair.fed, 0.0), pair.weight)
        wanted: dict[int, float] = defaultdict(float)
        for fed, pair in self._favourites.items():
            wanted[pair.u] += pair.weight - second.get(fed, 0.0)
        return wanted

    def _behind(self, pair: Pair) -> float:
        """What a pair weighs less than its ingress's favourite: forcing it costs that where the contest is settled."""
        return self._favourites[pair.fed].weight - pair.weight if self.settled else 0.0

    def _at_least(self, pair: Pair) -> float:
        """What forcing a pair costs in any case: as if the others got their best, or second best, for nothing."""
        own = self._favourites[pair.fed]
        others = self._most - own.weight - (self._wanted.get(pair.u, 0.0) if own.u != pair.u else 0.0)
        return self._worth - pair.weight - others

    def _loss(self, pair: Pair) -> float:
        rest = solve([other for other in self.pairs if other.fed != pair.fed and other.u != pair.u])
        return self._worth - pair.weight - sum(other.weight for other in rest)


def contests(pairs: Sequence[Pair]) -> Iterable[Contest]:
    """The contests among pairs of positive weight; one for all where they settle themselves."""
    together = Contest(pairs)
    return [together] if together.settled else map(Contest, _groups(pairs))


def _groups(pairs: Sequence[Pair]) -> Iterable[list[Pair]]:
    """Pairs in connected groups: those that share a statement on the same side, directly or through others."""
    parent: dict[int, int] = {}

    def root(node: int) -> int:
        """The node that stands for a node's group; the way there is made shorter."""
        while (above := parent.setdefault(node, node)) != node:
            parent[node] = parent[above]
            node = above
        return node

    # A statement stands in both roles: as the one that is fed, 2 n, and as the one that feeds, 2 n + 1.
    for pair in pairs:
        parent[root(2 * pair.fed)] = root(2 * pair.u + 1)
    groups: dict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        groups[root(2 * pair.fed)].append(pair)
    return groups.values()


def solve(group: Sequence[Pair]) -> list[Pair]:
    """The pairs of a group that together weigh most, each statement once on each side."""
    favourites = list(_favourites(group).values())
    return favourites if _distinct(favourites) else _solved(group)


def _distinct(favourites: Sequence[Pair]) -> bool:
    """Whether everybody gets the best there is for it: no assignment can weigh more."""
    return len({pair.u for pair in favourites}) == len(favourites)


def _solved(group: Sequence[Pair]) -> list[Pair]:
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


def _favourites(group: Sequence[Pair]) -> dict[int, Pair]:
    """Each ingress's heaviest pair, where it has one with evidence for it."""
    best: dict[int, Pair] = {}
    for pair in group:
        fed, weight = pair.fed, pair.weight
        if weight > 0 and (fed not in best or weight > best[fed].weight):
            best[fed] = pair
    return best


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
