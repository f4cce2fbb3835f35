"""Rows in the order of a time and, of one moment, of other columns."""

from __future__ import annotations

from random import Random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.model.frames import in_time_order
from hoptrace.model.statements import TIME

ROWS = st.lists(st.tuples(st.integers(0, 3), st.none() | st.sampled_from("ab"), st.integers(0, 2)), max_size=8)
SCHEMA = {"start": pl.Int64, "batch": pl.String, "row": pl.Int64}


@given(ROWS)
def test_rows_lie_as_sorting_by_all_columns_lays_them(rows) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row").with_columns(pl.col("start").cast(TIME))
    frame = frame.with_columns(place=pl.int_range(pl.len()))
    expected = frame.sort("start", "batch", "row", maintain_order=True)
    assert in_time_order(frame, "start", ("batch", "row")).drop("place").equals(expected.drop("place"))


@pytest.mark.parametrize("moments", [1, 20, 400])
def test_many_rows_lie_so_as_well(moments: int) -> None:
    random = Random(moments)
    rows = [(random.randrange(moments), random.choice("ab"), place) for place in random.sample(range(300), 300)]
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row").with_columns(pl.col("start").cast(TIME))
    assert in_time_order(frame, "start", ("batch", "row")).equals(frame.sort("start", "batch", "row"))


def test_what_lies_in_order_is_not_moved() -> None:
    frame = pl.DataFrame({"start": [1, 1, 2], "batch": ["a", "b", "a"]}).with_columns(pl.col("start").cast(TIME))
    assert in_time_order(frame, "start", ("batch",)) is frame
