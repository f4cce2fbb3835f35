"""Calls that cannot be told apart are marked, and only those."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hoptrace.simulate import Faults, Scenario, TrafficPlan
from hoptrace.simulate.lookalikes import reports_of
from hoptrace.simulate.truth import reported_and_true
from hoptrace.simulate.world import happen

SECOND = 1_000_000
PLAN = TrafficPlan(calls=600, campaign_calls=300, campaigns=2, rivals=1, rival_gap=3.0, traced=50, report_error=1.0)


def made(traffic=PLAN, **faults):
    return happen(Scenario("rivals", "", traffic=traffic, faults=Faults(**faults)), 4)


def by_hand(world):
    """The same by looking at every pair of calls, for worlds in which all callers are seen by all."""
    report, calls = reports_of(world), world.calls
    everyone = replace(world, calls=replace(calls, traced=np.ones(len(calls), dtype=np.bool_)))
    arrived = reports_of(everyone).arrived
    for call, reported in zip(report.call, report.reported, strict=True):
        yield any(
            calls.called[other] == calls.called[call]
            and calls.delivered_caller()[other] == calls.delivered_caller()[call]
            and (calls.origin[other], calls.customer[other]) != (calls.origin[call], calls.customer[call])
            and abs(arrived[other] - reported) <= 3 * SECOND
            for other in np.flatnonzero(calls.called == calls.called[call])
        )


def test_calls_of_rivals_within_three_sigmas_cannot_be_told_apart():
    world = made()
    marked = [truth["indistinguishable"] for _, truth in reported_and_true(world)]
    assert marked == list(by_hand(world))
    assert 0.3 < np.mean(marked) < 0.9


def test_lookalikes_name_the_other_customer_and_no_redial_of_the_same():
    world = made(redialled=0.5)
    for _, truth in reported_and_true(world):
        sources = {(each["origin"], each["customer"]) for each in truth["lookalikes"]}
        assert (truth["origin"], truth["customer"]) not in sources
        assert truth["indistinguishable"] == bool(sources)
        assert truth["path"] not in truth["other_paths"]


def test_a_sharp_report_tells_rivals_apart():
    blunt, sharp = (
        sum(truth["indistinguishable"] for _, truth in reported_and_true(made(replace(PLAN, report_error=error))))
        for error in (2.0, 0.01)
    )
    assert sharp < blunt / 5


def test_minutes_hide_what_seconds_tell_apart():
    wide = replace(PLAN, rival_gap=20.0)
    sharp, cut = (
        sum(truth["indistinguishable"] for _, truth in reported_and_true(made(wide, cut_minutes=share)))
        for share in (0.0, 1.0)
    )
    assert cut > 2 * sharp


def test_a_withheld_caller_looks_like_every_other_withheld_one():
    few = TrafficPlan(calls=3_000, campaign_calls=0, traced=400, numbers=3)
    shown, hidden = (
        np.mean([truth["indistinguishable"] for _, truth in reported_and_true(made(few, withheld=share))])
        for share in (0.0, 1.0)
    )
    assert shown < 0.01
    assert hidden > 0.05


def test_calls_without_any_record_on_file_are_nobody_s_lookalike():
    world = made(taking_part=0.0, origin_takes_part=False)
    assert not any(truth["indistinguishable"] for _, truth in reported_and_true(world))
    assert all(truth["nameable_path"] == truth["path"][:1] for _, truth in reported_and_true(world))


def test_other_paths_are_those_of_redials_within_reach():
    slow = TrafficPlan(calls=300, campaign_calls=0, traced=300, report_error=10.0)
    world = made(slow, redialled=1.0, redial_reroute=1.0, redial_gap=(2.0, 5.0))
    assert sum(bool(truth["other_paths"]) for _, truth in reported_and_true(world)) > 100
    paths = {tuple(truth["path"]) for _, truth in reported_and_true(world)}
    for _, truth in reported_and_true(world):
        assert {tuple(path) for path in truth["other_paths"]} <= paths
