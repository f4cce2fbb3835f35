"""Who is connected with whom in a world."""

from __future__ import annotations

import random
from collections.abc import Mapping

import networkx as nx

from hoptrace.simulate.kinds import Role
from hoptrace.simulate.network import SimCarrier


def links_of(carriers: tuple[SimCarrier, ...], roll: random.Random) -> nx.Graph[int]:
    """Tiers join to the tiers above by preferential attachment: who has many links gets more."""
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(carriers)))
    members = {role: [carrier.index for carrier in carriers if carrier.role is role] for role in Role}
    _mesh(graph, members[Role.TIER1], roll, 1.0)
    above: Mapping[Role, tuple[tuple[Role, ...], int]] = {
        Role.TIER2: ((Role.TIER1,), 2),
        Role.TIER3: ((Role.TIER2,), 2),
        Role.GATEWAY: ((Role.TIER1, Role.TIER2, Role.TIER3), 3),
        Role.ORIGINATING: ((Role.TIER2, Role.TIER3), 3),
        Role.TERMINATING: ((Role.TIER1, Role.TIER2, Role.TIER3), 4),
        Role.FOREIGN: ((Role.GATEWAY,), 2),
    }
    for role, (targets, links) in above.items():
        pool = [index for target in targets for index in members[target]]
        for index in members[role]:
            _attach(graph, index, pool, links, roll)
    _mesh(graph, members[Role.TIER2], roll, 0.4)
    _mesh(graph, members[Role.TIER3], roll, 0.3)
    _mesh(graph, members[Role.FOREIGN], roll, 0.6)
    for index in members[Role.ORIGINATING]:
        if roll.random() < 0.25:
            _attach(graph, index, members[Role.TERMINATING], 1, roll)
    return graph


def _attach(graph: nx.Graph[int], index: int, pool: list[int], links: int, roll: random.Random) -> None:
    free = [other for other in pool if other != index]
    for _ in range(min(links, len(free))):
        weights = [1 + graph.degree(other) for other in free]
        chosen = roll.choices(free, weights)[0]
        free.remove(chosen)
        graph.add_edge(index, chosen)


def _mesh(graph: nx.Graph[int], members: list[int], roll: random.Random, share: float) -> None:
    for place, one in enumerate(members):
        for other in members[place + 1 :]:
            if roll.random() < share:
                graph.add_edge(one, other)
