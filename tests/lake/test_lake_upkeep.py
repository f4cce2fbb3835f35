"""What upkeep takes of many submits, and what it leaves, reckoned on lakes that are lists of files."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

import polars as pl
import pytest

from hoptrace.lake import upkeep
from hoptrace.lake.layout import Index
from hoptrace.lake.levels import Step
from hoptrace.lake.upkeep import keep_up
from hoptrace.lake.view import FILES


class Listed:
    """A lake that is a list of files; merging makes one of several, and takes its time in `spent`."""

    def __init__(self) -> None:
        self.made = 0
        self.spent = 0.0
        self._version = 0
        self._files: dict[str, tuple[object, ...]] = {}

    def view(self) -> SimpleNamespace:
        return SimpleNamespace(files=pl.DataFrame(list(self._files.values()), schema=FILES, orient="row"))

    def version(self) -> int:
        return self._version

    def append(self, days: int) -> None:
        """Ten rows for each of so many days."""
        for day in (date(2026, 5, 1) + timedelta(days=n) for n in range(days)):
            for index in Index:
                self._add(index, day, 10)
        self._version += 1

    def merge(self, step: Step) -> None:
        for path in step.paths:
            del self._files[path]
        self._add(step.index, step.day, step.rows)
        self._version += 1
        self.spent += upkeep._seconds(step)

    def _add(self, index: Index, day: date, rows: int) -> None:
        self.made += 1
        path, begin = f"index={index}/day={day}/{self.made}.parquet", datetime.combine(day, time(), UTC)
        self._files[path] = (path, str(index), day, rows, rows * 60, -5, 5, begin, begin + timedelta(hours=23))


@pytest.mark.parametrize(("days", "submits", "most"), [(1, 600, 100), (2, 600, 150), (31, 80, 31 * 80)])
def test_many_small_batches_are_merged_for_no_more_than_a_share(days: int, submits: int, most: int) -> None:
    lake, earned = Listed(), 0.0
    for _ in range(submits):
        lake.append(days)
        keep_up(lake, 10 * days, 2 * days)  # type: ignore[arg-type]
        earned += upkeep.SECONDS_A_SUBMIT + 2 * days * upkeep.SECONDS_A_NEW_FILE + 10 * days * upkeep.SECONDS_A_NEW_ROW
    assert lake.spent <= 1.2 * upkeep.SHARE * earned
    assert lake.view().files.height <= most


@pytest.mark.parametrize("chance", [0.05, 0.3, 0.6, 0.95])
def test_a_step_that_is_always_due_is_done_as_often_as_its_share_allows(chance: float, monkeypatch) -> None:
    """Each step takes a version as well, and the draws must not count on meeting all of them."""
    lake, submits = Listed(), 4_000
    cost = upkeep.SHARE * upkeep.SECONDS_A_SUBMIT / chance
    step = Step(Index.CALLED, date(2026, 5, 1), "", 0, ("a", "b"), 0, 0)
    monkeypatch.setattr(upkeep, "due", lambda _files: iter([step, step]))
    monkeypatch.setattr(upkeep, "_seconds", lambda _step: cost)
    monkeypatch.setattr(lake, "merge", lambda _step: lake.append(0))
    steps = 0
    for _ in range(submits):
        lake.append(0)
        steps += keep_up(lake, 0, 0).steps  # type: ignore[arg-type]
    assert steps / submits == pytest.approx(chance, rel=0.15)
