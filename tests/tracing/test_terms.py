"""A term says of each row what its expression says of the frame, whatever is not known."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.tracing.terms import Term, always, column

SCHEMA = {"yes": pl.Boolean, "so": pl.Boolean, "n": pl.Float64, "m": pl.Float64, "who": pl.String, "whom": pl.String}
NUMBER, TEXT = st.none() | st.sampled_from([-1.5, 0.0, 2.0]), st.none() | st.sampled_from(["a", "b_c", "b_c_"])
ROWS = st.lists(st.tuples(*[st.none() | st.booleans()] * 2, NUMBER, NUMBER, TEXT, TEXT), min_size=1, max_size=5)

YES, SO, N, M, WHO, WHOM = (column(name) for name in SCHEMA)
TERMS: list[Term] = [
    *(YES & SO, YES | SO, ~YES, ~(YES & ~SO) | (N > M)),
    *(N == M, N != M, N < M, N > M, N >= M, N - M, abs(N), abs(N - M) < 1.0, N > 0, N == 2.0),
    *(WHO == WHOM, WHO != "a", WHO.same(WHOM), WHO.is_in(["a", "c"]), WHO.is_null(), N.is_not_null()),
    *(WHO.otherwise("nobody"), N.otherwise(M), YES.otherwise(N == M), WHO.replaced("_", " ")),
    *(WHO.where(YES), always("x").where(N > M).otherwise("y"), WHO.around("<", ">"), YES.where(~SO)),
]


@given(ROWS)
def test_a_row_is_told_as_a_frame_is(rows) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    told = frame.with_columns(term.expr.alias(f"t{at}") for at, term in enumerate(TERMS))
    for at, term in enumerate(TERMS):
        assert [term.of(row) for row in frame.iter_rows(named=True)] == told[f"t{at}"].to_list()
