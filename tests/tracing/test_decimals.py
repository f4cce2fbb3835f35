"""Numbers as text by columns against Python's own, one by one."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hoptrace.tracing.decimals import FEW, rounded, tenths

SECONDS = st.lists(st.none() | st.floats(-1e7, 1e7) | st.integers(-90_000, 90_000).map(lambda each: each / 1000))


@given(SECONDS)
@example([0.25, 0.35, 0.45, 0.049999999, 0.05, -0.04, -0.0, None, 1e300, float("inf"), float("nan"), 20.25])
def test_tenths_are_those_of_python(values):
    written = [None if value is None else f"{value:.1f}" for value in values]
    # A few are written one by one, many by columns.
    for times in (1, FEW + 1):
        assert tenths(pl.Series(values * times, dtype=pl.Float64)).to_list() == written * times


@given(st.lists(st.floats(-1e7, 1e7) | st.integers(-90_000, 90_000).map(lambda each: each / 10_000)))
@example([0.0005, 0.0015, -0.0001, -0.0, 0.0, 3600.1235, 0.9995, 1.0])
@pytest.mark.parametrize("digits", [3, 4])
def test_rounded_numbers_are_those_of_python(digits, values):
    assert rounded(np.array(values, np.float64), digits).to_list() == [repr(round(value, digits)) for value in values]
