"""A file's directory: the blocks that a plain comparison finds too, and the same after it was written and read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.lake import directory as module
from hoptrace.lake.directory import BEGINS, Directory, as_tags, length_of, packed, tags_of, unpacked

Row = tuple[int, int]
ROWS = st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 9)), min_size=1, max_size=40).map(sorted)
SPAN = st.tuples(st.integers(-4, 4), st.integers(-1, 10), st.integers(-1, 10))


@pytest.fixture(scope="module", autouse=True)
def short_blocks() -> Iterator[None]:
    """Blocks of four rows."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "BLOCK_ROWS", 4)
        yield


def frame(rows: list[Row]) -> pl.DataFrame:
    schema = {"key": pl.Int64, "start_time": pl.Datetime("us", "UTC")}
    return pl.DataFrame(rows, schema=schema, orient="row")


def directory(rows: list[Row]) -> Directory:
    keys, times = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return Directory.of(keys, times)


@given(ROWS, SPAN)
def test_the_blocks_are_those_that_may_hold_the_key_at_that_time(rows: list[Row], span: tuple[int, int, int]) -> None:
    key, first, last = span[0], min(span[1:]), max(span[1:])
    begins = [*rows[::4], (99, 0)]
    due = [at for at, (begin, end) in enumerate(pairwise(begins)) if begin <= (key, last) and (key, first) <= end]
    assert list(directory(rows).blocks(key, first, last)) == due
    held = {at // 4 for at, (k, time) in enumerate(rows) if k == key and first <= time <= last}
    assert held <= set(due)


@given(ROWS)
def test_what_was_written_is_read(rows: list[Row]) -> None:
    raw, told = packed(frame(rows)), directory(rows)
    head = raw[: length_of(raw[:16])]
    read = unpacked(head)
    assert (read.keys, read.times, read.rows) == (told.keys, told.times, len(rows))
    assert (read.stored, told.stored) == (True, False)
    blocks = range(len(rows[::4]))
    assert sum(map(read.height, blocks)) == len(rows)
    places = [read.place(block) for block in blocks]
    tags = [as_tags(raw[begin - BEGINS : begin - BEGINS + length]) for begin, length in places]
    assert np.concatenate(tags).tolist() == tags_of(np.array([key for key, _ in rows], np.int64)).tolist()
    assert sum(places[-1]) == BEGINS + len(raw)


@pytest.mark.parametrize("raw", [b"", b"\x15\x04\x15\x80" * 9, packed(frame([(1, 1)]))[:12]])
def test_a_file_of_an_earlier_release_has_none(raw: bytes) -> None:
    assert length_of(raw) == 0


def test_numbers_close_to_each_other_have_other_tags() -> None:
    numbers = np.arange(12_025_550_100, 12_025_560_100, dtype=np.int64)
    assert np.unique(tags_of(numbers)).size > 9_000
