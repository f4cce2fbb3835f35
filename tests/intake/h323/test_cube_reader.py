from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from hoptrace.intake.formats.h323.times import parse_stamp

DETAILED = "cdr.gw1.03_02_2026_21_00_00.000"


def test_the_legs_of_a_call_become_one_statement(golden: Path, read) -> None:
    chunk = read(golden / DETAILED)
    call = chunk.calls.row(0, named=True)
    assert call["start_time"] == datetime(2026, 3, 2, 14, 0, 4, 169_000, tzinfo=UTC)
    assert (call["upstream"], call["downstream"]) == ("203.0.113.90", "TG-PSTN-1")
    assert (call["calling_number"], call["egress_calling_number"]) == ("+442079460123", "2079460123")
    assert (call["called_number"], call["egress_called_number"]) == ("12025550150", "2025550150")
    assert (call["duration"], call["release_code"]) == (25.02, "16")
    assert chunk.rows["fate"].to_list() == ["skipped", *["accepted"] * 4]


def test_a_busy_call_was_not_answered_though_it_has_a_connect_time(golden: Path, read) -> None:
    call = read(golden / DETAILED).calls.row(1, named=True)
    assert (call["answer_time"], call["duration"], call["release_code"]) == (None, 0.0, "17")
    assert (call["upstream"], call["downstream"]) == ("203.0.113.91", "203.0.113.92")


def test_the_zone_is_measured_from_the_time_of_the_record(golden: Path, read) -> None:
    zone = read(golden / DETAILED).zone
    assert str(zone) == "TEST = UTC+07:00 (measured from the time of the record of 4 of 4 rows)"


def test_compact_rows_and_a_clock_without_ntp(golden: Path, read) -> None:
    chunk = read(golden / "compact.csv")
    assert chunk.calls["called_number"].to_list() == ["12025550152"]
    assert chunk.flags == ((0, "times that the gateway marks as not set by NTP: 1"),)


def test_legs_in_rotated_files_are_joined_and_repeated_rows_are_duplicates(golden: Path, read, tmp_path: Path) -> None:
    lines = (golden / DETAILED).read_text().splitlines(keepends=True)
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("".join(lines[:2]))
    second.write_text("".join(lines[1:]))
    chunk = read(first, second)
    assert chunk.calls.height == 2
    assert chunk.rows["fate"].to_list() == ["skipped", "accepted", "duplicate", *["accepted"] * 3]


def test_rows_that_cannot_be_used_are_rejected(golden: Path, read, tmp_path: Path) -> None:
    good = (golden / DETAILED).read_text().splitlines()[1]
    path = tmp_path / "bad"
    path.write_text("\n".join([good, "1,2,3", good.replace("1772460036", "soon"), good[:90]]))
    rejected = dict(read(path).rows.filter(pl.col("fate") == "rejected").select("row", "reasons").iter_rows())
    assert rejected == {
        2: ["wrong number of columns"],
        3: ["first column is no epoch"],
        4: ["last line is cut: file still being written?"],
    }


@pytest.mark.parametrize(
    ("text", "zone", "synced", "tick"),
    [
        ("15:04:05.123 UTC Wed Mar 4 2026", "UTC", True, 1_000),
        ("*15:04:05.123 EET Wed Mar 4 2026", "EET", False, 1_000_000),
        (".15:04:05 GMT+4 Wed Mar 4 2026", "GMT+4", False, 1_000_000),
        ("15:04:05.123 PST MAR 04 2026", "PST", True, 1_000),
        ("15:04:05.1 +0530 Wed Mar 4 2026", "+0530", True, 100_000),
        ("15:04:05.123 Wed Mar 4 2026", "", True, 1_000),
    ],
)
def test_times_as_gateways_write_them(text: str, zone: str, synced: bool, tick: int) -> None:
    stamp = parse_stamp(text)
    assert stamp is not None
    assert stamp.local.replace(microsecond=0) == datetime(2026, 3, 4, 15, 4, 5)  # noqa: DTZ001
    assert (stamp.zone, stamp.synced, stamp.tick) == (zone, synced, tick)


@pytest.mark.parametrize(
    "text", ["", "0", "25:00:00 UTC Mar 4 2026", "15:04:05 UTC Foo 4 2026", "15:04:05 UTC Mar 4 1970"]
)
def test_what_is_no_time(text: str) -> None:
    assert parse_stamp(text) is None
