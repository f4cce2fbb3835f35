"""Campaigns, rivals, live scams and the shape of the day."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hoptrace.simulate import CallerIds, Scenario, TrafficPlan, scenario_named
from hoptrace.simulate.calls import HOUR, SCAM, SECOND
from hoptrace.simulate.kinds import Role
from hoptrace.simulate.truth import reported_and_true
from hoptrace.simulate.world import happen

PLAN = TrafficPlan(calls=600, campaign_calls=240, campaigns=4, traced=100)


def calls_of(plan, seed=3):
    return happen(Scenario("campaigns", "", traffic=plan), seed)


def test_several_campaigns_come_from_as_many_customers():
    world = calls_of(PLAN)
    calls = world.calls
    sources = {
        number: {(o, c) for o, c, k in zip(calls.origin, calls.customer, calls.campaign, strict=True) if k == number}
        for number in range(4)
    }
    assert all(len(each) == 1 for each in sources.values())
    assert len({carrier for each in sources.values() for carrier, _ in each}) == 4
    roles = {world.network.carriers[carrier].role for each in sources.values() for carrier, _ in each}
    assert roles == {Role.ORIGINATING, Role.FOREIGN}


@pytest.mark.parametrize(
    ("kind", "fewest", "most"), [(CallerIds.FIXED, 1, 1), (CallerIds.ROTATING, 20, 40), (CallerIds.NEIGHBOUR, 50, 240)]
)
def test_caller_ids_are_fixed_rotating_or_neighbours(kind, fewest, most):
    calls = calls_of(replace(PLAN, campaigns=1, campaign_callers=(kind,))).calls
    mine = calls.campaign == 0
    assert fewest <= len(set(calls.caller[mine].tolist())) <= most
    near = calls.caller[mine] // 100 == calls.called[mine] // 100
    assert near.all() == (kind is CallerIds.NEIGHBOUR)
    assert (calls.caller[mine] != calls.called[mine]).all()


def test_a_rival_calls_the_same_people_with_the_same_numbers_from_elsewhere():
    calls = calls_of(replace(PLAN, rivals=1, rival_gap=20.0)).calls
    first, rival = calls.campaign == 0, calls.campaign == 3
    pairs = [sorted(zip(calls.called[who], calls.caller[who], strict=True)) for who in (first, rival)]
    assert pairs[0] == pairs[1]
    assert set(calls.origin[first].tolist()).isdisjoint(calls.origin[rival].tolist())
    keys = [np.lexsort((calls.start[who], calls.caller[who], calls.called[who])) for who in (first, rival)]
    apart = np.abs(calls.start[first][keys[0]] - calls.start[rival][keys[1]]) / SECOND
    assert 5 < np.median(apart) < 40


def test_live_scams_come_from_abroad_last_long_and_are_reported():
    world = calls_of(replace(PLAN, scam_calls=80))
    calls = world.calls
    scam = calls.campaign == SCAM
    assert scam.sum() == 80
    assert calls.traced[scam].all()
    assert {world.network.carriers[origin].role for origin in calls.origin[scam]} == {Role.FOREIGN}
    assert np.median(calls.talk[scam & (calls.talk > 0)]) > 3 * np.median(calls.talk[~scam & (calls.talk > 0)])
    labels = [truth["campaign"] for _, truth in reported_and_true(world)]
    assert labels.count("live-scam") == 80
    assert {f"robocall-{number}" for number in range(1, 5)} <= set(labels)


def test_the_day_s_shape_can_be_flattened():
    shares = []
    for shape in (0.0, 1.0):
        plan = TrafficPlan(calls=3_000, campaign_calls=0, traced=10, daily_shape=shape)
        hours = calls_of(plan).calls.start // HOUR % 24
        shares.append(float(np.mean((hours >= 14) & (hours < 22))))
    assert 0.29 < shares[0] < 0.38
    assert shares[1] > 0.5


def test_the_measured_scenarios_report_two_thousand_calls_among_nine():
    calls = happen(scenario_named("clean"), 1).calls
    assert len(calls) == 9_000
    assert calls.traced.sum() == 2_000


def test_hubs_grow_by_preferential_attachment():
    network = happen(scenario_named("clean", calls=50), 1).network
    transit = sorted(network.links.degree(c.index) for c in network.of(Role.TIER1, Role.TIER2, Role.TIER3))
    assert transit[-1] >= 2 * transit[len(transit) // 4]
