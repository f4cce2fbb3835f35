"""A scan of many spans finds what looking at each row and span finds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from hoptrace.lake.scanning import _hours_of_keys, around_day, within_day
from hoptrace.lake.spans import SPANS, merge_spans

KEYS = st.sampled_from([12025550100, 12025550101, -1, 0, 2**63 - 1, -(2**63)])
DAY = timedelta(days=1) // timedelta(microseconds=1)


def begin(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(2026, 5, 1), date(1970, 1, 1), date(1969, 12, 31), date(1903, 2, 28)])
@given(
    st.lists(st.tuples(KEYS, st.integers(0, DAY - 1)), max_size=20),
    st.lists(st.tuples(KEYS, st.integers(-2 * DAY, 2 * DAY), st.integers(-5, 40 * DAY)), min_size=1, max_size=9),
)
def test_what_lies_within_spans_is_found(day: date, starts: list[tuple[int, int]], wanted: list[tuple[int, ...]]):
    told = [(key, begin(day) + timedelta(microseconds=at)) for key, at in starts]
    rows = pl.DataFrame(told, {"key": SPANS["key"], "start_time": SPANS["from_time"]}, orient="row")
    bounds = [(key, begin(day) + timedelta(microseconds=at), timedelta(microseconds=long)) for key, at, long in wanted]
    spans = pl.DataFrame([(key, first, first + long) for key, first, long in bounds], SPANS, orient="row")
    inside = [any(k == key and first <= at <= first + long for k, first, long in bounds) for key, at in told]
    found = within_day(rows.lazy(), day, merge_spans(spans)).collect()
    order = ["key", "start_time"]
    assert_frame_equal(found.sort(order), rows.filter(pl.Series(inside, dtype=pl.Boolean)).sort(order))
    around = around_day(rows.with_row_index().lazy(), day, merge_spans(spans)).collect()
    assert around["index"].is_unique().all()
    assert set(np.flatnonzero(inside).tolist()) <= set(around["index"])


def test_of_a_span_of_years_the_hours_of_the_day_are_looked_up():
    ever = pl.DataFrame([(7, begin(date(1970, 1, 1)), begin(date(2200, 1, 1)))], SPANS, orient="row")
    assert _hours_of_keys(date(2026, 5, 1), ever).len() == 24
