"""Simulated worlds, the whole way: nobody is blamed wrongly, one call alone is as in a batch, answers replay."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

import hoptrace
from hoptrace import ReportedCall, TraceResult, Workspace
from hoptrace.engines.calls import read_calls
from hoptrace.simulate import simulate


@dataclass
class World:
    """A simulated world with everything but the files of `withheld` submitted, and its calls traced."""

    folder: Path
    workspace: Workspace
    calls: list[ReportedCall]
    results: list[TraceResult]
    truth: dict[str, dict[str, Any]]


def entries_of(world: Path) -> list[dict[str, Any]]:
    return json.loads((world / "submit.json").read_text())


def build(folder: Path, seed: int, submit_world, withheld: int = 0) -> World:
    """A world in which the last `withheld` carriers have submitted nothing yet."""
    simulate("small", seed, folder / "world")
    world = folder / "world"
    workspace = hoptrace.init_workspace(folder / "workspace")
    workspace.catalog.directory.load_directory(world / "carriers.csv", world / "trunks.csv")
    entries = entries_of(world)
    submit_world(world, workspace, entries[: len(entries) - withheld])
    calls = read_calls(world / "calls.csv", "US")
    truth = {row["call_ref"]: row for row in map(json.loads, (world / "truth.jsonl").read_text().splitlines())}
    return World(world, workspace, calls, hoptrace.trace(workspace, calls), truth)


@pytest.fixture(scope="module", params=[1, 2, 3])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, submit_world) -> World:
    return build(tmp_path_factory.mktemp("world"), request.param, submit_world)


def test_whoever_is_named_is_the_originator(world: World) -> None:
    named = [result for result in world.results if result.originating_carrier is not None]
    assert {r.call_ref: (r.originating_carrier, r.customer) for r in named} == {
        r.call_ref: (world.truth[r.call_ref]["origin"], world.truth[r.call_ref]["customer"]) for r in named
    }
    provable = sum(true["origin_provable"] for true in world.truth.values())
    assert len(named) >= 0.9 * provable > 0


def test_one_call_alone_is_as_in_the_batch(world: World) -> None:
    step = max(1, len(world.calls) // 10)
    for place in range(0, len(world.calls), step):
        (alone,) = hoptrace.trace(world.workspace, [world.calls[place]])
        assert alone.as_dict() == world.results[place].as_dict()


def test_the_order_of_the_calls_changes_no_answer(world: World) -> None:
    backwards = hoptrace.trace(world.workspace, world.calls[::-1])
    assert [result.as_dict() for result in backwards[::-1]] == [result.as_dict() for result in world.results]


def test_an_answer_is_replayed_to_the_byte_after_more_was_submitted(tmp_path: Path, submit_world) -> None:
    world = build(tmp_path, 2, submit_world, withheld=3)
    before = [orjson.dumps(result.as_dict()) for result in world.results]
    entries = entries_of(world.folder)
    submit_world(world.folder, world.workspace, entries[-3:])
    now = [orjson.dumps(result.as_dict()) for result in hoptrace.trace(world.workspace, world.calls)]
    assert now != before
    first = world.results[0]
    replayed = hoptrace.trace(world.workspace, world.calls, replay=(first.lake_version, first.clock_version))
    assert [orjson.dumps(result.as_dict()) for result in replayed] == before
