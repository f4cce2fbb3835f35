"""Rows picked out of row groups: the same whether they lie in one piece or apart, and whatever columns a file lacks."""

import numpy as np
import polars as pl

from hoptrace.lake.picking import picked

KINDS = pl.Schema({"key": pl.Int64, "text": pl.String, "empty": pl.Int32})


def test_rows_come_in_the_wanted_columns_from_one_piece_or_from_several() -> None:
    wide = pl.DataFrame({"key": [1, 2, 3, 4], "text": ["a", None, "c", "d"]})
    narrow = pl.DataFrame({"key": [5, 6]}, schema={"key": pl.Int32})
    found = picked([wide[1:3], narrow, wide], [np.array([0, 1]), np.array([0]), np.array([0, 3])], KINDS)
    assert found.schema == KINDS
    assert found.rows() == [(2, None, None), (3, "c", None), (5, None, None), (1, "a", None), (4, "d", None)]


def test_without_rows_there_are_the_columns() -> None:
    assert picked([], [], KINDS).equals(KINDS.to_frame())
