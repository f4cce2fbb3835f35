"""Numbers of the North American plan are read many at once, as the pattern of all plans reads them."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from hoptrace.model.numbers import DialPlan, normalise_column

SOUND = st.from_regex(r"\+1[2-9][0-9]{2}[2-9][0-9]{6}", fullmatch=True)
ODD = st.sampled_from(
    [
        "+11025550143",
        "+12021550143",
        "+1202555014",
        "+120255501433",
        "++2025550143",
        "+1 025550143",
        "+442079460123",
        "",
    ]
)


@settings(deadline=None)
@given(st.lists(st.none() | SOUND, min_size=1), ODD, st.booleans())
def test_they_agree(texts: list[str | None], odd: str, with_odd: bool) -> None:
    """Another spelling in the column, here one of a plan of its own, makes all of it go the other way."""
    plan = DialPlan("US")
    column = pl.Series([*texts, odd] if with_odd else texts, dtype=pl.String)
    told = normalise_column(pl.concat([pl.Series(["+442079460123"]), column]), plan).slice(1)
    assert normalise_column(column, plan).rows() == told.rows()
