"""A carrier network with known truth and known faults: `simulate("demo", seed=1, out=folder)` writes its files."""

from __future__ import annotations

from hoptrace.simulate.scenarios import Faults, NetworkPlan, Scenario, TrafficPlan, scenario_named, scenario_names
from hoptrace.simulate.world import World, simulate

__all__ = [
    "Faults",
    "NetworkPlan",
    "Scenario",
    "TrafficPlan",
    "World",
    "scenario_named",
    "scenario_names",
    "simulate",
]
