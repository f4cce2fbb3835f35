"""Short texts are fingerprinted from where they lie beside their lengths, and come out as all texts do."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from hoptrace.intake import fingerprint
from hoptrace.intake.fingerprint import fingerprints

TEXTS = st.lists(st.none() | st.text("ab+19é", max_size=14), min_size=1)


@settings(deadline=None)
@given(TEXTS, st.integers(0, 3))
def test_short_texts_are_told_as_long_ones_are(texts: list[str | None], first: int) -> None:
    """A long text in the column makes all of it go the other way."""
    column = pl.Series("text", texts, dtype=pl.String)
    whole = pl.concat([column, pl.Series("text", ["a text of more than twelve bytes"])]).to_frame()
    told = fingerprints(whole, ["text"]).head(len(column))
    assert fingerprints(column.to_frame(), ["text"]).to_list() == told.to_list()
    assert fingerprints(column.slice(first).to_frame(), ["text"]).to_list() == told.slice(first).to_list()


def test_rows_are_taken_so_many_at_a_time() -> None:
    count = 2 * fingerprint._ROWS + 3  # pyright: ignore[reportPrivateUsage]
    frame = pl.select(number=pl.int_range(count), text=pl.int_range(count).cast(pl.String))
    told = fingerprints(frame, ["number", "text"])
    assert told.n_unique() == count
    for at in (0, count // 2, count - 1):
        assert fingerprints(frame.slice(at, 1), ["number", "text"]).item() == told[at]
