"""Texts that many rows have in common are held as numbers on their way into the lake, and lie there as ever."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import hoptrace.intake.distinct as distinct_module
from hoptrace.intake.statements import build
from hoptrace.intake.submit import submit
from hoptrace.intake.trunks import TrunkTable
from hoptrace.model.dialplan import DialPlan
from hoptrace.model.statements import STATEMENTS
from hoptrace.workspace import init_workspace

NUMBERED = ["attestation", "release_code", "outcome", "upstream", "downstream", "upstream_trunk", "downstream_trunk"]
PASSED = "sip:+12025550143@example.net;verstat=TN-Validation-Passed-B"


@pytest.fixture
def numbered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row is one of many."""
    monkeypatch.setattr(distinct_module, "_MANY", 1)


def _take_in(folder: Path, day: Path):
    carriers = folder.parent / "carriers.csv"
    with init_workspace(folder) as workspace:
        workspace.catalog.directory.load_directory(carriers, None)
        (receipt,) = submit(workspace, [day], "alpha")
        return receipt, workspace.lake.view().scan().collect().sort("row")


def _built(calls: pl.DataFrame) -> pl.DataFrame:
    return build(calls, "alpha", DialPlan("US"), TrunkTable.of([], ["alpha", "beta", "gamma"])).statements


@pytest.mark.usefixtures("workspace")
def test_it_comes_out_the_same(tmp_path, write, line, monkeypatch) -> None:
    names = ["beta", "", "gamma", "a trunk that nobody has listed"]
    day = write("day.csv", *(line(n, upstream=names[n % 4]) for n in range(90)), line(3), line(91, called="none"))
    plain = _take_in(tmp_path / "plain", day)
    monkeypatch.setattr(distinct_module, "_MANY", 1)
    receipt, statements = _take_in(tmp_path / "numbered", day)
    assert receipt == plain[0]
    assert_frame_equal(statements, plain[1])


@pytest.mark.usefixtures("workspace")
def test_frames_with_and_without_numbers_lie_together(tmp_path, write, line, monkeypatch) -> None:
    """The last block of a long file is short."""
    day = write("day.csv", *map(line, range(90)))
    plain = _take_in(tmp_path / "plain", day)
    monkeypatch.setattr(distinct_module, "_MANY", 45)
    monkeypatch.setattr("hoptrace.intake.formats.text.opening.PIECE_BYTES", 4_000)
    receipt, statements = _take_in(tmp_path / "numbered", day)
    assert receipt == plain[0]
    assert_frame_equal(statements, plain[1])


@pytest.mark.usefixtures("numbered")
def test_columns_of_few_texts_are_numbers(raw_calls) -> None:
    told = _built(raw_calls({"upstream": "beta", "downstream": "gamma", "attestation": "A", "release_code": "200"}))
    assert [name for name, kind in told.schema.items() if kind == pl.Categorical] == [
        name for name in STATEMENTS.names() if name in NUMBERED
    ]
    assert told.select(NUMBERED).row(0) == ("A", "200", "answered", "beta", "gamma", "beta", "gamma")


@pytest.mark.usefixtures("numbered")
def test_numbers_that_their_keys_tell_have_no_texts(raw_calls) -> None:
    plain, odd = {"called_number": "+12025550101"}, {"called_number": "+442079460123"}
    callers = {"calling_number": "+12025550102", "egress_called_number": "+12025550101"}
    told, other = _built(raw_calls(plain | callers, plain)), _built(raw_calls(plain | callers, odd))
    assert [name for name, kind in told.schema.items() if kind == pl.Null] == ["calling_number", "called_number"]
    assert other["called_number"].to_list() == ["+12025550101", "+442079460123"]
    # The key of a number that was sent on as it came is left out, and does not tell it.
    assert told["egress_called_number"].to_list() == ["+12025550101", None]


@pytest.mark.usefixtures("numbered")
def test_columns_of_many_texts_are_not(raw_calls) -> None:
    told = _built(raw_calls(*({"upstream": f"trunk {n}", "release_code": str(n)} for n in range(200))))
    assert {told.schema[name] for name in ("upstream_trunk", "release_code")} == {pl.String()}


@pytest.mark.usefixtures("numbered")
def test_an_attestation_that_stands_elsewhere_is_not_lost(raw_calls) -> None:
    told = _built(raw_calls({"attestation": "A"}, {"calling_number": PASSED}, {"calling_number": "+12025550143"}))
    assert told["attestation"].to_list() == ["A", "B", None]
