"""Rows picked out of files: the same whether they lie in one piece or apart, and whatever columns a file lacks."""

import numpy as np
import polars as pl

from hoptrace.lake.picking import picked


def test_rows_come_in_all_columns_from_one_piece_or_from_several() -> None:
    wide = pl.DataFrame({"number": [1, 2, 3, 4], "text": ["a", None, "c", "d"]})
    narrow = pl.DataFrame({"number": [5, 6]})
    found = picked(wide.clear(), [wide[1:3], narrow, wide], [np.array([0, 1]), np.array([0]), np.array([0, 3])])
    assert found.schema == wide.schema
    assert found.rows() == [(2, None), (3, "c"), (5, None), (1, "a"), (4, "d")]


def test_numbers_of_earlier_releases_may_be_narrower() -> None:
    narrow = pl.DataFrame({"number": [5, 6]}, schema={"number": pl.Int32})
    wide = pl.DataFrame({"number": [2**40]})
    found = picked(wide.clear(), [narrow, wide], [np.array([1]), np.array([0])])
    assert found.schema == {"number": pl.Int64}
    assert found.rows() == [(6,), (2**40,)]
