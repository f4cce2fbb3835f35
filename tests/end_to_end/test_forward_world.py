"""Numbers of a simulated world, traced forward from its files: whoever is named serves the number."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

import hoptrace
from hoptrace import Workspace
from hoptrace.simulate import scenario_named, simulate, turned
from hoptrace.simulate.subscribers import build_subscribers
from hoptrace.simulate.world import happen

SEED = 5
PLAIN = scenario_named("small", calls=400, traced=20)


@dataclass
class Served:
    """A world on file; `served`: the carrier of each number; `both`: numbers that were called and called themselves."""

    workspace: Workspace
    served: dict[int, str]
    both: list[int]
    forwarded: dict[int, int]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, submit_world) -> Served:
    folder = tmp_path_factory.mktemp("forward")
    scenario = turned(
        PLAIN, ["traffic.numbers=60", "faults.toll_free=0.1", "faults.spoofed=0.3", "faults.taking_part=1"]
    )
    simulate(scenario, SEED, folder / "world")
    workspace = hoptrace.init_workspace(folder / "workspace")
    workspace.catalog.directory.load_directory(folder / "world/carriers.csv", folder / "world/trunks.csv")
    submit_world(folder / "world", workspace)
    happened = happen(scenario, SEED)
    people = build_subscribers(happened.network, SEED)
    ids = [carrier.carrier_id for carrier in happened.network.carriers]
    served = {number: ids[at] for number, at in zip(people.numbers.tolist(), people.served_by.tolist(), strict=True)}
    calls = happened.calls
    both = sorted(set(calls.called.tolist()) & set(calls.caller.tolist()) & served.keys())
    toll_free = calls.toll_free
    behind = dict(zip(calls.dialled[toll_free].tolist(), calls.called[toll_free].tolist(), strict=True))
    return Served(workspace, served, both, behind)


def test_who_is_named_serves_the_number(world: Served) -> None:
    results = {number: hoptrace.trace_forward(world.workspace, f"+{number}") for number in world.both[:40]}
    named = {number: found.serving_carrier for number, found in results.items() if found.serving_carrier}
    last = {n: int(results[n].path[-1].becomes.lstrip("+")) if results[n].path else n for n in named}
    assert named == {number: world.served[last[number]] for number in named}
    assert len(named) >= 0.8 * len(results) > 5


def test_a_toll_free_number_leads_to_a_subscriber(world: Served) -> None:
    named = 0
    for number in sorted(world.forwarded)[:15]:
        found = hoptrace.trace_forward(world.workspace, f"+{number}")
        assert found.path or found.serving_carrier is None
        if found.serving_carrier is not None:
            named += 1
            assert found.serving_carrier == world.served[int(found.path[-1].becomes.lstrip("+"))]
    assert named > 0


def test_a_window_far_from_all_records_finds_nothing(world: Served) -> None:
    number = f"+{world.both[0]}"
    assert hoptrace.trace_forward(world.workspace, number, "2026-11-02T12:00:00Z").verdict != "not_found"
    far = hoptrace.trace_forward(world.workspace, number, "2025-01-01T00:00:00Z", days=5)
    assert (far.verdict, far.from_time) == ("not_found", "2024-12-27T00:00:00Z")


def test_the_same_question_gets_the_same_answer(world: Served) -> None:
    number = f"+{world.both[0]}"
    assert hoptrace.trace_forward(world.workspace, number) == hoptrace.trace_forward(world.workspace, number)
