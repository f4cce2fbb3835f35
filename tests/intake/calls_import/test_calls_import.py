from __future__ import annotations

import csv
from pathlib import Path

import pytest

from hoptrace.engines.calls import read_calls
from hoptrace.errors import ColumnMissing, InputRefused, ProfileInvalid, UnknownTimezone
from hoptrace.intake.calls_import import Imported, import_calls
from hoptrace.intake.calls_mapping import CallsProfile, load_calls_profile

HONEYPOT = """Date,Time,DID,CLI,Label,Extra
03/02/2026,08:00:01 AM,(312) 555-0160,202-555-0130,=SSA scam,x
03/02/2026,08:00:01 AM,(312) 555-0160,202-555-0130,=SSA scam,x
03/02/2026,08:05:00 PM,3125550161,anonymous,,x
03/02/2026,13:05:00 PM,3125550161,,,x
03/02/2026,08:06:00 PM,*60,12025550131,,x
"""
PROFILE = """
[columns]
called_number = "DID"
calling_number = "CLI"
start_time = ["Date", "Time"]
campaign = "Label"
[time]
timezone = "America/Chicago"
format = "%m/%d/%Y %I:%M:%S %p"
[fixed]
terminating_carrier = "oak"
"""
FTC = """Company_Phone_Number,Created_Date,Violation_Date,Consumer_City,Consumer_State,Consumer_Area_Code,Subject,Robo
2025550132,2026-09-23 00:02:35,2026-09-22 18:22:00,OAKTOWN,California,510,"Reducing your debt (credit cards, mortgage)",
2025550132,2026-09-23 00:03:35,2026-09-22 18:22:00,X,California,510,"Reducing your debt (credit cards, mortgage)",Y
,2026-09-23 00:04:31,2026-09-22 19:07:00,,Texas,512,No Subject Provided,Y
2025550133,2026-09-23 00:05:00,,,Texas,512,@Dropped call,N
"""
FCC = (
    "id,ticket_created,date_created,issue_date,issue_time,issue_type,method,issue,caller_id_number,type_of_call_or_messge,"
    "advertiser_business_phone_number,city,state,zip,location_1,type_of_property_goods_or_services\n"
    "1,,,09/22/2026,6:22 p.m.,Phone,Wireless,Unwanted Calls,202-555-0134,Prerecorded Voice,202-555-0135,,CA,,,\n"
    "2,,,09/22/2026,,Phone,Wireless,Unwanted Calls,None,Live Voice,None,,CA,,,\n"
)


def run(tmp_path: Path, text: str, profile: CallsProfile | None = None, name: str = "list.csv") -> Imported:
    path = tmp_path / name
    path.write_text(text)
    return import_calls(path, tmp_path / "calls.csv", "US", profile)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def profile_of(tmp_path: Path, text: str) -> CallsProfile:
    path = tmp_path / "honeypot.toml"
    path.write_text(text)
    return load_calls_profile(path)


def test_a_honeypot_with_a_profile(tmp_path: Path) -> None:
    told = run(tmp_path, HONEYPOT, profile_of(tmp_path, PROFILE))
    assert (told.rows, told.calls, told.duplicates, sum(told.rejected.values())) == (5, 2, 1, 2)
    assert told.rejected == {
        "time not understood: give its format in a profile": 1,
        "the called number is no telephone number": 1,
    }
    assert "line 5" in told.problems[0]
    first, second = rows(tmp_path / "calls.csv")
    assert first == {
        "call_ref": "list-1",
        "start_time": "2026-03-02T14:00:01Z",
        "calling_number": "+12025550130",
        "called_number": "+13125550160",
        "terminating_carrier": "oak",
        "campaign": "'=SSA scam",
    }
    assert (second["start_time"], second["calling_number"]) == ("2026-03-03T02:05:00Z", "anonymous")


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_columns_may_be_divided_by_other_signs_than_commas(tmp_path: Path, sign: str) -> None:
    text = 'Id,At,DID\n7,2026-03-02T14:00:01Z,"2125550101"\n'.replace(",", sign)
    told = run(tmp_path, text, profile_of(tmp_path, '[columns]\nstart_time = "At"\ncalled_number = "DID"\n'))
    assert (told.calls, rows(tmp_path / "calls.csv")[0]["called_number"]) == (1, "+12125550101")
    seeds = run(tmp_path, 'phone_e164,scam_category\n+12025550130,"a, b"\n'.replace(",", sign), name="seeds.csv")
    assert seeds.seeds == 1


def test_columns_that_nothing_was_made_of_are_said(tmp_path: Path) -> None:
    mapping = CallsProfile.model_validate({"columns": {"start_time": "when", "called_number": "did"}})
    told = run(tmp_path, "when,caller_id,did\n2026-03-02T08:00:00Z,2025550130,3125550160\n", mapping)
    (note,) = told.notes
    assert note.startswith("Columns that were left out: caller_id. Where one is of the number that was shown: --call")


def test_what_is_written_can_be_traced(tmp_path: Path) -> None:
    run(tmp_path, HONEYPOT, profile_of(tmp_path, PROFILE))
    assert [call.call_ref for call in read_calls(tmp_path / "calls.csv", "US")] == ["list-1", "list-3"]


def test_the_contracts_own_file_is_checked(tmp_path: Path) -> None:
    text = (
        "call_ref,start_time,calling_number,called_number,terminating_carrier,campaign\n"
        "C1,2026-03-02T08:00:01-06:00,+12025550130,+13125550160,oak,ssa\n"
        "C1,2026-03-02T09:00:01-06:00,+12025550130,+13125550160,oak,ssa\n"
        "C2,2026-03-02T08:00:01,+12025550130,+13125550160,oak,ssa\n"
        "C3,1772460001,,3125550161,,\n"
    )
    told = run(tmp_path, text)
    assert [row["call_ref"] for row in rows(tmp_path / "calls.csv")] == ["C1", "C3"]
    assert told.rejected == {
        "the call_ref appears twice; it must be unique": 1,
        "the time has no zone: give --timezone or a time with an offset": 1,
    }
    assert rows(tmp_path / "calls.csv")[1]["start_time"] == "2026-03-02T14:00:01Z"


CHICAGO = CallsProfile.model_validate({"time": {"timezone": "America/Chicago"}})


def test_a_call_in_a_repeated_hour_stands_with_both_times_and_it_is_said(tmp_path: Path) -> None:
    told = run(tmp_path, "call_ref,start_time,called_number\nH7,2026-11-01 01:30:00,+13125550160\n", CHICAGO)
    found = [(row["call_ref"], row["start_time"]) for row in rows(tmp_path / "calls.csv")]
    assert found == [("H7", "2026-11-01T06:30:00Z"), ("H7-second", "2026-11-01T07:30:00Z")]
    assert (told.rows, told.calls, told.twice) == (1, 1, 1)
    assert "kept with both times" in told.notes[0]
    assert "Trace both" in told.notes[1]


def test_a_repeated_hour_is_settled_by_the_order_of_the_rows(tmp_path: Path) -> None:
    clock = ["00:40", "01:10", "01:50", "01:05", "01:40", "02:15"]
    text = "".join(f"2026-11-01 {each}:00,+1312555016{n}\n" for n, each in enumerate(clock))
    told = run(tmp_path, f"start_time,called_number\n{text}", CHICAGO)
    times = [row["start_time"][11:16] for row in rows(tmp_path / "calls.csv")]
    assert times == ["05:40", "06:10", "06:50", "07:05", "07:40", "08:15"]
    assert (told.calls, told.twice) == (6, 0)
    assert "settled by the order of the rows: 4" in told.notes[0]


def test_a_reference_that_the_second_time_needs_is_not_given_twice(tmp_path: Path) -> None:
    text = "call_ref,start_time,called_number\nH7-second,2026-11-02 09:00:00,+13125550161\n"
    text += "H7,2026-11-01 01:30:00,+13125550160\n"
    told = run(tmp_path, text, CHICAGO)
    assert (told.calls, told.rejected.total()) == (1, 1)


def test_an_hour_that_is_left_out_is_shifted_and_said(tmp_path: Path) -> None:
    text = "start_time,called_number\n2026-03-08 02:30:00,+13125550160\n"
    told = run(tmp_path, text, CallsProfile.model_validate({"time": {"timezone": "America/Chicago"}}))
    assert rows(tmp_path / "calls.csv")[0]["start_time"] == "2026-03-08T08:30:00Z"
    assert "leaves out, shifted: 1" in told.notes[0]


def test_one_seed_is_said_as_one(tmp_path: Path) -> None:
    told = run(tmp_path, "\n".join(FTC.splitlines()[:2]) + "\n")
    assert "Who called is kept as 1 seed of a campaign; look" in told.notes[0]


def test_ftc_complaints_are_kept_as_seeds_and_it_is_said(tmp_path: Path) -> None:
    told = run(tmp_path, FTC)
    assert (told.kind, told.calls, told.seeds, told.duplicates, told.rejected) == (
        "ftc",
        0,
        2,
        1,
        {"it names no caller": 1},
    )
    assert "none of these calls can be traced by itself" in told.notes[0]
    assert not (tmp_path / "calls.csv").exists()
    first, second = rows(tmp_path / "calls.seeds.csv")
    assert (first["calling_number"], first["time"]) == ("+12025550132", "2026-09-22 18:22:00")
    assert (first["campaign"], first["area_code"]) == ("Reducing your debt (credit cards, mortgage)", "510")
    assert (second["time"], second["campaign"]) == ("2026-09-23 00:05:00", "'@Dropped call")


def test_fcc_complaints_have_a_number_to_call_back(tmp_path: Path) -> None:
    told = run(tmp_path, FCC)
    (seed,) = rows(tmp_path / "calls.seeds.csv")
    assert (seed["calling_number"], seed["callback_number"]) == ("+12025550134", "+12025550135")
    assert (seed["time"], seed["state"]) == ("09/22/2026 6:22 p.m.", "CA")
    assert told.rejected == {"it names no caller": 1}


def test_a_list_of_callers_is_seeds_too(tmp_path: Path) -> None:
    told = run(tmp_path, "phone_e164,phone_pretty,scam_category\n+12025550136,x,Utility\n")
    assert (told.kind, told.seeds) == ("callers", 1)


def test_columns_that_nobody_named_are_refused_with_the_ways_out(tmp_path: Path) -> None:
    with pytest.raises(ColumnMissing, match=r"it has Date, Time, DID.*--time-column NAME --called-column NAME"):
        run(tmp_path, HONEYPOT)
    with pytest.raises(ColumnMissing, match="no column 'Nope' for called_number"):
        run(tmp_path, HONEYPOT, CallsProfile.model_validate({"columns": {"called_number": "Nope"}}))


def test_a_file_without_a_call_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match=r"no call in it can be traced .*give --timezone"):
        run(tmp_path, "start_time,called_number\n2026-03-02 08:00:00,+13125550160\n")
    with pytest.raises(InputRefused, match="it has no rows"):
        run(tmp_path, "start_time,called_number\n")
    assert not (tmp_path / "calls.csv").exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[columns]\nnope = 'x'\n", "columns.nope"),
        ("[columns\n", "not a readable TOML"),
    ],
)
def test_a_profile_that_is_wrong_names_file_and_key(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ProfileInvalid, match=says):
        profile_of(tmp_path, text)


def test_a_zone_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(UnknownTimezone):
        run(tmp_path, "start_time,called_number\nx,1\n", CallsProfile.model_validate({"time": {"timezone": "Mars"}}))


def test_ndjson(tmp_path: Path) -> None:
    text = '{"at": "2026-03-02T14:00:01Z", "to": "+13125550160"}\n'
    profile = CallsProfile.model_validate({"columns": {"start_time": "at", "called_number": "to"}})
    assert run(tmp_path, text, profile, "list.ndjson").calls == 1


def test_no_file_and_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="no such file"):
        import_calls(tmp_path / "none.csv", tmp_path / "calls.csv", "US")
    with pytest.raises(InputRefused, match="directory"):
        import_calls(tmp_path, tmp_path / "calls.csv", "US")


DOWNLOADED = (
    "Ticket ID,Ticket Created,Date of Issue,Time of Issue,Form,Method,Issue,Caller ID Number,Type of Call or Messge,"
    "Advertiser Business Number,City,State,Zip,Location (Center point of the Zip Code)\n"
    "1,09/22/2026,09/21/2026,6:22 p.m.,Phone,Wired,Unwanted Calls,202-555-0134,Live Voice,202-555-0135,,CA,,"
    '"(37.8, -122.2)"\n'
)


def test_the_fcc_s_file_as_people_download_it(tmp_path: Path) -> None:
    told = run(tmp_path, DOWNLOADED)
    (seed,) = rows(tmp_path / "calls.seeds.csv")
    assert (told.kind, seed["calling_number"], seed["callback_number"]) == ("fcc", "+12025550134", "+12025550135")
    assert seed["time"] == "09/21/2026 6:22 p.m."


def test_the_fcc_s_interface_gives_a_list_of_objects(tmp_path: Path) -> None:
    text = (
        '[{"caller_id_number": "202-555-0134", "issue": "Unwanted Calls", "method": "Wired", "issue_date": '
        '"2026-09-21T00:00:00.000", "issue_time": "6:22 p.m."}, 7]'
    )
    told = run(tmp_path, text, name="list.json")
    assert (told.kind, told.rows, told.seeds, told.rejected.total()) == ("fcc", 2, 1, 1)


def test_a_damaged_row_is_rejected_and_the_others_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    good = b'"2025550132","","2026-09-21 18:22:00","Oakland","California","510","Other","Y"\n'
    header = FTC.splitlines()[0].encode()
    path.write_bytes(header + b"\n" + good + b'"2025550133","",,,,,,,"more",\n' + good.replace(b"Oakland", b"Ca\xf1on"))
    told = import_calls(path, tmp_path / "calls.csv", "US")
    assert (told.rows, told.seeds, told.duplicates, told.rejected.total()) == (3, 1, 1, 1)
    assert "more fields than the header" in told.problems[0]
    path.write_bytes(header + b"\n" + good.replace(b'"Y"', b'"Y" ') + good.replace(b"132", b"133"))
    assert import_calls(path, tmp_path / "calls.csv", "US").seeds == 2
