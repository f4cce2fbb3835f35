"""Many calls traced with full scoring and evidence, beside the SQL that a user would write instead, in the same run."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from nation import Nation, fill, make_nation
from plain_sql import WALK, asked, in_duckdb, in_postgres

from hoptrace.engines.learning import learn_clocks
from hoptrace.workspace import Workspace

TIMES_ROWS = 10
"""Statements are so many times the benchmark's rows: 1 and 10 million."""

BATCHES = 400
COMMAND = "from hoptrace.cli import main; main()"


@pytest.fixture(scope="module")
def nation(rows: int) -> Nation:
    """A day's statements, of which a tenth of the calls are reported; 100,000 of them at most."""
    made = make_nation(TIMES_ROWS * rows)
    return Nation(made.statements, made.reported.head(rows // 10 if rows < 1_000_000 else 100_000))


@pytest.fixture(scope="module")
def traced(nation: Nation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Path]]:
    """A workspace with the statements, clocks learned, and the file of the calls."""
    folder = tmp_path_factory.mktemp("nation")
    nation.reported.drop("origin").write_csv(folder / "calls.csv")
    with fill(folder / "workspace", nation, BATCHES) as workspace:
        learn_clocks(workspace)
        yield workspace, folder / "calls.csv"


def spent() -> float:
    """Seconds of the processor so far, of the processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("workers", [1, 2])
def test_trace_many(benchmark, nation, traced, tmp_path, workers):
    """The command as it is typed, its start included; calls a second in extra_info.

    Also what a call costs all processes together, in microseconds of the processor.
    """
    workspace, calls = traced
    asked_for = ["--calls", calls, "--out", tmp_path / "out.jsonl", "--workers", workers, "--workspace", workspace.path]
    command = [sys.executable, "-c", COMMAND, "trace", "--json", *map(str, asked_for)]
    # What is measured is the code of this checkout, whichever is installed.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}

    def run() -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(command, capture_output=True, check=True, env=environment)

    before = spent()
    done = benchmark.pedantic(run, rounds=1)
    benchmark.extra_info["microseconds a call"] = round((spent() - before) / nation.reported.height * 1e6, 1)
    assert json.loads(done.stdout)["verdicts"] == {"originator_identified": nation.reported.height}
    benchmark.extra_info["calls a second"] = round(nation.reported.height / benchmark.stats["median"])


def test_duckdb(benchmark, nation):
    """The table is in memory; loading is not counted."""
    pytest.importorskip("duckdb", reason="duckdb is not installed (pip install duckdb)")
    database = in_duckdb(nation.statements, asked(nation.reported))
    found = benchmark.pedantic(lambda: database.execute(WALK).fetchone()[0], rounds=1)
    benchmark.extra_info["found"] = found


def test_postgres(benchmark, nation, postgres):
    """With an index on called number and time; loading is not counted."""
    url = postgres.replace("postgresql+psycopg", "postgresql")
    database = in_postgres(url, nation.statements, asked(nation.reported))
    found = benchmark.pedantic(lambda: database.execute(WALK).fetchone()[0], rounds=1)
    benchmark.extra_info["found"] = found
