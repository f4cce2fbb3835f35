from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from hoptrace.intake.formats.asterisk.cel import AsteriskCel
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Chunk, Context, Source
from hoptrace.model.carriers import Carrier

CEL = Path(__file__).parents[3] / "fixtures" / "formats" / "asterisk" / "cel.csv"


def read(path: Path, timezone: str | None = None, *, listed: str = "", **profile: object) -> Chunk:
    trunks = frozenset(listed.split())
    context = Context(Carrier("oak"), Profile.model_validate(profile), timezone, listed=trunks)
    (chunk,) = AsteriskCel().read([Source(0, path, path.name, "digest")], context)
    return chunk


def at(chunk: Chunk, row: int) -> dict[str, object]:
    return chunk.calls.row(by_predicate=pl.col("row") == row, named=True)


def test_each_dialled_channel_is_an_attempt() -> None:
    chunk = read(CEL)
    failed, answered = at(chunk, 3), at(chunk, 1)
    assert failed["start_time"] == answered["start_time"] == datetime(2026, 3, 2, 14, 0, 1, 120_000, tzinfo=UTC)
    assert (failed["downstream"], failed["release_code"], failed["duration"]) == ("tg-east", "34", 0.0)
    assert (answered["upstream"], answered["downstream"]) == ("tg-north", "tg-west")
    assert (answered["duration"], answered["precision"], answered["release_code"]) == (10.0, 1_000, "16")
    assert (failed["egress_called_number"], answered["egress_called_number"]) == ("0012125550185", "+12125550185")


def test_who_forwarded_is_told_by_the_event_and_the_zone_by_the_uniqueid() -> None:
    chunk = read(CEL)
    assert at(chunk, 1)["redirecting_number"] == "+12125550199"
    assert str(chunk.zone) == "-06:00 (measured from the uniqueid of 6 of 6 rows)"


def test_local_channels_are_part_of_the_call_that_they_carry() -> None:
    chunk = read(CEL)
    call = at(chunk, 14)
    assert (call["called_number"], call["downstream"], call["release_code"]) == ("12125550186", None, "19")
    assert chunk.rows.filter(pl.col("call") == call["call"])["row"].to_list() == [14, 15, 16, 17, 18]


def test_epochs_need_no_zone(tmp_path: Path) -> None:
    path = tmp_path / "cel.csv"
    path.write_text(CEL.read_text().splitlines()[0].replace("2026-03-02 08:00:01.120", "1772460001.120345") + "\n")
    chunk = read(path)
    assert chunk.calls["start_time"].to_list() == [datetime(2026, 3, 2, 14, 0, 1, 120_345, tzinfo=UTC)]


def test_a_header_or_a_profile_names_the_columns(tmp_path: Path) -> None:
    columns = ["eventtype", "eventtime", "cid_num", "exten", "channame", "uniqueid", "linkedid"]
    row = "CHAN_START,2026-03-02 08:00:01,+12025550130,12125550185,PJSIP/tg-north-00000001,1772460001.1,1772460001.1\n"
    path = tmp_path / "cel.csv"
    path.write_text(",".join(columns) + "\n" + row)
    assert read(path).calls["upstream"].to_list() == ["tg-north"]
    path.write_text(row)
    assert read(path, layouts={"cel": columns}).calls["called_number"].to_list() == ["12125550185"]


def test_rows_that_cannot_be_used_are_rejected(tmp_path: Path) -> None:
    lines = CEL.read_text().splitlines()
    bad_time = lines[1].replace("2026-03-02 08:00:01.130", "soon")
    no_event = lines[1].replace("APP_START", "MADE_UP")
    path = tmp_path / "cel.csv"
    path.write_text("\n".join([lines[0], lines[0], bad_time, no_event, "1,2,3", lines[1][:60]]))
    rows = read(path).rows
    assert rows["fate"].to_list()[:2] == ["accepted", "duplicate"]
    rejected = dict(rows.filter(pl.col("fate") == "rejected").select("row", "reasons").iter_rows())
    assert rejected == {
        3: ["event time not understood"],
        4: ["no known event"],
        5: ["wrong number of columns"],
        6: ["last line is cut: file still being written?"],
    }


def test_a_call_without_a_number_is_rejected_with_all_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "cel.csv"
    path.write_text("\n".join(line.replace("12125550186", "s") for line in CEL.read_text().splitlines()[13:15]) + "\n")
    assert read(path).rows["reasons"].to_list() == [["no called number"], ["no called number"]]


def test_events_in_a_repeated_hour_are_settled_by_their_order(tmp_path: Path) -> None:
    def event(kind: str, at: str, channel: str) -> str:
        ids = f'"{channel}","{channel}"'
        head = f'"{kind}","2026-11-01 {at}","","+12025550130","","","","12125550185","in","PJSIP/tg-north-{channel}"'
        return f'{head},"","","DOCUMENTATION","",{ids},"","","",""\n'

    path = tmp_path / "cel.csv"
    calls = [("00:50:00", "a"), ("01:50:00", "b"), ("01:20:00", "c"), ("02:30:00", "d")]
    path.write_text("".join(event("CHAN_START", at, name) for at, name in calls))
    chunk = read(path, "America/Chicago")
    times = [time.strftime("%H:%M") for time in chunk.calls.sort("row")["start_time"]]
    assert times == ["05:50", "06:50", "07:20", "08:30"]


def test_of_telephones_that_were_rung_the_answered_one_stands(tmp_path: Path) -> None:
    columns = "eventtype,eventtime,cid_num,exten,channame,appname,appdata,uniqueid,linkedid"
    of = "1772460001.1"
    events = [
        f"CHAN_START,1772460001.0,+12025550130,12125550185,PJSIP/tg-north-00000001,,,{of},{of}",
        f"APP_START,1772460001.1,+12025550130,12125550185,PJSIP/tg-north-00000001,Dial,PJSIP/101&PJSIP/102,{of},{of}",
        f"CHAN_START,1772460001.2,,101,PJSIP/101-00000002,,,1772460001.2,{of}",
        f"CHAN_START,1772460001.2,,102,PJSIP/102-00000003,,,1772460001.3,{of}",
        f"ANSWER,1772460005.0,,102,PJSIP/102-00000003,,,1772460001.3,{of}",
        f"HANGUP,1772460005.1,,101,PJSIP/101-00000002,,,1772460001.2,{of}",
        f"HANGUP,1772460015.0,,102,PJSIP/102-00000003,,,1772460001.3,{of}",
        f"HANGUP,1772460015.1,+12025550130,12125550185,PJSIP/tg-north-00000001,,,{of},{of}",
    ]
    path = tmp_path / "cel.csv"
    path.write_text("\n".join([columns, *events]) + "\n")
    chunk = read(path)
    assert chunk.calls.select("upstream", "downstream", "duration").rows() == [("tg-north", None, 10.0)]
    assert chunk.rows["call"].drop_nulls().len() == len(events)
    assert read(path, listed="101 102").calls["downstream"].to_list() == ["101", "102"]
    assert read(path, listed="102").calls["downstream"].to_list() == [None, "102"]
    path.write_text("\n".join([columns, *(event.replace("PJSIP/10", "PJSIP/tg-10") for event in events)]) + "\n")
    assert read(path).calls["downstream"].to_list() == ["tg-101", "tg-102"]
