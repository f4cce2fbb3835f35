"""Texts put together by columns, held against the same put together row by row."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.tracing.json_columns import any_escaped, joined, told_once

TEXTS = st.none() | st.sampled_from(["", "a", "b", '"', "\\", "\n", "\x7f", "\u00e9"])
NAMES = ("one", "other")


@st.composite
def frames(draw: st.DrawFn) -> pl.DataFrame:
    """Two columns of texts, often the same in all rows, at times in one row beyond those that are looked at first."""
    height = draw(st.sampled_from([0, 1, 3, 70]))
    told = {}
    for name in NAMES:
        texts = [draw(TEXTS)] * height
        if height and draw(st.booleans()):
            texts[-1] = draw(TEXTS)
        told[name] = texts
    return pl.DataFrame(told, dict.fromkeys(NAMES, pl.String))


@given(frames())
def test_a_column_that_says_the_same_in_all_rows_is_told_as_it_says(frame: pl.DataFrame) -> None:
    pieces = ["<", pl.col("one"), ",", pl.col("other").str.to_uppercase(), pl.col("other"), ">"]
    due = [None if None in (one, other) else f"<{one},{other.upper()}{other}>" for one, other in frame.iter_rows()]
    told = frame.select(line=joined(told_once(pieces, frame)))
    assert (told["line"].to_list() if frame.height else []) == due


@given(frames())
def test_what_json_writes_otherwise_is_found_in_any_column(frame: pl.DataFrame) -> None:
    texts = [text for row in frame.iter_rows() for text in row if text is not None]
    assert any_escaped(frame, NAMES) is any(text in {'"', "\\", "\n"} for text in texts)
