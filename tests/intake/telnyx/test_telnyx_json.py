"""Telnyx' detail records as JSON: pages, records a line, and what is none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.telnyx.reader import telnyx_json
from hoptrace.intake.reading import Chunk, Context, Source
from hoptrace.model.carriers import Carrier

FOLDER = Path(__file__).parents[3] / "fixtures" / "formats" / "telnyx_json"
PAGES, MALFORMED = FOLDER / "detail_records.json", FOLDER / "malformed.json"


def read(path: Path) -> Chunk:
    (chunk,) = telnyx_json().read([Source(0, path, path.name, "digest")], Context(Carrier("oak")))
    return chunk


def test_what_came_in_came_from_telnyx_and_what_went_out_was_handed_to_it() -> None:
    calls = read(PAGES).calls
    assert calls["call_id"].to_list() == ["tj1@198.51.100.7", "tj2@198.51.100.7", "tj4@198.51.100.7"]
    assert calls["upstream"].to_list() == [None, "telnyx", None]
    assert calls["downstream"].to_list() == ["telnyx", None, "telnyx"]
    assert calls["called_number"].to_list() == ["+13125550187", "+13125550188", "+13125550190"]
    assert calls["duration"].to_list() == [30.0, 0.0, 10.0]
    assert calls["release_code"].to_list() == ["16", "486", "16"]


def test_times_are_utc_and_as_sharp_as_they_are_written() -> None:
    calls = read(PAGES).calls
    assert calls["start_time"][0] == datetime(2026, 11, 2, 8, 0, 1, tzinfo=UTC)
    assert calls["answer_time"].to_list()[1] is None
    assert calls["precision"].to_list() == [1_000_000, 1_000_000, 1]


def test_other_kinds_of_record_and_the_ends_of_pages_carry_no_call() -> None:
    chunk = read(PAGES)
    fates = ["accepted", "accepted", *["skipped"] * 3, "duplicate", "accepted", "skipped"]
    assert chunk.rows["fate"].to_list() == fates
    assert chunk.flags == ((0, "records of other kinds than sip-trunking, not read: messaging"),)


def test_an_array_of_records_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "records.json"
    path.write_text('[{"cld": "+13125550187", "started_at": "2026-11-02T08:00:01Z"},\n {"cld": "+1312"}]')
    assert read(path).rows["fate"].to_list() == ["accepted", "rejected", "skipped"]


def test_damaged_records_are_rejected_one_by_one() -> None:
    chunk = read(MALFORMED)
    assert chunk.rows["reasons"].to_list() == [
        ["start time not understood"],
        ["no called number"],
        [],
        ["start time not understood"],
        ["not a JSON document"],
        ["document is cut: file still being written?"],
    ]
    call = chunk.calls.row(0, named=True)
    assert (call["upstream"], call["downstream"], call["answer_time"]) == (None, None, None)
    assert (call["duration"], call["release_code"]) == (None, None)


def test_a_page_that_ends_too_early_keeps_its_records(tmp_path: Path) -> None:
    path = tmp_path / "cut.json"
    path.write_bytes(PAGES.read_bytes()[:900])
    assert read(path).rows["fate"].to_list() == ["accepted", "rejected"]


def test_a_bracket_in_the_midst_of_a_page_loses_no_record(tmp_path: Path) -> None:
    path = tmp_path / "damaged.json"
    path.write_bytes(PAGES.read_bytes().replace(b'"call_sec": 0}, {', b'"call_sec": 0}] {'))
    rows = read(path).rows
    assert rows["fate"].to_list()[-2:] == ["duplicate", "rejected"]
    assert b"tj4@198.51.100.7" in rows["raw"].to_list()[-1]


def test_records_of_a_page_whose_beginning_is_damaged_are_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "damaged.json"
    path.write_bytes(PAGES.read_bytes().replace(b'"data": [', b'data": [', 1))
    raw = b"".join(read(path).rows["raw"].to_list())
    assert raw.count(b'"record_type"') == PAGES.read_bytes().count(b'"record_type"')


def test_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text('{"a": 1}')
    with pytest.raises(InputRefused, match="no record with Telnyx' fields"):
        read(path)
