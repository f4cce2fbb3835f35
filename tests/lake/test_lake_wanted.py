"""What a look-up wants: the blocks and rows that a plain comparison finds too, for few spans and for many."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.lake import directory as module
from hoptrace.lake.directory import Directory, tags_of
from hoptrace.lake.spans import SPANS, merge_spans
from hoptrace.lake.wanted import FEW, Bounds, Wanted

KEY, TIME = st.integers(-3, 12), st.integers(0, 30)
SPAN = st.tuples(KEY, TIME, TIME).map(lambda span: (span[0], min(span[1:]), max(span[1:])))
MANY = st.lists(SPAN, min_size=FEW + 1, max_size=30)


def merged(spans: list[tuple[int, int, int]]) -> pl.DataFrame:
    columns = list(zip(*spans, strict=True))
    told = pl.DataFrame(dict(zip(SPANS.names(), columns, strict=True)))
    return merge_spans(told)


@given(st.lists(st.tuples(KEY, TIME), min_size=1, max_size=60), st.lists(SPAN, min_size=1, max_size=FEW) | MANY)
def test_the_rows_are_those_of_a_plain_comparison(
    rows: list[tuple[int, int]], spans: list[tuple[int, int, int]]
) -> None:
    rows = sorted(rows)
    keys, times = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    plain = [at for at, (key, time) in enumerate(rows) if any(key == k and a <= time <= b for k, a, b in spans)]
    assert Wanted.of(merged(spans)).rows(keys, times).tolist() == plain


@given(st.lists(st.tuples(KEY, TIME), min_size=1, max_size=60), st.lists(SPAN, min_size=1, max_size=FEW) | MANY)
def test_each_span_asks_for_its_blocks_by_the_tag_of_its_key(
    rows: list[tuple[int, int]], spans: list[tuple[int, int, int]]
) -> None:
    keys, times = (np.array(column, dtype=np.int64) for column in zip(*sorted(rows), strict=True))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "BLOCK_ROWS", 4)
        directory = Directory.of(keys, times)
    wanted = Wanted.of(merged(spans))
    tags = dict(zip(wanted.listed, tags_of(wanted.keys).tolist(), strict=True))
    told = zip(wanted.listed, wanted.first.tolist(), wanted.last.tolist(), strict=True)
    plain = [(block, tags[key]) for key, first, last in told for block in directory.blocks(key, first, last)]
    assert list(wanted.blocks(directory)) == plain


def test_files_are_left_out_by_their_keys_and_times() -> None:
    bounds = {"key_min": [0, 5, 0, 0], "key_max": [4, 9, 4, 4], "time_min": [0, 0, 8, 0], "time_max": [9, 9, 9, 2]}
    files = pl.DataFrame({"path": list("abcd"), **bounds}).cast(
        {"time_min": SPANS["to_time"], "time_max": SPANS["to_time"]}
    )
    assert Wanted.of(merged([(2, 3, 7), (4, 4, 5)])).files(Bounds.of(files)) == ["a"]
    assert Wanted.of(merged([(4, 2, 8), (5, 4, 5)])).files(Bounds.of(files)) == ["a", "b", "c", "d"]
