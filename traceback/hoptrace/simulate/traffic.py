"""Who calls whom, when, over which route, and how it ends: one entry a call attempt, in columns."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from hoptrace.simulate.chance import Flags, Ints, dice, scramble, stream
from hoptrace.simulate.kinds import Role
from hoptrace.simulate.network import Network
from hoptrace.simulate.numbers import gb_numbers, us_numbers
from hoptrace.simulate.routes import RouteTable, distinct, numbers_of
from hoptrace.simulate.scenarios import Scenario

SECOND = 1_000_000
HOUR = 3_600 * SECOND
Floats = NDArray[np.float64]

_BY_HOUR = (2, 1, 1, 1, 1, 2, 3, 4, 5, 5, 4, 4, 5, 9, 14, 17, 18, 17, 17, 18, 17, 15, 11, 6)
"""Weights of the hours of the day in UTC, as the home country's evening falls after midnight UTC."""

OK, BUSY, UNAVAILABLE, CANCELLED = 200, 486, 480, 487


@dataclass(frozen=True, slots=True)
class Calls:
    """Call attempts in columns. Times and spans are microseconds; `called` differs from `dialled` where forwarded.

    `origin`, `serving` (of the dialled number) and `forward_to` (of the called number, -1 if not forwarded) are carrier
    indices, `customer` the place among the origin's customers, `alternative` says which of the pair's routes it takes,
    attempts with one `group` are redials of each other.
    """

    start: Ints
    caller: Ints
    dialled: Ints
    called: Ints
    origin: Ints
    customer: Ints
    serving: Ints
    forward_to: Ints
    alternative: Ints
    route: Ints
    code: Ints
    ring: Ints
    talk: Ints
    campaign: Flags
    traced: Flags
    withheld: Flags
    spoofed: Flags
    group: Ints

    def __len__(self) -> int:
        return len(self.start)

    def take(self, rows: Ints) -> Calls:
        """Some of the calls, in the order given."""
        return Calls(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})


@dataclass(frozen=True, slots=True)
class Subscribers:
    """The home country's numbers, which terminating carrier serves each, and every caller's own numbers."""

    numbers: Ints
    served_by: Ints
    customers: dict[tuple[int, int], Ints]


def build_calls(scenario: Scenario, network: Network, routes: RouteTable, seed: int) -> Calls:
    """All call attempts of a world, in order of time, each with its route."""
    people = _subscribers(network, seed)
    calls = _first_attempts(scenario, network, people, seed)
    calls = _forwarded(calls, scenario, people, seed)
    calls = _with_outcomes(calls, scenario, seed)
    calls = _redialled(calls, scenario, seed)
    calls = _routed(calls, scenario, routes, seed)
    return calls.take(np.argsort(calls.start, kind="stable"))


def _subscribers(network: Network, seed: int) -> Subscribers:
    chance = stream(seed, "subscribers")
    numbers = us_numbers()
    terminating = np.array([carrier.index for carrier in network.of(Role.TERMINATING)])
    shares = 1.0 / np.arange(1, len(terminating) + 1)
    served = chance.choice(terminating, size=len(numbers), p=shares / shares.sum())
    customers: dict[tuple[int, int], Ints] = {}
    for carrier in network.of(Role.ORIGINATING, Role.FOREIGN):
        pool = gb_numbers() if carrier.country == "GB" else numbers
        for place in range(len(carrier.customers)):
            customers[carrier.index, place] = chance.choice(pool, size=30, replace=False)
    return Subscribers(numbers, served, customers)


def campaign_origin(network: Network, seed: int) -> int:
    """The carrier whose customer makes the robocalls: a foreign one where there is any."""
    abroad = network.of(Role.FOREIGN) or network.of(Role.ORIGINATING)
    return dice(seed, "campaign").choice(abroad).index


def _first_attempts(scenario: Scenario, network: Network, people: Subscribers, seed: int) -> Calls:
    plan, chance = scenario.traffic, stream(seed, "traffic")
    count = plan.calls
    campaign = np.arange(count) < plan.campaign_calls
    origin = _origins(scenario, network, campaign, chance, seed)
    width = np.array([max(1, len(carrier.customers)) for carrier in network.carriers])
    customer = np.where(campaign, 0, (chance.random(count) * width[origin]).astype(np.int64))
    place = chance.integers(0, plan.numbers or len(people.numbers), size=count)
    called = people.numbers[place]
    zero = np.zeros(count, dtype=np.int64)
    caller, spoofed = _callers(scenario, people, (origin, customer), (called, campaign), seed)
    traced = campaign.copy()
    traced[plan.campaign_calls : plan.campaign_calls + plan.traced] = True
    return Calls(
        start=_start_times(scenario, campaign, chance),
        caller=caller,
        dialled=called,
        called=called,
        origin=origin,
        customer=customer,
        serving=people.served_by[place],
        forward_to=np.full(count, -1, dtype=np.int64),
        alternative=chance.choice(scenario.network.routes, size=count, p=_habits(scenario.network.routes)),
        route=zero,
        code=zero,
        ring=zero,
        talk=zero,
        campaign=campaign,
        traced=traced,
        withheld=stream(seed, "withheld").random(count) < scenario.faults.withheld,
        spoofed=spoofed,
        group=np.arange(count),
    )


def _habits(routes: int) -> Floats:
    """How often each of a pair's routes is taken: the first mostly."""
    weights = 0.25 ** np.arange(routes)
    return weights / weights.sum()


def _origins(scenario: Scenario, network: Network, campaign: Flags, chance: np.random.Generator, seed: int) -> Ints:
    home = np.array([carrier.index for carrier in network.of(Role.ORIGINATING)])
    abroad = np.array([carrier.index for carrier in network.of(Role.FOREIGN)] or home)
    count = len(campaign)
    from_abroad = chance.random(count) < scenario.traffic.from_abroad
    background = np.where(from_abroad, chance.choice(abroad, size=count), chance.choice(home, size=count))
    return np.where(campaign, campaign_origin(network, seed), background).astype(np.int64)


def _start_times(scenario: Scenario, campaign: Flags, chance: np.random.Generator) -> Ints:
    day = scenario.traffic.date
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * SECOND
    weights = np.array(_BY_HOUR, dtype=np.float64)
    hour = chance.choice(24, size=len(campaign), p=weights / weights.sum())
    hour = np.where(campaign, chance.integers(15, 18, size=len(campaign)), hour)
    return midnight + hour * HOUR + (chance.random(len(campaign)) * HOUR).astype(np.int64)


def _callers(
    scenario: Scenario, people: Subscribers, source: tuple[Ints, Ints], target: tuple[Ints, Flags], seed: int
) -> tuple[Ints, Flags]:
    """Caller ids: a customer's own, or spoofed: a neighbour of the called number, or one of a rotating list."""
    chance = stream(seed, "callers")
    called, campaign = target
    count = len(called)
    caller = np.zeros(count, dtype=np.int64)
    pick = chance.integers(0, 30, size=count)
    groups, group = distinct(*source)
    for place, (origin, customer) in enumerate(groups):
        rows = group == place
        caller[rows] = people.customers[origin, customer][pick[rows]]
    neighbour = called // 100 * 100 + (called % 100 + 1 + chance.integers(0, 99, size=count)) % 100
    rotating = chance.choice(people.numbers, size=40, replace=False)[chance.integers(0, 40, size=count)]
    other = people.numbers[chance.integers(0, len(people.numbers), size=count)]
    near = chance.random(count) < scenario.traffic.neighbour_spoofed
    spoofed = (chance.random(count) < scenario.faults.spoofed) & ~campaign
    caller = np.where(spoofed, np.where(near, neighbour, other), caller)
    return np.where(campaign, np.where(near, neighbour, rotating), caller), spoofed | campaign


def _forwarded(calls: Calls, scenario: Scenario, people: Subscribers, seed: int) -> Calls:
    """Some called parties have forwarded their number to a subscriber of another carrier."""
    chance = stream(seed, "forwarding")
    to = chance.integers(0, len(people.numbers), size=len(calls))
    moved = (chance.random(len(calls)) < scenario.faults.forwarded) & (people.served_by[to] != calls.serving)
    return replace(
        calls,
        called=np.where(moved, people.numbers[to], calls.called),
        forward_to=np.where(moved, people.served_by[to], -1),
    )


def _with_outcomes(calls: Calls, scenario: Scenario, seed: int) -> Calls:
    chance = stream(seed, "outcomes")
    count = len(calls)
    answered = chance.random(count) < scenario.traffic.answered
    failed = chance.choice([BUSY, UNAVAILABLE, CANCELLED], p=[0.3, 0.35, 0.35], size=count)
    code = np.where(answered, OK, failed)
    waits = {OK: (2.0, 22.0), BUSY: (0.1, 0.9), UNAVAILABLE: (24.0, 38.0), CANCELLED: (6.0, 28.0)}
    low = np.select([code == each for each in waits], [span[0] for span in waits.values()])
    high = np.select([code == each for each in waits], [span[1] for span in waits.values()])
    ring = low + (high - low) * chance.random(count)
    talk = np.clip(chance.lognormal(np.where(calls.campaign, 2.6, 4.2), 1.0), 1.0, 5_400.0)
    return replace(
        calls,
        code=code.astype(np.int64),
        ring=(ring * SECOND).astype(np.int64),
        talk=np.where(answered, talk * SECOND, 0).astype(np.int64),
    )


def _redialled(calls: Calls, scenario: Scenario, seed: int) -> Calls:
    """Some calls are tried again: the early attempts are busy or given up, the last one ends as drawn before."""
    faults, chance = scenario.faults, stream(seed, "redials")
    struck = chance.random(len(calls)) < faults.redialled
    attempts = np.where(struck, chance.integers(faults.redials[0], faults.redials[1] + 1, size=len(calls)), 1)
    source = np.repeat(np.arange(len(calls)), attempts)
    count, before = len(source), np.cumsum(attempts) - attempts
    early = np.arange(count) - before[source] < attempts[source] - 1
    low, high = faults.redial_gap
    gap = ((low + (high - low) * chance.random(count)) * SECOND).astype(np.int64)
    elapsed = np.cumsum(gap) - gap
    other = chance.integers(0, scenario.network.routes, size=count)
    rerouted = early & (chance.random(count) < faults.redial_reroute)
    busy = chance.random(count) < 0.5
    calls = calls.take(source)
    return replace(
        calls,
        start=calls.start + elapsed - elapsed[before[source]],
        alternative=np.where(rerouted, other, calls.alternative),
        code=np.where(early, np.where(busy, BUSY, CANCELLED), calls.code),
        ring=np.where(early, np.where(busy, SECOND // 3, gap * 7 // 10), calls.ring),
        talk=np.where(early, 0, calls.talk),
    )


def _routed(calls: Calls, scenario: Scenario, routes: RouteTable, seed: int) -> Calls:
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
    return replace(calls, called=called, route=_bent(route, scenario, routes, seed))


def _changed_by_day(calls: Calls, scenario: Scenario, seed: int) -> Ints:
    """Some pairs of carriers change their first choice of route at some hour of the day."""
    pair = calls.origin * 100_000 + calls.serving
    changes = scramble(pair, seed, "route change")
    struck = changes % np.uint64(1000) < round(scenario.traffic.route_changes * 1000)
    hour = (changes >> np.uint64(20)) % np.uint64(24)
    late = (calls.start // HOUR % 24) >= hour.astype(np.int64)
    return np.where(struck & late, (calls.alternative + 1) % scenario.network.routes, calls.alternative)


def _bent(route: Ints, scenario: Scenario, routes: RouteTable, seed: int) -> Ints:
    """Hairpins: some calls leave a transit carrier and come back to it before they go on."""
    struck = np.flatnonzero(stream(seed, "hairpins").random(len(route)) < scenario.faults.hairpins)
    roll = dice(seed, "hairpins")
    bent = route.copy()
    for row in struck:
        other = routes.hairpin(int(route[row]), roll)
        bent[row] = bent[row] if other is None else other
    return bent
