"""Potentials: a number for each carrier from differences between neighbours, by robust least squares over all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hoptrace.model.arrays import Floats

ROUNDS = 20
"""Rounds in which wrong edges lose a little (Huber), and again as many in which they lose all (Cauchy)."""

SLACK = 0.5
"""Seconds by which an edge may miss before it counts less."""

LEAST_CIRCLES = 8
"""Pairs of neighbours beyond those of a tree, which tell nothing, from which what a handoff takes is told apart from
their clocks: one slow pair must not move all."""

LEAST_BEYOND, MOST_ERROR = 0.15, 0.05
"""Seconds by which handoffs must be slower than usual for it to matter, and the error (1 sigma) that this may have."""

BETTER = 0.85
"""Share of what the edges are missed by without it that must be left where handoffs are taken to be slow.

In simulated networks with slow handoffs 0.2 to 0.7 was left; where edges seconds off made them seem slow, 1.3.
"""

RIDGE = 1e-9
"""Keeps the equations solvable: each connected part may be moved as a whole."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Two neighbours' clocks: `downstream` minus `upstream` is `difference` s, `spread` s (1 sigma), by `matches`."""

    upstream: str
    downstream: str
    difference: float
    spread: float
    matches: int


def potentials(edges: Sequence[Edge], slack: float = SLACK) -> dict[str, float]:
    """Offsets (s) by carrier that fit the edges best, each connected part around its own median.

    Iteratively reweighted least squares: first with Huber's weights, under which the majority wins, then with Cauchy's,
    under which an edge that is hours off pulls no more at all. `slack`: seconds by which an edge may well miss.
    """
    carriers = _carriers(edges)
    return _centred(carriers, _fitted(edges, carriers, slack, alike=0.0)[0], edges)


def handed_on_beyond(edges: Sequence[Edge]) -> float:
    """Seconds that a handoff takes beyond what the `edges` of neighbours allow for; 0.0 where they do not tell it well.

    What handoffs take looks like a clock that runs fast, but not where calls go both ways, or by ways of different
    length: those who hand calls on to each other are not each faster than the other.
    """
    carriers = _carriers(edges)
    if len(edges) - len(carriers) + 1 < LEAST_CIRCLES:
        return 0.0
    solution, error = _fitted(edges, carriers, SLACK, alike=1.0)
    if solution[-1] < LEAST_BEYOND or error > MOST_ERROR:
        return 0.0
    without, _ = _fitted(edges, carriers, SLACK, alike=0.0)
    better = _missed(edges, carriers, solution) <= BETTER * _missed(edges, carriers, without)
    return float(solution[-1]) if better else 0.0


def _missed(edges: Sequence[Edge], carriers: list[str], solution: Floats) -> float:
    """Seconds by which a solution (of `_fitted`) misses the edges on average, each by SLACK at most."""
    at = dict(zip(carriers, solution.tolist(), strict=False))
    told = (at[edge.downstream] - at[edge.upstream] + solution[-1] - edge.difference for edge in edges)
    return sum(min(abs(off), SLACK) for off in told) / len(edges)


def _carriers(edges: Sequence[Edge]) -> list[str]:
    return sorted({edge.upstream for edge in edges} | {edge.downstream for edge in edges})


def _fitted(edges: Sequence[Edge], carriers: list[str], slack: float, alike: float) -> tuple[Floats, float]:
    """The offsets (s) of the carriers and, where it is `alike` 1, how much every edge has beside them; and its error.

    With `alike` 0 nothing is sought beside the offsets: the last entry is 0, and has no error.
    """
    place = {carrier: i for i, carrier in enumerate(carriers)}
    down = np.array([place[edge.downstream] for edge in edges])
    up = np.array([place[edge.upstream] for edge in edges])
    target = np.array([edge.difference for edge in edges])
    trust = np.array([min(edge.matches, 100) ** 0.5 / (edge.spread + 0.1) for edge in edges]) ** 2
    weights, solution, error = trust.copy(), np.zeros(len(carriers) + 1), 0.0
    for round_ in range(2 * ROUNDS):
        solution, error = _solved(down, up, target, weights, (len(carriers), alike))
        residual = np.abs(solution[down] - solution[up] + alike * solution[-1] - target)
        huber, cauchy = np.minimum(1.0, slack / np.maximum(residual, 1e-9)), 1 / (1 + (residual / slack) ** 2)
        weights = trust * (huber if round_ < ROUNDS else cauchy)
    return solution, error


def _solved(
    down: npt.NDArray[np.int64], up: npt.NDArray[np.int64], target: Floats, weights: Floats, sought: tuple[int, float]
) -> tuple[Floats, float]:
    """Least squares of x[down] - x[up] + alike y = target: a sparse system, for a nation has thousands of carriers.

    `sought`: how many x, and alike. Gives all x and y, and the error (1 sigma) of y.
    """
    from scipy import sparse  # pyright: ignore  # scipy ships no types; loads only when needed
    from scipy.sparse.linalg import spsolve  # pyright: ignore

    count, alike = sought
    rows, ones = np.arange(len(target)), np.ones(len(target))
    entries = (
        np.concatenate([ones, -ones, alike * ones]),
        (np.tile(rows, 3), np.concatenate([down, up, count + 0 * down])),
    )
    matrix = sparse.csr_matrix(entries, shape=(len(target), count + 1))  # pyright: ignore
    matrix.eliminate_zeros()  # pyright: ignore
    weighted = matrix.multiply(weights[:, None]).tocsr()  # pyright: ignore
    ridge = sparse.identity(count + 1) * (RIDGE * float(weights.max()))  # pyright: ignore
    normal = (matrix.T @ weighted + ridge).tocsc()  # pyright: ignore
    solution = np.asarray(spsolve(normal, weighted.T @ target), np.float64)  # pyright: ignore
    if not alike:
        return solution, 0.0
    last = np.zeros(count + 1)
    last[-1] = 1.0
    return solution, float(np.asarray(spsolve(normal, last), np.float64)[-1]) ** 0.5  # pyright: ignore


def _centred(carriers: list[str], solution: Floats, edges: Sequence[Edge]) -> dict[str, float]:
    """Offsets relative to the median clock of each connected part: most carriers keep good time."""
    import networkx as nx

    place = {carrier: i for i, carrier in enumerate(carriers)}
    graph: nx.Graph[str] = nx.Graph()
    graph.add_edges_from((edge.upstream, edge.downstream) for edge in edges)
    matches = dict.fromkeys(carriers, 0)
    for edge in edges:
        matches[edge.upstream] += edge.matches
        matches[edge.downstream] += edge.matches
    offsets: dict[str, float] = {}
    for part in nx.connected_components(graph):
        ranked = sorted(part, key=lambda carrier: (float(solution[place[carrier]]), carrier))
        middle = ranked[(len(ranked) - 1) // 2]
        if len(ranked) % 2 == 0:
            other = ranked[len(ranked) // 2]
            middle = max(middle, other, key=lambda carrier: (matches[carrier], carrier))
        offsets |= {carrier: float(solution[place[carrier]] - solution[place[middle]]) for carrier in part}
    return offsets


def ties(edges: Sequence[Edge]) -> dict[str, tuple[float, int]]:
    """Spread (s) and matches of the best edge of each carrier."""
    found: dict[str, tuple[float, int]] = {}
    for edge in sorted(edges, key=lambda edge: (edge.spread, -edge.matches)):
        for carrier in (edge.upstream, edge.downstream):
            found.setdefault(carrier, (edge.spread, edge.matches))
    return found
