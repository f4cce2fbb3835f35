"""Reported times that are further off than is presumed: learned from a file of calls, named by a version, replayed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import hoptrace
from hoptrace import Workspace
from hoptrace.engines.batch import trace_file
from hoptrace.engines.calls import read_calls
from hoptrace.evidence.keys import the_key
from hoptrace.evidence.packing import Contents, package
from hoptrace.evidence.verifying import verify
from hoptrace.model.verdicts import ReportedCall, TraceResult, Verdict
from hoptrace.simulate import scenario_named, turned

FAR_OFF = 3.0
"""Standard deviation (s) of the reported times of this world; 1 s is presumed."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, filled_world) -> Path:
    network = turned(scenario_named("small", calls=900, traced=300), [f"traffic.report_error={FAR_OFF}"])
    return filled_world(tmp_path_factory.mktemp("far-off"), network)


@pytest.fixture
def workspace(world: Path):
    with hoptrace.open_workspace(world / "ws") as opened:
        yield opened


@pytest.fixture
def calls(world: Path) -> list[ReportedCall]:
    return read_calls(world / "calls.csv", "US")


def truth_of(world: Path) -> dict[str, dict[str, Any]]:
    rows = map(json.loads, (world / "truth.jsonl").read_text().splitlines())
    return {row["call_ref"]: row for row in rows}


def right_names(world: Path, results: Sequence[TraceResult]) -> int:
    """How many names there are; every one of them must be right, and of a call that can be told apart."""
    truth = truth_of(world)
    named = [told for told in results if told.verdict is Verdict.ORIGINATOR_IDENTIFIED]
    for told in named:
        true = truth[told.call_ref]
        assert (told.originating_carrier, told.customer) == (true["origin"], true["customer"])
        assert not true["indistinguishable"]
    return len(named)


def report_times(workspace: Workspace) -> Any:
    return workspace.catalog.clocks.latest_clocks().weights.get("reports")


def moved(call: ReportedCall, seconds: float) -> ReportedCall:
    return replace(call, start_time=(datetime.fromisoformat(call.start_time) + timedelta(seconds=seconds)).isoformat())


def to_the_minute(calls: Sequence[ReportedCall]) -> list[ReportedCall]:
    return [replace(call, start_time=call.start_time[:17] + "00Z") for call in calls]


def test_times_that_are_far_off_are_found_to_be_so_and_no_name_is_wrong(world, workspace, calls):
    told = hoptrace.trace(workspace, calls)
    assert report_times(workspace)["seconds"][1] == pytest.approx(3 * FAR_OFF, rel=0.25)
    assert right_names(world, told) > 0.9 * len(calls)
    version = workspace.catalog.clocks.latest_version()
    assert {result.clock_version for result in told} == {version}
    assert hoptrace.trace(workspace, calls) == told, "what was learned is learned again as it was"
    assert hoptrace.trace(workspace, calls[:1]) == told[:1], "a single call stands on what was learned of many"


def test_what_reports_told_outlives_what_records_tell(workspace, calls):
    hoptrace.trace(workspace, calls)
    before = report_times(workspace)
    hoptrace.learn_clocks(workspace)
    assert report_times(workspace) == before is not None


def test_an_older_answer_comes_out_again_after_another_file_told_otherwise(workspace, calls):
    told = hoptrace.trace(workspace, calls)
    hoptrace.trace(workspace, to_the_minute(calls))
    assert report_times(workspace)["minutes"]
    versions = told[0].lake_version, told[0].clock_version, told[0].certificates_version
    assert hoptrace.trace(workspace, calls, replay=versions) == told


def test_a_file_of_full_minutes_names_nobody_wrongly(world, workspace, calls, tmp_path):
    cut = to_the_minute(calls)
    pl.DataFrame([asdict(call) for call in cut]).write_csv(tmp_path / "calls.csv")
    summary = trace_file(workspace, tmp_path / "calls.csv", tmp_path / "out.jsonl")
    assert summary["report_times"]["minutes"]["late"] == pytest.approx(-30, abs=5)
    assert summary["report_times"]["minutes"]["off"] == pytest.approx(52, rel=0.25)
    results = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    truth = truth_of(world)
    named = [told for told in results if told["verdict"] == "originator_identified"]
    assert len(named) > 0.7 * len(calls)
    assert all(told["originating_carrier"] == truth[told["call_ref"]]["origin"] for told in named)
    again = hoptrace.trace(workspace, cut)
    assert [json.loads(told.as_json()) for told in again] == results


def test_few_calls_of_full_minutes_are_enough_to_tell_that_they_are_no_chance(workspace, calls):
    hoptrace.trace(workspace, calls)
    (told,) = hoptrace.trace(workspace, to_the_minute(calls[:1]))
    assert not told.hops or "early on average" not in str(told.hops[0].evidence)
    several = hoptrace.trace(workspace, to_the_minute(calls[:4]))
    assert all("30.0 s early on average" in str(one.hops[0].evidence) for one in several if one.originating_carrier)


def test_one_call_that_is_reported_again_and_again_tells_nothing_of_reports(workspace, calls):
    before = report_times(workspace)
    again = [replace(moved(calls[0], 40.0), call_ref=f"C{number}") for number in range(100)]
    hoptrace.trace(workspace, again)
    assert report_times(workspace) == before


def test_how_late_one_file_is_says_nothing_of_calls_of_another_source(world, workspace, calls):
    """Only that reports may be off as far as that: else a name would rest on a call that was not meant."""
    late = [moved(call, 20.0) for call in calls]
    told = hoptrace.trace(workspace, late)
    assert report_times(workspace)["seconds"][0] == pytest.approx(20.0, abs=1.0)
    assert right_names(world, told) > 0.9 * len(calls)
    few = hoptrace.trace(workspace, calls[:50])
    assert report_times(workspace)["seconds"][0] == 0.0
    assert report_times(workspace)["seconds"][1] > 20.0
    right_names(world, few)
    assert hoptrace.trace(workspace, late) == told, "the same table is used again"


def test_a_package_of_such_a_call_is_sound(world, workspace, calls, tmp_path):
    told = hoptrace.trace(workspace, calls)
    package(workspace, [told[0].call_ref], tmp_path / "case.zip", the_key(workspace.path), Contents([]))
    assert verify(tmp_path / "case.zip").sound
