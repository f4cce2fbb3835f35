from __future__ import annotations

import csv
import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hoptrace.simulate import Faults, NetworkPlan, Scenario, TrafficPlan, World, scenario_named, simulate
from hoptrace.simulate.evidence import Happened
from hoptrace.simulate.world import happen

SEED = 7


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A simulated world: what happened, its summary, and its files read back."""

    happened: Happened
    world: World
    truth: list[dict[str, Any]]

    def table(self, name: str) -> list[dict[str, str]]:
        with (self.world.folder / name).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))


def on_disk(scenario: Scenario, seed: int, out: Path) -> OnDisk:
    world = simulate(scenario, seed, out)
    lines = (out / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    return OnDisk(happen(scenario, seed), world, [json.loads(line) for line in lines])


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> OnDisk:
    """The demo's network with a third of its calls, enough for every fault to occur."""
    whole = scenario_named("demo")
    traffic = replace(whole.traffic, calls=1_000, campaign_calls=150, traced=250)
    return on_disk(replace(whole, traffic=traffic), SEED, tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> OnDisk:
    return on_disk(scenario_named("small"), SEED, tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def alone():
    """Makes a world with one fault and no other: alone(drift=2.0); `files` a carrier a day."""

    @cache
    def world(files: int = 1, seed: int = SEED, **faults: Any) -> Happened:
        network = NetworkPlan(files=files)
        traffic = TrafficPlan(calls=500, campaign_calls=100, traced=200)
        return happen(Scenario("alone", "", network, traffic, Faults(**faults)), seed)

    return world
