"""Texts by cases are the same row by row, as few rows are told, and by expressions, as many are."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.tracing.choices import Choices, choice, chosen, said

COL = pl.col
LEFT_OPEN = choice(
    (COL("n") > 1, said("{} has {}.", "who", COL("n").cast(pl.String))),
    (COL("n") == 0, ["nothing"]),
)
CLOSED = choice((COL("who") == "a", said("{}, {} again", "who", COL("who").str.to_uppercase())), otherwise=["else"])
ROWS = st.lists(st.tuples(st.none() | st.sampled_from("ab"), st.none() | st.integers(0, 3)), min_size=1, max_size=6)


@given(ROWS)
def test_few_rows_are_told_as_many_are(rows) -> None:
    frame = pl.DataFrame(rows, schema={"who": pl.String, "n": pl.Int64}, orient="row")
    every = [LEFT_OPEN, CLOSED]
    whole = pl.DataFrame({f"{at}": text for at, text in enumerate(Choices(*every).texts(frame))})
    told = (each.expr.alias(f"{at}") for at, each in enumerate(chosen(frame, every)))
    assert whole.rows() == frame.with_columns(told).select(whole.columns).rows()


def test_a_text_of_which_a_piece_is_unknown_is_unknown() -> None:
    frame = pl.DataFrame({"who": ["a", None, "b", "b"], "n": [2, 2, 0, 1]}, schema={"who": pl.String, "n": pl.Int64})
    assert Choices(LEFT_OPEN).spoken(frame) == [["a has 2.", None, "nothing", None]]
