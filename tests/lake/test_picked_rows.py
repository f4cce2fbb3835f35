"""Rows picked out of row groups: the same whether they lie in one piece or apart, and whatever columns a file lacks."""

import numpy as np
import polars as pl
import pyarrow as pa

from hoptrace.lake.storage import picked

KINDS = pl.Schema({"key": pl.Int64, "text": pl.String, "empty": pl.Int32})


def test_rows_come_in_the_wanted_columns_from_one_piece_or_from_several() -> None:
    wide = pa.table({"key": [1, 2, 3, 4], "text": ["a", None, "c", "d"]})
    narrow = pa.table({"key": pa.array([5, 6], pa.int32())})
    found = picked([wide, narrow, wide], [np.array([1, 2]), np.array([0]), np.array([0, 3])], KINDS)
    assert found.schema == KINDS
    assert found.rows() == [(2, None, None), (3, "c", None), (5, None, None), (1, "a", None), (4, "d", None)]


def test_without_rows_there_are_the_columns() -> None:
    assert picked([], [], KINDS).equals(KINDS.to_frame())
