"""Oracle SBC rows by columns: what is read of many rows at once is what is read of each by itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.acme import gathered as acme_gathered
from hoptrace.intake.formats.acme import lines as acme_lines
from hoptrace.intake.formats.acme import placing as acme_placing
from hoptrace.intake.formats.acme.calls import attempts_of
from hoptrace.intake.formats.acme.layout import Kind, Layout
from hoptrace.intake.formats.acme.lines import Division, parts_of
from hoptrace.intake.formats.acme.quotes import in_pairs
from hoptrace.intake.formats.acme.rows import said_in, split_plain, split_row, split_unescaped
from hoptrace.intake.reading import Chunk, Source

DAY = "acme/cdr20231218.csv"
CELLS = st.sampled_from(
    [
        *(
            "",
            "a",
            '"b"',
            '""',
            '""Smith, J" <sip:1@h>;tag=2"',
            '""Smith" <sip:1@h>"',
            '"x, y"',
            'c"d',
            ' "e" ',
            '" f "',
        ),
        *(
            "-",
            '"g""h"',
            '"""J"" <1>"',
            '"',
            "unknown",
            "\x1c i \u00a0",
            "é",
            '""J,"K,L" M"',
            '""J, K, L" <2>"',
            '""J,K"',
        ),
    ]
)
ROWS = st.lists(st.lists(CELLS, min_size=4, max_size=4).map(",".join), min_size=1, max_size=6)


def division_of(texts: Sequence[str]) -> Division:
    """Lines divided at all commas, as a file's are."""
    data = "\n".join(texts).encode()
    letters = np.frombuffer(data, np.uint8)
    ends = np.append(np.flatnonzero(letters == ord("\n")), len(data))
    starts = np.append(0, ends[:-1] + 1)
    return Division.of(data, starts, ends, np.flatnonzero(letters == ord(",")))


def every(division: Division) -> np.ndarray:
    return np.arange(len(division.starts))


@given(ROWS)
def test_rows_that_are_divided_in_pairs_are_so_one_by_one(texts: list[str]) -> None:
    whole = division_of(texts)
    pairs, sound = in_pairs(whole, every(whole))
    for line in np.flatnonzero(sound).tolist():
        cells = split_unescaped(texts[line])
        layout = Layout(Kind.STOP, len(cells), {str(place): place for place in range(len(cells))}, "all columns")
        assert pairs.counts[line] + 1 == len(cells)
        (said,) = pairs.columns(np.array([line]), layout).rows(named=True) or [{}]
        assert {name: text for name, text in said.items() if text is not None} == said_in(cells, layout)
        commas = texts[line].count(",")
        assert commas >= len(cells)
        assert split_row(texts[line]) == cells or len(split_row(texts[line])) == commas + 1


def test_a_name_with_commas_in_quotes_is_divided_in_pairs() -> None:
    whole = division_of(['2,""Rowan, W, Jr" <sip:1@h>;tag=2",3', '2,""Rowan, "W" <sip:1@h>",3', '2,"Rowan, W",3'])
    pairs, sound = in_pairs(whole, every(whole))
    assert sound.tolist() == [True, False, True]
    assert pairs.counts[[0, 2]].tolist() == [2, 2]


@given(
    st.lists(st.lists(st.sampled_from(["", "a", '"b"', '""', ' "', "-", " é "]), min_size=3, max_size=3), min_size=1)
)
def test_columns_without_quotes_inside_are_those_of_csv(rows: list[list[str]]) -> None:
    texts = [",".join(row) for row in rows]
    division = division_of(texts)
    layout = Layout(Kind.STOP, 3, {"first": 0, "second": 1, "third": 2}, "all columns")
    lines = np.flatnonzero(division.are_divided(every(division), layout))
    told = division.columns(lines, layout).rows(named=True) or [{}] * len(lines)
    for line, said in zip(lines.tolist(), told, strict=True):
        assert {name: text for name, text in said.items() if text is not None} == said_in(
            split_row(texts[line]), layout
        )
    assert [line for line in range(len(rows)) if ' "' not in rows[line]] == [
        line for line in lines.tolist() if ' "' not in rows[line]
    ]


@given(ROWS)
def test_rows_with_a_comma_for_each_column_are_divided_one_by_one_as_by_columns(texts: list[str]) -> None:
    texts = [f"15:54:56.868 EST DEC 18 2023,{text}" for text in texts]
    division = division_of(texts)
    for line, text in enumerate(texts):
        places = {"setup": 0, "first": 1, "last": text.count(",")}
        layout = Layout(Kind.STOP, text.count(",") + 1, places, "three columns")
        cells, lines = split_plain(text, layout), np.array([line])
        assert (cells is not None) == division.are_divided(lines, layout).all()
        if cells is not None:
            (said,) = division.columns(lines, layout).rows(named=True)
            assert {name: each for name, each in said.items() if each is not None} == said_in(cells, layout)


STOPS = st.tuples(st.integers(0, 2), st.booleans(), st.sampled_from([None, "e1", "e2"]))


def attempts_told(rows: Sequence[tuple[bool, str | None]]) -> list[int]:
    """The attempts of one session as lists of rows, as the words of the docs have it."""
    attempts: list[list[int]] = []
    for row, (stop, egress) in enumerate(rows):
        same = [each for each in attempts if egress is not None and egress in {rows[member][1] for member in each}]
        newest = max(same, key=lambda each: max(member for member in each if rows[member][1] == egress), default=None)
        nameless = [each for each in attempts if all(rows[member][1] is None for member in each)]
        wanted = attempts[-1:] if egress is None else [newest] if newest else nameless[-1:]
        if stop or not wanted:
            attempts.append([row])
        else:
            wanted[0].append(row)
    return [next(each[0] for each in attempts if row in each) for row in range(len(rows))]


@given(st.lists(STOPS, max_size=12))
def test_each_row_goes_into_its_attempt(rows: list[tuple[int, bool, str | None]]) -> None:
    ordered = sorted(rows, key=lambda row: (row[0], not row[1]))
    expected: list[int] = []
    for session in range(3):
        own = [(stop, egress) for of, stop, egress in ordered if of == session]
        expected += [len(expected) + owner for owner in attempts_told(own)]
    sessions, stops, egresses = ([row[at] for row in ordered] for at in range(3))
    assert attempts_of(sessions, stops, egresses) == expected


def told(chunk: Chunk) -> tuple[object, ...]:
    return chunk.calls.rows(), chunk.rows.rows(), chunk.zone, chunk.flags


def long_file(golden: Path, seed: int) -> bytes:
    """Rows of all golden files over and over under other ids, some damaged, more of a length than are measured."""
    lines = [line for path in sorted((golden / "acme").glob("*.csv")) for line in path.read_bytes().splitlines()]
    made = [line.replace(b"@", b"%d@" % n) for n in range(120) for line in lines]
    for at in range(seed, len(made), 17):
        made[at] = made[at][: 3 + at % len(made[at])] + [b'"', b",", b"\xff", b"\0", b" "][at % 5] + made[at][4:]
    return b"\n".join(made)


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sizes=st.fixed_dictionaries(
        {
            (acme_lines, "_LINES_AT_ONCE"): st.integers(500, 900),
            (acme_lines, "_FIRST_LINES"): st.integers(1, 700),
            (acme_gathered, "_ENOUGH_TO_READ"): st.integers(300, 900),
            (acme_placing, "_FEW"): st.sampled_from([1, 10_000]),
        }
    ),
    seed=st.integers(0, 16),
)
@pytest.mark.parametrize("name", ["acme", "acme_measured"])
def test_how_many_lines_are_read_at_once_changes_nothing(
    golden: Path, tmp_path: Path, read, name: str, sizes: dict[tuple[ModuleType, str], int], seed: int
) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(long_file(golden, seed))
    whole = told(read(name, path, zone="America/New_York"))
    with pytest.MonkeyPatch.context() as patch:
        for (module, what), size in sizes.items():
            patch.setattr(module, what, size)
        assert told(read(name, path, zone="America/New_York")) == whole


def test_parts_of_a_file_are_its_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acme_lines, "_FIRST_LINES", 2)
    monkeypatch.setattr(acme_lines, "_LINES_AT_ONCE", 3)
    content = b"\xef\xbb\xbf1,a\r\n2,b\r\r3\0,c\n8,\n\n,,\n4,\xff"
    path = tmp_path / "lines.csv"
    path.write_bytes(content)
    parts = list(parts_of(Source(0, path, path.name, "")))
    assert [raw for part in parts for raw in part.raw.to_list()] == content.splitlines()
    assert [part.first_row for part in parts] == [1, 3, 6]
    assert [part.unended for part in parts] == [False, False, True]
    texts = [text for part in parts for text in part.division.texts(np.arange(len(part.kinds)))]
    assert texts == ["1,a", "2,b", "", "3,c", "8,", "", ",,", "4,\ufffd"]
    kinds = [code for part in parts for code in part.kinds.tolist()]
    stop, start, interim, other = range(4)
    unknown, blank = acme_lines.UNKNOWN, acme_lines.BLANK
    assert kinds == [start, stop, blank, interim, other, blank, unknown, unknown]


def test_a_row_that_no_column_is_read_of_is_refused(tmp_path: Path, read) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"2," * 30 + b"\n")
    with pytest.raises(InputRefused, match="no row looks like"):
        read("acme", path)


def test_white_space_is_what_python_takes_off() -> None:
    spaces = pl.Series([chr(code) for code in range(0x11000) if chr(code).isspace()])
    text = spaces.str.join("").item()
    division = division_of([f"{''.join(text.split(chr(10)))}a{''.join(text.split(chr(10)))},"])
    layout = Layout(Kind.STOP, 2, {"first": 0}, "the first column")
    assert division.columns(every(division), layout)["first"].to_list() == ["a"]
