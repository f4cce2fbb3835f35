"""Places that are spread evenly, however few of them are taken."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import polars as pl

GOLDEN = 0.6180339887498949
"""The golden ratio's fraction: its multiples spread evenly over 0..1, so that numbers in a row draw evenly too."""

SIDE_BY_SIDE = 100
"""Calls that are looked at together, as they lie side by side in the lake."""

MOST = 1_000
"""Calls of a file that are looked at."""


def some_of(calls: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """MOST of the calls, some SIDE_BY_SIDE at a time, from places that are evenly spread however few are taken."""
    places = sorted(range(-(-calls.height // SIDE_BY_SIDE)), key=lambda place: place * GOLDEN % 1.0)
    for place in islice(places, MOST // SIDE_BY_SIDE):
        yield calls.slice(place * SIDE_BY_SIDE, SIDE_BY_SIDE)
