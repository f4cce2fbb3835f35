"""A directory that is complete only after the records came in: traces from then on are as if it always had been."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import hoptrace
from hoptrace import ReportedCall, TraceResult, Workspace
from hoptrace.engines import local
from hoptrace.engines.batch import How, trace_file
from hoptrace.engines.calls import read_calls
from hoptrace.engines.learning import learn_relisted
from hoptrace.engines.partition import AT_ONCE
from hoptrace.evidence.keys import the_key
from hoptrace.evidence.packing import package
from hoptrace.evidence.verifying import verify
from hoptrace.simulate import scenario_named, simulate


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("listed")
    simulate(scenario_named("all-moderate", calls=800, traced=80), 5, folder)
    return folder


@pytest.fixture(scope="module")
def filled(world: Path, submit_world, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path | None], Workspace]:
    """Make a workspace with the world's records, submitted when the directory had these trunks."""

    def fill(trunks: Path | None) -> Workspace:
        workspace = hoptrace.init_workspace(tmp_path_factory.mktemp("filled") / "ws")
        workspace.catalog.directory.load_directory(world / "carriers.csv", trunks)
        submit_world(world, workspace)
        return workspace

    return fill


@pytest.fixture(scope="module")
def always(world: Path, filled: Callable[[Path | None], Workspace]) -> Iterator[Workspace]:
    with filled(world / "trunks.csv") as workspace:
        yield workspace


@pytest.fixture(scope="module")
def later(world: Path, filled: Callable[[Path | None], Workspace]) -> Iterator[tuple[Workspace, list[TraceResult]]]:
    """A workspace whose trunks were listed last, and what was traced before."""
    with filled(None) as workspace:
        before = hoptrace.trace(workspace, calls_of(world))
        workspace.catalog.directory.load_directory(world / "carriers.csv", world / "trunks.csv")
        assert learn_relisted(workspace) is not None
        yield workspace, before


def calls_of(world: Path) -> list[ReportedCall]:
    return read_calls(world / "calls.csv", "US")


def without_versions(results: list[TraceResult]) -> list[TraceResult]:
    return [replace(result, lake_version=0, clock_version=0) for result in results]


def test_traces_are_as_if_the_trunks_had_been_listed_before(world, always, later):
    due = without_versions(hoptrace.trace(always, calls_of(world)))
    workspace, before = later
    assert without_versions(hoptrace.trace(workspace, calls_of(world))) == due
    assert without_versions(before) != due
    assert sum(each.originating_carrier is not None for each in due) > sum(
        each.originating_carrier is not None for each in before
    )


def test_parts_that_are_read_ahead_are_the_same(world, later, tmp_path, monkeypatch):
    workspace, _ = later
    monkeypatch.setattr("hoptrace.engines.partition.AT_ONCE", 16)
    assert AT_ONCE > 16
    trace_file(workspace, world / "calls.csv", tmp_path / "results.jsonl", how=How(workers=1))
    due = b"".join(each.as_json() + b"\n" for each in local.results(workspace, calls_of(world)))
    assert (tmp_path / "results.jsonl").read_bytes() == due


def test_what_was_traced_before_is_replayed_as_it_was(world, later):
    workspace, before = later
    first = before[0]
    replay = (first.lake_version, first.clock_version, first.certificates_version)
    again = list(local.results(workspace, calls_of(world), replay=replay))
    assert [each.as_json() for each in again] == [each.as_json() for each in before]


def test_evidence_holds_without_the_workspace(world, later, tmp_path):
    workspace, _ = later
    refs = [each.call_ref for each in hoptrace.trace(workspace, calls_of(world))]
    package(workspace, refs, tmp_path / "case.zip", the_key(workspace.path))
    found = verify(tmp_path / "case.zip")
    assert found.sound, found.problems
    assert found.replayed is not None
    assert all(each.same_bytes for each in found.replayed)


def test_nothing_is_read_anew_where_the_directory_explained_all(world, always):
    assert learn_relisted(always) is None
    always.catalog.directory.load_directory(world / "carriers.csv", world / "trunks.csv")
    assert learn_relisted(always) is None
