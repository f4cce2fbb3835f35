"""The profiles that come along: invented files of each switch, sound ones and damaged ones."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hoptrace.errors import FormatUnknown, TimezoneMissing
from hoptrace.intake.detect import find_format
from hoptrace.intake.formats import readers
from hoptrace.intake.profiles.shipped import shipped_names, shipped_profile
from hoptrace.intake.reading import Source

GOLDEN = {
    "3cx": "cdr.log",
    "3cx_report": "call_reports.csv",
    "bandwidth": "bdr.csv",
    "cgrates": "cdrs.csv",
    "cucm": "cdr_StandAloneCluster_01_202611020800_1",
    "didww": "inbound.csv",
    "netsapiens": "cdrs.csv",
    "netsapiens_v1": "cdr2.csv",
    "sansay": "cdr.txt",
    "telnyx": "cdr.csv",
    "twilio": "calls.csv",
    "vos3000": "e_cdr_20261102.csv",
}
CUT = "last line is cut: file still being written?"
DAMAGED: dict[str, tuple[str, str, dict[int, list[str]]]] = {
    "3cx": (
        "malformed.log",
        "adrrr",
        {
            3: ["start time not understood"],
            4: ["28 columns where the profile names 27"],
            5: [CUT, "6 columns where the profile names 27"],
        },
    ),
    "3cx_report": (
        "malformed.csv",
        "sadrrrr",
        {
            4: ["start time not understood"],
            5: ["duration not understood"],
            6: ["11 columns where the header has 10"],
            7: [CUT, "row of a type that the profile does not name: nothing"],
        },
    ),
    "bandwidth": ("malformed.csv", "sadard", {5: ["duration not understood"]}),
    "cgrates": (
        "malformed.csv",
        "srrasdr",
        {
            2: ["duration not understood"],
            3: ["start time not understood"],
            7: [CUT, "6 columns where the header has 14"],
        },
    ),
    "cucm": (
        "malformed",
        "ssadrrr",
        {
            5: ["start time not understood"],
            6: ["row of a type that the profile does not name: 7"],
            7: [CUT, "8 columns where the header has 18"],
        },
    ),
    "didww": (
        "malformed.csv",
        "sadrrr",
        {
            4: ["start time not understood"],
            5: ["duration not understood"],
            6: [CUT, "6 columns where the header has 13"],
        },
    ),
    "netsapiens": (
        "malformed.csv",
        "sadrrr",
        {
            4: ["start time not understood"],
            5: ["duration not understood"],
            6: [CUT, "8 columns where the header has 15"],
        },
    ),
    "netsapiens_v1": (
        "malformed.csv",
        "sadrr",
        {4: ["start time not understood"], 5: [CUT, "3 columns where the header has 16"]},
    ),
    "sansay": (
        "malformed.txt",
        "adrrrrsr",
        {
            3: ["start time not understood"],
            4: ["30 columns where the profile names 59"],
            5: ["row of a type that the profile does not name: X"],
            6: ["start time not understood", "end time not understood"],
            8: [CUT, "20 columns where the profile names 59"],
        },
    ),
    "telnyx": (
        "malformed.csv",
        "sadrarr",
        {
            4: ["start time not understood"],
            6: ["duration not understood"],
            7: [CUT, "3 columns where the header has 11"],
        },
    ),
    "twilio": (
        "malformed.csv",
        "sadrar",
        {4: ["start time not understood", "end time not understood"], 6: ["13 columns where the header has 12"]},
    ),
    "vos3000": (
        "malformed.csv",
        "saradra",
        {3: ["start time not understood"], 6: ["53 columns where the header has 52"]},
    ),
}
"""Of each profile a damaged file, the fate of each row (its first letter), and why rows were rejected."""
FULL_DOCS = Path(__file__).parents[3] / "docs" / "formats"


def utc(minute: int, second: int, micro: int = 0) -> datetime:
    return datetime(2026, 11, 2, 8, minute, second, micro, tzinfo=UTC)


def test_every_shipped_profile_has_golden_and_damaged_files_and_a_page(fixtures: Path) -> None:
    assert sorted(GOLDEN) == sorted(DAMAGED) == list(shipped_names())
    for name in shipped_names():
        assert (fixtures / name / GOLDEN[name]).is_file()
        assert (fixtures / name / DAMAGED[name][0]).is_file()
        assert (FULL_DOCS / f"{name}.md").is_file()
        assert shipped_profile(name).name == name


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_a_golden_file_is_read_without_a_loss(name: str, fixtures: Path, taken_as) -> None:
    told = taken_as(name, fixtures / name / GOLDEN[name], timezone="UTC")
    assert "rejected" not in told.fates()
    assert told.flags == []
    assert told.calls.height >= 2


@pytest.mark.parametrize("name", sorted(DAMAGED))
def test_a_damaged_file_is_rejected_row_by_row(name: str, fixtures: Path, taken_as) -> None:
    file, fates, reasons = DAMAGED[name]
    told = taken_as(name, fixtures / name / file, timezone="UTC")
    assert "".join(fate[0] for fate in told.fates()) == fates
    assert told.reasons() == reasons


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_its_reader_is_found_or_refuses_to_guess(name: str, fixtures: Path) -> None:
    path = fixtures / name / GOLDEN[name]
    source = Source(0, path, path.name, "")
    if shipped_profile(name).detect.customisable:
        with pytest.raises(FormatUnknown, match=f"hoptrace profile show .* --profile {name}"):
            find_format(source, readers())
    else:
        assert find_format(source, readers()).name == name


def test_sansay(fixtures: Path, taken_as) -> None:
    told = taken_as("sansay", fixtures / "sansay" / "cdr.txt")
    assert told.fates() == ["accepted", "accepted", "accepted", "skipped", "accepted"]
    assert told.said(1, "start_time", "answer_time", "end_time", "duration") == (
        utc(0, 1),
        utc(0, 8),
        utc(0, 38),
        30.0,
    )
    assert told.said(1, "upstream", "downstream", "call_id", "egress_call_id", "egress_called_number") == (
        "000101",
        "000202",
        "a1@203.0.113.7",
        "b1@198.51.100.9",
        "770113125550187",
    )
    assert told.said(2, "release_code", "downstream", "duration") == ("503", "000303", 0.0)
    assert told.said(5, "calling_number", "release_code", "egress_called_number") == (None, "404", None)


def test_vos3000(fixtures: Path, taken_as) -> None:
    told = taken_as("vos3000", fixtures / "vos3000" / "e_cdr_20261102.csv")
    assert told.said(2, "start_time", "answer_time", "end_time", "duration", "precision") == (
        utc(0, 1, 250_000),
        utc(0, 11, 250_000),
        utc(0, 41, 250_000),
        30.0,
        1_000,
    )
    assert told.said(2, "called_number", "egress_called_number", "upstream", "downstream") == (
        "7701442079460123",
        "00442079460123",
        "CUST-ALFA",
        "VEND-BRAVO",
    )
    assert told.said(4, "end_time", "calling_number", "upstream") == (None, "12025550143", "203.0.113.7")


def test_vos3000_of_older_versions(fixtures: Path, taken_as, tmp_path: Path) -> None:
    table = (fixtures / "vos3000" / "e_cdr_20261102.csv").read_text(encoding="utf-8")
    older = tmp_path / "e_cdr.csv"
    older.write_text(table.replace("gatewayid", "gatewayh323id", 2), encoding="utf-8")
    assert taken_as("vos3000", older).said(2, "upstream", "downstream") == ("CUST-ALFA", "VEND-BRAVO")


def test_vos3000_without_header_and_with_chinese_names(fixtures: Path, taken_as) -> None:
    told = taken_as("vos3000", fixtures / "vos3000" / "without_header.csv")
    assert told.fates() == ["accepted"]
    assert told.flags == ["lines that are not UTF-8, read as gb18030"]


def test_3cx(fixtures: Path, taken_as) -> None:
    told = taken_as("3cx", fixtures / "3cx" / "cdr.log", timezone="UTC")
    assert told.said(1, "start_time", "duration", "calling_number", "called_number", "upstream", "customer") == (
        utc(0, 1),
        30.0,
        "12025550143",
        "13125550187",
        "10020",
        None,
    )
    assert told.said(2, "calling_number", "called_number", "customer", "downstream", "duration") == (
        "102",
        "00442079460123",
        "102",
        "10021",
        0.0,
    )


def test_3cx_chain_that_leaves_the_pbx_again_goes_out_over_its_last_line(fixtures: Path, taken_as) -> None:
    told = taken_as("3cx", fixtures / "3cx" / "cdr.log", timezone="UTC")
    names = ("called_number", "upstream", "downstream", "egress_called_number", "duration")
    assert told.said(3, *names) == ("800", "10020", None, None, 70.0)
    assert told.said(4, *names) == ("800", "10020", "10021", "13125550199", 120.0)


def test_3cx_times_have_no_zone(fixtures: Path, taken_as) -> None:
    with pytest.raises(TimezoneMissing):
        taken_as("3cx", fixtures / "3cx" / "cdr.log")


def test_3cx_report(fixtures: Path, taken_as) -> None:
    with pytest.raises(TimezoneMissing):
        taken_as("3cx_report", fixtures / "3cx_report" / "call_reports.csv")
    told = taken_as("3cx_report", fixtures / "3cx_report" / "call_reports.csv", timezone="UTC")
    assert told.fates() == ["skipped", "accepted", "accepted", "skipped", "accepted", "accepted", "skipped"]
    names = ("calling_number", "called_number", "customer", "upstream", "downstream", "duration")
    assert told.said(2, *names) == ("102", "13125550187", "102", None, "East Line", 30.0)
    assert told.said(3, *names) == ("12025550143", "800", None, "East Line", None, 70.0)
    assert told.said(5, *names) == ("12025550144", "103", None, "West", None, None)
    assert told.said(5, "start_time", "release_code", "record_id") == (utc(2, 0), "Unanswered", "00000198_1")
    assert told.said(6, *names) == ("103", "102", "103", None, None, 9.0)


def test_cucm(fixtures: Path, taken_as) -> None:
    told = taken_as("cucm", fixtures / "cucm" / GOLDEN["cucm"])
    assert told.fates() == ["skipped", "skipped", "accepted", "accepted"]
    assert told.said(3, "start_time", "answer_time", "duration", "release_code") == (utc(0, 1), utc(0, 8), 30.0, "16")
    assert told.said(3, "called_number", "egress_called_number", "egress_calling_number", "downstream") == (
        "913125550187",
        "13125550187",
        "12025550143",
        "TRUNK-ALFA",
    )
    assert told.said(4, "answer_time", "duration", "release_code") == (None, 0.0, "17")


def test_cucm_after_a_spreadsheet(fixtures: Path, taken_as) -> None:
    told = taken_as("cucm", fixtures / "cucm" / "after_a_spreadsheet.csv")
    assert [flag.split(".")[1] for flag in told.flags] == ["1E+11 (1): re-saved by a spreadsheet"]


def test_cgrates(fixtures: Path, taken_as) -> None:
    told = taken_as("cgrates", fixtures / "cgrates" / "cdrs.csv")
    assert told.fates() == ["skipped", "accepted", "duplicate", "accepted", "skipped", "accepted"]
    assert told.said(2, "duration", "answer_time", "call_id", "upstream") == (
        30.0,
        utc(0, 8),
        "abc1@203.0.113.7",
        "alfa",
    )
    assert told.said(4, "duration", "answer_time", "start_time") == (0.0, None, utc(1, 0))
    assert told.said(6, "duration") == (10.0,)


def test_twilio(fixtures: Path, taken_as) -> None:
    told = taken_as("twilio", fixtures / "twilio" / "calls.csv")
    assert told.said(2, "start_time", "duration", "customer") == (utc(0, 1), 30.0, "AC00000000000000000000000000000001")
    assert told.said(3, "duration", "release_code", "customer") == (0.0, "no-answer", None)
    assert told.said(4, "redirecting_number", "customer") == ("+13125550190", None)


def test_telnyx(fixtures: Path, taken_as) -> None:
    told = taken_as("telnyx", fixtures / "telnyx" / "cdr.csv")
    assert told.said(2, "start_time", "duration", "upstream", "downstream") == (utc(0, 1), 30.0, None, "telnyx")
    assert told.said(2, "answer_time", "end_time") == (None, None), "those are in the zone of the report"
    assert told.said(3, "called_number", "upstream", "release_code") == ("+13125550188", "telnyx", "487")
    assert told.said(4, "called_number", "call_id", "duration") == ("+13125550188", "t3@198.51.100.7", 35.0)


def test_telnyx_by_the_names_of_its_api(fixtures: Path, taken_as) -> None:
    told = taken_as("telnyx", fixtures / "telnyx" / "api.csv")
    assert told.said(2, "start_time", "called_number", "downstream") == (utc(0, 1), "+13125550187", "telnyx")


def test_bandwidth(fixtures: Path, taken_as) -> None:
    told = taken_as("bandwidth", fixtures / "bandwidth" / "bdr.csv")
    assert told.said(2, "start_time", "end_time", "answer_time", "duration") == (utc(0, 1), utc(0, 35), None, 30.0)
    assert told.said(3, "start_time", "upstream", "downstream") == (
        datetime(2026, 11, 2, 23, 10, tzinfo=UTC),
        "203.0.113.7",
        "198.51.100.9",
    )


def test_netsapiens(fixtures: Path, taken_as) -> None:
    told = taken_as("netsapiens", fixtures / "netsapiens" / "cdrs.csv")
    assert told.said(2, "start_time", "answer_time", "duration", "egress_call_id") == (
        utc(0, 1),
        utc(0, 8),
        30.0,
        "t1@198.51.100.9",
    )
    assert told.said(3, "downstream", "answer_time", "release_code") == ("198.51.100.22", None, "Term: Cancel")


def test_netsapiens_v1(fixtures: Path, taken_as) -> None:
    with pytest.raises(TimezoneMissing):
        taken_as("netsapiens_v1", fixtures / "netsapiens_v1" / "cdr2.csv")
    told = taken_as("netsapiens_v1", fixtures / "netsapiens_v1" / "cdr2.csv", timezone="America/Chicago")
    start = datetime(2026, 11, 2, 14, 0, 1, tzinfo=UTC)
    assert told.said(2, "start_time", "duration", "egress_call_id") == (start, 30.0, "t1@198.51.100.9")
    assert told.said(3, "called_number", "answer_time", "release_code") == ("13125550187", None, "Term: Cancel")


def test_didww(fixtures: Path, taken_as) -> None:
    told = taken_as("didww", fixtures / "didww" / "inbound.csv")
    assert told.said(2, "start_time", "answer_time", "called_number") == (utc(0, 1), utc(0, 5), "13125550187")
    assert told.said(3, "release_code", "duration", "calling_number") == ("487", 0.0, None)
    newer = taken_as("didww", fixtures / "didww" / "inbound_api.csv")
    assert newer.said(2, "calling_number", "egress_calling_number") == ("12025550143", "+12025550143")


def test_a_carrier_s_own_keys_are_laid_over_a_shipped_profile(fixtures: Path, taken_as) -> None:
    over = '[fields]\nupstream = 17\n[records]\ncolumns = [59, 60]\n[numbers]\ntech_prefixes = ["7701"]\n'
    told = taken_as("sansay", fixtures / "sansay" / "cdr.txt", over=over)
    assert told.said(1, "upstream", "downstream") == ("203.0.113.7", "000202")
    assert told.fates()[3] == "skipped", "the types are still those of the shipped one"


def test_bandwidth_respelled_by_a_spreadsheet(fixtures: Path, taken_as) -> None:
    told = taken_as("bandwidth", fixtures / "bandwidth" / "malformed.csv")
    assert told.flags[0].startswith("times respelled by a spreadsheet (1)")


def test_netsapiens_v1_works_the_answer_out_from_the_end_and_the_duration(fixtures: Path, taken_as) -> None:
    told = taken_as("netsapiens_v1", fixtures / "netsapiens_v1" / "malformed.csv", timezone="UTC")
    assert told.said(2, "answer_time") != (None,)
