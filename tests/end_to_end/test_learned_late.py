"""What came in since the lake was learned from last is learned before a file of calls is traced."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import hoptrace
from hoptrace import Workspace
from hoptrace.engines import learning
from hoptrace.engines.batch import trace_file
from hoptrace.engines.learning import learn_what_came
from hoptrace.linking.learning import sample
from hoptrace.simulate import scenario_named, simulate, turned


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("late")
    simulate(turned(scenario_named("clock-offsets", calls=900, traced=200), []), 5, folder)
    return folder


@pytest.fixture
def workspace(world: Path, tmp_path: Path):
    with hoptrace.init_workspace(tmp_path / "ws") as made:
        made.catalog.directory.load_directory(world / "carriers.csv", world / "trunks.csv")
        yield made


def entries_of(world: Path) -> list[dict[str, Any]]:
    """What is to be submitted, the carrier with most records last."""
    entries = json.loads((world / "submit.json").read_text())
    return sorted(entries, key=lambda entry: sum((world / name).stat().st_size for name in entry["files"]))


def clocks_known(workspace: Workspace) -> set[str]:
    return {row.carrier_id for row in workspace.catalog.clocks.latest_clocks().rows}


def hand_in(world: Path, workspace: Workspace, entry: dict[str, Any]) -> None:
    hoptrace.submit(workspace, [world / name for name in entry["files"]], entry["carrier"], format=entry["format"])


def test_a_carrier_that_came_after_the_clocks_were_learned_gets_its_clock_with_the_next_file_of_calls(
    world, workspace, submit_world, tmp_path
):
    *first, last = entries_of(world)
    submit_world(world, workspace, first)
    hand_in(world, workspace, last)
    assert last["carrier"] not in clocks_known(workspace)

    trace_file(workspace, world / "calls.csv", tmp_path / "out.jsonl")
    assert last["carrier"] in clocks_known(workspace)
    learned_at = workspace.catalog.clocks.latest_clocks().lake_version
    assert learned_at == workspace.lake.view().version
    assert not learn_what_came(workspace), "nothing came since"
    submitted = (tmp_path / "out.jsonl").read_bytes()

    hoptrace.learn_clocks(workspace)
    trace_file(workspace, world / "calls.csv", tmp_path / "again.jsonl")
    assert (tmp_path / "again.jsonl").read_bytes() == submitted


def test_a_replay_learns_nothing(world, workspace, submit_world, tmp_path):
    *first, last = entries_of(world)
    submit_world(world, workspace, first)
    versions = (workspace.lake.view().version, workspace.catalog.clocks.latest_version(), 0)
    hand_in(world, workspace, last)
    trace_file(workspace, world / "calls.csv", tmp_path / "out.jsonl", replay=versions)
    assert last["carrier"] not in clocks_known(workspace)


def test_nothing_is_learned_where_nothing_was_yet(world, workspace):
    for entry in entries_of(world)[-3:]:
        hand_in(world, workspace, entry)
    assert not learn_what_came(workspace)
    assert not clocks_known(workspace)


def test_what_says_nothing_new_is_learned_from_once_and_not_before_every_file(
    world, workspace, submit_world, monkeypatch
):
    *first, last = entries_of(world)
    submit_world(world, workspace, first)
    known = workspace.catalog.clocks.latest_version()
    # Of a large lake a share is learned from: the calls of a small carrier may all be of the rest.
    others = pl.col("carrier") != last["carrier"]
    monkeypatch.setattr(learning, "sample", lambda rows, count: sample(rows.filter(others), count))
    hand_in(world, workspace, last)

    assert learn_what_came(workspace)
    assert workspace.catalog.clocks.latest_version() == known
    assert not learn_what_came(workspace)
    with hoptrace.open_workspace(workspace.path) as another:
        assert not learn_what_came(another)
