"""A carrier network with known truth and known faults: `simulate("demo", seed=1, out=folder)` writes its files."""

from __future__ import annotations

from hoptrace.simulate.knobs import CallerIds, Faults, NetworkPlan, Scenario, TrafficPlan
from hoptrace.simulate.scenarios import all_scenarios, scenario_named, scenario_names
from hoptrace.simulate.turning import turned
from hoptrace.simulate.world import World, simulate

__all__ = [
    "CallerIds",
    "Faults",
    "NetworkPlan",
    "Scenario",
    "TrafficPlan",
    "World",
    "all_scenarios",
    "scenario_named",
    "scenario_names",
    "simulate",
    "turned",
]
