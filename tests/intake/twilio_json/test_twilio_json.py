"""Twilio's calls as JSON: day files of bulk exports, pages of its API, and what is none."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hoptrace.errors import InputRefused
from hoptrace.intake.detect import find_format
from hoptrace.intake.formats import readers
from hoptrace.intake.formats.twilio_json import twilio_json
from hoptrace.intake.reading import Chunk, Context, Source
from hoptrace.model.carriers import Carrier

FOLDER = Path(__file__).parents[3] / "fixtures" / "formats" / "twilio_json"
DAY, PAGE, MALFORMED = FOLDER / "2026-11-02.json", FOLDER / "page.json", FOLDER / "malformed.json"


def read(path: Path) -> Chunk:
    (chunk,) = twilio_json().read([Source(0, path, path.name, "digest")], Context(Carrier("oak")))
    return chunk


def test_a_day_of_a_bulk_export() -> None:
    chunk = read(DAY)
    assert chunk.rows["fate"].to_list() == ["accepted", "accepted", "accepted", "duplicate", "accepted"]
    calls = chunk.calls
    assert calls["start_time"][0] == datetime(2026, 11, 2, 8, 1, 1, tzinfo=UTC)
    assert calls["duration"].to_list() == [30.0, 0.0, 30.0, None]
    assert calls["release_code"].to_list() == ["completed", "no-answer", "completed", "busy"]
    assert calls["redirecting_number"].to_list() == [None, None, "+13125550190", None]
    assert calls["called_number"].to_list()[-1] == "client:alice"


def test_only_what_its_api_was_told_to_dial_the_account_placed() -> None:
    assert read(DAY).calls["customer"].to_list() == ["AC00000000000000000000000000000001", None, None, None]


def test_a_page_of_the_api_with_its_spelling_of_times() -> None:
    chunk = read(PAGE)
    assert chunk.rows["fate"].to_list() == ["skipped", "accepted", "accepted", "skipped"]
    assert chunk.calls["end_time"].to_list()[0] == datetime(2026, 11, 2, 8, 5, 38, tzinfo=UTC)


def test_day_files_come_packed(tmp_path: Path) -> None:
    path = tmp_path / "2026-11-02.json.gz"
    path.write_bytes(gzip.compress(DAY.read_bytes()))
    assert find_format(Source(0, path, path.name, ""), readers()).name == "twilio_json"
    assert read(path).calls.height == 4


def test_damaged_records_are_rejected_one_by_one() -> None:
    chunk = read(MALFORMED)
    assert chunk.rows["reasons"].to_list() == [
        ["start time not understood"],
        ["no called number"],
        ["start time not understood"],
        [],
        ["not a JSON document"],
        ["document is cut: file still being written?"],
    ]
    assert chunk.calls.select("end_time", "duration").row(0) == (None, None)


SID = "CA0123456789abcdef0123456789abcdef"
FEW = f'{{"sid": "{SID}", "from": "+12025550143", "to": "+13125550187", "start_time": "2026-11-02T10:20:30Z"}}'


@pytest.mark.parametrize("text", [FEW, f"[{FEW}]", f'{{"calls": [{FEW}]}}', FEW.replace("from", "direction")])
def test_a_call_of_few_fields_is_known_by_its_sid(tmp_path: Path, text: str) -> None:
    path = tmp_path / "calls.json"
    path.write_text(text)
    assert find_format(Source(0, path, path.name, ""), readers()).name == "twilio_json"
    assert read(path).calls.select("called_number", "record_id").rows() == [("+13125550187", SID)]


def camel(name: str) -> str:
    return re.sub("_([a-z])", lambda found: found[1].upper(), name)


@pytest.mark.parametrize(
    "form", [json.dumps, lambda calls: json.dumps({"nextPageUri": None, "calls": calls, "pageSize": 50}, indent=1)]
)
def test_a_list_of_a_client_library_says_the_same_in_camel_case(tmp_path: Path, form: Callable[..., str]) -> None:
    calls = [json.loads(line) for line in DAY.read_text().splitlines()]
    path = tmp_path / "calls.json"
    path.write_text(form([{camel(name): value for name, value in call.items()} for call in calls]))
    assert "startTime" in path.read_text()
    assert find_format(Source(0, path, path.name, ""), readers()).name == "twilio_json"
    told, known = read(path), read(DAY)
    assert told.calls.equals(known.calls.with_columns(row=told.calls["row"]))
    fates = told.rows["fate"].to_list()
    assert [fate for fate in fates if fate != "skipped"] == known.rows["fate"].to_list()


@pytest.mark.parametrize("text", [FEW.replace("CA", "SM"), f'{{"sid": "{SID}", "to": "+13125550187"}}'])
def test_other_ids_and_fewer_fields_are_no_sign(tmp_path: Path, text: str) -> None:
    path = tmp_path / "calls.json"
    path.write_text(text)
    assert twilio_json().detect(Source(0, path, path.name, ""), path.read_bytes()) is None


@pytest.mark.parametrize("text", ['{"a": 1}', '[{"sid": "SM1", "body": "hello"}]'])
def test_something_else_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(InputRefused, match="no record with Twilio's fields"):
        read(path)
