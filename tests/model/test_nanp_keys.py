"""Numbers of the North American plan are read many at once, as the pattern of all plans reads them."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hoptrace.model.nanp_keys as nanp_keys_module
from hoptrace.model.nanp_keys import nanp_keys
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


@pytest.mark.parametrize("at", range(5))
def test_an_odd_number_is_seen_wherever_it_stands(at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nanp_keys_module, "_ROWS", 2)
    texts: list[str | None] = ["+12025550143", None, "+16285550157", "+19895559999", "+12025550100"]
    assert nanp_keys(pl.Series(texts)).to_list() == [12025550143, None, 16285550157, 19895559999, 12025550100]
    assert nanp_keys(pl.Series([*texts[:at], "+12021550143", *texts[at:]])) is None


@given(SOUND, st.integers(0, 11), st.characters(codec="latin-1"))
def test_only_digits_in_their_places_are_numbers(text: str, at: int, other: str) -> None:
    """A file of one spelling: it is read if and only if it is +1 and ten digits that fit."""
    spoiled = text[:at] + other + text[at + 1 :]
    fits = re.fullmatch(r"\+1[2-9][0-9]{2}[2-9][0-9]{6}", spoiled, re.ASCII)
    read = nanp_keys(pl.Series([spoiled]))
    assert (None if read is None else read.to_list()) == ([int(spoiled)] if fits else None)
