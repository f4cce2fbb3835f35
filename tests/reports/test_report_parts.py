"""Results kept in many parts are told as in one, and nothing of the parts is left."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from hoptrace.errors import StorageFailed
from hoptrace.model.verdicts import TraceResult
from hoptrace.reports import of_many
from hoptrace.reports.many import parts, traced_reading
from hoptrace.reports.many.summary import SummaryReport
from hoptrace.reports.profiles import read_profile
from hoptrace.reports.regulator import tables as regulator_tables
from hoptrace.reports.summary_files import Form, render_summary
from hoptrace.reports.wording.language import Saying
from hoptrace.workspace import Workspace


@pytest.fixture
def results(results_of_many: list[TraceResult], tmp_path: Path) -> Path:
    """Results of a year, one of a call that is told twice, and one of a call without a time."""
    older = replace(results_of_many[0], confidence=0.11, customer="older")
    undated = replace(results_of_many[1], call=None, call_ref="REF-undated")
    path = tmp_path / "results.jsonl"
    path.write_bytes(b"".join(each.as_json() + b"\n" for each in (older, undated, *results_of_many)))
    return path


def reports(workspace: Workspace, results: Path, profile: str) -> dict[str, SummaryReport]:
    which, reader = of_many.Which(results=results), read_profile(profile)
    return {
        "campaign": of_many.campaign(workspace, which, reader),
        "carrier": of_many.carrier(workspace, "CEDR3", which, reader),
        "regulator": of_many.regulator(workspace, "2026-Q4", which, reader),
        "what-if": of_many.what_if(workspace, which, reader),
    }


@pytest.mark.parametrize("calls", [1, 2])
@pytest.mark.parametrize("profile", ["investigator", "carrier:CEDR3", "public"])
def test_many_parts_tell_what_one_tells(
    reported: Workspace, results: Path, profile: str, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one call a part the last part is empty, and so are parts of calls that the reader does not see."""
    whole = {name: render_summary(each, Form("json")) for name, each in reports(reported, results, profile).items()}
    monkeypatch.setattr(traced_reading, "AT_ONCE", 1)
    monkeypatch.setattr(traced_reading, "IN_A_PART", calls)
    monkeypatch.setattr(regulator_tables, "CALLS_AT_ONCE", 3)
    many = {name: render_summary(each, Form("json")) for name, each in reports(reported, results, profile).items()}
    assert many == whole


def test_of_a_call_that_is_told_twice_the_later_result_counts(
    reported: Workspace, results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traced_reading, "AT_ONCE", 1)
    monkeypatch.setattr(traced_reading, "IN_A_PART", 1)
    found = of_many.found(reported, of_many.Which(results=results))
    assert (found.number, found.replaced, found.undated) == (18, 1, 1)
    assert "older" not in found.calls.collect()["customer"].to_list()
    assert found.hops.collect()["call"].is_in(found.calls.collect()["call"].implode()).all()


def test_references_that_begin_alike_are_told_apart() -> None:
    refs = pl.DataFrame({"call_ref": [f"{'x' * 200}{at}" for at in range(5_000)]})
    assert refs.select(**traced_reading.REF).n_unique() == 5_000


def test_parts_go_when_their_report_goes(
    reported: Workspace, results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    report = of_many.regulator(reported, "2026-Q4", of_many.Which(results=results))
    kept = list(folder.iterdir())
    assert kept, "the long table is made when it is written"
    assert all(each.stat().st_mode & 0o077 == 0 for each in kept), "nobody else may read them"
    assert len(report.transparency.rows()) == len(report.transparency)
    del report
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("kind", [OSError, pl.exceptions.ComputeError])
def test_no_room_for_parts_is_said(kind: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise kind("No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    with pytest.raises(StorageFailed, match=r"No space left on device\. Make room there, or .*TMPDIR"):
        traced_reading.read_traced([], Saying("a test"))


def test_no_folder_for_parts_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(StorageFailed, match="TMPDIR"):
        parts.written([])
