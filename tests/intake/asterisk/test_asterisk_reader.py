from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from hoptrace.errors import InputRefused, TimezoneMissing
from hoptrace.intake.formats.asterisk.cdr import AsteriskCsv
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Chunk, Source
from hoptrace.model.statements import RAW_CALLS, ROWS


def fates(chunk: Chunk) -> dict[int, str]:
    return dict(chunk.rows.select("row", "fate").iter_rows())


def by_row(chunk: Chunk) -> dict[int, dict[str, object]]:
    return {call["row"]: call for call in chunk.calls.to_dicts()}


def dial(start: str, *, channel: str = "PJSIP/oak-00000001", dst: str = "12025550140", tail: str = "") -> str:
    return (
        f'"","12025550110","{dst}","in","","{channel}","PJSIP/tg-east-00000002","Dial","PJSIP/{dst}@tg-east,60",'
        f'"{start}",,"{start}",0,0,"BUSY","DOCUMENTATION"{tail}'
    )


def write(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "Master.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_golden_file_row_by_row(golden: Path, read) -> None:
    chunk = read(golden / "Master.csv")
    assert chunk.calls.schema == RAW_CALLS
    assert chunk.rows.schema == ROWS
    assert fates(chunk) == {
        **dict.fromkeys((1, 2, 3, 4, 5, 6), "accepted"),
        7: "duplicate",
        8: "skipped",
        9: "rejected",
        10: "rejected",
    }
    reasons = dict(chunk.rows.filter(pl.col("fate") == "rejected").select("row", "reasons").iter_rows())
    assert reasons == {9: ["no called number"], 10: ["last line is cut: file still being written?"]}
    assert str(chunk.zone) == "-05:00 (measured from the uniqueid of 7 of 7 rows)"


def test_each_route_attempt_is_a_call_that_began_with_the_first(golden: Path, read) -> None:
    calls = by_row(read(golden / "Master.csv"))
    first, second = calls[1], calls[2]
    assert first["start_time"] == second["start_time"] == datetime(2026, 3, 2, 14, 0, 1, tzinfo=UTC)
    assert (first["upstream"], first["downstream"], first["release_code"]) == ("pbx-oak", "tg-north-01", "34")
    assert (second["downstream"], second["duration"]) == ("tg-south-01", 15.0)
    assert second["answer_time"] == datetime(2026, 3, 2, 14, 0, 5, tzinfo=UTC)
    assert (second["called_number"], second["egress_called_number"]) == ("912125550123", "+12125550123")


def test_a_hangup_row_gives_the_cause_of_the_attempt_that_it_closes(golden: Path, read) -> None:
    chunk = read(golden / "Master.csv")
    assert by_row(chunk)[3]["release_code"] == "21"
    members = chunk.rows.filter(pl.col("call") == by_row(chunk)[3]["call"])["row"].to_list()
    assert members == [3, 4]


def test_a_comma_in_a_name_with_stray_quotes_and_a_call_below_a_second(golden: Path, read) -> None:
    call = by_row(read(golden / "Master.csv"))[5]
    assert call["calling_number"] == "+12025550112"
    assert call["duration"] == 0.5


def test_a_file_whose_only_row_has_such_quotes_is_known_and_read(golden: Path, read, tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    path.write_bytes((golden / "Master.csv").read_bytes().splitlines(keepends=True)[4])
    claim = AsteriskCsv().detect(Source(0, path, path.name, "digest"), path.read_bytes())
    assert claim is not None
    assert claim.sure == 0.9
    chunk = read(path, given="UTC")
    assert fates(chunk) == {1: "accepted"}
    assert by_row(chunk)[1]["calling_number"] == "+12025550112"


def test_undecodable_bytes_are_kept(golden: Path, read) -> None:
    raw = read(golden / "Master.csv").rows.filter(pl.col("row") == 3)["raw"][0]
    assert b"B\xa5b" in raw


def test_local_halves_are_one_call(golden: Path, read) -> None:
    chunk = read(golden / "export_with_header.csv")
    calls = by_row(chunk)
    assert set(calls) == {3, 4}
    assert (calls[4]["upstream"], calls[4]["downstream"]) == ("301", "trunk-east")
    assert calls[4]["egress_called_number"] == "12025550150"
    assert calls[3]["downstream"] is None
    assert fates(chunk) == {1: "skipped", 2: "accepted", 3: "accepted", 4: "accepted", 5: "accepted"}


def test_zone_comes_from_the_directory_where_nothing_measures_it(tmp_path: Path, read) -> None:
    chunk = read(write(tmp_path, dial("2026-07-01 12:00:00")), zone="America/Chicago")
    assert chunk.calls["start_time"][0] == datetime(2026, 7, 1, 17, tzinfo=UTC)
    assert chunk.zone.name == "America/Chicago"


def test_without_any_zone_the_file_is_refused_with_the_ways_out(tmp_path: Path, read) -> None:
    with pytest.raises(TimezoneMissing, match=r"--timezone.*profile.*carriers\.csv"):
        read(write(tmp_path, dial("2026-07-01 12:00:00")))


def test_a_given_zone_that_the_file_contradicts_is_flagged(golden: Path, read) -> None:
    chunk = read(golden / "Master.csv", given="UTC")
    assert chunk.zone.name == "UTC"
    assert any("contradicts" in text and "-05:00" in text for _, text in chunk.flags)


@pytest.mark.parametrize(
    ("tail", "record_id"),
    [
        ("", "PJSIP/oak-00000001"),
        (',"1782907200.7"', "1782907200.7"),
        (',"note"', "PJSIP/oak-00000001"),
        (',"1782907200.7","note"', "1782907200.7"),
        (',"1782907200.7","","peer"', "1782907200.7"),
        (',"1782907200.7","","peer","1782907200.7"', "1782907200.7"),
        (',"1782907200.7","","peer","1782907200.7",3', "1782907200.7/3"),
    ],
)
def test_sixteen_to_twenty_one_columns(tmp_path: Path, read, tail: str, record_id: str) -> None:
    chunk = read(write(tmp_path, dial("2026-07-01 12:00:00", tail=tail)), given="UTC")
    assert chunk.calls["record_id"].to_list() == [record_id]
    assert chunk.calls["downstream"].to_list() == ["tg-east"]


def test_channel_names_that_begin_again_after_a_restart_are_other_calls(tmp_path: Path, read) -> None:
    chunk = read(write(tmp_path, dial("2026-07-01 12:00:00"), dial("2026-07-01 15:00:00")), given="UTC")
    assert [t.hour for t in chunk.calls["start_time"]] == [12, 15]


def test_dates_with_slashes_need_one_that_tells_the_order(tmp_path: Path, read) -> None:
    unclear = read(write(tmp_path, dial("2026-07-01 12:00:00"), dial("1/9/2026 12:00")), given="UTC")
    assert fates(unclear) == {1: "accepted", 2: "rejected"}
    clear = read(write(tmp_path, dial("1/9/2026 12:00"), dial("13/9/2026 12:01")), given="UTC")
    assert [t.month for t in clear.calls["start_time"]] == [9, 9]
    assert any("spreadsheet" in text for _, text in clear.flags)


def test_dates_that_nothing_tells_the_order_of_show_a_spreadsheet(tmp_path: Path, read) -> None:
    chunk = read(write(tmp_path, dial("1/9/2026 12:00"), dial("2/9/2026 12:00")))
    assert chunk.rows["reasons"].to_list() == [["day or month first is not clear"]] * 2
    assert [text for _, text in chunk.flags] == [
        "the file was saved again by a spreadsheet: dates are written with slashes; ask for the original"
    ]


def test_full_minutes_only_are_a_minute_precise(tmp_path: Path, read) -> None:
    lines = [dial(f"2026-07-01 12:{m:02d}:00", channel=f"PJSIP/oak-{m:08x}") for m in range(12)]
    chunk = read(write(tmp_path, *lines), given="UTC")
    assert set(chunk.calls["precision"]) == {60_000_000}
    assert any("full minutes" in text for _, text in chunk.flags)


def test_a_time_written_without_seconds_is_a_minute_precise_however_few_there_are(tmp_path: Path, read) -> None:
    chunk = read(write(tmp_path, dial("2026/7/1 12:07")), given="UTC")
    assert set(chunk.calls["precision"]) == {60_000_000}
    assert any("full minutes" in text for _, text in chunk.flags)
    assert set(read(write(tmp_path, dial("2026-07-01 12:07:00")), given="UTC").calls["precision"]) == {1_000_000}


@pytest.mark.parametrize(
    ("tail", "record"),
    [
        (',"1782900000.1","","1782900000.1",7', "1782900000.1/7"),
        (',"note","","1782900000.1",7', None),
        (',"","1782900000.1",7', None),
    ],
    ids=["uniqueid", "userfield", "neither"],
)
def test_newcdrcolumns_without_the_columns_before_them(tmp_path: Path, read, tail: str, record: str | None) -> None:
    (call,) = read(write(tmp_path, dial("2026-07-01 10:00:00", tail=tail)), given="UTC").calls.to_dicts()
    assert call["called_number"] == "12025550140"
    if record:
        assert call["record_id"] == record


def test_a_profile_names_the_columns(tmp_path: Path, read) -> None:
    profile = Profile(
        layouts={"master": ("start", "src", "dst", "came_from", "dstchannel", "billsec", "disposition")},
        fields={"upstream": "came_from"},
    )
    path = write(tmp_path, "2026-07-01 12:00:00,12025550110,12025550140,oak,SIP/tg-east-00000001,4,ANSWERED", "short")
    chunk = read(path, given="UTC", profile=profile)
    assert chunk.calls.select("upstream", "downstream", "duration").row(0) == ("oak", "tg-east", 4.0)
    assert fates(chunk) == {1: "accepted", 2: "rejected"}


def test_columns_that_fit_no_layout_are_refused_with_the_way_out(tmp_path: Path, read) -> None:
    with pytest.raises(InputRefused, match="profile"):
        read(write(tmp_path, "a,b,c", "d,e,f"), given="UTC")


@pytest.mark.parametrize(
    ("head", "claims"),
    [
        (dial("2026-07-01 12:00:00"), True),
        ("calldate,clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,disposition\n", True),
        ("start_time,called_number,calling_number,upstream,downstream\n", False),
        ("1772460001.125\t1-1\tsip/2\t203.0.113.2\t1\t2\t0.0\t0.0\t0.2\toutgoing\toutgoing\t", False),
        ('{"variables": {}}', False),
        ("", False),
    ],
)
def test_detect(tmp_path: Path, head: str, claims: bool) -> None:
    path = write(tmp_path, head)
    source = Source(0, path, path.name, "digest")
    assert (AsteriskCsv().detect(source, head.encode()) is not None) is claims


def test_a_repeated_hour_is_settled_by_the_order_of_the_rows(tmp_path: Path, read) -> None:
    """Without a uniqueid: the clock goes back between the third and the fourth row."""
    starts = ["00:30:00", "01:40:00", "01:55:00", "01:05:00", "01:30:00", "02:20:00"]
    lines = [dial(f"2026-11-01 {at}", channel=f"PJSIP/oak-0000000{n}") for n, at in enumerate(starts)]
    chunk = read(write(tmp_path, *lines), zone="America/Chicago")
    times = [at.strftime("%H:%M") for at in chunk.calls.sort("row")["start_time"]]
    assert times == ["05:30", "06:40", "06:55", "07:05", "07:30", "08:20"]
    hour = "times in the hour that America/Chicago repeats as summer time ends"
    assert (0, f"{hour}, settled by the order of the rows: 4") in chunk.flags
