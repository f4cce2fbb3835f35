"""`hoptrace trace` of one call as a process of its own, beside `python -c "import polars"`."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

import polars as pl
import pytest

from hoptrace.intake.submit import submit
from hoptrace.workspace import init_workspace

ROUNDS = 7
COMMAND = "from hoptrace.cli import main; main()"


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
    return ["-c", COMMAND, "trace", *call, "--workspace", str(folder / "workspace")]


def test_cold_trace(benchmark, traced, capsys):
    """The trace, and by turns with it an import of Polars: how many of these one trace takes (in extra_info)."""
    imports: list[Took] = []
    traces: list[Took] = []
    benchmark.pedantic(
        lambda: traces.append(run(*traced)),
        setup=lambda: imports.append(run("-c", "import polars")),
        rounds=ROUNDS,
        warmup_rounds=1,
    )
    for place, name in enumerate(Took._fields):
        trace, load = (median(took[place] for took in found) for found in (traces, imports))
        benchmark.extra_info[f"imports_of_polars_{name}"] = round(trace / load, 2)
        with capsys.disabled():
            print(f"\none trace {trace:.2f} s, import polars {load:.2f} s, ratio {trace / load:.1f} ({name})", end="")


def test_cold_help(benchmark):
    benchmark.pedantic(lambda: run("-c", COMMAND, "trace", "--help"), rounds=ROUNDS, warmup_rounds=1)


class Took(NamedTuple):
    """Seconds of a process by the clock on the wall and of the processor, which other work disturbs less."""

    wall: float
    processor: float


def run(*arguments: str) -> Took:
    """What a Python process with these arguments takes; the warm-up has left its modules compiled, as any use does."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    began, worked = time.perf_counter(), processor()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=environment)
    return Took(time.perf_counter() - began, processor() - worked)


def processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
