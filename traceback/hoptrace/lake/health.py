"""How well the lake lies: its partitions in numbers and words."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import polars as pl

from hoptrace.lake.levels import due

MANY_FILES = 64
"""Files of one index and day from which on look-ups in it are slow."""


@dataclass(frozen=True, slots=True)
class Partition:
    """One index of one day."""

    index: str
    day: date
    files: int
    rows: int
    bytes: int
    due: int
    """Merges that are worth doing now."""
    health: str
    """The same in words."""

    def as_dict(self) -> dict[str, Any]:
        """Plain data; the day as ISO 8601."""
        return {**asdict(self), "day": self.day.isoformat()}


def partitions(files: pl.DataFrame) -> list[Partition]:
    """Every partition, by day and index; `files` as a view has them."""
    steps = Counter((str(step.index), step.day) for step in due(files))
    told = files.group_by("day", "index").agg(pl.len(), pl.col("rows").sum(), pl.col("bytes").sum())
    return [
        Partition(index, day, count, rows, size, steps[index, day], _words(count, steps[index, day]))
        for day, index, count, rows, size in told.sort("day", "index").iter_rows()
    ]


def _words(files: int, steps: int) -> str:
    if not steps:
        return "good"
    merges = "1 merge is due" if steps == 1 else f"{steps} merges are due"
    if files > MANY_FILES:
        return f"slow: {files:,} files, {merges}; run: hoptrace lake tidy"
    return f"good: {merges}, done with the next submits"
