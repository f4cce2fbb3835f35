from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from hoptrace.errors import TimezoneMissing
from hoptrace.intake.formats.radius import attributes as radius_attributes
from hoptrace.intake.formats.radius.packets import packets_of
from hoptrace.intake.formats.radius.reader import RadiusAccounting
from hoptrace.intake.reading import Chunk, Source
from hoptrace.model.statements import RAW_CALLS, ROWS


def at(chunk: Chunk, row: int, file: int = 0) -> dict[str, object]:
    return chunk.calls.row(by_predicate=(pl.col("file") == file) & (pl.col("row") == row), named=True)


def packet(**attributes: str) -> str:
    usual = {
        "Acct-Status-Type": "Stop",
        "Acct-Session-Id": '"0000000A"',
        "Called-Station-Id": '"12125550140"',
        "h323-setup-time": '"08:00:01.120 UTC Mon Mar 2 2026"',
        "h323-disconnect-time": '"08:00:31.120 UTC Mon Mar 2 2026"',
        "Timestamp": "1772438431",
    }
    said = {**usual, **{name.replace("_", "-"): value for name, value in attributes.items()}}
    lines = "".join(f"\t{name} = {value}\n" for name, value in said.items() if value)
    return f"Mon Mar  2 08:00:31 2026\n{lines}\n"


def write(tmp_path: Path, text: str | bytes, name: str = "detail") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_legs_of_a_call_become_one_statement(golden: Path, read) -> None:
    chunk = read(golden / "detail-20260302")
    assert chunk.calls.schema == RAW_CALLS
    assert chunk.rows.schema == ROWS
    call = at(chunk, 5)
    assert call["start_time"] == datetime(2026, 3, 2, 14, 0, 1, 120_000, tzinfo=UTC)
    assert call["answer_time"] == datetime(2026, 3, 2, 14, 0, 5, 20_000, tzinfo=UTC)
    assert (call["duration"], call["precision"], call["release_code"]) == (14.99, 1000, "16")
    assert (call["upstream"], call["downstream"]) == ("203.0.113.31", "203.0.113.40")
    assert (call["call_id"], call["egress_call_id"]) == ("aleg-77@203.0.113.31", "5A1C0F10-16D211F1@203.0.113.5")
    assert (call["calling_number"], call["egress_calling_number"]) == ("+12025550130", "2025550130")
    assert (call["called_number"], call["egress_called_number"]) == ("+12125550140", "12125550140")
    rows = chunk.rows.filter(pl.col("call") == call["call"])["row"].to_list()
    assert rows == [1, 2, 4, 5]


def test_attempts_over_two_routes_stay_two(golden: Path, read) -> None:
    chunk = read(golden / "detail-20260302")
    failed, answered = at(chunk, 7), at(chunk, 9)
    assert (failed["downstream"], failed["release_code"], failed["duration"]) == ("203.0.113.41", "34", 0.0)
    assert failed["answer_time"] is None
    assert (answered["downstream"], answered["duration"]) == ("203.0.113.42", 6.99)
    assert failed["start_time"] == answered["start_time"]


def test_a_packet_sent_again_is_a_duplicate_and_a_restart_no_call(golden: Path, read) -> None:
    fates = read(golden / "detail-20260302").rows["fate"].to_list()
    assert (fates[2], fates[5]) == ("duplicate", "skipped")
    assert fates.count("accepted") == 7


def test_starts_and_stops_in_different_files_are_one_leg(golden: Path, read, tmp_path: Path) -> None:
    text = (golden / "detail-20260302").read_text().split("\n\n")
    first, second = write(tmp_path, "\n\n".join(text[:3]) + "\n\n", "a"), write(tmp_path, "\n\n".join(text[3:]), "b")
    chunk = read(first, second)
    call = at(chunk, 2, file=1)
    assert chunk.rows.filter(pl.col("call") == call["call"]).select("file", "row").rows() == [
        (0, 1),
        (0, 2),
        (1, 1),
        (1, 2),
    ]


def test_a_zone_word_is_measured_from_the_epochs(golden: Path, read) -> None:
    chunk = read(golden / "detail-20260302")
    assert str(chunk.zone) == "CST = UTC-06:00 (measured from the Timestamp of 5 of 5 rows)"
    assert chunk.flags == ((0, "times that the gateway marks as not set by NTP: 3"),)


def test_keys_that_repeat_in_json_all_count(golden: Path, read) -> None:
    chunk = read(golden / "mvts.json")
    call = at(chunk, 1)
    assert call["start_time"] == datetime(2026, 3, 2, 14, 0, 21, 252_000, tzinfo=UTC)
    assert (call["called_number"], call["egress_called_number"]) == ("77#12025550144", "0012025550144")
    assert (call["calling_number"], call["egress_calling_number"]) == ("442079460123", "0442079460123")
    assert (call["upstream"], call["downstream"]) == ("203.0.113.71", "203.0.113.72")
    assert chunk.rows["fate"].to_list() == ["accepted"] * 3


def test_a_start_alone_is_a_call_whose_end_is_not_known(golden: Path, read) -> None:
    call = at(read(golden / "mvts.json"), 3)
    assert (call["duration"], call["end_time"]) == (None, None)


def test_a_zone_word_that_stands_for_another_offset_is_flagged(golden: Path, read) -> None:
    (flag,) = read(golden / "mvts.json").flags
    assert "MSK stands for UTC+04:00" in flag[1]


def test_both_sides_of_a_border_controller_in_one_packet(read, tmp_path: Path) -> None:
    text = packet(
        Acme_Session_Ingress_CallId='"in-1@203.0.113.31"',
        Acme_Session_Egress_CallId='"out-1@203.0.113.5"',
        Acme_Ingress_Remote_Addr='"203.0.113.31:5060"',
        Acme_Session_Egress_Realm='"peer-west"',
        Acme_Egress_Final_Routing_Number='"<sip:0012125550140@203.0.113.40>"',
        h323_call_origin='"originate"',
        h323_setup_time='"08:00:01.120 UTC MAR 02 2026"',
    )
    call = read(write(tmp_path, text)).calls.row(0, named=True)
    assert (call["upstream"], call["downstream"]) == ("203.0.113.31", "peer-west")
    assert (call["call_id"], call["egress_call_id"]) == ("in-1@203.0.113.31", "out-1@203.0.113.5")
    assert call["egress_called_number"] == "<sip:0012125550140@203.0.113.40>"


@pytest.mark.parametrize(
    ("cause", "release"),
    [('"h323-disconnect-cause=10"', "16"), ('"1F"', "31"), ('"0x11"', "17"), ('"22 (0x16)"', "22"), ('"0"', None)],
)
def test_causes_are_hexadecimal(read, tmp_path: Path, cause: str, release: str | None) -> None:
    assert read(write(tmp_path, packet(h323_disconnect_cause=cause))).calls["release_code"].to_list() == [release]


def test_an_answer_at_the_end_is_no_answer(read, tmp_path: Path) -> None:
    text = packet(h323_connect_time='"08:00:31.120 UTC Mon Mar 2 2026"', Acct_Session_Time="0")
    call = read(write(tmp_path, text)).calls.row(0, named=True)
    assert (call["duration"], call["answer_time"]) == (0.0, None)


def test_a_duration_that_the_times_contradict_is_flagged(read, tmp_path: Path) -> None:
    text = packet(h323_connect_time='"08:00:11.120 UTC Mon Mar 2 2026"', Acct_Session_Time="305")
    chunk = read(write(tmp_path, text))
    assert chunk.calls["duration"].to_list() == [20.0]
    assert chunk.flags == ((0, "durations that the times contradict, left out: 1"),)


def test_counters_that_begin_again_are_other_legs(read, tmp_path: Path) -> None:
    again = packet(h323_setup_time='"09:00:01.120 UTC Mon Mar 2 2026"', h323_disconnect_time="", Timestamp="1772442031")
    assert read(write(tmp_path, packet() + again)).calls.height == 2


def test_a_conference_id_of_zeros_joins_nothing(read, tmp_path: Path) -> None:
    zeros = '"00000000 00000000 00000000 00000000"'
    text = packet(h323_conf_id=zeros) + packet(h323_conf_id=zeros, Acct_Session_Id='"B"', h323_call_origin="originate")
    assert read(write(tmp_path, text)).calls.height == 2


def test_a_zone_word_that_nobody_knows_is_refused_with_the_ways_out(read, tmp_path: Path) -> None:
    said = {"h323_setup_time": '"08:00:01.120 IST Mon Mar 2 2026"', "h323_disconnect_time": "", "Timestamp": ""}
    path = write(tmp_path, packet(**said))
    with pytest.raises(TimezoneMissing, match=r"a zone IST, .* Give --timezone"):
        read(path)
    chunk = read(path, timezone="+05:30")
    assert chunk.calls["start_time"].to_list() == [datetime(2026, 3, 2, 2, 30, 1, 120_000, tzinfo=UTC)]
    assert str(chunk.zone) == "+05:30 (given with --timezone, for IST)"


def test_packets_that_cannot_be_used_are_rejected_with_reasons(read, tmp_path: Path) -> None:
    bad = packet(Called_Station_Id="", h323_setup_time='"yesterday"', Timestamp="", h323_disconnect_time="")
    text = packet() + bad + packet(Acct_Status_Type="Tunnel-Start") + "Mon Mar 2\n\n" + packet()[:120]
    chunk = read(write(tmp_path, text))
    rejected = dict(chunk.rows.filter(pl.col("fate") == "rejected").select("row", "reasons").iter_rows())
    assert rejected == {
        2: ["start time not understood", "no called number"],
        3: ["no Acct-Status-Type of a call"],
        4: ["no attributes"],
        5: ["document is cut: file still being written?"],
    }


def test_bytes_that_are_no_utf8_do_not_lose_a_packet(read, tmp_path: Path) -> None:
    text = packet(User_Name='"x"', Calling_Station_Id='"caf\\351 \xa5"').encode("latin-1")
    call = read(write(tmp_path, text)).calls.row(0, named=True)
    assert "caf" in call["calling_number"]


def test_a_damaged_escape_is_no_octal_number(read, tmp_path: Path) -> None:
    call = read(write(tmp_path, packet(Calling_Station_Id='"\\800\\061"'))).calls.row(0, named=True)
    assert call["calling_number"] == "8001"


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_any_line_end(read, tmp_path: Path, end: str) -> None:
    assert read(write(tmp_path, (packet() + packet(Acct_Session_Id="C")).replace("\n", end))).calls.height == 2


def test_sessions_of_data_are_not_claimed() -> None:
    head = (
        b'Tue Apr 11 11:05:32 2026\n\tAcct-Session-Id = "1"\n\tAcct-Status-Type = Start\n\tNAS-Port-Type = Ethernet\n'
    )
    assert RadiusAccounting().detect(Source(0, Path("x"), "x", "d"), head) is None


def test_values_that_are_not_remembered_are_read_the_same(golden: Path, read, monkeypatch) -> None:
    remembered = read(golden / "mvts.json")
    monkeypatch.setattr(radius_attributes, "_MOST_VALUES", 0)
    again = read(golden / "mvts.json")
    assert again.calls.equals(remembered.calls)
    assert again.rows.equals(remembered.rows)


def test_a_stop_that_comes_again_behind_interim_packets_is_a_duplicate(tmp_path: Path, read) -> None:
    kinds = ("Start", "Interim-Update", "Stop", "Interim-Update", "Stop", "Start")
    packets = [packet(Acct_Status_Type=kind, Acct_Delay_Time=str(at)) for at, kind in enumerate(kinds)]
    chunk = read(write(tmp_path, "".join(packets)))
    assert chunk.rows["fate"].to_list() == ["accepted"] * 4 + ["duplicate"] * 2
    assert chunk.calls["row"].to_list() == [3]


@pytest.mark.parametrize("odd", [b"\x0b", b"\x0c"])
def test_white_space_that_damage_left_before_a_packet_is_kept_with_it(golden: Path, odd: bytes) -> None:
    content = odd + (golden / "detail-20260302").read_bytes()
    first = next(iter(packets_of(content)))
    assert first.raw.startswith(odd) and first.problem is None
