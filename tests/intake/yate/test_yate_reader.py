from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from hoptrace.intake.reading import Chunk
from hoptrace.model.statements import RAW_CALLS, ROWS


def at(chunk: Chunk, file: int, row: int) -> dict[str, object]:
    return chunk.calls.row(by_predicate=(pl.col("file") == file) & (pl.col("row") == row), named=True)


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "yate-cdr.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_legs_are_joined_over_rotated_files(golden: Path, read) -> None:
    chunk = read(golden / "yate-cdr.tsv.1", golden / "yate-cdr.tsv")
    assert chunk.calls.schema == RAW_CALLS
    assert chunk.rows.schema == ROWS
    assert chunk.rows["fate"].to_list() == ["accepted"] * 6
    failed, answered = at(chunk, 0, 1), at(chunk, 1, 1)
    assert failed["start_time"] == answered["start_time"] == datetime(2026, 3, 2, 14, 0, 1, 100_000, tzinfo=UTC)
    assert (failed["downstream"], failed["release_code"], failed["duration"]) == ("203.0.113.20", "503", 0.0)
    assert (answered["upstream"], answered["downstream"]) == ("203.0.113.9", "203.0.113.21")
    assert (answered["calling_number"], answered["egress_calling_number"]) == ("+442079460123", "02079460123")
    assert answered["answer_time"] == datetime(2026, 3, 2, 14, 0, 2, 560_000, tzinfo=UTC)
    assert (answered["duration"], answered["precision"]) == (4.49, 1000)
    assert chunk.rows.filter(pl.col("call") == answered["call"]).select("file", "row").rows() == [(0, 2), (1, 1)]


def test_an_incoming_leg_alone_ended_here(golden: Path, read) -> None:
    call = at(read(golden / "yate-cdr.tsv.1"), 0, 3)
    assert (call["upstream"], call["downstream"], call["release_code"]) == ("203.0.113.9", None, "404")


def test_outgoing_legs_alone_are_kept(golden: Path, read) -> None:
    call = at(read(golden / "yate-cdr.tsv.1"), 0, 2)
    assert (call["upstream"], call["downstream"], call["called_number"]) == (None, "203.0.113.21", "0012025550120")


def test_absurd_durations_are_dropped_and_flagged(golden: Path, read) -> None:
    chunk = read(golden / "yate-cdr.tsv")
    assert chunk.flags == ((0, "durations that cannot be, left out: 2"),)
    assert at(chunk, 0, 2)["release_code"] == "487"


def test_combined_rows(golden: Path, read) -> None:
    calls = read(golden / "combined.csv").calls
    assert calls["downstream"].to_list() == ["203.0.113.200", "203.0.113.200", None]
    assert calls["release_code"].to_list() == ["200", "486", "404"]
    assert calls["duration"].to_list() == [3.202, 0.0, 0.0]
    assert calls["egress_called_number"].null_count() == 3


def test_the_same_row_in_two_files_is_a_duplicate(golden: Path, read) -> None:
    chunk = read(golden / "combined.csv", golden / "combined.csv")
    assert chunk.rows["fate"].value_counts().sort("fate").rows() == [("accepted", 3), ("duplicate", 3)]


def test_rows_that_cannot_be_used_are_rejected_with_all_reasons(golden: Path, read, tmp_path: Path) -> None:
    good = (golden / "combined.csv").read_text(encoding="utf-8")
    bad = 'yesterday,"1-9","sip/1","203.0.113.31:5060","12025550130","",0,0,0,"accepted","","","",,,,""\n'
    chunk = read(write(tmp_path, good + bad + "1,2,3\n" + good.splitlines()[0][:60]))
    rejected = dict(chunk.rows.filter(pl.col("fate") == "rejected").select("row", "reasons").iter_rows())
    assert rejected == {
        4: ["start time not understood", "no called number"],
        5: ["wrong number of columns"],
        6: ["last line is cut: file still being written?"],
    }
