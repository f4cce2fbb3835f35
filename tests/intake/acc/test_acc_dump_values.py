"""Rows of SQL dumps: those that are read the quick way say what the pattern that reads all rows says of them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hoptrace.intake.formats.acc.dump_values import (
    Value,
    copied_values,
    plain_row,
    plain_value,
    plain_values,
    row_at,
)

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


def both(content: bytes, escapes: bool) -> list[object]:
    """What the pattern of plain rows and that of all rows make of a row: its bytes, its values, and where it ends.

    The first is asked only where it finds a row at all.
    """
    slow = row_at(content, 0, escapes, wanted=True)
    columns = 1 if slow is None else len(slow[1])
    pattern = plain_row(columns, escapes)
    match = None if pattern is None else pattern.match(content)
    if match is None:
        return [slow, slow]
    raw, *cells = match.groups()
    alone = [plain_value(cell, escapes) for cell in cells]
    assert repr(plain_values(cells, escapes)) == repr(alone)
    return [(raw, alone, match.end()), slow]


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=14), escapes=st.booleans())
@example(pieces=["'", "a", "\\'", ")", "'", ",", "NULL"], escapes=True)
@example(pieces=["'", "a", "\\", "'", ",", "'", "b", "'"], escapes=False)
@example(pieces=["1", " ", ",", "''", ",", "'", "(", "'", " "], escapes=False)
def test_any_row_reads_the_same_either_way(pieces: list[str], escapes: bool) -> None:
    quick, slow = both(f",({''.join(pieces)}),(1)".encode(), escapes)
    assert repr(quick) == repr(slow)


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\x1a\b"), max_size=12)
VALUES = st.none() | st.integers(0, 10**17) | TEXTS


@given(
    values=st.lists(VALUES, min_size=1, max_size=8),
    escapes=st.booleans(),
    comma=st.sampled_from([",", ", "]),
    before=st.sampled_from([b"", b" ", b",", b",\n", b", \n, "]),
)
def test_what_was_written_is_read(values: list[Value], escapes: bool, comma: str, before: bytes) -> None:
    row = f"({comma.join(written(value, escapes) for value in values)})".encode()
    for read in both(before + row + b";", escapes):
        assert read == (row, values, len(before) + len(row))


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


def test_a_long_text_is_read() -> None:
    long = "x" * 10_000
    row = f"('{long}',5)".encode()
    for read in both(b"," + row, escapes=False):
        assert read == (row, [long, 5], 10_007)


@pytest.mark.parametrize("escapes", [True, False])
def test_most_rows_are_plain(escapes: bool) -> None:
    """A row that the quick pattern passes over is read all the same, but slowly."""
    row = b"(1,'INVITE','','one@example.net',NULL,\t200,-2.5,'OK (late), he said; \"bye\"', '2026-03-02 14:00:03')"
    pattern = plain_row(9, escapes)
    assert pattern is not None
    assert pattern.fullmatch(row)
    assert bool(pattern.fullmatch(row.replace(b"OK", rb"It\'s"))) is escapes
    assert not pattern.fullmatch(row.replace(b"OK", b"It''s"))


def test_a_row_of_very_many_columns_has_no_quick_pattern() -> None:
    assert plain_row(1_000, escapes=True) is None
    assert plain_row(0, escapes=True) is None


def test_copied_lines_have_their_escapes_undone() -> None:
    assert copied_values(b"a\\tb\t\\N\t\t\\\\N") == ["a\tb", None, "", "\\N"]
