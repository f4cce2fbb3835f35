"""Worker processes: each is told its share of the cores, and the environment stays as it was."""

from __future__ import annotations

import os

import pytest

from hoptrace.engines.pool import THREADS, Pool


@pytest.mark.parametrize("told", [None, "3"])
def test_workers_share_the_cores_unless_told(monkeypatch, told):
    monkeypatch.delenv(THREADS, raising=False)
    if told is not None:
        monkeypatch.setenv(THREADS, told)
    with Pool(2) as pool:
        found = [done for _, done in pool.each(os.getenv, [THREADS] * 3)]
    due = told or str(max(1, (os.cpu_count() or 1) // 2))
    assert found == [due] * 3
    assert os.environ.get(THREADS) == told
