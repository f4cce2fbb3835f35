"""Files of session border controllers that a spreadsheet opened and saved again: flagged on the whole batch."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from hoptrace.intake.formats.resaved import RESAVED, Signs
from hoptrace.intake.profile import Profile
from hoptrace.intake.profiles.number_rules import NumberRules
from hoptrace.intake.reading import Chunk

ROWS = {
    "acme": ("acme/cdr20231218.csv", 2),
    "ribbon_act": ("ribbon/1000A0B.ACT", 2),
    "audiocodes": ("audiocodes/syslog.log", 7),
}
"""The golden files, and the line of each (from 0) that is a whole call."""
MINUTES = f"{RESAVED}: all times are full minutes, the seconds are gone; ask for the original"
PLUS = f"{RESAVED}: no number has its + or 00; ask for the original"
each_reader = pytest.mark.parametrize("name", sorted(ROWS))


def flags(chunk: Chunk) -> list[str]:
    return [text for _, text in chunk.flags]


def calls(line: str, *, seconds: bool) -> list[str]:
    """Twelve calls like the one of the line, a minute apart, each under an id of its own."""
    made: list[str] = []
    for n in range(12):
        clock = rf"\g<1>:{20 + n}:{n + 1 if seconds else 0:02d}.0"
        own = re.sub(r"(?<=[,|])(\d\d):\d\d:\d\d\.\d+", clock, line)
        own = own.replace("0x0001042B00000012", f"0x0001042B{n:08d}").replace("a1b2c3:12:5001", f"a1b2c3:12:{n}")
        made.append(re.sub(r"(?<=[,|\"])([\w-]+)@(198|203)", rf"\g<1>{n}@\g<2>", own, count=2))
    return made


@each_reader
def test_seconds_that_are_gone_are_told_and_the_times_count_as_minutes(lines, write, read, name: str) -> None:
    file, line = ROWS[name]
    titles = lines(file)[:1] if name == "audiocodes" else []
    cut = read(name, write([*titles, *calls(lines(file)[line], seconds=False)]))
    assert cut.calls.height == 12
    assert MINUTES in flags(cut)
    assert set(cut.calls["precision"]) == {60_000_000}
    whole = read(name, write([*titles, *calls(lines(file)[line], seconds=True)]))
    assert not any(RESAVED in flag for flag in flags(whole))
    assert set(whole.calls["precision"]) == {100_000}


@each_reader
def test_another_file_of_the_group_keeps_its_precision(lines, write, read, name: str) -> None:
    file, line = ROWS[name]
    titles = lines(file)[:1] if name == "audiocodes" else []
    cut = write([*titles, *calls(lines(file)[line], seconds=False)], "cut.csv")
    other = calls(lines(file)[line].replace("2023", "2024").replace("2026", "2027"), seconds=True)
    chunk = read(name, cut, write([*titles, *other], "whole.csv"))
    precisions = dict(chunk.calls.group_by("file").agg("precision").iter_rows())
    assert {file: set(each) for file, each in precisions.items()} == {0: {60_000_000}, 1: {100_000}}
    assert [file for file, text in chunk.flags if text == MINUTES] == [0]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("acme", '"<sip:+13125550193@203.0.113.2>"'),
        ("ribbon_act", ",3125550187,"),
        ("audiocodes", "+13125550187@203.0.113.5"),
    ],
)
def test_numbers_cut_to_an_exponent_are_told(lines, write, read, name: str, written: str) -> None:
    file, line = ("acme/cdr-scz.csv", 0) if name == "acme" else ROWS[name]
    text = lines(file)[line]
    assert written in text
    cut = ",1.31256E+10," if name == "ribbon_act" else "1.31256E+10"
    titles = lines(file)[:1] if name == "audiocodes" else []
    reader = "acme_measured" if name == "acme" else name
    chunk = read(reader, write([*titles, text.replace(written, cut)]), zone="UTC")
    assert any(re.search(r"numbers rounded to the form 1\.2E\+11", flag) for flag in flags(chunk))
    if name != "ribbon_act":  # whose request URI still has the number
        assert chunk.calls["called_number"].to_list() == ["1.31256E+10"]


def test_ribbon_times_as_a_spreadsheet_spells_them_are_read_and_told(lines, write, read) -> None:
    stop = lines("ribbon/1000A0B.ACT")[2]
    assert ",03/04/2024,17:02:12.5," in stop
    short = stop.replace("03/04/2024", "3/4/2024").replace("17:02:12.5", "17:02").replace("17:02:20.7", "17:02")
    chunk = read("ribbon_act", write([short]))
    assert chunk.calls["start_time"].to_list() == [datetime(2024, 3, 4, 22, 2, tzinfo=UTC)]
    assert chunk.calls["precision"].to_list() == [60_000_000]
    assert f"{RESAVED}: 2 times respelled; ask for the original" in flags(chunk)
    lost = read("ribbon_act", write([stop.replace("17:02:12.5", "02:12.5")]))
    assert lost.calls.height == 0  # the hour is gone
    assert any("respelled" in flag for flag in flags(lost))


@each_reader
def test_a_profile_says_that_numbers_have_their_plus(lines, write, read, name: str) -> None:
    file, line = ROWS[name]
    titles = lines(file)[:1] if name == "audiocodes" else []
    made = [text.replace("+", "") for text in calls(lines(file)[line], seconds=True)]
    profile = Profile(numbers=NumberRules(explicit=True))
    plain = re.compile(r"<?sip:(\d{10,})@[^,>]*>?|(?<=\|)(\d{10,})@[\d.]+|(?<=,)3125550187(?=,)")
    made = [plain.sub(lambda match: "442079460123", text) for text in made]
    reader = "acme_measured" if name == "acme" else name  # what is replaced takes columns with it
    assert PLUS in flags(read(reader, write([*titles, *made]), profile=profile))
    assert PLUS not in flags(read(reader, write([*titles, *made])))


def test_signs_are_looked_for_in_every_row() -> None:
    signs = Signs(explicit=True)
    for minute in range(12):
        signs.look(datetime(2026, 3, 2, 8, minute, tzinfo=UTC), ("442079460123", None, "x"))
    assert signs.minutes
    assert list(signs.flags()) == [MINUTES, PLUS]
    signs.look(datetime(2026, 3, 2, 8, 0, 1, tzinfo=UTC), ("+442079460123", "9.12678E+11"))
    assert list(signs.flags()) == [f"{RESAVED}: 1 numbers rounded to the form 1.2E+11; ask for the original"]
