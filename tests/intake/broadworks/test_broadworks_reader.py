from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.broadworks.records import parse_time, split_escaped, zone_offset
from hoptrace.intake.reading import Chunk
from hoptrace.model.statements import RAW_CALLS, ROWS

CSV, XML = "BW-CDR-20260302140000.csv", "BW-CDR-20260302.xml"


def at(chunk: Chunk, row: int) -> dict[str, object]:
    return chunk.calls.row(by_predicate=pl.col("row") == row, named=True)


def test_an_originating_record_names_its_customer(golden: Path, read) -> None:
    chunk = read(golden / CSV)
    assert (chunk.calls.schema, chunk.rows.schema) == (RAW_CALLS, ROWS)
    call = at(chunk, 3)
    assert call["start_time"] == datetime(2026, 3, 2, 14, 0, 1, 247_000, tzinfo=UTC)
    assert (call["customer"], call["upstream"]) == ("desk1@birch.example.net", None)
    assert (call["downstream"], call["egress_called_number"]) == ("203.0.113.50", "+12025550161")
    assert (call["call_id"], call["egress_call_id"]) == (
        "dev-1@203.0.113.200",
        "BW080001250020326-1715305251@203.0.113.10",
    )
    assert (call["duration"], call["release_code"], call["precision"]) == (13.5, "16", 1000)


def test_a_terminating_record_names_who_handed_the_call_over(golden: Path, read) -> None:
    call = at(read(golden / CSV), 4)
    assert (call["upstream"], call["customer"], call["downstream"]) == ("203.0.113.51", None, None)
    assert (call["call_id"], call["release_code"], call["duration"]) == ("net-2@203.0.113.51", "19", 0.0)


def test_the_two_records_of_a_call_between_own_users_are_one_statement(golden: Path, read) -> None:
    chunk = read(golden / CSV)
    call = at(chunk, 5)
    assert (call["customer"], call["upstream"], call["downstream"]) == ("desk1@birch.example.net", None, None)
    assert chunk.rows.filter(pl.col("call") == call["call"])["row"].to_list() == [5, 6]


def test_who_forwards_a_call_is_not_said_to_have_placed_it(golden: Path, read) -> None:
    call = at(read(golden / CSV), 7)
    assert (call["customer"], call["redirecting_number"]) == (None, "+13125550163")
    assert (call["called_number"], call["egress_called_number"]) == ("+13125550163", "+12125550164")


def test_start_end_and_failover_records_carry_no_call(golden: Path, read) -> None:
    fates = read(golden / CSV).rows["fate"].to_list()
    assert [row for row, fate in enumerate(fates, start=1) if fate == "skipped"] == [1, 2, 8, 9]


def test_xml_in_latin_1_with_a_doctype(golden: Path, read) -> None:
    chunk = read(golden / XML)
    call = at(chunk, 2)
    assert call["start_time"] == datetime(2026, 3, 2, 14, 0, 5, 247_000, tzinfo=UTC)
    assert (call["customer"], call["downstream"]) == ("pbx30@oak.example.net", "gw04.example.net")
    assert chunk.rows["fate"].to_list() == ["skipped", "accepted", "accepted"]


def test_a_record_of_neither_party_names_no_neighbour(golden: Path, read) -> None:
    chunk = read(golden / XML)
    call = at(chunk, 3)
    assert (call["upstream"], call["customer"], call["downstream"]) == (None, None, None)
    assert chunk.flags == ((0, "records that do not say which party their user is, neighbours left out: 1"),)


def test_call_ids_show_that_times_are_gmt(golden: Path, read) -> None:
    assert str(read(golden / CSV).zone) == "UTC (times are GMT, as the call ids of 4 records show)"


def test_call_ids_show_that_times_are_local(golden: Path, read, tmp_path: Path) -> None:
    path = tmp_path / "local.csv"
    path.write_bytes((golden / CSV).read_bytes().replace(b"2026030214", b"2026030208"))
    chunk = read(path)
    assert at(chunk, 3)["start_time"] == datetime(2026, 3, 2, 14, 0, 1, 247_000, tzinfo=UTC)
    assert str(chunk.zone) == "the user's (the call ids of 4 records show that times are not GMT)"


def test_the_end_of_a_long_call_takes_its_ongoing_records(golden: Path, read, tmp_path: Path) -> None:
    lines = (golden / CSV).read_bytes().splitlines(keepends=True)
    path = tmp_path / "long.csv"
    ongoing = lines[2].replace(b",Normal,", b",Long Duration,").replace(b"20260302140020.313", b"")
    path.write_bytes(b"".join([ongoing, lines[2]]))
    chunk = read(path)
    assert at(chunk, 2)["duration"] == 13.5
    assert chunk.rows["call"].to_list() == [0, 0]


def test_commas_and_backslashes_are_escaped() -> None:
    assert split_escaped(r"a\,b,c\\,d,,e\\\,f") == ["a,b", "c\\", "d", "", "e\\,f"]


@pytest.mark.parametrize(
    ("text", "offset"),
    [("0-080000", -8), ("1-070000", -7), ("1+020000", 2), ("0+053000", 5.5), ("+020000", None), ("", None)],
)
def test_zones_with_a_flag_for_summer_time(text: str, offset: float | None) -> None:
    assert zone_offset(text) == (None if offset is None else timedelta(hours=offset))


def test_rows_that_cannot_be_used_are_rejected(golden: Path, read, tmp_path: Path) -> None:
    good = (golden / CSV).read_text(encoding="latin-1").splitlines()[2]
    path = tmp_path / "bad.csv"
    no_called = good.replace("12025550161", "").replace("20260302140001.247", "20261302140001.247")
    rows = [good, good, good.replace(",Normal,", ",Odd,"), no_called, "1,2,Normal,4", good[:200]]
    path.write_text("\n".join(rows), encoding="latin-1")
    chunk = read(path)
    rejected = dict(chunk.rows.filter(pl.col("fate") == "rejected").select("row", "reasons").iter_rows())
    assert chunk.rows["fate"].to_list()[:2] == ["accepted", "duplicate"]
    assert rejected == {
        3: ["no known type of record"],
        4: ["start time not understood"],
        5: ["wrong number of columns"],
        6: ["last line is cut: file still being written?"],
    }


def test_a_damaged_record_spoils_no_other(golden: Path, read, tmp_path: Path) -> None:
    content = (golden / XML).read_bytes()
    path = tmp_path / "damaged.xml"
    path.write_bytes(content.replace(b"<type>Start</type>", b"<type>Start</typ") + b"lost text")
    chunk = read(path)
    assert chunk.rows["fate"].to_list()[1:3] == ["accepted", "accepted"]
    assert chunk.rows["reasons"].to_list()[3] == ["not a record"]


def test_a_file_that_declares_entities_is_refused(golden: Path, read, tmp_path: Path) -> None:
    content = (golden / XML).read_bytes()
    bomb = b'<!DOCTYPE broadWorksCDR [<!ENTITY a "9999"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "file:///etc/hostname">]>'
    path = tmp_path / "bomb.xml"
    text = content.replace(b"<!DOCTYPE broadWorksCDR>", bomb).replace(
        b"+442079460131</calling", b"+442079460131&b;&c;</calling"
    )
    path.write_bytes(text)
    with pytest.raises(InputRefused, match=r"bomb\.xml, line 2: the XML declares entities"):
        read(path)


def test_a_file_still_being_written(golden: Path, read, tmp_path: Path) -> None:
    path = tmp_path / "cut.xml"
    path.write_bytes((golden / XML).read_bytes()[:-900])
    assert read(path).rows["reasons"].to_list()[-1] == ["record is cut: file still being written?"]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("20260302140001.247", "2026-03-02 14:00:01.247000"),
        ("20260302140001", "2026-03-02 14:00:01"),
        ("20260302140001.2", "2026-03-02 14:00:01.200000"),
        *((text, "None") for text in ("20260230140001.247", "20260302240001.247", "19990302140001.247")),
        *((text, "None") for text in ("20260302140-01.243", "2026W302140001.247", "20260302140001.24Z")),
    ],
)
def test_times_are_read_as_written(text: str, time: str) -> None:
    assert str(parse_time(text)) == time


def test_a_withheld_number_is_not_a_missing_one(golden: Path, read, tmp_path: Path) -> None:
    text = (golden / CSV).read_text(encoding="latin-1")
    path = tmp_path / CSV
    path.write_text(text.replace("+442079460125,Anonymous", ",Anonymous").replace("+13125550160,Public", ",Public", 1))
    calls = read(path)
    assert at(calls, 4)["calling_number"] == "anonymous"
    assert at(calls, 3)["calling_number"] is None
