"""The whole way: files on disk in, results out. Helpers that submit a folder laid out as fixtures/sipnet/small is."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import hoptrace
from hoptrace import Receipt, Workspace
from hoptrace.engines.calls import read_calls
from hoptrace.simulate import Scenario, simulate

SIPNET = Path(__file__).parents[2] / "fixtures" / "sipnet"


def as_written(result: hoptrace.TraceResult) -> dict[str, Any]:
    """A result as a line of a results file holds it."""
    return json.loads(json.dumps(result.as_dict()))


@pytest.fixture(scope="session")
def make_network() -> Callable[..., Path]:
    """Run make-small: `make_network(folder, "--seed", "2")`."""

    def make(folder: Path, *options: str) -> Path:
        subprocess.run([sys.executable, SIPNET / "make-small", folder, *options], check=True, capture_output=True)
        return folder

    return make


@pytest.fixture(scope="session")
def filled_world(submit_world: Callable[..., list[Receipt]]) -> Callable[[Path, Scenario], Path]:
    """Simulate a network into a folder and submit it into the workspace `ws` in there; gives the folder."""

    def fill(folder: Path, scenario: Scenario) -> Path:
        simulate(scenario, 5, folder)
        with hoptrace.init_workspace(folder / "ws") as workspace:
            workspace.catalog.directory.load_directory(folder / "carriers.csv", folder / "trunks.csv")
            submit_world(folder, workspace)
        return folder

    return fill


@pytest.fixture(scope="session")
def traced_network() -> Callable[..., tuple[list[Receipt], dict[str, Any]]]:
    """Submit a network's files but for those of the `silent` carriers, and trace its calls, in this process."""

    def submit_and_trace(folder: Path, workspace: Workspace, *silent: str) -> tuple[list[Receipt], dict[str, Any]]:
        workspace.catalog.directory.load_directory(folder / "carriers.csv", folder / "trunks.csv")
        receipts: list[Receipt] = []
        for home in sorted((folder / "cdrs").iterdir()):
            if home.name not in silent:
                profile = SIPNET / "profiles" / f"{home.name}.toml"
                receipts += hoptrace.submit(workspace, sorted(home.iterdir()), home.name, format=str(profile))
        hoptrace.learn_clocks(workspace)
        results = hoptrace.trace(workspace, read_calls(folder / "calls.csv", "US"))
        return receipts, {result.call_ref: as_written(result) for result in results}

    return submit_and_trace
