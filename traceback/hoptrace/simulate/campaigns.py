"""Robocall campaigns and live scams: whose customer makes them, when, and which caller ids they show."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hoptrace.model.arrays import Int64s, Truths
from hoptrace.simulate.calls import HOUR, SCAM, SECOND, Calls
from hoptrace.simulate.chance import dice, stream
from hoptrace.simulate.kinds import Role
from hoptrace.simulate.knobs import CallerIds, Scenario
from hoptrace.simulate.network import Network
from hoptrace.simulate.subscribers import Subscribers

_LISTED = 40  # caller ids that a rotating campaign uses
_HOURS = 3  # how long a campaign lasts


@dataclass(frozen=True, slots=True)
class Campaign:
    """One customer of one carrier that robocalls from an hour of the day (UTC) on."""

    carrier: int
    customer: int
    callers: CallerIds
    hour: int
    rival: bool


def campaign_origin(network: Network, seed: int) -> int:
    """The carrier whose customer makes the first campaign's calls: a foreign one where there is any."""
    abroad = network.of(Role.FOREIGN) or network.of(Role.ORIGINATING)
    return dice(seed, "campaign").choice(abroad).index


def build_campaigns(scenario: Scenario, network: Network, seed: int) -> tuple[Campaign, ...]:
    """All campaigns; each has another carrier as long as there are any, foreign and domestic ones in turn."""
    plan, roll = scenario.traffic, dice(seed, "campaigns")
    first = campaign_origin(network, seed)
    found = [Campaign(first, 0, plan.campaign_callers[0], 15, rival=False)]
    abroad = [carrier.index for carrier in network.of(Role.FOREIGN) if carrier.index != first]
    home = [carrier.index for carrier in network.of(Role.ORIGINATING) if carrier.index != first]
    roll.shuffle(abroad)
    roll.shuffle(home)
    pool = [index for pair in zip(home, abroad, strict=False) for index in pair]
    pool += [index for index in (*home, *abroad) if index not in pool]
    for number in range(1, plan.campaigns):
        carrier = pool[(number - 1) % len(pool)] if pool else first
        customers = len(network.carriers[carrier].customers)
        customer = (number - 1) // max(1, len(pool)) + (0 if pool else 1)
        callers = plan.campaign_callers[number % len(plan.campaign_callers)]
        rival = number >= plan.campaigns - plan.rivals
        found.append(Campaign(carrier, customer % customers, callers, roll.randrange(14, 22), rival))
    return tuple(found)


def campaign_numbers(scenario: Scenario) -> Int64s:
    """What each call is: a campaign's number, SCAM, or -1 for background."""
    plan = scenario.traffic
    place = np.arange(plan.calls)
    scam = place < plan.campaign_calls + plan.scam_calls
    return np.where(place < plan.campaign_calls, place % plan.campaigns, np.where(scam, SCAM, -1)).astype(np.int64)


def with_campaigns(
    calls: Calls, campaigns: tuple[Campaign, ...], scenario: Scenario, people: Subscribers, seed: int
) -> Calls:
    """The calls of campaigns with their sources, hours and caller ids; the first campaign's hours are drawn already."""
    chance = stream(seed, "campaign callers")
    callers, starts = calls.caller.copy(), calls.start.copy()
    origin, customer = calls.origin.copy(), calls.customer.copy()
    midnight = starts // (24 * HOUR) * (24 * HOUR)
    for number, campaign in enumerate(campaigns):
        rows = calls.campaign == number
        origin[rows], customer[rows] = campaign.carrier, campaign.customer
        callers[rows] = _shown(campaign, calls.called[rows], callers[rows], people, chance)
        if number > 0:
            starts[rows] = midnight[rows] + campaign.hour * HOUR + starts[rows] % (_HOURS * HOUR)
    calls = replace(calls, origin=origin, customer=customer, caller=callers, start=starts)
    for number, campaign in enumerate(campaigns):
        if campaign.rival:
            calls = _rivalling(calls, number, scenario.traffic.rival_gap, chance)
    return calls


def _shown(
    campaign: Campaign, called: Int64s, mixed: Int64s, people: Subscribers, chance: np.random.Generator
) -> Int64s:
    listed = chance.choice(people.numbers, size=_LISTED, replace=False)
    if campaign.callers is CallerIds.MIXED:
        return mixed
    if campaign.callers is CallerIds.FIXED:
        return np.full(len(called), listed[0])
    if campaign.callers is CallerIds.ROTATING:
        return listed[chance.integers(0, _LISTED, size=len(called))]
    return neighbours_of(called, chance)


def neighbours_of(called: Int64s, chance: np.random.Generator) -> Int64s:
    """A number of the same exchange for each number, never itself."""
    return called // 100 * 100 + (called % 100 + 1 + chance.integers(0, 99, size=len(called))) % 100


def _rivalling(calls: Calls, number: int, gap: float, chance: np.random.Generator) -> Calls:
    """A rival calls the people whom the first campaign calls, with its caller ids, at nearly the same moments."""
    mine: Int64s = np.flatnonzero(calls.campaign == number)
    theirs: Int64s = np.flatnonzero(calls.campaign == 0)[: len(mine)]
    away = (chance.normal(0.0, 1.0, size=len(mine)) * gap * SECOND).astype(np.int64)
    changed = {name: getattr(calls, name).copy() for name in ("caller", "called", "dialled", "serving", "start")}
    for column in changed.values():
        column[mine] = column[theirs]
    changed["start"][mine] += away
    return replace(calls, **changed)


def scam_calls(calls: Calls, network: Network, people: Subscribers, seed: int) -> Calls:
    """Live scams: people abroad who show a number at home and talk for long, in the home country's day."""
    rows: Truths = calls.campaign == SCAM
    chance, count = stream(seed, "scams"), int(rows.sum())
    if count == 0:
        return calls
    abroad = network.of(Role.FOREIGN) or network.of(Role.ORIGINATING)
    of = chance.integers(0, len(abroad), size=count)
    customers = np.array([len(carrier.customers) for carrier in abroad])
    changed = {name: getattr(calls, name).copy() for name in ("origin", "customer", "caller", "start")}
    changed["origin"][rows] = np.array([carrier.index for carrier in abroad])[of]
    changed["customer"][rows] = (chance.random(count) * customers[of]).astype(np.int64)
    changed["caller"][rows] = people.numbers[chance.integers(0, len(people.numbers), size=count)]
    hours = chance.integers(14 * HOUR, 23 * HOUR, size=count)
    changed["start"][rows] = changed["start"][rows] // (24 * HOUR) * (24 * HOUR) + hours
    return replace(calls, **changed)
