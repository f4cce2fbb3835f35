"""simulate from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Run = Callable[..., Result]


def test_a_network_is_written(run: Run) -> None:
    told = run("simulate", "--scenario", "small", "--seed", "3", "--out", "net", "--json")
    assert told.exit_code == 0
    assert json.loads(told.stdout)["scenario"] == "small"
    assert {"carriers.csv", "trunks.csv", "calls.csv", "truth.jsonl"} <= {path.name for path in Path("net").iterdir()}


def test_a_folder_that_holds_something_is_wrong_usage(run: Run) -> None:
    Path("net").mkdir()
    Path("net/mine.txt").write_text("mine")
    told = run("simulate", "--scenario", "small", "--out", "net")
    assert told.exit_code == 2
    assert [path.name for path in Path("net").iterdir()] == ["mine.txt"]


def test_an_unknown_scenario_names_those_there_are(run: Run) -> None:
    told = run("simulate", "--scenario", "nowhere", "--out", "net")
    assert told.exit_code == 2
    assert "demo" in told.stderr
    assert not Path("net").exists()
