"""Ribbon (Sonus) ACT files: record types, nested columns, ticks and zones."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.errors import TimezoneMissing
from hoptrace.intake.formats.ribbon.reader import RibbonAct, _cells
from hoptrace.intake.reading import Chunk, Context, Source
from hoptrace.model.carriers import Carrier
from hoptrace.model.statements import RAW_CALLS, ROWS

ACT = "ribbon/1000A0B.ACT"
START, STOP, ATTEMPT = 1, 2, 3  # lines of the golden file, from 0


def at(chunk: Chunk, row: int) -> dict[str, object]:
    return chunk.calls.row(by_predicate=pl.col("row") == row, named=True)


def put(line: str, **columns: str) -> str:
    """The line with other values in columns before the first quoted one."""
    cells = line.split(",")
    for name, value in columns.items():
        cells[int(name[1:]) - 1] = value
    return ",".join(cells)


def test_start_and_stop_are_one_statement(golden: Path, read) -> None:
    chunk = read("ribbon_act", golden / ACT)
    assert (chunk.calls.schema, chunk.rows.schema) == (RAW_CALLS, ROWS)
    call = at(chunk, 3)
    assert chunk.rows.filter(pl.col("call") == call["call"])["row"].to_list() == [2, 3]
    assert call["start_time"] == datetime(2024, 3, 4, 22, 2, 12, 500_000, tzinfo=UTC)
    assert (call["upstream"], call["downstream"]) == ("ALDER_TG", "BIRCH_TG")
    assert (call["call_id"], call["egress_call_id"]) == ("7001@198.51.100.40", "131074_9001@203.0.113.10")
    assert (call["called_number"], call["release_code"]) == ("13125550187", "16")
    assert call["record_id"] == "ROWAN1/0x0001042B00000012"


def test_ticks_are_ten_milliseconds(golden: Path, read) -> None:
    call = at(read("ribbon_act", golden / ACT), 3)
    assert call["answer_time"] == datetime(2024, 3, 4, 22, 2, 17, 610_000, tzinfo=UTC)
    assert call["end_time"] == datetime(2024, 3, 4, 22, 2, 20, 700_000, tzinfo=UTC)
    assert (call["duration"], call["precision"]) == (3.06, 100_000)


def test_several_attempts_of_one_call_are_kept_beside_the_stop(golden: Path, read) -> None:
    chunk = read("ribbon_act", golden / ACT)
    tried = [at(chunk, row) for row in (4, 5, 6)]
    assert [call["downstream"] for call in tried] == ["CEDAR_TG", "ELM_TG", "BIRCH_TG"]
    assert [call["release_code"] for call in tried] == ["503", "486", "16"]
    assert [call["duration"] for call in tried] == [0.0, 0.0, 30.0]
    assert len({call["call_id"] for call in tried}) == 1
    assert tried[0]["end_time"] == datetime(2024, 3, 4, 22, 2, 45, 900_000, tzinfo=UTC)
    assert tried[0]["redirecting_number"] == "12025550177"


def test_other_record_types_are_skipped(golden: Path, read) -> None:
    rows = read("ribbon_act", golden / ACT).rows.sort("row")
    assert rows.filter(pl.col("fate") == "skipped")["row"].to_list() == [1, 7]
    assert rows["fate"].value_counts().sort("fate").rows() == [("accepted", 6), ("skipped", 2)]


def test_a_start_alone_is_half_a_call(golden: Path, read) -> None:
    call = at(read("ribbon_act", golden / ACT), 8)
    assert (call["duration"], call["end_time"]) == (None, None)
    assert call["answer_time"] == datetime(2024, 3, 4, 22, 19, 29, 500_000, tzinfo=UTC)


def test_a_withheld_caller_is_taken_from_the_from_uri(golden: Path, read) -> None:
    call = at(read("ribbon_act", golden / ACT), 3)
    assert call["calling_number"] == "sip:Unavailable@198.51.100.40:5620"


def test_a_caller_that_only_the_from_header_names(lines, write, read) -> None:
    told = lines(ACT)[2].replace("%22Unavailable%22", "%22+12025550134%22", 1)
    assert "%22+12025550134%22" in told
    (call,) = read("ribbon_act", write([told])).calls["calling_number"]
    assert call.startswith('"+12025550134";tag=')


def test_a_column_of_spaces_says_nothing(lines, write, read) -> None:
    stop = next(line for line in lines(ACT) if line.startswith("STOP"))
    (call,) = read("ribbon_act", write([put(stop, c34=" ", c20=" ")])).calls.to_dicts()
    assert call["upstream"] is None or call["upstream"].strip()
    assert call["calling_number"] is None or call["calling_number"].strip()


def test_identity_headers_of_release_12(golden: Path, read) -> None:
    chunk = read("ribbon_act", golden / "ribbon/2000001.ACT")
    call = at(chunk, 2)
    assert (call["attestation"], call["orig_id"]) == ("A", "5f0f5f0e-7d4f-4a35-9d3a-9d2f3c1f0a11")
    assert call["signer"] is None
    assert chunk.rows.sort("row")["fate"].to_list() == ["skipped", "accepted"]


def test_the_signer_is_who_the_certificate_at_hand_names(golden: Path) -> None:
    path = golden / "ribbon/2000001.ACT"
    context = Context(Carrier("oak"), signers={"https://certs.example.net/rowan.pem": "777X"})
    (chunk,) = RibbonAct().read([Source(0, path, path.name, "d")], context)
    assert at(chunk, 2)["signer"] == "777X"


def test_bytes_that_are_not_utf_8_lose_nothing(golden: Path, read) -> None:
    path = golden / "ribbon/2000001.ACT"
    assert b"\xe9" in path.read_bytes()
    chunk = read("ribbon_act", path)
    assert chunk.rows.sort("row")["raw"].to_list() == path.read_bytes().splitlines()
    assert chunk.calls.height == 1


def test_parts_joined_over_two_files_packed_or_not(lines, write, tmp_path: Path, read) -> None:
    start = write([lines(ACT)[START]], "1.ACT")
    packed = tmp_path / "2.ACT.gz"
    packed.write_bytes(gzip.compress((lines(ACT)[STOP] + "\n").encode()))
    chunk = read("ribbon_act", start, packed)
    assert chunk.calls.select("file", "row").rows() == [(1, 1)]
    assert chunk.rows["fate"].to_list() == ["accepted", "accepted"]


def test_one_accounting_id_on_two_gateways_is_two_calls(lines, write, read) -> None:
    other = lines(ACT)[STOP].replace("ROWAN1", "ROWAN2")
    assert read("ribbon_act", write([lines(ACT)[STOP], other])).calls.height == 2


def test_summer_time_of_the_node_s_zone(lines, write, read) -> None:
    line = lines(ACT)[STOP].replace("03/04/2024", "07/04/2024")
    assert at(read("ribbon_act", write([line])), 1)["start_time"] == datetime(
        2024, 7, 4, 21, 2, 12, 500_000, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("text", "hour", "name"),
    [
        ("GMT-08:00-Pacific(US)", 1, "America/Los_Angeles"),
        ("GMT+01:00-Berlin", 16, "Europe/Berlin"),
        ("GMT", 17, "GMT"),
        ("GMT+05:30-Nowhere", 11, "GMT+05:30"),
    ],
)
def test_node_time_zones(lines, write, read, text: str, hour: int, name: str) -> None:
    line = lines(ACT)[STOP].replace("GMT-05:00-Eastern(US)", text)
    chunk = read("ribbon_act", write([line]))
    start = at(chunk, 1)["start_time"]
    assert isinstance(start, datetime)
    assert (start.hour, chunk.zone.name) == (hour, name)
    assert (len(chunk.flags) == 1) == ("Nowhere" in text)


def test_a_zone_that_is_given_wins_as_some_releases_write_gmt(golden: Path, read) -> None:
    chunk = read("ribbon_act", golden / ACT, zone="UTC")
    assert at(chunk, 3)["start_time"] == datetime(2024, 3, 4, 17, 2, 12, 500_000, tzinfo=UTC)
    assert str(chunk.zone) == "UTC (given with --timezone)"


def test_without_a_node_zone_one_is_needed(lines, write, read) -> None:
    path = write([lines(ACT)[STOP].replace("GMT-05:00-Eastern(US)", "")])
    with pytest.raises(TimezoneMissing):
        read("ribbon_act", path)
    assert read("ribbon_act", path, carrier=Carrier("oak", timezone="America/Denver")).zone.name == "America/Denver"


def test_the_repeated_hour_is_settled_by_the_gateway_s_ticks(lines, write, read) -> None:
    def stop(ticks: int, clock: str, number: int) -> str:
        return put(lines(ACT)[STOP], c3=f"0x{number:016X}", c4=str(ticks), c6="11/03/2024", c7=clock, c11="", c12="")

    chunk = read(
        "ribbon_act",
        write([stop(0, "00:30:00.0", 1), stop(360_000, "01:30:00.0", 2), stop(720_000, "01:30:00.0", 3)]),
    )
    hours = [start.hour for start in chunk.calls.sort("row")["start_time"]]
    assert hours == [4, 5, 6]
    assert chunk.flags == ((0, "times in the hour that is repeated as summer time ends, settled by ticks: 2"),)


def test_rows_that_cannot_be_used_say_why(lines, write, read) -> None:
    stop = lines(ACT)[STOP]
    bad = [
        put(stop, c6="2024-03-04"),
        put(stop, c7="25:00:00.0"),
        "CHECKPOINT,ROWAN1,1",
        ",".join(stop.split(",")[:40]),
        stop[:300],
    ]
    path = write(("\n".join([stop, *bad])).encode())
    rejected = read("ribbon_act", path).rows.filter(pl.col("fate") == "rejected")
    assert dict(rejected.select("row", "reasons").iter_rows()) == {
        2: ["start time not understood"],
        3: ["start time not understood"],
        4: ["unknown record type"],
        5: ["too few columns for its record type"],
        6: ["last line is cut: file still being written?"],
    }


def test_absurd_ticks_are_left_out_and_flagged(lines, write, read) -> None:
    chunk = read("ribbon_act", write([put(lines(ACT)[STOP], c14="4294967295")]))
    assert (at(chunk, 1)["duration"], chunk.flags) == (None, ((0, "durations that cannot be, left out: 1"),))


def test_a_reason_of_ribbon_s_own_is_no_sip_status(lines, write, read) -> None:
    assert at(read("ribbon_act", write([put(lines(ACT)[STOP], c15="150")])), 1)["release_code"] == "reason 150"


@given(st.text(alphabet='",ab ', max_size=24))
def test_lines_with_quotes_are_divided_as_python_divides_them(text: str) -> None:
    assert _cells(text) == (next(csv.reader((text,))) if text else [""])
