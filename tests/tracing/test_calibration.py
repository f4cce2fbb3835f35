"""Confidences as results give them: four places, and only what is certain is 1."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.tracing.calibration import published


@pytest.mark.parametrize(
    ("confidence", "digits", "told"),
    [
        (0.99996, 4, 0.9999),
        (math.nextafter(1.0, 0.0), 4, 0.9999),
        (1.0, 4, 1.0),
        (0.12345, 4, 0.1235),
        (0.0, 4, 0.0),
        (0.9996, 3, 0.999),
    ],
)
def test_only_what_is_certain_is_told_as_certain(confidence: float, digits: int, told: float) -> None:
    assert published(confidence, digits) == told


@given(st.floats(0.0, 1.0))
def test_a_published_confidence_is_near_and_below_one(confidence: float) -> None:
    told = published(confidence)
    assert abs(told - confidence) <= 0.0001
    assert (told == 1.0) == (confidence == 1.0)
