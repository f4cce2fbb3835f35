"""Small steps on frames, held against the same done by Polars."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.model import frames
from hoptrace.model.frames import each_once, equals, rows_at, without

NUMBERS = st.lists(st.integers(-3, 6), max_size=12)


@given(one=NUMBERS, other=NUMBERS)
def test_equal_numbers_are_those_of_an_inner_join(one: list[int], other: list[int]) -> None:
    first, second = equals(np.array(one, np.int64), np.array(other, np.int64))
    sides = [
        pl.DataFrame({"n": told}, schema={"n": pl.Int64}).with_row_index(name)
        for told, name in ((one, "a"), (other, "b"))
    ]
    joined = sides[0].join(sides[1], on="n").sort("a", "b")
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == joined.select("a", "b").rows()


def test_columns_are_left_out_and_unknown_names_are_none() -> None:
    frame = pl.DataFrame({"a": [1], "b": [2], "c": [3]})
    assert without(frame, ["b", "x"]).equals(frame.drop("b"))
    assert without(frame, []).equals(frame)


@given(NUMBERS)
def test_each_number_is_told_once_in_order(numbers: list[int]) -> None:
    assert each_once(np.array(numbers, np.int64)).tolist() == sorted(set(numbers))


@pytest.mark.parametrize("empty", [(), ("b",), ("a", "c"), ("a", "b", "c", "d")])
@pytest.mark.parametrize("places", [[], [1], [2, 0, 2, 1]])
def test_rows_are_the_same_whatever_columns_are_empty(monkeypatch, empty: tuple[str, ...], places: list[int]) -> None:
    monkeypatch.setattr(frames, "MANY", 0)
    kinds = {"a": pl.String, "b": pl.Datetime("us", "UTC"), "c": pl.Int64, "d": pl.Boolean}
    frame = pl.DataFrame({"a": ["x", None, "y"], "b": [1, 2, 3], "c": [7, 8, None], "d": [True, False, True]}, kinds)
    frame = frame.with_columns(pl.lit(None, kinds[name]).alias(name) for name in empty)
    found = rows_at(frame, np.array(places, np.int64))
    assert found.schema == frame.schema
    assert found.rows() == [frame.row(place) for place in places]
    assert rows_at(frame["a"], np.array(places, np.int64)).to_list() == [frame["a"][place] for place in places]
