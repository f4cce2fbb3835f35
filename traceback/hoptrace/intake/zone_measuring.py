"""The offset of a file's local times from UTC, as epochs in the same rows show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from hoptrace.intake.zones import WIDEST
from hoptrace.model.arrays import Int64s, Truths

QUARTER = timedelta(minutes=15)
TOLERANCE = timedelta(minutes=1)
"""Offsets that differ by no more are the same."""

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - compared with local times
_MICROSECOND = timedelta(microseconds=1)
_QUARTER_MICROS = QUARTER // _MICROSECOND
_FAR = 2 * WIDEST // _MICROSECOND
_LEAST_SHARE = 0.5
_SECOND_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Measured:
    """Offset of a file's local times from UTC as its own epochs show it.

    `others` are further offsets an hour away that many rows have too: the file crosses a change of summer time. `at` is
    a local time that has `offset`; `agreeing` of `rows` rows have one of these offsets; `by` names the column.
    """

    offset: timedelta
    others: tuple[timedelta, ...]
    at: datetime
    agreeing: int
    rows: int
    by: str

    def __str__(self) -> str:
        return f"measured from the {self.by} of {self.agreeing} of {self.rows} rows"


def measure(pairs: Iterable[tuple[datetime, float]], by: str = "uniqueid") -> Measured | None:
    """The offset of local times (naive) from epochs (seconds UTC) of the same rows; None where they show none.

    Many rows differ by later legs and long queues, so the most frequent whole quarter of an hour counts, and only if
    at least half of the rows have it (or it and its neighbour an hour away, where summer time begins or ends).
    """
    counts: Counter[timedelta] = Counter()
    seen: dict[timedelta, datetime] = {}
    rows = 0
    for local, epoch in pairs:
        rows += 1
        offset = quarter_offset(local, epoch)
        if offset is not None:
            counts[offset] += 1
            seen.setdefault(offset, local)
    return _decided(counts, seen, rows, by)


def measure_columns(local: pl.Series, epochs: pl.Series, by: str = "uniqueid") -> Measured | None:
    """The same of columns without nulls: local times and epochs in microseconds (Int64)."""
    return measure_arrays(local.to_numpy(), epochs.to_numpy(), by)


def measure_arrays(local: Int64s, epochs: Int64s, by: str) -> Measured | None:
    """The same of arrays."""
    # Without a query: files of a few rows come by the thousand, and one costs more than all of this.
    offsets, near = _nearest(local - epochs)
    told: list[int] = offsets[near].tolist()
    of: list[int] = local[near].tolist()
    seen = dict(zip(reversed(told), reversed(of), strict=True))  # the first of each
    counts = Counter({timedelta(microseconds=offset): count for offset, count in Counter(told).items()})
    at = {timedelta(microseconds=offset): _EPOCH + timedelta(microseconds=time) for offset, time in seen.items()}
    return _decided(counts, at, len(local), by)


def _decided(counts: Counter[timedelta], seen: Mapping[timedelta, datetime], rows: int, by: str) -> Measured | None:
    """What the offsets of so many rows show: how often each came, and a local time that has it."""
    if not counts:
        return None
    best = min(counts, key=lambda offset: (-counts[offset], abs(offset), offset))
    hour = timedelta(hours=1)
    others = tuple(o for o in (best - hour, best + hour) if counts[o] >= max(1, _SECOND_SHARE * rows))
    agreeing = sum(counts[o] for o in (best, *others))
    if agreeing < _LEAST_SHARE * rows:
        return None
    return Measured(best, others, seen[best], agreeing, rows, by)


def quarter_offset(local: datetime, epoch: float) -> timedelta | None:
    """Local time minus epoch in whole quarters of an hour; None where they are more than a minute from one."""
    try:
        apart = local - (_EPOCH + timedelta(seconds=epoch))
    except (ValueError, OverflowError):
        return None
    offset = round(apart / QUARTER) * QUARTER
    return offset if abs(apart - offset) <= TOLERANCE and abs(offset) <= WIDEST else None


def quarter_offsets(local: pl.Series, epochs: pl.Series) -> pl.Series:
    """The same by columns, all in microseconds (Int64), null where one of them is."""
    apart = local - epochs
    offsets, near = _nearest((apart.fill_null(_FAR) if apart.null_count() else apart).to_numpy())
    told = pl.Series(offsets)
    return told if near.all() else pl.select(pl.when(pl.Series(near)).then(told)).to_series()


def _nearest(apart: Int64s) -> tuple[Int64s, Truths]:
    """How far local times are from epochs, rounded to quarters of an hour, and where that is an offset."""
    offsets = np.rint(apart / _QUARTER_MICROS).astype(np.int64) * _QUARTER_MICROS
    near = (np.abs(apart - offsets) <= TOLERANCE // _MICROSECOND) & (np.abs(offsets) <= WIDEST // _MICROSECOND)
    return offsets, near
