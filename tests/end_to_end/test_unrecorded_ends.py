"""How many calls to each end leave no record: learned from a file of calls, named by a version, used for all calls."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import hoptrace
from hoptrace import Workspace, init_workspace, learn_clocks
from hoptrace.engines import evenly
from hoptrace.engines.batch import trace_file
from hoptrace.engines.calls import read_calls
from hoptrace.engines.reporting import learn_from

MAKE = Path(__file__).parents[2] / "fixtures" / "outsider" / "make-network"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, submit_world) -> Path:
    folder = tmp_path_factory.mktemp("unrecorded") / "world"
    size = ["--calls", "3000", "--reported", "300", "--size", "0.5"]
    options = ["--scenario", "taking_part_30", "--seed", "3", *size, "--out", folder]
    subprocess.run([sys.executable, MAKE, *options], check=True, capture_output=True)
    with init_workspace(folder / "ws") as workspace:
        workspace.catalog.directory.load_directory(folder / "carriers.csv", folder / "trunks.csv")
        submit_world(folder, workspace)
        learn_clocks(workspace)
    return folder


@pytest.fixture
def workspace(world: Path):
    with hoptrace.open_workspace(world / "ws") as opened:
        yield opened


def ends_of(workspace: Workspace) -> Any:
    return workspace.catalog.clocks.latest_clocks().weights.get("ends")


def test_the_counts_are_those_of_the_truth_and_every_way_of_tracing_stands_on_them(world, workspace, tmp_path):
    calls = read_calls(world / "calls.csv", "US")
    told = hoptrace.trace(workspace, calls)
    ends = ends_of(workspace)
    truth = {row["call_ref"]: row for row in map(json.loads, (world / "truth.jsonl").read_text().splitlines())}
    for end, (reports, lost) in ends.items():
        mine = [truth[call.call_ref] for call in calls if call.terminating_carrier == end]
        assert reports == len(mine)
        assert lost == pytest.approx(sum(not true["holders"] for true in mine), abs=1)
    assert sum(lost for _, lost in ends.values()) > 5
    version = workspace.catalog.clocks.latest_version()
    assert {result.clock_version for result in told} == {version}
    assert hoptrace.trace(workspace, calls) == told, "the same file finds the same counts"
    assert [hoptrace.trace(workspace, [call])[0] for call in calls[:20]] == told[:20]
    trace_file(workspace, world / "calls.csv", tmp_path / "told.jsonl")
    assert (tmp_path / "told.jsonl").read_bytes().splitlines() == [result.as_json() for result in told]
    assert workspace.catalog.clocks.latest_version() == version


def test_learning_from_records_leaves_them_as_they_are(world, workspace):
    hoptrace.trace(workspace, read_calls(world / "calls.csv", "US"))
    ends = ends_of(workspace)
    learn_clocks(workspace)
    assert ends_of(workspace) == ends


def test_the_order_of_a_file_of_which_some_calls_are_looked_at_does_not_matter(world, workspace, monkeypatch):
    """Each number is called again ten minutes later, of which nobody has a record."""
    monkeypatch.setattr(evenly, "SIDE_BY_SIDE", 1)
    monkeypatch.setattr(evenly, "MOST", 100)
    calls = read_calls(world / "calls.csv", "US")
    later = [replace(call, start_time=_later(call.start_time), call_ref=f"{call.call_ref}-again") for call in calls]
    told: list[Any] = []
    for order in (calls + later, later + calls):
        learn_from(workspace, order)
        told.append(ends_of(workspace))
    assert told[0] == told[1]


def _later(moment: str) -> str:
    return (datetime.fromisoformat(moment) + timedelta(minutes=10)).isoformat()
