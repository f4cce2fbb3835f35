from __future__ import annotations

from pathlib import Path

import pytest

TITLES = (
    "accountcode,src,dst,dcontext,clid,channel,dstchannel,lastapp,lastdata,start,answer,end,duration,billsec,"
    "disposition,amaflags"
)
CONTRADICTS = "durations that contradict answer and end, which count: 1"


def row(answer: str, end: str, billsec: str, said: str = "ANSWERED") -> str:
    return (
        '"","12025550110","12025550140","in","","PJSIP/oak-00000001","PJSIP/tg-east-00000002","Dial",'
        f'"PJSIP/12025550140@tg-east,60","{answer}","{answer}","{end}",9,{billsec},"{said}","DOCUMENTATION"'
    )


def lasted(tmp_path: Path, read, line: str, zone: str = "UTC") -> tuple[float | None, list[str]]:
    path = tmp_path / "Master.csv"
    path.write_text(f"{TITLES}\n{line}\n", encoding="utf-8")
    chunk = read(path, given=zone)
    return chunk.calls["duration"].item(), [text for _, text in chunk.flags]


@pytest.mark.parametrize(
    ("billsec", "seconds", "flags"),
    [
        ("10800", 30.0, [CONTRADICTS]),
        ("33", 30.0, [CONTRADICTS]),
        ("32", 32.0, []),
        ("28", 28.0, []),
        ("0", 30.0, [CONTRADICTS]),
        ("-1", 30.0, [CONTRADICTS]),
        ("soon", 30.0, [CONTRADICTS]),
        ("", 30.0, []),
    ],
)
def test_a_billsec_that_contradicts_answer_and_end_is_worked_out_and_flagged(
    tmp_path: Path, read, billsec: str, seconds: float, flags: list[str]
) -> None:
    line = row("2026-07-01 12:00:05", "2026-07-01 12:00:35", billsec)
    assert lasted(tmp_path, read, line) == (seconds, flags)


def test_less_than_a_second_is_no_call_that_nobody_answered(tmp_path: Path, read) -> None:
    line = row("2026-07-01 12:00:05", "2026-07-01 12:00:05", "10800")
    assert lasted(tmp_path, read, line) == (0.5, [CONTRADICTS])


@pytest.mark.parametrize("end", ["", "2026-07-01 12:00:01"])
def test_without_a_sound_end_the_billsec_counts(tmp_path: Path, read, end: str) -> None:
    assert lasted(tmp_path, read, row("2026-07-01 12:00:05", end, "10800")) == (10_800.0, [])
    left_out = ["durations out of range, left out: 1"]
    assert lasted(tmp_path, read, row("2026-07-01 12:00:05", end, "-1")) == (None, left_out)


def test_a_call_that_nobody_answered_has_no_duration_to_contradict(tmp_path: Path, read) -> None:
    line = row("2026-07-01 12:00:05", "2026-07-01 12:00:35", "10800", "NO ANSWER")
    assert lasted(tmp_path, read, line) == (0.0, [])


@pytest.mark.parametrize(("billsec", "seconds", "flags"), [("118", 118.0, []), ("123", 60.0, [CONTRADICTS])])
def test_times_without_seconds_contradict_only_beyond_a_minute(
    tmp_path: Path, read, billsec: str, seconds: float, flags: list[str]
) -> None:
    line = row("2026-07-01 12:00:00", "2026-07-01 12:01:00", billsec)
    assert lasted(tmp_path, read, line) == (seconds, flags)


def test_in_an_hour_that_is_repeated_the_times_may_be_an_hour_off(tmp_path: Path, read) -> None:
    """Answered in the first pass, ended at the same hour of the second."""
    line = row("2026-11-01 01:30:00", "2026-11-01 01:30:20", "3620")
    seconds, flags = lasted(tmp_path, read, line, "America/Chicago")
    assert seconds == 3_620.0
    assert CONTRADICTS not in flags


def test_a_change_of_summer_time_that_the_clock_did_not_make_contradicts_nothing(tmp_path: Path, read) -> None:
    line = row("2026-11-01 00:30:05", "2026-11-01 02:30:05", "7200")
    assert lasted(tmp_path, read, line, "America/Chicago") == (7_200.0, [])
