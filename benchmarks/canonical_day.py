"""One carrier's day as a canonical CSV of any length, written a part at a time: what the benchmarks submit.

python benchmarks/canonical_day.py day.csv 10000000
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl

PART_ROWS = 500_000
DAY_MS = 86_400_000
CARRIERS = ("transit", *(f"peer{n:02d}" for n in range(1, 21)))
STAMP = "%Y-%m-%dT%H:%M:%S%.3fZ"
_SUBSCRIBERS = 3_000_000
_CODES = (486, 480, 487, 404, 503)


def write_day(path: Path, rows: int, seed: int = 1) -> None:
    """A transit carrier's day in the order of its start times: 20 neighbours, ids that never repeat."""
    chance = np.random.default_rng(seed)
    subscribers = np.sort(_numbers(chance, _SUBSCRIBERS))
    base = np.datetime64("2026-11-02T00:00:00", "ms")
    with path.open("wb") as stream:
        for first in range(0, rows, PART_ROWS):
            count = min(PART_ROWS, rows - first)
            offsets = np.sort(chance.integers(first * DAY_MS // rows, (first + count) * DAY_MS // rows, count))
            start = base + offsets.astype("timedelta64[ms]")
            part = _part(chance, start, subscribers, first)
            part.write_csv(stream, include_header=first == 0)


def _numbers(chance: np.random.Generator, count: int) -> np.ndarray:
    area, exchange = chance.integers(201, 990, count), chance.integers(200, 1000, count)
    return area * 10_000_000 + exchange * 10_000 + chance.integers(0, 10_000, count)


def _part(chance: np.random.Generator, start: np.ndarray, subscribers: np.ndarray, first: int) -> pl.DataFrame:
    count = len(start)
    up, down = chance.integers(1, 21, count), chance.integers(1, 21, count)
    frame = pl.DataFrame(
        {
            "start": start,
            "calling": subscribers[chance.integers(0, len(subscribers), count)],
            "called": subscribers[chance.integers(0, len(subscribers), count)],
            "answered": chance.random(count) < 0.6,
            "ring": chance.integers(1_000, 30_000, count),
            "duration": chance.exponential(150, count).astype(np.int64) + 1,
            "code": np.array(_CODES)[chance.integers(0, len(_CODES), count)],
            "token": chance.integers(0, 2**63, count),
            "attested": np.array(["A", "B", "C"])[chance.integers(0, 3, count)],
        }
    )
    names = pl.Series(CARRIERS)
    return frame.select(
        start_time=pl.col("start").dt.strftime(STAMP),
        answer_time=pl.when("answered").then((pl.col("start") + pl.duration(milliseconds="ring")).dt.strftime(STAMP)),
        duration=pl.when("answered").then("duration").otherwise(0),
        calling_number=pl.format("+1{}", "calling"),
        called_number=pl.format("+1{}", "called"),
        upstream=names.gather(up),
        downstream=names.gather(down),
        call_id=pl.format("{}@198.51.100.{}", "token", pl.lit(pl.Series(up))),
        attestation="attested",
        release_code=pl.when("answered").then(200).otherwise("code"),
        record_id=pl.int_range(first, first + count, eager=False),
    )


if __name__ == "__main__":
    write_day(Path(sys.argv[1]), int(sys.argv[2]))
