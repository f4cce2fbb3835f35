from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.errors import InputRefused, ProfileInvalid, TimezoneMissing
from hoptrace.intake.formats.freeswitch import row_times as freeswitch_row_times
from hoptrace.intake.formats.freeswitch.csv import FreeswitchCsv
from hoptrace.intake.formats.freeswitch.rows import split_row
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Chunk, Context, Source
from hoptrace.model.carriers import Carrier

FOLDER = Path(__file__).parents[3] / "fixtures" / "formats" / "freeswitch_csv"
MASTER, RESAVED = FOLDER / "Master.csv", FOLDER / "resaved.csv"
NO_NEIGHBOUR = "no column names a neighbour: from whom calls came and to whom they went is not known"


def read(path: Path, timezone: str | None = None, **profile: object) -> Chunk:
    context = Context(Carrier("oak"), Profile.model_validate(profile), timezone)
    (chunk,) = FreeswitchCsv().read([Source(0, path, path.name, "digest")], context)
    return chunk


def write(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "Master.csv"
    path.write_text("".join(f"{row}\n" for row in rows))
    return path


def test_the_zone_and_the_fraction_come_from_the_uuid() -> None:
    chunk = read(MASTER)
    assert str(chunk.zone) == "-06:00 (measured from the uuid (version 1) of 4 of 4 rows)"
    call = chunk.calls.row(0, named=True)
    assert call["start_time"] == datetime(2026, 3, 2, 14, 0, 1, 605_123, tzinfo=UTC)
    assert (call["precision"], call["answer_time"]) == (1_000, datetime(2026, 3, 2, 14, 0, 4, tzinfo=UTC))
    assert (call["duration"], call["release_code"]) == (10.0, "16")


def test_two_legs_are_one_statement() -> None:
    chunk = read(MASTER)
    assert chunk.rows["call"].to_list() == [0, 0, 1, 2]
    call = chunk.calls.row(0, named=True)
    assert (call["called_number"], call["egress_called_number"]) == ("12125550172", "0012125550172")


def test_an_end_in_the_second_of_the_start_is_not_before_it() -> None:
    call = read(MASTER).calls.row(2, named=True)
    assert call["end_time"] == call["start_time"] == datetime(2026, 3, 2, 14, 2, 10, 40_000, tzinfo=UTC)
    assert (call["duration"], call["answer_time"], call["calling_number"]) == (0.0, None, "anonymous")


def test_a_template_without_neighbours_is_flagged() -> None:
    assert read(MASTER).flags == ((0, NO_NEIGHBOUR),)


def test_what_a_spreadsheet_saved_again_is_recognised() -> None:
    chunk = read(RESAVED, timezone="+08:00")
    said = [text for _, text in chunk.flags]
    assert sum("saved again by a spreadsheet" in text for text in said) == 3
    assert set(chunk.calls["precision"]) == {60_000_000}
    assert chunk.calls["start_time"].to_list()[1] == datetime(2026, 3, 2, 14, 41, tzinfo=UTC)


def test_rows_of_one_uuid_are_calls_of_their_own() -> None:
    calls = read(RESAVED, timezone="UTC").calls
    again = calls.filter(pl.col("record_id") == "00000011-0000-4000-8000-000000000005")
    assert again["release_code"].to_list() == ["16", "18"]


def test_without_a_zone_the_file_is_refused_with_the_ways_out() -> None:
    with pytest.raises(TimezoneMissing, match="--timezone"):
        read(RESAVED)


ID = "00000011-0000-4000-8000-00000000000"
TEMPLATE = (
    *("uuid", "direction", "${caller_id_number}", "destination_number", "start_stamp", "start_epoch", "answer_epoch"),
    *("end_epoch", "billsec", "hangup_cause", "sip_network_ip", "sip_gateway_name", "sip_call_id"),
    "originating_leg_uuid",
)
OWN = (
    "u-1,inbound,+12025550130,12125550175,2026-03-02 08:00:01,1772460001,1772460004,1772460014,10,NORMAL_CLEARING,"
    "203.0.113.31,,a1@203.0.113.31,",
    "u-2,outbound,+12025550130,0012125550175,2026-03-02 08:00:01,1772460001,1772460004,1772460014,10,NORMAL_CLEARING,"
    "203.0.113.40,gw-east,b1@203.0.113.10,u-1",
)


def test_a_profile_names_the_template(tmp_path: Path) -> None:
    path = write(tmp_path, *(row.replace("u-", "00000011-0000-4000-8000-00000000000") for row in OWN))
    chunk = read(path, layouts={"master": TEMPLATE})
    (call,) = chunk.calls.iter_rows(named=True)
    assert (call["upstream"], call["downstream"]) == ("203.0.113.31", "gw-east")
    assert (call["call_id"], call["egress_call_id"]) == ("a1@203.0.113.31", "b1@203.0.113.10")
    assert call["start_time"] == datetime(2026, 3, 2, 14, 0, 1, tzinfo=UTC)
    assert chunk.flags == ()


UNANSWERED = ("uuid", "direction", "caller_id_number", "destination_number", "start_stamp", "end_stamp", "hangup_cause")
CAME = "i-1,inbound,+12025550130,12125550175,2026-03-02 08:00:01,2026-03-02 08:00:21,ORIGINATOR_CANCEL"
WENT = (
    "o-1,outbound,+12025550130,0012125550175,2026-03-02 08:00:01,2026-03-02 08:00:02,NO_ROUTE_DESTINATION",
    "o-2,outbound,+12025550130,0012125550175,2026-03-02 08:00:02,2026-03-02 08:00:22,ORIGINATOR_CANCEL",
)


def legs_of_unanswered(folder: Path, *rows: str) -> list[tuple[str, str]]:
    """`record_id` and end of each call that the rows make."""
    written = (row.replace("i-", ID).replace("o-", f"{ID[:-1]}1") for row in rows)
    chunk = read(write(folder, *written), layouts={"master": UNANSWERED}, timezone="UTC")
    assert set(chunk.rows["fate"]) == {"accepted"}
    return [(record.replace(f"{ID[:-1]}1", "o-").replace(ID, "i-"), code) for record, code in ended(chunk)]


def ended(chunk: Chunk) -> list[tuple[str, str]]:
    return chunk.calls.select("record_id", "release_code").rows()


def test_legs_of_an_unanswered_call_that_name_nobody_belong_to_the_one_that_lasted_meanwhile(tmp_path: Path) -> None:
    assert legs_of_unanswered(tmp_path, *WENT, CAME) == [("i-1/o-1", "3"), ("i-1/o-2", "487")]


@pytest.mark.parametrize(
    "other",
    [
        CAME.replace("i-1", "i-2").replace("08:00:01", "08:00:00"),
        CAME.replace("i-1", "i-2").replace("08:00:21", "08:00:25"),
    ],
)
def test_of_two_incoming_legs_that_lasted_meanwhile_none_is_chosen(tmp_path: Path, other: str) -> None:
    told = legs_of_unanswered(tmp_path, *WENT, CAME, other)
    assert sorted(record for record, _ in told) == ["i-1", "i-2", "o-1", "o-2"]


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("12125550175", "12125550176"),
        ("+12025550130", "+12025550131"),
        ("+12025550130", "anonymous"),
        ("08:00:01", "08:00:03"),
        ("08:00:21", "08:00:19"),
    ],
)
def test_a_leg_of_other_numbers_or_another_time_is_another_call(tmp_path: Path, said: str, instead: str) -> None:
    told = legs_of_unanswered(tmp_path, WENT[1], CAME.replace(said, instead))
    assert sorted(record for record, _ in told) == ["i-1", "o-2"]


def test_an_answered_call_of_less_than_a_second_is_no_unanswered_one(tmp_path: Path) -> None:
    rows = (row.replace("u-", "00000011-0000-4000-8000-00000000000") for row in OWN)
    path = write(tmp_path, *(row.replace("1772460014,10", "1772460004,0") for row in rows))
    calls = read(path, layouts={"master": TEMPLATE}).calls
    assert (calls["duration"].to_list(), calls["answer_time"].null_count()) == ([0.5], 0)


def test_a_template_that_nobody_named_is_refused_and_says_how_to(tmp_path: Path) -> None:
    path = write(tmp_path, *(row.replace("u-", "00000011-0000-4000-8000-00000000000") for row in OWN))
    assert FreeswitchCsv().detect(Source(0, path, path.name, "d"), path.read_bytes()) is not None
    with pytest.raises(InputRefused, match=r"\[layouts\] master"):
        read(path)


def test_a_profile_that_names_no_variables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProfileInvalid, match=r"layouts\.x"):
        read(write(tmp_path, *OWN), layouts={"x": ["a", "b"]})


def test_inserts_are_read(tmp_path: Path) -> None:
    cells = MASTER.read_text().splitlines()[0].split(",")[:13]
    path = write(tmp_path, f"INSERT INTO cdr VALUES ({','.join(cells[:12])}, {cells[12]});")
    assert read(path).calls["called_number"].to_list() == ["12125550172"]


def test_rows_that_cannot_be_used_are_rejected(tmp_path: Path) -> None:
    good = MASTER.read_text().splitlines()
    path = tmp_path / "bad.csv"
    no_number = good[3].replace("12125550174", "")
    no_time = good[3].replace("2026-03-02 08:02:10", "2026-03-02 08:02:70")
    path.write_text("\n".join([*good, good[0], "1,2", no_number, no_time, good[2][:80]]))
    rejected = dict(read(path).rows.filter(pl.col("fate") == "rejected").select("row", "reasons").iter_rows())
    assert rejected == {
        6: ["wrong number of columns"],
        7: ["no called number"],
        8: ["start time not understood"],
        9: ["last line is cut: file still being written?"],
    }


def test_a_repeated_hour_is_settled_by_the_order_of_the_rows(tmp_path: Path) -> None:
    row = (
        '"Ada","+12025550130","1212555017{n}","public","2026-11-01 {at}:00","","2026-11-01 {at}:09","9","0","USER_BUSY"'
    )
    tail = ',"00000000-0000-4000-8000-00000000000{n}","","acct1","",""'
    calls = enumerate(["00:50", "01:50", "01:20", "02:30"])
    chunk = read(write(tmp_path, *((row + tail).format(n=n, at=at) for n, at in calls)), "America/Chicago")
    times = [time.strftime("%H:%M") for time in chunk.calls.sort("row")["start_time"]]
    assert times == ["05:50", "06:50", "07:20", "08:30"]
    assert (chunk.calls["end_time"] - chunk.calls["start_time"]).dt.total_seconds().to_list() == [9] * 4


@given(st.text(alphabet='",a ', min_size=1, max_size=24))
def test_rows_with_quotes_are_divided_as_python_divides_them(text: str) -> None:
    assert split_row(text) == next(csv.reader((text,)))


CLOCKS = st.integers(0, 47).map(lambda half: f"{half // 2:02d}:{half % 2 * 30:02d}:{half % 7:02d}")
DAYS = st.sampled_from(["2026-03-02", "2026-03-08", "2026-11-01", "2026-02-30", "1999-12-31"])
STAMPS = st.builds("{} {}".format, DAYS, CLOCKS) | st.sampled_from(["", "2026-03-02T08:00:01+01:00", "1772460001"])
UUIDS = st.sampled_from(["1b3f5c1e-1640-11f1-8001-0000000000a1", "00000011-0000-4000-8000-000000000005", ""])


@given(
    rows=st.lists(st.tuples(STAMPS, STAMPS, STAMPS, UUIDS, st.sampled_from(["", "1772460001000120"])), max_size=12),
    zone=st.sampled_from(["America/Chicago", "-06:00", None]),
    more=st.sampled_from(["answer_uepoch", "start_uepoch", "accountcode"]),
)
def test_times_by_columns_are_those_of_single_rows(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], zone: str | None, more: str
) -> None:
    layout = ["start_stamp", "answer_stamp", "end_stamp", "uuid", more, "destination_number", "billsec"]
    lines = [",".join([*cells, "12125550172", str(number)]) for number, cells in enumerate(rows)]
    path = write(tmp_path_factory.mktemp("rows"), *lines)

    def told() -> object:
        try:
            chunk = read(path, zone, layouts={"master": layout})
        except TimezoneMissing as error:
            return str(error)
        return chunk.calls.rows(), chunk.rows.rows(), chunk.flags, chunk.zone

    one_by_one = told()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(freeswitch_row_times, "_FEW", 0)
        assert told() == one_by_one
