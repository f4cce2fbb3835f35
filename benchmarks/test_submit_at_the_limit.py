"""One long canonical file submitted, beside polars' bare conversion of it to Parquet: time and peak memory of each.

Each runs in a process of its own, so that memory is its own. `--size full` takes 10 million rows (1.3 GB).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from canonical_day import CARRIERS, write_day

from hoptrace.workspace import init_workspace

ROWS = {"small": 300_000, "full": 10_000_000}
TOLD = """
import json, sys, time
from pathlib import Path
upkeep = [0.0, 0.0]
{prepare}
begun, worked = time.perf_counter(), time.process_time()
{work}
told = {{"seconds": time.perf_counter() - begun, "processor": time.process_time() - worked, "rows": rows}}
told["upkeep_seconds"], told["upkeep_processor"] = upkeep
# ru_maxrss would also count the parent, from before this program was loaded.
status = Path("/proc/self/status").read_text().splitlines()
told["peak_memory_mb"] = int(next(line.split()[1] for line in status if line.startswith("VmHWM"))) // 1024
print(json.dumps(told))
"""
BARE = TOLD.format(
    prepare="import polars as pl",
    work='rows = pl.scan_csv(sys.argv[1]).sink_parquet(sys.argv[2], compression="zstd")',
)
SUBMIT = TOLD.format(
    prepare="""
from hoptrace.memory import keep_used_blocks, keep_used_memory
keep_used_memory()  # as the command does
keep_used_blocks()
import hoptrace.intake.submit as submitting
from hoptrace.workspace import open_workspace
keep_up = submitting.keep_up
def timed(*asked):
    begun, worked = time.perf_counter(), time.process_time()
    keep_up(*asked)
    upkeep[:] = time.perf_counter() - begun, time.process_time() - worked
submitting.keep_up = timed
""",
    work="""with open_workspace(sys.argv[2]) as workspace:
    rows = submitting.submit(workspace, [Path(sys.argv[1])], "transit")[0].rows""",
)


@pytest.fixture(scope="module")
def day(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("day") / "day.csv"
    write_day(path, ROWS[request.config.getoption("--size")])
    return path


def told_by(program: str, *arguments: Path) -> dict[str, Any]:
    """Run a program of its own and give what it says of itself."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_submit_beside_the_bare_conversion(benchmark, day: Path, tmp_path: Path, request: pytest.FixtureRequest):
    """Seconds to submit one file; in extra_info both ways' seconds, those of the processor, peak memory and ratios."""
    carriers = tmp_path / "carriers.csv"
    carriers.write_text("carrier_id,country\n" + "".join(f"{carrier},US\n" for carrier in CARRIERS))
    with init_workspace(tmp_path / "workspace") as workspace:
        workspace.catalog.directory.load_directory(carriers, None)
    bare = told_by(BARE, day, tmp_path / "bare.parquet")
    told = benchmark.pedantic(told_by, args=(SUBMIT, day, tmp_path / "workspace"), rounds=1)
    assert told["rows"] == ROWS[request.config.getoption("--size")] + 1
    for name, way in (("bare", bare), ("submit", told)):
        benchmark.extra_info.update({f"{name}_{what}": round(value, 2) for what, value in way.items() if value})
    for what, of in (("ratio", "seconds"), ("processor_ratio", "processor")):
        benchmark.extra_info[what] = round(told[of] / bare[of], 2)
        # Merging the lake serves the submits to come as well, and is bounded by itself (lake/upkeep.py).
        benchmark.extra_info[f"{what}_without_upkeep"] = round((told[of] - told[f"upkeep_{of}"]) / bare[of], 2)
