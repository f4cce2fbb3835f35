"""Numbers that change on the way: forwarding, toll-free numbers, callers that a hop replaces or withholds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hoptrace.model.arrays import Int64s, Truths
from hoptrace.simulate.calls import Calls
from hoptrace.simulate.chance import scramble, stream, struck_by
from hoptrace.simulate.kinds import FileKind
from hoptrace.simulate.knobs import Scenario
from hoptrace.simulate.numbers import toll_free_numbers
from hoptrace.simulate.routes import RouteTable
from hoptrace.simulate.subscribers import Subscribers

_OWN_IDS = 5
"""Numbers of its own that a carrier puts in a caller's place."""


def forwarded(calls: Calls, scenario: Scenario, people: Subscribers, seed: int) -> Calls:
    """Some called parties have forwarded their number to a subscriber of another carrier."""
    chance = stream(seed, "forwarding")
    to = chance.integers(0, len(people.numbers), size=len(calls))
    moved = (chance.random(len(calls)) < scenario.faults.forwarded) & (people.served_by[to] != calls.serving)
    return replace(
        calls,
        called=np.where(moved, people.numbers[to], calls.called),
        forward_to=np.where(moved, people.served_by[to], -1),
    )


def with_toll_free(calls: Calls, scenario: Scenario, routes: RouteTable, seed: int) -> Calls:
    """Some calls are dialled to a toll-free number, which one carrier on the way translates.

    Each subscriber has one toll-free number at most, and redials of a call dial the same. Forwarded calls are left out.
    """
    struck = struck_by(calls.group, scenario.faults.toll_free, seed, "toll-free") & (calls.moved_at < 0)
    at, fits = _place(calls, routes, seed, "toll-free place")
    struck &= fits
    pool = toll_free_numbers()
    number = pool[(scramble(calls.called, seed, "toll-free number") % np.uint64(len(pool))).astype(np.int64)]
    return replace(
        calls,
        dialled=np.where(struck, number, calls.dialled),
        toll_free=struck,
        moved_at=np.where(struck, at, calls.moved_at),
    )


def with_new_callers(calls: Calls, scenario: Scenario, routes: RouteTable, people: Subscribers, seed: int) -> Calls:
    """On some calls one carrier sends another caller on than it received: a number of its own, or none."""
    replaced = struck_by(calls.group, scenario.faults.caller_replaced, seed, "caller replaced")
    dropped = struck_by(calls.group, scenario.faults.caller_dropped, seed, "caller dropped") & ~replaced
    at, fits = _place(calls, routes, seed, "caller place")
    carrier = routes.matrix()[calls.route, at]
    line = scramble(calls.group, seed, "own line") % np.uint64(_OWN_IDS)
    own = scramble(carrier * _OWN_IDS + line.astype(np.int64), seed, "own number") % np.uint64(len(people.numbers))
    return replace(
        calls,
        rewritten_at=np.where((replaced | dropped) & fits, at, -1),
        rewritten_to=np.where(replaced & fits, people.numbers[own.astype(np.int64)], -1),
    )


def _place(calls: Calls, routes: RouteTable, seed: int, subject: str) -> tuple[Int64s, Truths]:
    """A place on each call's route that hands it on, and whether the switch there can say what it changed."""
    paths = routes.matrix()
    length = (paths >= 0).sum(axis=1)[calls.route]
    draw = (scramble(calls.group, seed, subject) >> np.uint64(20)) % np.uint64(1_000_000)
    at = draw.astype(np.int64) * (length - 1) // 1_000_000
    combined = np.array([carrier.files is FileKind.YATE_COMBINED for carrier in routes.network.carriers])
    return at, ~combined[paths[calls.route, at]]
