"""`hoptrace trace` of one call as a process of its own, beside `python -c "import polars"`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from hoptrace.intake.submit import submit
from hoptrace.workspace import init_workspace

ROUNDS = 7


@pytest.fixture(scope="module")
def traced(canonical_files: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that traces a call of a workspace with the records of three carriers."""
    folder = tmp_path_factory.mktemp("cold")
    (folder / "carriers.csv").write_text("carrier_id,country\norig,US\ntransit,US\nterm,US\n")
    with init_workspace(folder / "workspace") as workspace:
        workspace.catalog.directory.load_directory(folder / "carriers.csv", None)
        for carrier, path in canonical_files.items():
            submit(workspace, [path], carrier, format="canonical")
    row = pl.read_csv(canonical_files["term"], n_rows=1, infer_schema=False).row(0, named=True)
    call = ["--called", row["called_number"], "--at", row["start_time"]]
    return ["-c", "from hoptrace.cli import main; main()", "trace", *call, "--workspace", str(folder / "workspace")]


def test_cold_trace(benchmark, traced):
    benchmark.pedantic(lambda: run(*traced), rounds=ROUNDS, warmup_rounds=1)


def test_cold_import_of_polars(benchmark):
    benchmark.pedantic(lambda: run("-c", "import polars"), rounds=ROUNDS, warmup_rounds=1)


def run(*arguments: str) -> None:
    paths = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env={**os.environ, **paths})
