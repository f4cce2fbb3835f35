"""Columns of a frame as arrays, compared so that nothing holds of what is unknown.

A comparison of two columns takes microseconds, where an expression over a frame is planned first, which takes a
hundred for a few rows; of thousands of rows both take the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
import polars as pl
from polars.datatypes import DataType, DataTypeClass

from hoptrace.model.arrays import Floats, Int64s, Truths, UInt64s

MICROSECOND = 1 / 1e6
"""Seconds. Polars divides by a number by multiplying with this: so it is done here, the same to the last bit."""

_NO_TIME = np.iinfo(np.int64).min
"""An unknown time in an array."""


def valid_then() -> pl.Expr:
    """Whether what holds from `valid_from` until before `valid_to` (null: always) held at `start_time`."""
    start = pl.col("start_time")
    begun = pl.col("valid_from").is_null() | (pl.col("valid_from") <= start)
    return begun & (pl.col("valid_to").is_null() | (start < pl.col("valid_to")))


class Columns:
    """The columns of a frame, each turned into an array when it is asked for; what several ask is kept."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._column = cache(frame.get_column)
        self._floats: dict[str, Floats] = {}
        self._known: dict[str, Truths] = {}
        self._says: dict[tuple[str, str], Truths] = {}

    def floats(self, name: str) -> Floats:
        """Numbers that a float can hold, NaN where unknown."""
        told = self._floats.get(name)
        return self._floats.setdefault(name, self._column(name).to_numpy()) if told is None else told

    def moments(self, name: str) -> Floats:
        """Times as seconds since 1970, NaN where unknown."""
        return epoch_seconds(self._column(name))

    def whole(self, name: str) -> Int64s:
        """Whole numbers, of which none is unknown."""
        return self._column(name).to_numpy().astype(np.int64)

    def keys(self, name: str) -> UInt64s:
        """Keys of 64 bits, 0 where unknown."""
        column = self._column(name)
        if column.null_count():
            column = column.zip_with(_equal_to_itself(column), _zero(column.dtype))
        return column.to_numpy().view(np.uint64)

    def truths(self, name: str) -> Truths:
        """Whether it is said that it is so."""
        return _held(self._column(name))

    def known(self, name: str) -> Truths:
        """Where something is said at all."""
        told = self._known.get(name)
        return self._known.setdefault(name, _known(self._column(name))) if told is None else told

    def says(self, name: str, text: str) -> Truths:
        """Where a column of texts says this."""
        told = self._says.get((name, text))
        return self._says.setdefault((name, text), _says(self._column(name), text)) if told is None else told

    def says_any(self, name: str, texts: Iterable[str]) -> Truths:
        """Where a column of texts says one of these."""
        return np.logical_or.reduce([self.says(name, text) for text in texts])

    def equal(self, one: str, other: str) -> Truths:
        """Where two columns say the same."""
        return _held(self._column(one) == self._column(other))

    def differ(self, one: str, other: str) -> Truths:
        """Where two columns do not say the same."""
        return _held(self._column(one) != self._column(other))

    def below(self, name: str, number: int) -> Truths:
        """Where a column of whole numbers says less than this one."""
        return _held(self._column(name) < number)

    def above(self, name: str, number: int) -> Truths:
        """Where a column of whole numbers says more than this one."""
        return _held(self._column(name) > number)


def epoch_seconds(times: pl.Series) -> Floats:
    """Times as seconds since 1970, exact to the microsecond; NaN where unknown."""
    micros = times.to_numpy().view(np.int64)
    seconds = micros.astype(np.float64) * MICROSECOND
    if times.null_count():
        seconds[micros == _NO_TIME] = np.nan
    return seconds


def unknown(name: str, kind: DataType | DataTypeClass, count: int) -> pl.Series:
    """A column in which nothing is known."""
    return pl.Series(name, [None], kind).new_from_index(0, count)


def where_true(told: Truths, one: pl.Series, other: pl.Series | None = None) -> pl.Series:
    """One column where something holds, elsewhere another one of its kind, or nothing."""
    return one.zip_with(pl.Series(told), unknown("", one.dtype, 1) if other is None else other)


def _known(column: pl.Series) -> Truths:
    unknown = column.null_count()
    if unknown in (0, len(column)):
        return np.full(len(column), not unknown)
    return ~np.isnan(column.to_numpy()) if column.dtype.is_numeric() else _held(_equal_to_itself(column))


def _says(column: pl.Series, text: str) -> Truths:
    if column.null_count() == len(column):
        return np.zeros(len(column), np.bool_)
    return _held(column == _alone(text))


@cache
def _alone(text: str) -> pl.Series:
    """A text to compare a column with: to make the series of it takes as long as the comparison."""
    return pl.Series([text])


def _held(told: pl.Series) -> Truths:
    """Where it is said that it is so."""
    return (told.zip_with(told, _never()) if told.null_count() else told).to_numpy()


@cache
def _never() -> pl.Series:
    return pl.Series([False])


def _equal_to_itself(column: pl.Series) -> pl.Series:
    """Where something is said, null elsewhere: `is_not_null` runs a query, which takes ten times as long."""
    return column == column  # noqa: PLR0124  # null is not


@cache
def _zero(kind: pl.DataType) -> pl.Series:
    return pl.Series([0], dtype=kind)
