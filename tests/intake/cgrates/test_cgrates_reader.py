from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hoptrace.errors import TimezoneMissing
from hoptrace.intake.formats.cgrates.reader import Cgrates
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Chunk, Context, Source
from hoptrace.model.carriers import Carrier

FOLDER = Path(__file__).parents[3] / "fixtures" / "formats" / "cgrates_json"
JSON, XML = FOLDER / "cdrs.json", FOLDER / "partial.xml"


def read(path: Path, timezone: str | None = None, **profile: object) -> Chunk:
    context = Context(Carrier("oak"), Profile.model_validate(profile), timezone)
    (chunk,) = Cgrates().read([Source(0, path, path.name, "digest")], context)
    return chunk


def test_the_runs_of_a_call_are_one_statement() -> None:
    chunk = read(JSON)
    call = chunk.calls.row(0, named=True)
    assert call["start_time"] == datetime(2026, 3, 2, 14, 0, 1, tzinfo=UTC)
    assert call["end_time"] == datetime(2026, 3, 2, 14, 1, 20, 500_000, tzinfo=UTC)
    assert (call["upstream"], call["downstream"]) == ("birch", "gw-east")
    assert (call["calling_number"], call["duration"]) == ("+12025550130", 75.5)
    assert (call["call_id"], call["release_code"], call["record_id"]) == ("in-1@203.0.113.31", "16", "a1f0")
    assert chunk.rows["call"].to_list() == [0, 0, 1, 2, None]
    assert chunk.rows["fate"].to_list()[4] == "skipped"


def test_year_1_is_no_answer_and_an_account_no_calling_number() -> None:
    call = read(JSON).calls.row(1, named=True)
    assert (call["answer_time"], call["duration"], call["calling_number"]) == (None, 0.0, None)
    assert call["start_time"] == datetime(2026, 3, 2, 14, 1, tzinfo=UTC)


def test_a_suppliers_run_alone_names_whom_the_call_went_to() -> None:
    call = read(JSON).calls.row(2, named=True)
    assert (call["upstream"], call["downstream"], call["duration"]) == (None, "oak-wholesale", 3.0)


def test_partial_records_in_xml_are_put_together() -> None:
    chunk = read(XML, timezone="America/Chicago")
    call = chunk.calls.row(0, named=True)
    assert call["start_time"] == datetime(2026, 3, 2, 20, 4, tzinfo=UTC)
    assert (call["duration"], call["upstream"], call["called_number"]) == (9.0, "birch", "+12125550184")
    assert chunk.rows["fate"].to_list() == ["accepted", "accepted", "rejected"]
    assert chunk.rows["reasons"].to_list()[2] == ["no called number"]


def test_times_without_a_zone_are_refused_with_the_ways_out() -> None:
    with pytest.raises(TimezoneMissing, match="--timezone"):
        read(XML)


def test_a_profile_names_other_fields() -> None:
    calls = read(JSON, fields={"upstream": "Tenant", "calling_number": "Account"}).calls
    assert calls["upstream"].to_list()[0] == "example.net"


def test_an_array_and_damage(tmp_path: Path) -> None:
    lines = JSON.read_text().splitlines()
    path = tmp_path / "array.json"
    path.write_text("[" + ",\n".join([lines[0], lines[0], '{"a": 1}', lines[1][:50]]) + "]")
    fates = read(path).rows
    assert fates["fate"].to_list() == ["accepted", "duplicate", "rejected", "rejected"]
    assert fates["reasons"].to_list()[2] == ["no field of a CGRateS record"]


RECORD = {"CGRID": "a1", "SetupTime": "2026-03-02T14:00:01Z", "Destination": "+12125550184", "Usage": "5s"}


def written(tmp_path: Path, *records: dict[str, object]) -> Path:
    path = tmp_path / "cdrs.json"
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    return path


def test_an_extra_field_counts_where_the_records_own_is_empty(tmp_path: Path) -> None:
    extra = {"Account": "birch", "Destination": "+12125550185", "Route": " gw-east "}
    call = read(written(tmp_path, {**RECORD, "Account": " ", "ExtraFields": extra})).calls.row(0, named=True)
    assert (call["upstream"], call["called_number"], call["downstream"]) == ("birch", "+12125550184", "gw-east")


def test_of_several_records_the_first_that_says_something_counts(tmp_path: Path) -> None:
    later = {**RECORD, "Destination": "+12125550186", "Account": "birch"}
    chunk = read(written(tmp_path, RECORD, later))
    assert chunk.calls.select("called_number", "upstream").rows() == [("+12125550184", "birch")]
    assert chunk.rows["call"].to_list() == [0, 0]


def test_a_time_without_a_zone_is_found_among_those_that_have_one(tmp_path: Path) -> None:
    local = {**RECORD, "CGRID": "a2", "SetupTime": "2026-03-02T14:00:01"}
    with pytest.raises(TimezoneMissing):
        read(written(tmp_path, RECORD, local))
    chunk = read(written(tmp_path, RECORD, local), timezone="America/Chicago")
    assert chunk.calls["start_time"].dt.hour().to_list() == [14, 20]
