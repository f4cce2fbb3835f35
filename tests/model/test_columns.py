"""Columns of a frame compared as arrays say what expressions say, with what is unknown held for nothing."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.model.columns import Columns

KEYS = st.none() | st.sampled_from([-(2**63) + 1, -1, 0, 1, 2**53, 2**53 + 1, 2**63 - 1])
TEXTS = st.none() | st.sampled_from(["answered", "busy", ""])
ROWS = st.lists(
    st.tuples(KEYS, KEYS, TEXTS, TEXTS, st.none() | st.booleans(), st.none() | st.floats(-9, 9)), max_size=6
)
SCHEMA = {"k": pl.Int64, "l": pl.Int64, "s": pl.String, "t": pl.String, "b": pl.Boolean, "f": pl.Float64}


@given(ROWS)
def test_columns_say_what_expressions_say(rows) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    columns, col = Columns(frame), pl.col
    told = {
        "equal keys": (columns.equal("k", "l"), col("k") == col("l")),
        "other keys": (columns.differ("k", "l"), col("k") != col("l")),
        "equal texts": (columns.equal("s", "t"), col("s") == col("t")),
        "said": (columns.says("s", "answered"), col("s") == "answered"),
        "said any": (columns.says_any("s", ("answered", "")), col("s").is_in(["answered", ""])),
        "below": (columns.below("k", 0), col("k") < 0),
        "above": (columns.above("k", 0), col("k") > 0),
        "truths": (columns.truths("b"), col("b")),
        **{f"known {name}": (columns.known(name), col(name).is_not_null()) for name in SCHEMA},
    }
    for what, (array, expr) in told.items():
        expected = frame.select(expr.fill_null(value=False)).to_series().to_list()
        assert array.tolist() == expected, what


@given(ROWS)
def test_numbers_are_given_as_they_are(rows) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    columns = Columns(frame)
    assert columns.keys("k").view(np.int64).tolist() == [row[0] or 0 for row in rows]
    assert [None if np.isnan(value) else value for value in columns.floats("f")] == [row[5] for row in rows]
    assert columns.floats("f") is columns.floats("f")
