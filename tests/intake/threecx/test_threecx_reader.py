"""3CX from version 20 on: the rows of a call that went through menus, queues and diversions are one statement."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from hoptrace.intake.formats.threecx.reader import ThreeCxCalls
from hoptrace.intake.reading import Chunk, Context, Source
from hoptrace.model.carriers import Carrier

FOLDER = Path(__file__).parents[3] / "fixtures" / "formats" / "3cx"
CALLS = FOLDER / "cdroutput.csv"


def read(*paths: Path) -> Chunk:
    sources = [Source(at, path, path.name, "d") for at, path in enumerate(paths)]
    (chunk,) = ThreeCxCalls().read(sources, Context(Carrier("oak")))
    return chunk


@pytest.fixture(scope="module")
def calls() -> list[dict[str, object]]:
    return list(read(CALLS).calls.iter_rows(named=True))


def test_a_queue_that_rings_two_telephones_is_one_call(calls: list[dict[str, object]]) -> None:
    call = calls[0]
    assert (call["upstream"], call["downstream"], call["customer"]) == ("10000", None, None)
    assert (call["calling_number"], call["called_number"]) == ("+12025550143", "13125550187")
    assert call["start_time"] == datetime(2026, 11, 2, 8, 0, 1, 250_400, tzinfo=UTC)
    assert call["answer_time"] == datetime(2026, 11, 2, 8, 0, 2, 300_000, tzinfo=UTC), "the queue answered"
    assert call["duration"] == 47.95
    rows = read(CALLS).rows.filter(pl.col("call") == 0)["row"].sort()
    assert rows.to_list() == [2, 3, 4, 5]


def test_trunks_that_were_tried_are_attempts(calls: list[dict[str, object]]) -> None:
    refused, taken = calls[1:3]
    assert (refused["downstream"], refused["duration"], refused["release_code"]) == ("10001", 0.0, "no_route")
    assert (taken["downstream"], taken["duration"], taken["customer"]) == ("10002", 30.0, "101")
    assert taken["start_time"] == refused["start_time"] == datetime(2026, 11, 2, 8, 1, tzinfo=UTC)
    assert taken["called_number"] == "+442079460123"
    assert taken["egress_called_number"] is None


def test_a_call_that_is_diverted_to_the_outside_names_both_trunks(calls: list[dict[str, object]]) -> None:
    call = calls[3]
    assert (call["upstream"], call["downstream"]) == ("10000", "10001")
    assert (call["called_number"], call["egress_called_number"]) == ("13125550188", "+13125550199")
    assert (call["start_time"], call["duration"]) == (datetime(2026, 11, 2, 8, 2, tzinfo=UTC), 30.0)
    assert len(calls) == 4


def test_parts_in_two_files_are_joined(tmp_path: Path) -> None:
    header, *rows = CALLS.read_text().splitlines()
    for name, part in (("a.csv", rows[:2]), ("b.csv", rows[2:])):
        (tmp_path / name).write_text("\n".join([header, *part]) + "\n")
    both = read(tmp_path / "b.csv", tmp_path / "a.csv").calls.drop("call", "file", "row")
    assert sorted(both.rows(), key=str) == sorted(read(CALLS).calls.drop("call", "file", "row").rows(), key=str)


def test_rows_that_cannot_be_used_are_rejected() -> None:
    chunk = read(FOLDER / "cdroutput_malformed.csv")
    assert chunk.rows.sort("row")["fate"].to_list() == [
        *("skipped", "accepted", "duplicate", "rejected", "rejected", "skipped", "rejected", "rejected"),
    ]
    assert [reasons[0] for reasons in chunk.rows.sort("row")["reasons"] if reasons is not None and len(reasons)] == [
        "start time not understood",
        "wrong number of columns",
        "no called number",
        "last line is cut: file still being written?",
    ]
