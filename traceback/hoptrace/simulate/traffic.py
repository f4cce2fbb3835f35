"""Who calls whom, when, over which route, and how it ends: one entry a call attempt, in columns."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from hoptrace.model.arrays import Floats, Int64s, Truths
from hoptrace.simulate.attempts import with_outcomes, with_redials
from hoptrace.simulate.calls import HOUR, SECOND, Calls
from hoptrace.simulate.campaigns import (
    build_campaigns,
    campaign_numbers,
    campaign_origin,
    neighbours_of,
    scam_calls,
    with_campaigns,
)
from hoptrace.simulate.chance import stream
from hoptrace.simulate.kinds import Role
from hoptrace.simulate.knobs import Scenario
from hoptrace.simulate.network import Network
from hoptrace.simulate.rewriting import forwarded, with_new_callers, with_toll_free
from hoptrace.simulate.routes import RouteTable
from hoptrace.simulate.routing import routed
from hoptrace.simulate.subscribers import OWN_NUMBERS, Subscribers, build_subscribers

_BY_HOUR = (2, 1, 1, 1, 1, 2, 3, 4, 5, 5, 4, 4, 5, 9, 14, 17, 18, 17, 17, 18, 17, 15, 11, 6)
"""Weights of the hours of the day in UTC, as the home country's evening falls after midnight UTC."""


def build_calls(scenario: Scenario, network: Network, routes: RouteTable, seed: int) -> Calls:
    """All call attempts of a world, in order of time, each with its route."""
    people = build_subscribers(network, seed)
    calls = _first_attempts(scenario, network, people, seed)
    calls = with_campaigns(calls, build_campaigns(scenario, network, seed), scenario, people, seed)
    calls = scam_calls(calls, network, people, seed)
    calls = forwarded(calls, scenario, people, seed)
    calls = with_outcomes(calls, scenario, seed)
    calls = with_redials(calls, scenario, seed)
    calls = routed(calls, scenario, routes, seed)
    calls = with_toll_free(calls, scenario, routes, seed)
    calls = with_new_callers(calls, scenario, routes, people, seed)
    return calls.take(np.argsort(calls.start, kind="stable"))


def _first_attempts(scenario: Scenario, network: Network, people: Subscribers, seed: int) -> Calls:
    plan, chance = scenario.traffic, stream(seed, "traffic")
    count = plan.calls
    campaign = campaign_numbers(scenario)
    robocall = campaign >= 0
    origin = _origins(scenario, network, robocall, chance, seed)
    width = np.array([max(1, len(carrier.customers)) for carrier in network.carriers])
    customer = np.where(robocall, 0, (chance.random(count) * width[origin]).astype(np.int64))
    place = chance.integers(0, plan.numbers or len(people.numbers), size=count)
    called = people.numbers[place]
    zero, none = np.zeros(count, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    caller, spoofed = _callers(scenario, people, (origin, customer), (called, robocall), seed)
    return Calls(
        start=_start_times(scenario, robocall, chance),
        caller=caller,
        dialled=called,
        called=called,
        origin=origin,
        customer=customer,
        serving=people.served_by[place],
        forward_to=none,
        alternative=chance.choice(scenario.network.routes, size=count, p=_habits(scenario.network.routes)),
        route=zero,
        code=zero,
        ring=zero,
        talk=zero,
        campaign=campaign,
        traced=(campaign != -1) | (np.arange(count) < plan.campaign_calls + plan.scam_calls + plan.traced),
        withheld=stream(seed, "withheld").random(count) < scenario.faults.withheld,
        spoofed=spoofed | (campaign != -1),
        group=np.arange(count),
        toll_free=np.zeros(count, dtype=np.bool_),
        moved_at=none,
        rewritten_at=none,
        rewritten_to=none,
    )


def _habits(routes: int) -> Floats:
    """How often each of a pair's routes is taken: the first mostly."""
    weights = 0.25 ** np.arange(routes)
    return weights / weights.sum()


def _origins(scenario: Scenario, network: Network, robocall: Truths, chance: np.random.Generator, seed: int) -> Int64s:
    home = np.array([carrier.index for carrier in network.of(Role.ORIGINATING)])
    abroad = np.array([carrier.index for carrier in network.of(Role.FOREIGN)] or home)
    count = len(robocall)
    from_abroad = chance.random(count) < scenario.traffic.from_abroad
    background = np.where(from_abroad, chance.choice(abroad, size=count), chance.choice(home, size=count))
    return np.where(robocall, campaign_origin(network, seed), background).astype(np.int64)


def _start_times(scenario: Scenario, robocall: Truths, chance: np.random.Generator) -> Int64s:
    day, shape = scenario.traffic.date, scenario.traffic.daily_shape
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * SECOND
    weights = np.array(_BY_HOUR, dtype=np.float64)
    hour = chance.choice(24, size=len(robocall), p=shape * weights / weights.sum() + (1 - shape) / 24)
    hour = np.where(robocall, chance.integers(15, 18, size=len(robocall)), hour)
    return midnight + hour * HOUR + (chance.random(len(robocall)) * HOUR).astype(np.int64)


def _callers(
    scenario: Scenario, people: Subscribers, source: tuple[Int64s, Int64s], target: tuple[Int64s, Truths], seed: int
) -> tuple[Int64s, Truths]:
    """Caller ids: a customer's own, or spoofed: a neighbour of the called number, or one of a rotating list."""
    chance = stream(seed, "callers")
    called, robocall = target
    count = len(called)
    caller = people.customers[(*source, chance.integers(0, OWN_NUMBERS, size=count))]
    neighbour = neighbours_of(called, chance)
    rotating = chance.choice(people.numbers, size=40, replace=False)[chance.integers(0, 40, size=count)]
    other = people.numbers[chance.integers(0, len(people.numbers), size=count)]
    near = chance.random(count) < scenario.traffic.neighbour_spoofed
    spoofed = (chance.random(count) < scenario.faults.spoofed) & ~robocall
    caller = np.where(spoofed, np.where(near, neighbour, other), caller)
    return np.where(robocall, np.where(near, neighbour, rotating), caller), spoofed
