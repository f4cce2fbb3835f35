from __future__ import annotations

import polars as pl
import pytest

import hoptrace.intake.distinct as distinct_module
from hoptrace.intake.distinct import distinct


@pytest.mark.parametrize("first", [1, 2, 4, 100])
def test_distinct_texts_are_found_wherever_they_stand(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distinct_module, "_FIRST", first)
    texts = pl.Series(["b", None, "b", "c", "a", "c"])
    every, places = distinct(texts)
    assert every.to_list() == ["a", "b", "c", None]
    assert places.dtype == pl.UInt32
    assert every.gather(places).to_list() == texts.to_list()


def test_where_no_text_is_there_is_none() -> None:
    every, places = distinct(pl.Series([None, None], dtype=pl.String))
    assert (every.to_list(), places.to_list()) == ([None], [0, 0])
