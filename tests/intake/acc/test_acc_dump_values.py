"""Rows of SQL dumps: those that are read the quick way say what the pattern that reads all rows says of them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hoptrace.intake.formats.acc_dump_values import Value, copied_values, row_at

FAR = b",        "
"""So much before a row that only the pattern reads it."""
PIECES = [
    "'",
    "''",
    "\\",
    "\\'",
    "\\\\",
    "(",
    ")",
    ",",
    ", ",
    " ",
    "NULL",
    "null",
    "1",
    "2.5",
    "nan",
    "a",
    "é",
    "\0",
    "\n",
]


def both(row: bytes, escapes: bool) -> list[object]:
    """What the quick way and the pattern make of a row: its bytes, its values, and what follows it."""
    told: list[object] = []
    for before in (b",", FAR):
        part = row_at(before + row, 0, escapes, wanted=True)
        told.append(None if part is None else (part[0], repr(part[1]), (before + row)[part[2] :]))
    return told


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=14), escapes=st.booleans())
@example(pieces=["'", "a", "\\'", ")", "'", ",", "NULL"], escapes=True)
@example(pieces=["'", "a", "\\", "'", ",", "'", "b", "'"], escapes=False)
@example(pieces=["1", " ", ",", "''", ",", "'", "(", "'", " "], escapes=False)
def test_any_row_reads_the_same_either_way(pieces: list[str], escapes: bool) -> None:
    quick, slow = both(f"({''.join(pieces)}),(1)".encode(), escapes)
    assert quick == slow


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\x1a\b"), max_size=12)
VALUES = st.none() | st.integers(0, 10**17) | TEXTS


@given(
    values=st.lists(VALUES, min_size=1, max_size=8),
    escapes=st.booleans(),
    comma=st.sampled_from([",", ", "]),
    before=st.sampled_from([b"", b" ", b",", b",\n", FAR]),
)
def test_what_was_written_is_read(values: list[Value], escapes: bool, comma: str, before: bytes) -> None:
    row = f"({comma.join(written(value, escapes) for value in values)})".encode()
    assert row_at(before + row + b";", 0, escapes, wanted=True) == (row, values, len(before) + len(row))


def written(value: Value, escapes: bool) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        text = value.replace("\\", "\\\\").replace("'", "\\'") if escapes else value.replace("'", "''")
        return f"'{text}'"
    return str(value)


@pytest.mark.parametrize("row", [b"", b";", b"(1,'a'", b"(1,'a);", b"((1))", b"x(1)"])
def test_what_is_no_row_is_none(row: bytes) -> None:
    assert row_at(row, 0, escapes=True, wanted=True) is None
    assert row_at(row, 0, escapes=True, wanted=False) is None


def test_a_row_that_is_not_wanted_has_its_end_alone() -> None:
    assert row_at(b",(1,'a)'),(2)", 0, escapes=False, wanted=False) == (b"(1,'a)')", [], 9)


def test_a_text_longer_than_the_quick_way_looks_is_read() -> None:
    long = "x" * 10_000
    assert row_at(f",('{long}',5)".encode(), 0, escapes=False, wanted=True) == (
        f"('{long}',5)".encode(),
        [long, 5],
        10_007,
    )


def test_copied_lines_have_their_escapes_undone() -> None:
    assert copied_values(b"a\\tb\t\\N\t\t\\\\N") == ["a\tb", None, "", "\\N"]
