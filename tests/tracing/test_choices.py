"""Texts by cases are the same row by row, as few rows are told, and by expressions, as many are."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.tracing.choices import choice, chosen, said
from hoptrace.tracing.terms import always, column

LEFT_OPEN = choice(
    (column("n") > 1, said("{} has {}.", "who", column("n").around("", ""))),
    (column("n") == 0, ["nothing"]),
)
CLOSED = choice((column("who") == "a", said("{}, {} again", "who", column("who").around("<", ">"))), otherwise=["else"])
NEVER = choice((always(told=False), ["never"]), (always(told=True), ["always"]))
ROWS = st.lists(st.tuples(st.none() | st.sampled_from("ab"), st.none() | st.integers(0, 3)), min_size=1, max_size=6)


@given(ROWS)
def test_few_rows_are_told_as_many_are(rows) -> None:
    frame = pl.DataFrame(rows, schema={"who": pl.String, "n": pl.Int64}, orient="row")
    for one in (LEFT_OPEN, CLOSED, NEVER):
        many = frame.select(chosen(frame, [one])[0].expr.alias("told"))["told"].to_list()
        assert [one.of(row) for row in frame.iter_rows(named=True)] == (many if len(many) > 1 else many * len(rows))


def test_a_text_of_which_a_piece_is_unknown_is_unknown() -> None:
    rows = [("a", 2), (None, 2), ("b", 0), ("b", 1)]
    assert [LEFT_OPEN.of({"who": who, "n": n}) for who, n in rows] == ["a has 2.", None, "nothing", None]
