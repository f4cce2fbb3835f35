"""Clocks' potentials against dense least squares by numpy, on random graphs without outliers."""

from __future__ import annotations

import random
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from hoptrace.linking.clocks.potentials import Edge, handed_on_beyond, potentials


def network(seed: int, noise: float, parts: int = 1, alike: bool = True) -> tuple[list[Edge], dict[str, float]]:
    """Edges of random connected graphs and the clocks behind them; names begin with the part's number."""
    chance = random.Random(seed)
    edges: list[Edge] = []
    truth: dict[str, float] = {}
    for part in range(parts):
        names = [f"{part}-{n}" for n in range(chance.randint(3, 9))]
        truth |= {name: chance.choice([0.0, chance.uniform(-90, 90), 3600.0 * chance.randint(-8, 8)]) for name in names}
        tree = [(names[chance.randrange(n)], names[n]) for n in range(1, len(names))]
        more = [tuple(chance.sample(names, 2)) for _ in range(len(names))]
        for up, down in tree + more:
            spread, matches = (0.1, 30) if alike else (chance.uniform(0.05, 2.0), chance.randint(3, 300))
            edges.append(Edge(up, down, truth[down] - truth[up] + chance.gauss(0.0, noise), spread, matches))
    chance.shuffle(edges)
    return edges, truth


def dense(edges: list[Edge]) -> dict[str, float]:
    """The unweighted least-squares solution of least norm."""
    names = sorted({name for edge in edges for name in (edge.upstream, edge.downstream)})
    matrix = np.zeros((len(edges), len(names)))
    for row, edge in enumerate(edges):
        matrix[row, names.index(edge.downstream)] += 1.0
        matrix[row, names.index(edge.upstream)] -= 1.0
    solution = np.linalg.lstsq(matrix, np.array([edge.difference for edge in edges]), rcond=None)[0]
    return dict(zip(names, solution, strict=True))


def against_first(offsets: dict[str, float]) -> dict[str, float]:
    """Offsets as differences from the first carrier of each part: where a part lies as a whole is nobody's to say."""
    return {name: offset - offsets[name.split("-")[0] + "-0"] for name, offset in offsets.items()}


@pytest.mark.parametrize("seed", range(40))
def test_potentials_are_the_least_squares_solution(seed):
    edges, _ = network(seed, noise=0.02)
    assert against_first(potentials(edges)) == pytest.approx(against_first(dense(edges)), abs=2e-3)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("beyond", [0.0, 0.1, 0.2, 1.4])
def test_what_all_edges_have_beside_the_clocks_is_told_where_calls_go_both_ways(seed, beyond):
    edges, _ = network(seed, noise=0.02)
    back = [Edge(edge.downstream, edge.upstream, -edge.difference, edge.spread, edge.matches) for edge in edges]
    slow = [replace(edge, difference=edge.difference + beyond) for edge in (*edges, *back)]
    assert handed_on_beyond(slow) == pytest.approx(beyond if beyond >= 0.15 else 0.0, abs=0.02)


def test_edges_that_are_seconds_off_seldom_pass_for_slow_handoffs():
    """A third of the edges late by more than a second: in most networks that explains the others worse."""
    found: list[float] = []
    for seed in range(20):
        chance, edges = random.Random(seed), network(seed, noise=0.02)[0]
        back = [Edge(edge.downstream, edge.upstream, -edge.difference, edge.spread, edge.matches) for edge in edges]
        late = (replace(edge, difference=edge.difference + 1.4 * (chance.random() < 0.3)) for edge in (*edges, *back))
        found.append(handed_on_beyond(list(late)))
    assert found.count(0.0) >= 15


@pytest.mark.parametrize("seed", range(20))
def test_a_tree_tells_nothing_beside_the_clocks(seed):
    edges, truth = network(seed, noise=0.02)
    graph = nx.minimum_spanning_tree(nx.Graph((edge.upstream, edge.downstream) for edge in edges))
    more = [(f"0-{n}", f"0-{n + 1}") for n in range(20, 30)]
    ways = [*graph.edges, ("0-0", "0-20"), *more]
    assert handed_on_beyond([Edge(up, down, 1.0 + truth.get(down, 0.0), 0.1, 30) for up, down in ways]) == 0.0


@pytest.mark.parametrize("seed", range(20))
def test_edges_that_agree_are_fitted_exactly_whatever_they_weigh(seed):
    edges, truth = network(seed, noise=0.0, alike=False)
    assert against_first(potentials(edges)) == pytest.approx(against_first(truth), abs=5e-3)


@pytest.mark.parametrize("seed", range(20))
def test_parts_that_nothing_ties_are_solved_each_by_itself(seed):
    edges, _ = network(seed, noise=0.02, parts=3)
    together = potentials(edges)
    for part in range(3):
        alone = potentials([edge for edge in edges if edge.upstream.startswith(f"{part}-")])
        assert {name: together[name] for name in alone} == pytest.approx(alone, abs=1e-4)


@pytest.mark.parametrize("seed", range(20))
def test_each_part_lies_around_its_own_middle(seed):
    edges, _ = network(seed, noise=0.02, parts=2)
    found = potentials(edges)
    graph = nx.Graph((edge.upstream, edge.downstream) for edge in edges)
    for part in nx.connected_components(graph):
        offsets = sorted(found[name] for name in part)
        half = (len(offsets) - 1) // 2
        assert 0.0 in offsets[half : len(offsets) // 2 + 1]


@pytest.mark.parametrize("seed", range(10))
def test_one_edge_that_is_hours_off_in_a_dense_graph_pulls_nothing(seed):
    chance = random.Random(seed)
    names = [f"0-{n}" for n in range(6)]
    truth = {name: chance.uniform(-50, 50) for name in names}
    pairs = [(up, down) for n, up in enumerate(names) for down in names[n + 1 :]]
    edges = [Edge(up, down, truth[down] - truth[up], 0.1, 30) for up, down in pairs]
    up, down = chance.choice(pairs)
    wrong = Edge(up, down, truth[down] - truth[up] + 3 * 3600.0, 0.1, 30)
    others = [edge for edge in edges if (edge.upstream, edge.downstream) != (up, down)]
    assert against_first(potentials([*others, wrong])) == pytest.approx(against_first(truth), abs=0.01)
