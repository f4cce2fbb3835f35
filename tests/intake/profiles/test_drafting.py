"""Profiles proposed for unknown files: the right columns, the evidence, and a file that they read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from hoptrace.errors import FormatUnknown, InputRefused
from hoptrace.intake.drafting import Draft, draft_profile

A_DAY = "2026-11-02 08:"
ROWS = [
    (f"{A_DAY}00:01", f"{A_DAY}00:06", f"{A_DAY}00:36", "12025550143", "13125550187", "30", "203.0.113.7"),
    (f"{A_DAY}01:01", "", f"{A_DAY}01:21", "12025550144", "13125550188", "0", "203.0.113.7"),
    (f"{A_DAY}02:01", f"{A_DAY}02:04", f"{A_DAY}02:14", "12025550145", "13125550189", "10", "203.0.113.8"),
]
MONTH_FIRST, DAY_FIRST = "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S"


def table(delimiter: str = ",", header: str = "", rows: list[tuple[str, ...]] | None = None) -> str:
    lines = [delimiter.join(row) for row in (rows or ROWS)]
    return "\n".join([*([header] if header else []), *lines]) + "\n"


@pytest.fixture
def drafted(tmp_path: Path):
    def draft(content: str) -> tuple[Draft, dict[str, Any]]:
        path = tmp_path / "unknown.csv"
        path.write_text(content)
        told = draft_profile(path)
        return told, tomllib.loads(told.text)

    return draft


def test_columns_without_names_are_told_by_what_they_hold(drafted) -> None:
    told, toml = drafted(table(";"))
    assert toml["file"] == {"delimiter": ";", "quoting": "standard", "header": False}
    fields = toml["fields"]
    assert (fields["start_time"], fields["answer_time"], fields["end_time"]) == (1, 2, 3)
    assert (fields["calling_number"], fields["called_number"]) == (4, 5)
    assert (fields["duration"], fields["upstream"]) == (6, 7)
    assert "seconds from answer to end" in told.text
    assert "the earliest of the times" in told.text
    assert (told.rows, told.accepted, told.zone_missing) == (3, 3, True)


def test_names_say_what_is_what(drafted) -> None:
    header = "EndTime,AnswerTime,StartTime,DestNumber,SrcNumber,BillSec,SrcTrunk"
    rows = [(end, answer, start, called, calling, secs, "T-1") for start, answer, end, calling, called, secs, _ in ROWS]
    told, toml = drafted(table(",", header, rows))
    assert toml["fields"] == {
        "start_time": "StartTime",
        "answer_time": "AnswerTime",
        "end_time": "EndTime",
        "duration": "BillSec",
        "calling_number": "SrcNumber",
        "called_number": "DestNumber",
        "upstream": "SrcTrunk",
    }
    assert told.accepted == 3


def test_the_spelling_of_times_is_found(drafted) -> None:
    rows = [(f"179360640{n}250", "0", "12025550143", f"1312555018{n}") for n in range(3)]
    _, toml = drafted(table("|", "start|answer|caller|callee", rows))
    assert toml["time"] == {"formats": ["epoch_ms"]}


def test_zero_stands_for_never(drafted) -> None:
    rows = [(f"179360640{n}", "0" if n else "1793606409", f"1202555014{n}", f"1312555018{n}") for n in range(3)]
    told, toml = drafted(table(",", "start,answer,caller,callee", rows))
    assert toml["fields"]["answer_time"] == {"column": "answer", "null": ["0"]}
    assert told.accepted == 3


def test_ten_digits_under_a_number_s_name_are_no_epochs(drafted) -> None:
    rows = [(f"2026-11-02T08:00:0{n}Z", f"202555014{n}", f"312555018{n}") for n in range(3)]
    _, toml = drafted(table(",", "time,caller,callee", rows))
    assert toml["fields"] == {"start_time": "time", "calling_number": "caller", "called_number": "callee"}


def test_a_date_and_a_time_of_day_side_by_side_are_joined(drafted) -> None:
    rows = [("02.11.2026", f"08:00:0{n}", f"1202555014{n}", f"1312555018{n}") for n in range(3)]
    told, toml = drafted(table(";", "day;clock;caller;callee", rows))
    assert toml["fields"]["start_time"] == {"column": ["day", "clock"], "join": " "}
    assert toml["time"]["formats"] == ["%d.%m.%Y %H:%M:%S"]
    assert told.accepted == 3


@pytest.mark.parametrize(
    ("dates", "clock", "form", "asks"),
    [
        (("11/02/2026", "11/03/2026", "11/14/2026"), "2:30:0{} PM", "%m/%d/%Y %I:%M:%S %p", False),
        (("11/02/2026", "11/03/2026", "11/04/2026"), "2:3{} pm", "%m/%d/%Y %I:%M %p", True),
        (("30/11/2026", "01/12/2026", "02/12/2026"), "14:3{}", "%d/%m/%Y %H:%M", False),
        (("2-11-2026", "3-11-2026", "4-11-2026"), "14:30:0{}.5", "%d-%m-%Y %H:%M:%S%.f", False),
    ],
)
def test_dates_and_clocks_side_by_side_in_other_spellings(drafted, dates, clock: str, form: str, asks: bool) -> None:
    rows = [(date, clock.format(n), f"1202555014{n}", f"1312555018{n}") for n, date in enumerate(dates)]
    told, toml = drafted(table(";", "day;clock;caller;callee", rows))
    assert toml["fields"]["start_time"] == {"column": ["day", "clock"], "join": " "}
    assert toml["time"]["formats"] == [form]
    assert told.accepted == 3
    assert ("ASK THE CARRIER" in told.text) is asks


def test_numbers_with_spaces_between_are_numbers_and_dates_are_none(drafted) -> None:
    rows = [(f"{A_DAY}00:0{n}", "2026-11-02", f"020 7946 018{n}", f"(312) 555-014{n}") for n in range(3)]
    _, toml = drafted(table(";", "", rows))
    assert (toml["fields"]["calling_number"], toml["fields"]["called_number"]) == (3, 4)


def test_json_has_no_columns_and_it_is_said(drafted) -> None:
    with pytest.raises(FormatUnknown, match=r'holds JSON.*format = "canonical"'):
        drafted('{"start":"2026-11-02T14:30:00Z","from":"+13125550187","to":"+12025550143"}\n')


@pytest.mark.parametrize(("day", "form", "asks"), [("09", MONTH_FIRST, True), ("25", DAY_FIRST, False)])
def test_day_and_month_that_cannot_be_told_apart_are_asked_for(drafted, day: str, form: str, asks: bool) -> None:
    rows = [(f"{day}/11/2026 08:00:0{n}", f"1202555014{n}", f"1312555018{n}") for n in range(3)]
    told, toml = drafted(table(",", "time,caller,callee", rows))
    assert toml["time"]["formats"] == [form]
    assert ("ASK THE CARRIER" in told.text) == asks


def test_quotes_that_are_not_doubled_are_seen(drafted) -> None:
    rows = [(f'"2026-11-02T08:00:0{n}Z"', f'""A, B" <1202555014{n}>"', f'"1312555018{n}"') for n in range(3)]
    told, toml = drafted(table(",", '"time","caller","callee"', rows))
    assert toml["file"]["quoting"] == "unescaped"
    assert told.accepted == 3


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "is empty"),
        ("one\ntwo\nthree\n", "neither comma, semicolon, tab nor bar"),
        ("a,b,c\nx,y,z\nu,v,w\n", "no column looks like the time of a call"),
        ("2026-11-02T08:00:01Z,x\n2026-11-02T08:00:02Z,y\n", "no column looks like the called number"),
    ],
)
def test_what_shows_nothing_is_refused(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "unknown.csv"
    path.write_text(content)
    with pytest.raises((FormatUnknown, InputRefused), match=told):
        draft_profile(path)


def test_names_that_would_break_the_toml_are_escaped(drafted) -> None:
    rows = [(f"2026-11-02T08:00:0{n}Z", f"1202555014{n}", f"1312555018{n}") for n in range(3)]
    told, toml = drafted(table(";", 'start "UTC";caller\\x;called #', rows))
    assert toml["fields"]["called_number"] == "called #"
    assert told.accepted == 3


def test_durations_and_trunks_without_names_are_told_by_what_they_hold(drafted) -> None:
    rows = [
        (
            f"2026110208{n:02d}01",
            f"{7 * n}",
            f"1202555{100 + n:04d}",
            f"1312555{100 + n:04d}",
            f"TG_{n % 3}",
            f"SBC/{n % 2}",
            "BUSY",
        )
        for n in range(20)
    ]
    told, toml = drafted(table("\t", rows=rows))
    fields = toml["fields"]
    assert (fields["start_time"], fields["duration"]) == (1, 2)
    assert (fields["calling_number"], fields["called_number"]) == (3, 4)
    assert (fields["upstream"], fields["downstream"]) == (5, 6)
    assert "the only column of small numbers that vary" in told.text
    assert "the first column left that holds few names, such as TG_0" in told.text


def test_codecs_are_no_trunks(drafted) -> None:
    rows = [(*row[:5], codec) for row, codec in zip(ROWS * 2, ["G722", "PCMU", "G.711a"] * 2, strict=True)]
    _, toml = drafted(table(rows=rows))
    assert not {"upstream", "downstream"} & toml["fields"].keys()


def test_codecs_are_no_release_codes(drafted) -> None:
    header = "starttime,answertime,endtime,caller,callee,callercodec,endreason"
    rows = [(*row[:5], "G711U", "16") for row in ROWS]
    _, toml = drafted(table(",", header, rows))
    assert toml["fields"]["release_code"] == "endreason"
    _, toml = drafted(table(",", header.replace("endreason", "whatever"), rows))
    assert "release_code" not in toml["fields"]


@pytest.mark.parametrize(("always", "where"), [("12025550143", 3), ("4711001", None)])
def test_a_number_that_every_call_has_is_one_and_an_account_is_none(drafted, always: str, where: int | None) -> None:
    rows = [(f"2026-11-02T08:00:0{n}Z", f"1312555018{n}", always) for n in range(3)]
    _, toml = drafted(table(";", rows=rows))
    assert toml["fields"]["called_number"] == (where or 2)
    assert toml["fields"].get("calling_number") == (2 if where else None)


@pytest.mark.parametrize(("span", "unit"), [("0:3{}", "h:m:s"), ("0:00:3{}", "h:m:s"), ("3{}", None)])
def test_minutes_and_seconds_are_a_duration_where_the_name_says_so(drafted, span: str, unit: str | None) -> None:
    rows = [(f"2026-11-02T08:00:0{n}Z", f"1312555018{n}", f"1202555014{n}", span.format(n)) for n in range(3)]
    told, toml = drafted(table(",", "start,caller,callee,talk time", rows))
    assert toml["fields"]["duration"] == ({"column": "talk time", "unit": unit} if unit else "talk time")
    assert ("read as minutes and seconds" in told.text) is span.startswith("0:3")


def test_a_time_of_day_beside_a_date_is_no_duration(drafted) -> None:
    rows = [("02.11.2026", f"08:0{n}:01", f"1312555018{n}", f"1202555014{n}") for n in range(4)]
    _, toml = drafted(table(";", rows=rows))
    assert toml["fields"]["start_time"] == {"column": [1, 2], "join": " "}
    assert "duration" not in toml["fields"]


def test_two_columns_of_small_numbers_are_none_of_them_taken(drafted) -> None:
    rows = [
        (f"2026110208{n:02d}01", f"{7 * n}", f"{9 * n}", f"1202555{100 + n:04d}", f"1312555{100 + n:04d}")
        for n in range(20)
    ]
    _, toml = drafted(table(";", rows=rows))
    assert "duration" not in toml["fields"]


@pytest.mark.parametrize(
    "header",
    ["Début;Durée;Appelant;Appelé", "Beginn;Dauer;Anrufer;Angerufener", "Inicio;Duración;Origen;Destino"],
)
def test_names_in_other_languages(drafted, header: str) -> None:
    rows = [(f"{A_DAY}{n:02d}:01", f"{7 * n}", f"1202555{100 + n:04d}", f"1312555{100 + n:04d}") for n in range(20)]
    _, toml = drafted(table(";", header, rows))
    start, duration, calling, called = header.split(";")
    fields = toml["fields"]
    assert (fields["start_time"], fields["duration"]) == (start, duration)
    assert (fields["calling_number"], fields["called_number"]) == (calling, called)


@pytest.mark.parametrize(
    "header", ["Beginn;Von;Nach;Leitung ein;Leitung aus", "Inicio;Origen;Destino;Troncal entrante;Troncal saliente"]
)
def test_trunks_in_other_languages(drafted, header: str) -> None:
    rows = [
        (f"{A_DAY}{n:02d}:01", f"1202555{100 + n:04d}", f"1312555{100 + n:04d}", "TG-1", f"TG-{n % 3}")
        for n in range(9)
    ]
    fields = drafted(table(";", header, rows))[1]["fields"]
    assert [fields["upstream"], fields["downstream"]] == header.split(";")[-2:]


def test_the_draft_of_a_file_that_a_format_claims_says_so(drafted) -> None:
    golden = Path(__file__).parents[3] / "fixtures" / "formats" / "telnyx"
    told = draft_profile(golden / "cdr.csv")
    assert told.text.startswith("# The file looks like Telnyx")
    assert "--format telnyx" in told.text.splitlines()[0]
    assert not drafted(table())[0].text.startswith("# The file looks like")
