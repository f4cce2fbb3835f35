"""Short texts are told apart by their words as they are by their letters, or not at all."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hoptrace.model.short_texts as short_texts_module
from hoptrace.model.short_texts import places_among

TEXTS = st.text(st.characters(codec="utf-8"), max_size=14)


@given(st.lists(TEXTS, min_size=1, max_size=9, unique=True), st.data())
def test_each_row_has_the_text_at_its_place(known: list[str], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.sampled_from(known), min_size=1))
    places = places_among(pl.Series(rows), pl.Series(known))
    if all(len(text.encode()) <= 12 for text in known) and places is not None:
        assert [known[place] for place in places] == rows
    else:
        assert places is None


def test_those_of_switches_are_told() -> None:
    known = ["", "A", "200", "peer01", "peer02", "203.0.113.7", "203.0.113.77"]
    assert places_among(pl.Series(known * 3), pl.Series(known)).tolist() == [*range(7)] * 3


@pytest.mark.parametrize("other", ["B", "AA", "A-text-too-long", "", None])
@pytest.mark.parametrize("at", range(4))
def test_a_row_with_another_text_is_seen_wherever_it_stands(other: str | None, at: int, monkeypatch) -> None:
    monkeypatch.setattr(short_texts_module, "_ROWS", 2)
    rows = ["A", "C", "A"]
    assert places_among(pl.Series(rows), pl.Series(["A", "C"])).tolist() == [0, 1, 0]
    assert places_among(pl.Series([*rows[:at], other, *rows[at:]]), pl.Series(["A", "C"])) is None


def test_a_part_of_a_column_is_read_from_its_own_beginning() -> None:
    column = pl.Series(["A", "B", "C", "B"])
    assert places_among(column.slice(1), pl.Series(["B", "C"])).tolist() == [0, 1, 0]
