"""What is read at once and what is read record by record are the same."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoptrace.intake.formats.canonical import rows as canonical_rows
from hoptrace.intake.formats.canonical.plain import split_at_once
from hoptrace.intake.formats.canonical.times import read_alike, read_any, with_time
from hoptrace.intake.formats.text import opening
from hoptrace.intake.formats.text.blocks import Block, Shape

Read = Callable[..., Any]
RELAXED = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
HEADER = "start_time,called_number,duration,record_id"
FIELDS = (
    st.sampled_from(
        ["2026-11-24T02:03:04Z", "2026-11-24T02:03:04.5Z", "2026-11-24 02:03:05z", "2026-02-30T00:00:00Z", ""]
    ),
    st.sampled_from(["+12025550101", " +12025550102 ", "105", "sip:x", "", "9.1E+11", "NULL"]),
    st.sampled_from(["0", "7.5", "", " 3", "x", "-1", "NULL", "\\N"]),
    st.sampled_from(["1", "2", "", "é", "\u00a0a", "\ufeffb", '"q,1"', "a,b", "#", "\t"]),
)
LINES = st.lists(
    st.tuples(*FIELDS).map(",".join) | st.sampled_from(["", " ", HEADER, ",,,", "1,2", "\ufeff"]), max_size=12
)


def _take(take: Read, content: bytes) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cdr.csv"
        path.write_bytes(content)
        return take(path)


@RELAXED
@given(lines=LINES, ended=st.booleans(), size=st.sampled_from([40, 200, 2**20]))
def test_lines_split_at_once_give_what_single_records_give(
    take: Read, lines: list[str], ended: bool, size: int
) -> None:
    content = "\n".join([HEADER, *lines]).encode() + b"\n" * ended
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(opening, "PIECE_BYTES", size)
        quick = _take(take, content)
        patched.setattr(canonical_rows, "parse_at_once", lambda *_: None)
        slow = _take(take, content)
    assert quick.rows.equals(slow.rows)
    assert quick.calls.equals(slow.calls)
    assert quick.flags == slow.flags


@pytest.mark.parametrize(
    "data",
    [
        b"1,2\n3,4,5\n",
        b"1,2\n3\n",
        b"1,2\n\n",
        b"1,2\n\xa5,4\n",
        b"1,2\nx,y\n",
        b"1,2,3\n4\n",
        b"x,y\n",
        b"1,2\n\xef\xbb\xbf3,4\n",
    ],
)
def test_blocks_out_of_the_ordinary_are_not_split_at_once(data: bytes) -> None:
    assert split_at_once(Block(data, 1, unended=False), Shape(",", 2), "x,y", ["x", "y"]) is None


def test_a_plain_block_is_split_at_once() -> None:
    split = split_at_once(Block(b"x,y\n1,\n3,4", 1, unended=True), Shape(",", 2), "x,y", ["x", "y"])
    assert split is not None
    assert (split[0].rows(), split[1]) == ([("1", None), ("3", "4")], 1)


@pytest.mark.parametrize(
    ("data", "tidy"), [(b"a,b\n", True), (b"a, b\n", False), (b"a\t\n", False), ("é\n".encode(), False)]
)
def test_tidy_lines_have_nothing_to_strip(data: bytes, tidy: bool) -> None:
    assert Block(data, 1, unended=False).is_tidy() is tidy


SECOND = "2026-11-24T02:03:04"
FIRST = {"start_time": f"{SECOND}Z", "called_number": "+12025550100", "record_id": "0"}
NO_TIMES = ("2026-02-30T00:00:00Z", SECOND, "x", "", "Z")
VALUES = (
    st.sampled_from(["+12025550101", "", " ", " 1", "a b", "\t", "\u00a0", "\\", '"', "x"])
    | st.none()
    | st.integers(0, 9)
)


@RELAXED
@given(rows=st.lists(st.tuples(VALUES, VALUES), max_size=6), spaces=st.booleans())
def test_tidy_objects_give_what_others_give(take: Read, rows: list[tuple[Any, Any]], spaces: bool) -> None:
    told = [{"start_time": f"{SECOND}Z", "called_number": one, "record_id": two} for one, two in rows]
    separators = (", ", ": ") if spaces else (",", ":")
    content = "".join(json.dumps(each, separators=separators) + "\n" for each in [FIRST, *told]).encode()
    quick = _take(take, content)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(canonical_rows, "_is_tidy_json", lambda _: False)
        slow = _take(take, content)
    assert quick.rows.equals(slow.rows)
    assert quick.calls.equals(slow.calls)


TIMES = st.sampled_from([*NO_TIMES, *(SECOND + end for end in ("Z", ".1Z", ".12Z", ".123456789Z", "+01:00", "z"))])


@RELAXED
@given(texts=st.lists(st.none() | TIMES, min_size=1, max_size=20))
def test_times_read_at_once_are_those_read_by_every_spelling(texts: list[str | None]) -> None:
    frame = pl.DataFrame({"t": texts}, schema={"t": pl.String})
    quick, slow = with_time(frame, "t").drop("t"), read_any(frame["t"].rename("text"))
    known = pl.Series([text is not None for text in texts])
    assert quick.filter(known).rows() == slow.filter(known).rows()
    assert quick.schema.dtypes() == slow.schema.dtypes()


@pytest.mark.parametrize("digits", range(10))
def test_times_of_one_length_keep_all_their_digits(digits: int) -> None:
    text = "2026-11-24T02:03:04" + ("." + "123456789"[:digits] if digits else "") + "Z"
    texts = pl.Series("text", [text, None])
    assert read_alike(texts, len(text)).row(0) == read_any(texts).row(0)
