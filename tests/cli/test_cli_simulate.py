"""simulate from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from hoptrace.demo import command

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


def test_the_scenarios_are_listed_with_a_sentence_each(run: Run) -> None:
    told = run("simulate", "--list")
    assert told.exit_code == 0
    lines = dict(line.split(maxsplit=1) for line in told.stdout.splitlines())
    assert {"clean", "all-strong", "taking-part-10", "demo"} <= set(lines)
    assert all(line.endswith(".") for line in lines.values())
    assert json.loads(run("simulate", "--list", "--json").stdout) == lines


def test_the_knobs_of_a_scenario_are_listed_as_they_can_be_set(run: Run) -> None:
    told = run("simulate", "--scenario", "clean", "--set", "faults.redials=3,5", "--traced", "50", "--list")
    assert told.exit_code == 0
    knobs = dict(line.split(maxsplit=1) for line in told.stdout.splitlines()[1:])
    assert knobs["faults.redials"] == "3,5"
    assert knobs["traffic.traced"] == "20"
    again = [part for name, value in knobs.items() for part in ("--set", f"{name}={value}")]
    assert (
        run("simulate", "--scenario", "small", *again, "--list").stdout.splitlines()[1:] == told.stdout.splitlines()[1:]
    )


def test_knobs_and_sizes_are_set_on_the_command_line(run: Run) -> None:
    sizes = ("--calls", "80", "--traced", "10")
    told = run("simulate", "--scenario", "small", *sizes, "--set", "network.files=3", "--out", "net", "--json")
    assert told.exit_code == 0
    made = json.loads(told.stdout)
    assert (made["calls"], made["traced"]) == (80, 10)
    assert max(len(entry["files"]) for entry in made["submissions"]) == 3


def test_a_knob_that_there_is_not_is_wrong_usage(run: Run) -> None:
    told = run("simulate", "--scenario", "small", "--set", "faults.zone=1", "--out", "net")
    assert told.exit_code == 2
    assert "zone_errors" in told.stderr
    assert not Path("net").exists()


def test_a_scenario_and_a_folder_are_needed(run: Run) -> None:
    assert "--list" in run("simulate", "--out", "net").stderr
    assert "--out" in run("simulate", "--scenario", "small").stderr


def test_the_demo_names_the_command_as_it_can_be_typed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.argv", [".venv/bin/hoptrace", "demo"])
    monkeypatch.setenv("PATH", str(tmp_path))
    assert command() == ".venv/bin/hoptrace"
    (tmp_path / "hoptrace").touch(0o755)
    assert command() == "hoptrace"
