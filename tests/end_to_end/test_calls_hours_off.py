"""A file of calls whose times are hours off is told of; its answers stay as they are."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import hoptrace
from hoptrace import Workspace
from hoptrace.engines import hours_off, noticed
from hoptrace.engines.batch import trace_file
from hoptrace.engines.calls import read_calls
from hoptrace.engines.retention import expire_lake
from hoptrace.model.verdicts import ReportedCall
from hoptrace.simulate import scenario_named


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, filled_world) -> Path:
    return filled_world(tmp_path_factory.mktemp("hours-off"), scenario_named("small", calls=900, traced=300))


@pytest.fixture
def workspace(world: Path):
    with hoptrace.open_workspace(world / "ws") as opened:
        yield opened


@pytest.fixture
def calls(world: Path) -> list[ReportedCall]:
    """Calls that tell their callers."""
    return [call for call in read_calls(world / "calls.csv", "US") if call.calling_number]


@pytest.fixture
def noted(workspace: Workspace, tmp_path: Path) -> Callable[[Sequence[ReportedCall]], dict[str, Any]]:
    """The summary of a file of calls."""

    def trace(calls: Sequence[ReportedCall]) -> dict[str, Any]:
        pl.DataFrame([asdict(call) for call in calls]).write_csv(tmp_path / "calls.csv")
        return trace_file(workspace, tmp_path / "calls.csv", tmp_path / "out.jsonl")

    return trace


@pytest.fixture
def always_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls are looked at also where most were traced to where they began."""
    monkeypatch.setattr(noticed, "LED_ON", ())


def moved(calls: Sequence[ReportedCall], hours: float) -> list[ReportedCall]:
    return [replace(call, start_time=_moved(call.start_time, hours)) for call in calls]


def _moved(time: str, hours: float) -> str:
    return (datetime.fromisoformat(time) + timedelta(hours=hours)).isoformat()


@pytest.mark.parametrize("hours", [-5.0, 8.0, -3.5])
def test_a_file_that_is_hours_off_is_told_of(noted, calls, hours):
    found = noted(moved(calls, hours))["hours_off"]
    assert found["hours"] == -hours
    assert 0.6 * found["of"] <= found["calls"] <= found["of"] == 100


def test_a_few_calls_are_enough(noted, calls):
    found = noted(moved(calls[:6], -5.0))["hours_off"]
    assert (found["hours"], found["of"]) == (5.0, 6)
    assert noted(moved(calls[:4], -5.0))["hours_off"] is None


def test_a_file_most_of_whose_calls_were_traced_is_not_looked_at(noted, calls, monkeypatch):
    monkeypatch.setattr(hours_off, "_sample", None)
    assert noted(calls)["hours_off"] is None


@pytest.mark.usefixtures("always_looked_at")
def test_a_file_that_is_right_is_not_looked_at_any_further(noted, calls, monkeypatch):
    monkeypatch.setattr(hours_off, "_looked_at", None)
    assert noted(calls)["hours_off"] is None
    assert noted(calls[:6])["hours_off"] is None


def test_what_is_off_by_no_half_hours_is_not_told(noted, calls):
    assert noted(moved(calls, -5.2))["hours_off"] is None


def test_no_answer_is_changed_by_it(noted, calls, workspace, tmp_path):
    late = moved(calls[:40], -5.0)
    assert noted(late)["hours_off"] is not None
    results = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert {result["originating_carrier"] for result in results} == {None}
    assert [json.loads(told.as_json()) for told in hoptrace.trace(workspace, late)] == results


def test_one_caller_who_calls_one_number_again_and_again_counts_once(noted, calls):
    again = [replace(calls[0], call_ref=f"C{number}") for number in range(50)]
    assert noted(moved(again, -5.0))["hours_off"] is None


def test_a_replay_is_not_refused_for_records_hours_away_that_expired(world, calls, tmp_path):
    shutil.copytree(world / "ws", tmp_path / "ws")
    after = [replace(call, start_time=f"2026-11-03T00:20:{second:02}Z") for second, call in enumerate(calls[:9])]
    pl.DataFrame([asdict(call) for call in after]).write_csv(tmp_path / "after.csv")
    with hoptrace.open_workspace(tmp_path / "ws") as workspace:
        then = workspace.lake.version(), workspace.catalog.clocks.latest_version()
        expire_lake(workspace, date(2026, 11, 3), grace_hours=0)
        told = trace_file(workspace, tmp_path / "after.csv", tmp_path / "after.jsonl", replay=then)
    assert (told["calls"], told["hours_off"]) == (9, None)


def test_no_more_records_are_read_than_are_enough(noted, calls, monkeypatch):
    monkeypatch.setattr(hours_off, "MOST_ROWS", 20)
    assert noted(moved(calls, -5.0))["hours_off"]["of"] == hours_off.TOGETHER


@pytest.mark.usefixtures("always_looked_at")
@pytest.mark.parametrize("caller", ["anonymous", "105"])
def test_calls_whose_caller_may_be_anybody_are_not_looked_at(noted, calls, caller, monkeypatch):
    monkeypatch.setattr(hours_off, "_are_there", None)
    assert noted([replace(call, calling_number=caller) for call in calls])["hours_off"] is None


def test_calls_without_a_caller_tell_nothing(noted, calls):
    assert noted([replace(call, calling_number=None) for call in moved(calls, -5.0)])["hours_off"] is None
