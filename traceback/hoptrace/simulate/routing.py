"""Every call gets its route."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hoptrace.model.arrays import Int64s
from hoptrace.simulate.calls import HOUR, Calls
from hoptrace.simulate.chance import dice, scramble, stream
from hoptrace.simulate.knobs import Scenario
from hoptrace.simulate.routes import RouteTable, distinct, numbers_of


def routed(calls: Calls, scenario: Scenario, routes: RouteTable, seed: int) -> Calls:
    """Give every call its route; a forwarded call for which no route fits is not forwarded."""
    alternative = _changed_by_day(calls, scenario, seed)
    keys, of = distinct(calls.origin, calls.serving, alternative)
    route = np.array([routes.plain(*key) for key in keys], dtype=np.int64)[of]
    called = calls.called.copy()
    moved = np.flatnonzero(calls.forward_to >= 0)
    if len(moved):
        keys, of = distinct(calls.origin[moved], calls.serving[moved], calls.forward_to[moved], alternative[moved])
        numbers, found = numbers_of(routes.forwarded(*key) for key in keys)
        route[moved] = np.where(found[of], numbers[of], route[moved])
        called[moved] = np.where(found[of], called[moved], calls.dialled[moved])
    route = _bent(route, scenario, routes, seed)
    moved_at = np.where(called != calls.dialled, routes.forwarder_positions()[route], -1)
    return replace(calls, called=called, route=route, moved_at=moved_at)


def _changed_by_day(calls: Calls, scenario: Scenario, seed: int) -> Int64s:
    """Some pairs of carriers change their first choice of route at some hour of the day."""
    pair = calls.origin * 100_000 + calls.serving
    changes = scramble(pair, seed, "route change")
    struck = changes % np.uint64(1000) < round(scenario.traffic.route_changes * 1000)
    hour = (changes >> np.uint64(20)) % np.uint64(24)
    late = (calls.start // HOUR % 24) >= hour.astype(np.int64)
    return np.where(struck & late, (calls.alternative + 1) % scenario.network.routes, calls.alternative)


def _bent(route: Int64s, scenario: Scenario, routes: RouteTable, seed: int) -> Int64s:
    """Hairpins: some calls leave a transit carrier and come back to it before they go on."""
    struck = np.flatnonzero(stream(seed, "hairpins").random(len(route)) < scenario.faults.hairpins)
    roll = dice(seed, "hairpins")
    bent = route.copy()
    for row in struck:
        other = routes.hairpin(int(route[row]), roll)
        bent[row] = bent[row] if other is None else other
    return bent
