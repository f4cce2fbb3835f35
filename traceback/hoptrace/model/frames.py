"""Frames in small steps: what Polars does quickly on frames of many columns and few rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np
import polars as pl

from hoptrace.model.arrays import Int64s

Rows = TypeVar("Rows", pl.DataFrame, pl.Series)


def without(frame: pl.DataFrame, names: Iterable[str]) -> pl.DataFrame:
    """The frame without some columns, as `drop` gives it, which runs a query and takes four times as long."""
    gone = set(names)
    return frame[[name for name in frame.columns if name not in gone]]


def changed(frame: pl.DataFrame, column: pl.Series) -> pl.DataFrame:
    """The frame with another column in place of the one of this name; `with_columns` would run a query for it."""
    return frame.clone().replace_column(frame.get_column_index(column.name), column)


def in_one_piece(texts: Sequence[pl.Series]) -> pl.Series:
    """Columns of texts one below the other, of which rows are to be gathered: of several pieces each text is copied."""
    return pl.concat(texts, rechunk=True)


MANY = 4_096
"""Rows from which on it pays to ask which columns of a frame hold anything."""


def rows_at(frame: Rows, places: Int64s) -> Rows:
    """The rows at these places, none of them below 0, nor beyond the 32 bits that Polars counts rows by."""
    at = pl.Series(places.astype(np.uint32))  # any other kind of numbers is looked through by a query
    if isinstance(frame, pl.Series) or at.len() < MANY:
        return frame[at]
    # Statements have many empty columns, of which rows take as long to gather as of full ones.
    empty = [column for column in frame.iter_columns() if column.null_count() == column.len()]
    if not 0 < len(empty) < frame.width:
        return frame[at]
    found = without(frame, [column.name for column in empty])[at]
    return found.hstack([column.clear(at.len()) for column in empty])[frame.columns]


def in_time_order(frame: pl.DataFrame, time: str, ties: Sequence[str]) -> pl.DataFrame:
    """The rows by a time column without nulls, those of one moment by other columns, as `sort` would give them.

    Few moments are shared, so only rows of these are held against each other by more than a number, and a wide frame
    that lies in order already stays as it is.
    """
    moments = frame[time].to_numpy().view(np.int64)
    order = np.argsort(moments)  # not the stable way, which takes six times as long: those of one moment follow
    same = np.diff(moments[order]) == 0
    if same.any():
        tied = np.flatnonzero(np.append(same, False) | np.insert(same, 0, False))
        rows = np.sort(order[tied])
        rows = rows[np.argsort(moments[rows], kind="stable")]
        told = rows_at(frame[[time, *ties]], rows).select(pl.arg_sort_by(time, *ties)).to_series()
        order[tied] = rows[told.to_numpy()]
    return frame if (np.diff(order) > 0).all() else rows_at(frame, order)


def each_once(numbers: Int64s) -> Int64s:
    """The distinct numbers in order; `np.unique` hashes them, which takes several times as long where most differ."""
    ordered = np.sort(numbers)
    return ordered[np.insert(np.diff(ordered) > 0, 0, True)] if ordered.size else ordered


def equals(one: Int64s, other: Int64s) -> tuple[Int64s, Int64s]:
    """The places of all pairs of equal numbers, one of each array, in the order of the first; an inner join."""
    order = np.argsort(other, kind="stable")
    ordered = other[order]
    first = np.searchsorted(ordered, one)
    # To look how far each number reaches takes as long as the search; a second search takes twice as long as both.
    found = np.flatnonzero(ordered[np.minimum(first, other.size - 1)] == one) if other.size else first[:0]
    counts = np.zeros(one.size, np.int64)
    counts[found] = _left(ordered)[first[found]]
    ones = np.repeat(np.arange(one.size), counts)
    # The places in `ordered` of each one's equals, one after the other.
    others = np.arange(ones.size) + np.repeat(first - counts.cumsum() + counts, counts)
    return ones, order[others]


def _left(ordered: Int64s) -> Int64s:
    """How many equal numbers there are from each place of some ordered ones on."""
    begins = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    ends = np.append(begins[1:], ordered.size)
    return np.repeat(ends, ends - begins) - np.arange(ordered.size)
