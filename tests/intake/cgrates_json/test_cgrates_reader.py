from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoptrace.errors import InputRefused, TimezoneMissing
from hoptrace.intake.detect import find_format
from hoptrace.intake.formats import readers
from hoptrace.intake.formats.cgrates import Cgrates
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


def test_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"a": 1}')
    with pytest.raises(InputRefused, match="CGRateS"):
        read(path)


def test_detect() -> None:
    for path in (JSON, XML):
        assert find_format(Source(0, path, path.name, "d"), readers()).name == "cgrates_json"
    others = [path for path in FOLDER.parent.rglob("*") if path.is_file() and path.parent != FOLDER]
    claims = [path for path in others if Cgrates().detect(Source(0, path, path.name, "d"), path.read_bytes())]
    assert claims == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_loses_no_record(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from([JSON, XML])).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content)))
        content[place : place + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=8) | st.just(b'"'))
    path = tmp_path / "damaged"
    path.write_bytes(content)
    try:
        chunk = read(path, timezone="UTC")
    except InputRefused:
        return
    rows = chunk.rows.sort("row")
    assert rows["row"].to_list() == list(range(1, rows.height + 1))
    assert b"".join(rows["raw"]).count(b"OriginID") == bytes(content).count(b"OriginID")
    assert set(rows.filter(pl.col("fate") == "accepted")["call"]) == set(chunk.calls["call"])
    assert all(rows.filter(pl.col("fate") == "rejected")["reasons"].list.len() > 0)
