"""AudioCodes CDRs in syslog: title rows, legs and their reports, sessions."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from hoptrace.errors import FormatUnknown
from hoptrace.intake.detect import find_format
from hoptrace.intake.formats import readers
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Chunk, Source
from hoptrace.model.statements import RAW_CALLS, ROWS

LOG = "audiocodes/syslog.log"


def at(chunk: Chunk, row: int) -> dict[str, object]:
    return chunk.calls.row(by_predicate=pl.col("row") == row, named=True)


def reasons(chunk: Chunk) -> dict[int, list[str]]:
    return dict(chunk.rows.filter(pl.col("fate") == "rejected").select("row", "reasons").iter_rows())


def test_both_legs_of_a_session_are_one_call(golden: Path, read) -> None:
    chunk = read("audiocodes", golden / LOG)
    assert (chunk.calls.schema, chunk.rows.schema) == (RAW_CALLS, ROWS)
    call = at(chunk, 8)
    assert chunk.rows.filter(pl.col("call") == call["call"])["row"].to_list() == [2, 3, 7, 8]
    assert call["start_time"] == datetime(2026, 6, 11, 9, 0, 0, 250_000, tzinfo=UTC)
    assert (call["duration"], call["release_code"], call["precision"]) == (20.0, "16", 1000)
    assert (call["upstream"], call["downstream"]) == ("Alder", "Birch")
    assert (call["call_id"], call["egress_call_id"]) == ("1700010001@198.51.100.40", "2700010001@203.0.113.5")


def test_numbers_are_before_manipulation_where_received_and_after_where_sent(golden: Path, read) -> None:
    call = at(read("audiocodes", golden / LOG), 8)
    assert (call["calling_number"], call["egress_calling_number"]) == (
        "12025550134@198.51.100.40",
        "+12025550134@203.0.113.5",
    )
    assert (call["called_number"], call["egress_called_number"]) == (
        "+13125550187@203.0.113.5",
        "3125550187@192.0.2.20",
    )


def test_every_outgoing_leg_is_an_attempt(golden: Path, read) -> None:
    chunk = read("audiocodes", golden / LOG)
    failed, last = at(chunk, 9), at(chunk, 11)
    assert (failed["downstream"], failed["release_code"]) == ("Cedar", "503")
    assert (last["downstream"], last["release_code"]) == ("Birch", "486")
    assert failed["call_id"] == last["call_id"]
    assert failed["redirecting_number"] == "+12025550177"
    assert failed["upstream"] == "198.51.100.41"


def test_a_call_that_is_still_up_is_half_a_call(golden: Path, read) -> None:
    call = at(read("audiocodes", golden / LOG), 12)
    assert (call["duration"], call["end_time"], call["downstream"]) == (None, None, None)


def test_title_rows_media_rows_and_other_lines_are_skipped(golden: Path, read) -> None:
    rows = read("audiocodes", golden / LOG).rows
    assert rows.filter(pl.col("fate") == "skipped").sort("row")["row"].to_list() == [1, 4, 5, 6]


def test_the_documented_columns_need_no_title_row(golden: Path, read) -> None:
    call = at(read("audiocodes", golden / "audiocodes/untitled.log"), 1)
    assert (call["upstream"], call["release_code"], call["duration"]) == ("198.51.100.50", "487", 0.0)
    assert call["end_time"] == datetime(2026, 6, 11, 6, 14, 1, 175_000, tzinfo=UTC)


def test_other_columns_in_other_order_are_read_by_their_titles(write, read) -> None:
    log = [
        "[S=1] |SBCReportType |SetupTime |DstURI |SrcURI |Orig |SourceIp |SIPTrmReason",
        "[S=2] |CALL_END |10:00:00.000 UTC Thu Jun 11 2026 |3125550187@h |2025550134@h |RMT |198.51.100.40 |404",
    ]
    call = at(read("audiocodes", write(log)), 2)
    assert (call["called_number"], call["calling_number"]) == ("3125550187@h", "2025550134@h")
    assert (call["upstream"], call["release_code"]) == ("198.51.100.40", "404")


def test_lines_without_a_prefix_are_read_too(golden: Path, lines, write, read) -> None:
    bare = [line.partition("|")[2] if "|" in line else line for line in lines(LOG)]
    assert read("audiocodes", write(bare, "cdr.log")).calls.equals(read("audiocodes", golden / LOG).calls)


@pytest.mark.parametrize(
    ("group", "upstream"), [("2 (LAN)", "LAN"), ("SBC2", "SBC2"), ("2", "198.51.100.40"), ("2 ()", "198.51.100.40")]
)
def test_the_group_s_name_stands_alone_or_in_brackets(write, read, group: str, upstream: str) -> None:
    log = [
        "[S=1] |SBCReportType |SetupTime |DstURI |SrcURI |Orig |SourceIp |IPGroup (name)",
        f"[S=2] |CALL_END |10:00:00.000 UTC Thu Jun 11 2026 |3125550187@h |2025550134@h |RMT |198.51.100.40 |{group}",
    ]
    assert at(read("audiocodes", write(log)), 2)["upstream"] == upstream


def test_calls_of_a_gateway_have_one_leg(write, read) -> None:
    titles = (
        "GWReportType |Cid |SessionId |Trunk |BChan |TG |EPTyp |Orig |SourceIp |DestIp |TON |NPI |SrcPhoneNum "
        "|SrcNumBeforeMap |TON |NPI |DstPhoneNum |DstNumBeforeMap |Durat |TrmSd |TrmReason |SIPCallId |SetupTime "
        "|ConnectTime |ReleaseTime"
    )
    times = "10:00:00.000 UTC Thu Jun 11 2026 |10:00:05.000 UTC Thu Jun 11 2026 |10:00:35.000 UTC Thu Jun 11 2026"
    row = (
        "CALL_END |3 |77 |0 |4 |1 |ISDN |RMT |198.51.100.40 |203.0.113.5 |0 |0 |2025550134 |+12025550134 |0 |0 "
        f"|3125550187 |+13125550187 |30 |RMT |GWAPP_NORMAL_CALL_CLEAR |17@198.51.100.40 |{times}"
    )
    call = at(read("audiocodes", write([f"[S=1] |{titles}", f"[S=2] |{row}"])), 2)
    assert (call["calling_number"], call["called_number"]) == ("+12025550134", "+13125550187")
    assert (call["upstream"], call["downstream"], call["duration"]) == ("198.51.100.40", None, 30.0)
    assert (call["call_id"], call["release_code"]) == ("17@198.51.100.40", "16")


def test_without_title_row_other_columns_need_a_profile(write, read) -> None:
    row = "[S=2] |CALL_END |10:00:00.000 UTC Thu Jun 11 2026 |3125550187@h |2025550134@h |RMT |198.51.100.40 |404"
    names = ("SBCReportType", "SetupTime", "DstURI", "SrcURI", "Orig", "SourceIp", "SIPTrmReason")
    assert reasons(read("audiocodes", write([row]))) == {1: ["no title row before it and not the documented columns"]}
    chunk = read("audiocodes", write([row]), profile=Profile(name="p", layouts={"cdr": names}))
    assert at(chunk, 1)["called_number"] == "3125550187@h"


def test_legs_are_joined_over_two_files(lines, write, read) -> None:
    log = lines(LOG)
    first, second = write(log[:7], "a.log"), write([log[0], log[7]], "b.log")
    chunk = read("audiocodes", first, second)
    assert chunk.calls.height == 1
    assert chunk.calls["downstream"].to_list() == ["Birch"]


def test_rows_that_cannot_be_used_say_why(lines, write, read) -> None:
    log = lines(LOG)
    bad = [
        log[7].replace("09:00:00.250 UTC", "soon UTC"),
        log[7].replace("|RMT |198", "|BOTH |198"),
        log[7].replace("|3125550187@203.0.113.5 |+13125550187@203.0.113.5", "| |"),
        log[7] + " |one more",
    ]
    path = write("\n".join([log[0], *bad, log[7][:200]]).encode())
    assert reasons(read("audiocodes", path)) == {
        2: ["setup time not understood"],
        3: ["Orig is neither LCL nor RMT"],
        4: ["no called number"],
        5: ["not as many columns as its title row"],
        6: ["last line is cut: file still being written?"],
    }


def test_columns_that_no_title_row_names_are_not_guessed(golden: Path) -> None:
    path = golden / "audiocodes" / "untitled.log"
    with pytest.raises(FormatUnknown, match=r"no title row says what their columns are.*--format NAME"):
        find_format(Source(0, path, path.name, "d"), readers())


def test_a_call_id_that_may_be_cut_is_kept(golden: Path, write, read) -> None:
    """It begins as the neighbour's does, which says a little (`hoptrace.linking.call_ids`)."""
    content = (golden / "audiocodes/syslog.log").read_bytes()
    call_id = read("audiocodes", golden / "audiocodes/syslog.log").calls["call_id"].drop_nulls()[0]
    longer = call_id.encode().ljust(50, b"x")
    chunk = read("audiocodes", write(content.replace(call_id.encode(), longer)))
    assert longer.decode() in chunk.calls["call_id"]
