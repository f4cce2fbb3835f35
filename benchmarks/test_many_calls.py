"""Many calls traced with full scoring and evidence, beside the SQL that a user would write instead, in the same run."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import polars as pl
import pytest
from nation import lay_out
from plain_sql import WALK, asked, in_duckdb, in_postgres

TIMES_ROWS = 10
"""Statements are so many times the benchmark's rows: 1 and 10 million."""

BATCHES = 400
COMMAND = "from hoptrace.cli import main; main()"


@pytest.fixture(scope="module")
def day(rows: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a day (`nation.lay_out`), of which a tenth of the calls are reported; 100,000 of them at most."""
    folder = tmp_path_factory.mktemp("nation")
    calls = rows // 10 if rows < 1_000_000 else 100_000
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        apart.submit(lay_out, folder, TIMES_ROWS * rows, calls, BATCHES).result()
    return folder


def spent() -> float:
    """Seconds of the processor so far, of the processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("workers", [1, 2])
def test_trace_many(benchmark, day, tmp_path, workers):
    """The command as it is typed, its start included; calls a second in extra_info.

    Also what a call costs all processes together, in microseconds of the processor.
    """
    amount = pl.read_parquet(day / "reported.parquet").height
    asked_for = ["--calls", day / "calls.csv", "--out", tmp_path / "out.jsonl", "--workers", workers]
    asked_for += ["--workspace", day / "workspace"]
    command = [sys.executable, "-c", COMMAND, "trace", "--json", *map(str, asked_for)]
    # What is measured is the code of this checkout, whichever is installed.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}

    def run() -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(command, capture_output=True, check=True, env=environment)

    before = spent()
    done = benchmark.pedantic(run, rounds=1)
    benchmark.extra_info["microseconds a call"] = round((spent() - before) / amount * 1e6, 1)
    assert json.loads(done.stdout)["verdicts"] == {"originator_identified": amount}
    benchmark.extra_info["calls a second"] = round(amount / benchmark.stats["median"])


def loaded(day: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The statements and the calls as the SQL takes them."""
    return pl.read_parquet(day / "statements.parquet"), asked(pl.read_parquet(day / "reported.parquet"))


def test_duckdb(benchmark, day):
    """The table is in memory; loading is not counted."""
    pytest.importorskip("duckdb", reason="duckdb is not installed (pip install duckdb)")
    database = in_duckdb(*loaded(day))
    found = benchmark.pedantic(lambda: database.execute(WALK).fetchone()[0], rounds=1)
    benchmark.extra_info["found"] = found


def test_postgres(benchmark, day, postgres):
    """With an index on called number and time; loading is not counted."""
    url = postgres.replace("postgresql+psycopg", "postgresql")
    database = in_postgres(url, *loaded(day))
    found = benchmark.pedantic(lambda: database.execute(WALK).fetchone()[0], rounds=1)
    benchmark.extra_info["found"] = found
