"""Knobs: set by name, checked, written down, and each of them turned alone."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from hoptrace.errors import UsageError
from hoptrace.simulate import (
    CallerIds,
    Faults,
    NetworkPlan,
    TrafficPlan,
    all_scenarios,
    scenario_named,
    simulate,
    turned,
)

ROOT = Path(__file__).parents[2]


def test_knobs_are_set_by_name():
    chosen = turned(
        scenario_named("clean"),
        [
            "faults.zone_errors=0.2",
            "faults.redials=3,5",
            "network.files=2",
            "traffic.campaign_callers=fixed,rotating",
            "traffic.date=2026-11-03",
            "faults.origin_takes_part=false",
            "network.countries=GB,FR",
        ],
    )
    assert chosen.faults.zone_errors == 0.2
    assert chosen.faults.redials == (3, 5)
    assert chosen.network.files == 2
    assert chosen.traffic.campaign_callers == (CallerIds.FIXED, CallerIds.ROTATING)
    assert chosen.traffic.date.day == 3
    assert chosen.faults.origin_takes_part is False
    assert chosen.network.countries == ("GB", "FR")


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("faults.zone_errors", "part.knob=value"),
        ("zone_errors=1", "part.knob=value"),
        ("fault.zone_errors=1", "Parts are network, traffic, faults"),
        ("faults.zone_error=1", "has no knob 'zone_error'.*zone_errors"),
        ("faults.zone_errors=many", "'many' is no number"),
        ("faults.zone_errors=1.5", "from 0 to 1"),
        ("faults.drift=-1", "0 seconds or more"),
        ("network.tier1=0", "1 or more"),
        ("network.tier1=1.5", "whole number"),
        ("faults.redials=4,2", "the smaller first"),
        ("faults.redials=4", "two values"),
        ("network.path_lengths=1,2", "eight weights"),
        ("network.countries=", "one value or more"),
        ("traffic.campaign_callers=odd", "mixed, fixed, neighbour, rotating"),
        ("traffic.date=tomorrow", "2026-11-02"),
        ("faults.origin_takes_part=maybe", "true or false"),
        ("traffic.rivals=9", "Set traffic.campaigns to 10 or more"),
    ],
)
def test_a_wrong_setting_says_what_fits(setting, told):
    with pytest.raises(UsageError, match=told):
        turned(scenario_named("clean"), [setting])


def test_a_knob_out_of_its_range_writes_no_world(tmp_path):
    wrong = replace(scenario_named("small"), faults=Faults(taking_part=3))
    with pytest.raises(UsageError, match=r"faults\.taking_part is 3, but"):
        simulate(wrong, 1, tmp_path / "world")
    assert not (tmp_path / "world").exists()


@pytest.mark.parametrize("scenario", all_scenarios(), ids=lambda scenario: scenario.name)
def test_every_scenario_is_sound_and_says_what_it_is(scenario):
    assert turned(scenario, []) == scenario
    assert scenario.about.endswith(".")


def test_sizes_keep_the_proportions_of_what_is_reported():
    traffic = scenario_named("clean", calls=3_000, traced=500).traffic
    assert (traffic.calls, traffic.campaign_calls, traffic.scam_calls, traffic.traced) == (3_000, 250, 50, 200)
    crammed = scenario_named("clean", calls=100).traffic
    assert crammed.campaign_calls + crammed.scam_calls + crammed.traced == 100


def test_every_knob_and_scenario_stands_in_the_document():
    text = (ROOT / "docs" / "simulate.md").read_text(encoding="utf-8")
    knobs = [each.name for plan in (NetworkPlan, TrafficPlan, Faults) for each in fields(plan)]
    missing = [name for name in (*knobs, *(each.name for each in all_scenarios())) if f"`{name}`" not in text]
    assert missing == []
