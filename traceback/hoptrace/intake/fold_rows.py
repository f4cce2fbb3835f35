"""The repeated hour for readers that go row by row: the same rules as for columns (`folds`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

import polars as pl

from hoptrace.intake.folds import FOLD_ROWS, Settled, fold_days, near_folds, settle


class FoldRow(NamedTuple):
    """One row as FOLD_ROWS has it: times naive; with a zone they are left out, but that of `start` is known then."""

    row: int
    start: datetime
    answer: datetime | None = None
    end: datetime | None = None
    talk: float | None = None
    epoch: float | None = None
    id: int | None = None


def repeats_any(starts: Iterable[datetime], zone: str) -> bool:
    """Whether any of these lies on a day on which the zone repeats a time; quick, as files have few days."""
    return repeats_on((start.date() for start in starts if start.tzinfo is None), zone)


def repeats_on(days: Iterable[date], zone: str) -> bool:
    """Whether the zone repeats a time on one of these days."""
    try:
        return not fold_days(zone, pl.Series(sorted(set(days)), dtype=pl.Date)).is_empty()
    except pl.exceptions.PolarsError:
        return False  # a zone of this machine that the columns' own table of zones has not


def settled_rows(rows: Sequence[FoldRow], zone: str) -> Settled:
    """Which pass each row is of."""
    told = {
        "row": [each.row for each in rows],
        "local": [_naive(each.start) for each in rows],
        "answer": [_naive(each.answer) for each in rows],
        "end": [_naive(each.end) for each in rows],
        "talk": [each.talk for each in rows],
        "known": [each.start if each.start.tzinfo is not None else None for each in rows],
        "epoch": [each.epoch for each in rows],
        "id": [each.id for each in rows],
    }
    return settle(near_folds(pl.DataFrame(told, FOLD_ROWS), zone), zone)


def _naive(time: datetime | None) -> datetime | None:
    return time if time is not None and time.tzinfo is None else None
