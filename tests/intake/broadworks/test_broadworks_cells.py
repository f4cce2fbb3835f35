"""The cells of a line of BroadWorks' CSV form, and the digits by which two spellings of a number are the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hoptrace.intake.formats.broadworks.records import parse_time, split_escaped


def letter_by_letter(line: str) -> list[str]:
    cells, letters = [""], iter(line)
    for letter in letters:
        if letter == "\\":
            cells[-1] += next(letters, letter)
        elif letter == ",":
            cells.append("")
        else:
            cells[-1] += letter
    return cells


@given(st.text(alphabet="a\\,\0\t ", max_size=12))
def test_a_backslash_stands_for_the_letter_behind_it(line: str) -> None:
    assert split_escaped(line) == letter_by_letter(line)


@given(st.text(alphabet="0123459.²٣", min_size=18, max_size=18))
def test_what_is_no_time_of_day_is_none(digits: str) -> None:
    text = f"2026{digits[4:14]}.{digits[15:]}"
    found = parse_time(text)
    assert found is None or f"{found:%Y%m%d%H%M%S.%f}"[:18] == text
