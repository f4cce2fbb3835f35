"""The kernel's assignment and walk against brute force by networkx, on random worlds."""

from __future__ import annotations

import random
from itertools import product

import networkx as nx
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from hoptrace.linking.assignment import HANDOFFS, LEAPS, assign
from hoptrace.linking.contests import FEW, Pair, _best_of_few, solve
from hoptrace.linking.covered import Covered
from hoptrace.linking.kinds import Kind
from hoptrace.linking.members import members_of
from hoptrace.linking.weights import Weights
from hoptrace.tracing.kernel import link
from hoptrace.tracing.trails import trails


def brute_force(pairs: list[Pair]) -> float:
    """The best total weight of a one-to-one choice, by maximum-weight matching on the general graph."""
    return sum(weight for *_, weight in best_matching(pairs))


def without_rings(matching: list[tuple[int, int, float]]) -> float:
    """The weight of a matching (downstream, upstream, weight) without the lightest pair of each ring in it."""
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(matching)
    rings = [[graph.edges[edge]["weight"] for edge in nx.find_cycle(graph, ring)] for ring in nx.simple_cycles(graph)]
    return sum(weight for *_, weight in matching) - sum(min(ring) for ring in rings)


def best_matching(pairs: list[Pair]) -> list[tuple[int, int, float]]:
    """The choice itself: downstream and upstream statement, and weight."""
    graph = nx.Graph()
    for pair in pairs:
        if pair.weight > 0 and pair.kind in HANDOFFS:
            graph.add_edge(("d", pair.d), ("u", pair.u), weight=pair.weight)
    sides = [dict(edge) for edge in nx.max_weight_matching(graph)]
    return [(one["d"], one["u"], graph.edges[("d", one["d"]), ("u", one["u"])]["weight"]) for one in sides]


@pytest.mark.parametrize("seed", range(60))
def test_assignment_weighs_as_much_as_the_best_matching_without_its_rings(seed):
    chance = random.Random(seed)
    pairs = [
        Pair(d, u, chance.choice([Kind.DIRECT, Kind.BRIDGED, Kind.CONFLICT]), chance.uniform(-4, 12), row, 0.0, d)
        for row, (d, u) in enumerate((d, u) for d in range(7) for u in range(7) if d != u and chance.random() < 0.4)
    ]
    assignment = assign(pairs)
    chosen = list(assignment.chosen.values())
    assert sum(pair.weight for pair in chosen) == pytest.approx(without_rings(best_matching(pairs)))
    assert len({pair.u for pair in chosen}) == len(chosen)
    assert all(pair.d == d and pair.kind is not Kind.CONFLICT for d, pair in assignment.chosen.items())


@pytest.mark.parametrize("seed", range(30))
def test_a_rivals_loss_is_what_forcing_it_costs(seed):
    chance = random.Random(seed)
    pairs = [
        Pair(d, u, Kind.DIRECT, chance.uniform(0.5, 9), row, 0.0, d)
        for row, (d, u) in enumerate((d, u) for d in range(4) for u in range(10, 14) if chance.random() < 0.7)
    ]
    assignment = assign(pairs)
    best = brute_force(pairs)
    for d in assignment.chosen:
        for rival, loss in assignment.rivals(d):
            rest = [pair for pair in pairs if pair.d != d and pair.u != rival.u]
            assert loss == pytest.approx(best - rival.weight - brute_force(rest))
            assert loss >= -1e-9


@pytest.mark.parametrize("seed", range(30))
def test_hopeless_rivals_are_left_out_and_no_others(seed):
    chance = random.Random(seed)
    kinds = [Kind.DIRECT, Kind.BRIDGED]
    pairs = [
        Pair(d, u, chance.choice(kinds), chance.uniform(0.5, 20), row, 0.0, d // 2 if seed % 2 else d)
        for row, (d, u) in enumerate((d, u) for d in range(7) for u in range(10, 17) if chance.random() < 0.5)
    ]
    assignment = assign(pairs)
    for d in range(7):
        every = assignment.rivals(d)
        for hopeless in (0.0, 5.0, 12.0):
            assert assignment.rivals(d, hopeless) == [rival for rival in every if rival[1] <= hopeless]


def ways_without_rings(leaps: list[Pair]) -> list[list[Pair]]:
    """Every one-to-one choice among leaps in which no call comes from itself."""
    each = [[None, *(pair for pair in leaps if pair.d == d)] for d in sorted({pair.d for pair in leaps})]
    ways = [[pair for pair in way if pair is not None] for way in product(*each)]
    ways = [way for way in ways if len({pair.u for pair in way}) == len(way)]
    return [way for way in ways if nx.is_directed_acyclic_graph(nx.DiGraph((pair.d, pair.u) for pair in way))]


@pytest.mark.parametrize("seed", range(120))
def test_no_other_choice_of_leaps_costs_less_than_is_told_though_rings_were_broken(seed):
    chance = random.Random(seed)
    ends = [(d, u) for d in range(4) for u in range(4) if d != u and chance.random() < 0.6]
    pairs = [Pair(d, u, Kind.GAP, chance.uniform(0.6, 10), row, 0.0, d) for row, (d, u) in enumerate(ends)]
    assignment, ways = assign(pairs), ways_without_rings(pairs)
    chosen = list(assignment.chosen.values())
    assert set(chosen) in [set(way) for way in ways]
    worth = sum(pair.weight for pair in chosen)
    for d in assignment.chosen:
        told = {rival.u: loss for rival, loss in assignment.rivals(d)}
        for other in (pair for pair in pairs if pair.d == d and pair is not assignment.chosen[d]):
            forced = max(sum(pair.weight for pair in way) for way in ways if other in way)
            assert told[other.u] <= worth - forced + 1e-9


def redials(new_world, seed: int):
    """A random world: a few calls to one number over random chains, some redialled within seconds, some rows lost."""
    chance = random.Random(seed)
    world = new_world()
    transits = ["t1", "t2", "t3"]
    for n in range(chance.randint(1, 5)):
        chain = [chance.choice(["o1", "o2", "o3"]), *chance.sample(transits, chance.randint(0, 3)), "term"]
        world.chain(*chain, at=n * chance.uniform(0.8, 6), customer=f"cust-{chain[0]}")
    for _ in range(chance.randint(0, 2)):
        if len(world.rows) > 2:
            world.rows.pop(chance.randrange(len(world.rows)))
    return world


@pytest.mark.parametrize("seed", range(60))
def test_trails_are_the_paths_of_the_chosen_handoffs(seed, new_world, report_call):
    """Each trail, without its named ends, is the unique path of the matching's graph, found by networkx."""
    world = redials(new_world, seed)
    (judged,) = world.gather([report_call(1.0)]).judged
    graph = nx.DiGraph()
    graph.add_nodes_from(judged.case.facts)
    chosen = judged.case.assignment.chosen
    best = brute_force(list(judged.case.assignment.pairs))
    handoffs = [pair for pair in chosen.values() if pair.kind not in LEAPS]
    assert sum(pair.weight for pair in handoffs) == pytest.approx(best)
    graph.add_edges_from((pair.d, pair.u) for pair in chosen.values())
    assert all(degree <= 1 for _, degree in graph.out_degree()) and all(degree <= 1 for _, degree in graph.in_degree())
    for trail in trails(judged.case):
        sids = [step.sid for step in trail.steps if step.sid is not None]
        assert sids == nx.shortest_path(graph, sids[0], sids[-1])
        assert graph.in_degree(sids[0]) == 0
        assert not set(nx.descendants(graph, sids[-1])) - set(sids)


def contradicts(d: dict, u: dict) -> bool:
    """Whether one of two statements names a neighbour other than the other statement's carrier."""
    return (d["upstream"] is not None and d["upstream"] != u["carrier"]) or (
        u["downstream"] is not None and u["downstream"] != d["carrier"]
    )


@pytest.mark.parametrize("seed", range(20))
def test_direct_pairs_are_those_that_name_each_other_and_do_not_contradict(seed, new_world):
    world = redials(new_world, seed)
    ground = world.ground()
    from hoptrace.linking.members import WANTED, comparable

    facts = comparable(world.frame(), ground.learned)
    called = facts["called"][0]
    at = facts["start"].mean()
    wanted = pl.DataFrame([(0, called, at, 600.0)], schema=WANTED, orient="row")
    members = members_of(wanted, facts)
    pairs = link(members, Covered.nothing(), Weights())
    rows = {row["sid"]: row for row in members.iter_rows(named=True)}
    brute = {
        (d["sid"], u["sid"])
        for d in rows.values()
        for u in rows.values()
        if d["carrier"] != u["carrier"]
        and d["customer"] is None
        and not contradicts(d, u)
        and (d["upstream"] == u["carrier"] or u["downstream"] == d["carrier"])
    }
    direct = pairs.filter(pl.col("kind") == "direct")
    assert set(direct.select("d_sid", "u_sid").iter_rows()) == brute


def test_solve_prefers_the_best_total_to_the_greedy_choice():
    greedy = [Pair(d, u, Kind.DIRECT, weight, 0, 0.0, d) for d, u, weight in ((1, 10, 9.0), (1, 11, 8.0), (2, 10, 8.0))]
    assert {(pair.d, pair.u) for pair in solve(greedy)} == {(1, 11), (2, 10)}


@given(st.integers(1, FEW), st.integers(1, FEW), st.data())
def test_trying_all_ways_finds_as_much_as_scipy(rows, columns, data):
    weights = st.floats(0.0, 30.0, allow_nan=False).map(lambda weight: round(weight, 2))
    value = np.array(
        data.draw(st.lists(st.lists(weights, min_size=columns, max_size=columns), min_size=rows, max_size=rows))
    )
    places = _best_of_few(value)
    best = linear_sum_assignment(value, maximize=True)
    assert len({row for row, _ in places}) == len({column for _, column in places}) == len(places) == min(rows, columns)
    assert sum(value[place] for place in places) == pytest.approx(value[best].sum())
