"""A million canonical rows submitted (time, peak memory), and one trace in them inside a running process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from hoptrace.engines.learning import learn_clocks
from hoptrace.engines.local import trace
from hoptrace.intake.submit import submit
from hoptrace.model.verdicts import ReportedCall, Verdict
from hoptrace.workspace import Workspace, init_workspace

SUBMIT = """
import json, sys
from pathlib import Path
from hoptrace.intake.submit import submit
from hoptrace.workspace import open_workspace
with open_workspace(sys.argv[1]) as workspace:
    for carrier, path in json.loads(sys.argv[2]).items():
        submit(workspace, [Path(path)], carrier, format="canonical")
# ru_maxrss would also count the parent, from before this program was loaded.
print(next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))
"""


def make_workspace(folder: Path) -> Workspace:
    workspace = init_workspace(folder)
    carriers = folder.parent / "carriers.csv"
    carriers.write_text("carrier_id,country\norig,US\ntransit,US\nterm,US\n")
    workspace.catalog.directory.load_directory(carriers, None)
    return workspace


@pytest.fixture(scope="module")
def filled(canonical_files: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with make_workspace(tmp_path_factory.mktemp("filled") / "workspace") as workspace:
        for carrier, path in canonical_files.items():
            submit(workspace, [path], carrier, format="canonical")
        learn_clocks(workspace)
        yield workspace


def test_submit(benchmark, canonical_files, tmp_path_factory):
    """Seconds for all files together; the reference is polars' bare CSV to Parquet of the same files."""

    def fresh():
        folder = tmp_path_factory.mktemp("submit") / "workspace"
        return (make_workspace(folder),), {}

    def run(workspace: Workspace) -> None:
        for carrier, path in canonical_files.items():
            submit(workspace, [path], carrier, format="canonical")

    benchmark.pedantic(run, setup=fresh, rounds=3)


def test_bare_csv_to_parquet(benchmark, canonical_files, tmp_path):
    def run() -> None:
        for carrier, path in canonical_files.items():
            pl.scan_csv(path).sink_parquet(tmp_path / f"{carrier}.parquet", compression="zstd")

    benchmark.pedantic(run, rounds=3)


def test_submit_peak_memory(benchmark, canonical_files, tmp_path):
    """Peak memory (MB, in extra_info) of a process that submits all files."""
    make_workspace(tmp_path / "workspace").close()
    files = json.dumps({carrier: str(path) for carrier, path in canonical_files.items()})

    def run() -> int:
        command = [sys.executable, "-c", SUBMIT, str(tmp_path / "workspace"), files]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    peak = benchmark.pedantic(run, rounds=1)
    benchmark.extra_info["peak_memory_mb"] = round(peak / 1024)


def test_trace_one_call(benchmark, filled, canonical_files):
    """Seconds for one trace in a running process, kernel, evidence and storing of the result included."""
    row = pl.read_csv(
        canonical_files["term"], n_rows=1, row_index_name="n", schema_overrides={"called_number": pl.String}
    )
    call = ReportedCall("B1", row["start_time"][0], str(row["called_number"][0]), str(row["calling_number"][0]))
    (result,) = benchmark(trace, filled, [call])
    assert result.verdict is Verdict.ORIGINATOR_IDENTIFIED
