"""Routes: which carriers a call crosses. Paths run from the originating carrier to the terminating one."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

import networkx as nx
import numpy as np

from hoptrace.model.arrays import Int64s, Truths
from hoptrace.simulate.chance import dice
from hoptrace.simulate.kinds import TRANSIT, FileKind, Role
from hoptrace.simulate.network import Network

LONGEST = 9
"""Carriers on the longest path."""

Path = tuple[int, ...]


@dataclass(slots=True)
class RouteTable:
    """All routes in use; a route is found by its number. `forwarder` is the position that forwards, or -1."""

    network: Network
    seed: int
    lengths: tuple[float, ...]
    paths: list[Path] = field(default_factory=list[Path])
    forwarders: list[int] = field(default_factory=list[int])
    _known: dict[tuple[Path, int], int] = field(default_factory=dict[tuple[Path, int], int])
    _found: dict[tuple[int, int, int, bool], Path | None] = field(
        default_factory=dict[tuple[int, int, int, bool], "Path | None"]
    )
    _distances: dict[int, dict[int, int]] = field(default_factory=dict[int, dict[int, int]])

    def plain(self, origin: int, terminating: int, alternative: int) -> int:
        """The number of a pair's route; alternatives differ where the network allows it."""
        path = self._path(origin, terminating, alternative, short=False)
        if path is None:
            raise AssertionError("the network's plan leaves carriers without a route")
        return self._enter(path, -1)

    def forwarded(self, origin: int, forwarder: int, terminating: int, alternative: int) -> int | None:
        """A route that is forwarded on its way, or None where none fits."""
        if self.network.carriers[forwarder].files is FileKind.YATE_COMBINED:
            return None  # such a row has one called number only, so nobody could say that it changed
        first = self._path(origin, forwarder, alternative, short=True)
        second = self._path(forwarder, terminating, alternative, short=True)
        if first is None or second is None:
            return None
        path = first + second[1:]
        if len(path) > LONGEST or not self._told_apart(path):
            return None
        return self._enter(path, len(first) - 1)

    def hairpin(self, route: int, roll: random.Random) -> int | None:
        """The route with a detour: a transit carrier hands the call out and gets it back, or None where none fits."""
        path, forwarder = self.paths[route], self.forwarders[route]
        places = [p for p in range(1, len(path) - 1) if self.network.carriers[path[p]].role in TRANSIT]
        if forwarder >= 0 or len(path) + 2 > LONGEST or not places:
            return None
        place = roll.choice(places)
        out = [n for n in self.network.neighbours(path[place]) if self._is_transit(n) and n not in path]
        if not out:
            return None
        bent = (*path[: place + 1], roll.choice(out), *path[place:])
        return self._enter(bent, -1) if self._told_apart(bent) else None

    def matrix(self) -> Int64s:
        """All paths as rows of carrier indices, filled up with -1."""
        table = np.full((len(self.paths), LONGEST), -1, dtype=np.int64)
        for number, path in enumerate(self.paths):
            table[number, : len(path)] = path
        return table

    def forwarder_positions(self) -> Int64s:
        """The forwarding position of every route, -1 for none."""
        return np.array(self.forwarders, dtype=np.int64)

    def _enter(self, path: Path, forwarder: int) -> int:
        key = (path, forwarder)
        if key not in self._known:
            self._known[key] = len(self.paths)
            self.paths.append(path)
            self.forwarders.append(forwarder)
        return self._known[key]

    def _is_transit(self, carrier: int) -> bool:
        return self.network.carriers[carrier].role in TRANSIT

    def _told_apart(self, path: Path) -> bool:
        """A proxy that sees one Call-ID twice cannot keep two records of it; real loops pass a back-to-back agent."""
        for later, carrier in enumerate(path):
            earlier = path.index(carrier)
            if earlier < later and all(self.network.carriers[c].keeps_call_id for c in path[earlier:later]):
                return False
        return True

    def _path(self, origin: int, terminating: int, alternative: int, *, short: bool) -> Path | None:
        key = (origin, terminating, alternative, short)
        if key not in self._found:
            self._found[key] = self._search(key)
        return self._found[key]

    def _search(self, key: tuple[int, int, int, bool]) -> Path | None:
        """A path near a length that is drawn from the plan's weights."""
        origin, terminating, _, short = key
        roll = dice(self.seed, f"route {key}")
        wanted = roll.choice((3, 4, 5)) if short else roll.choices(range(2, LONGEST + 1), self.lengths)[0]
        for length in sorted(range(2, LONGEST + 1), key=lambda n: (abs(n - wanted), n)):
            path = self._walk((origin,), terminating, length, roll, [400])
            if path is not None:
                return path
        return None

    def _walk(self, so_far: Path, goal: int, length: int, roll: random.Random, budget: list[int]) -> Path | None:
        """Depth-first search for a simple path of exactly `length` carriers, well-connected carriers first."""
        budget[0] -= 1
        here, left = so_far[-1], length - len(so_far)
        if here == goal:
            return so_far if left == 0 else None
        if budget[0] <= 0 or self._distance(goal).get(here, LONGEST) > left:
            return None
        for step in self._steps(so_far, goal, roll):
            path = self._walk((*so_far, step), goal, length, roll, budget)
            if path is not None:
                return path
        return None

    def _steps(self, so_far: Path, goal: int, roll: random.Random) -> list[int]:
        here = self.network.carriers[so_far[-1]]
        allowed = [
            n
            for n in self.network.neighbours(here.index)
            if n not in so_far and (n == goal or self._passes(here.role, n))
        ]
        weights = {n: roll.random() ** (1 / (1 + self.network.links.degree(n))) for n in allowed}
        return sorted(allowed, key=lambda n: (-weights[n], n))

    def _passes(self, role: Role, step: int) -> bool:
        """Abroad, a call may go on abroad or to a gateway; once in the home country it stays on transit carriers."""
        if role is Role.FOREIGN:
            return self.network.carriers[step].role in {Role.FOREIGN, Role.GATEWAY}
        return self._is_transit(step)

    def _distance(self, goal: int) -> dict[int, int]:
        if goal not in self._distances:
            self._distances[goal] = dict(nx.single_source_shortest_path_length(self.network.links, goal))
        return self._distances[goal]


def distinct(*columns: Int64s) -> tuple[list[tuple[int, ...]], Int64s]:
    """The distinct rows of some columns, and for each row which of them it is."""
    rows, inverse = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)
    return [tuple(int(value) for value in row) for row in rows], inverse.reshape(-1).astype(np.int64)


def numbers_of(values: Iterable[int | None]) -> tuple[Int64s, Truths]:
    """Route numbers as an array with -1 for none, and which of them there are."""
    array = np.array([-1 if value is None else value for value in values], dtype=np.int64)
    return array, array >= 0
