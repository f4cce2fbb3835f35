"""Worker processes: each takes its share of the cores, and the environment stays as it was."""

from __future__ import annotations

import os

import polars as pl
import pytest

from hoptrace.engines.pool import THREADS, Pool


def threads(task: int) -> tuple[int, int]:
    return task, pl.thread_pool_size()


@pytest.mark.parametrize("told", [None, "3"])
def test_workers_share_the_cores_unless_told(monkeypatch, told):
    monkeypatch.delenv(THREADS, raising=False)
    if told is not None:
        monkeypatch.setenv(THREADS, told)
    with Pool(2) as pool:
        found = [done for _, done in pool.each(threads, [0, 1, 2])]
    due = int(told or max(1, (os.cpu_count() or 1) // 2))
    assert sorted(found) == [(task, due) for task in range(3)]
    assert os.environ.get(THREADS) == told
