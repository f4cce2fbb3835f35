"""Many calls over a lake of many days, each day as big as one that fits in memory: minutes to hours, so no test.

python benchmarks/many_days.py fill DIR --days 10 --a-day 10000000     fill a workspace; days that are there stay
python benchmarks/many_days.py trace DIR --calls 1000000               trace so many of its robocalls, of all days

`trace` says how many are right, calls a second, the peak memory (MB) of this process, which traces too, and of the
largest other one (at least what this one had when that began), and what a call costs all (microseconds of the
processor).
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path

from hoptrace.cores import take_share
from hoptrace.memory import keep_used_blocks, keep_used_memory

keep_used_blocks()
keep_used_memory()  # as the command does, before anything loads Polars
take_share(2 if "trace" in sys.argv else 1)  # a lake is filled by one process

import polars as pl  # noqa: E402
from nation import Nation, fill, make_nation, submit_all  # noqa: E402

from hoptrace.engines.batch import How, trace_file  # noqa: E402
from hoptrace.engines.learning import learn_clocks  # noqa: E402
from hoptrace.workspace import open_workspace  # noqa: E402

BATCHES = 400
"""A day: two of each carrier."""


def main() -> None:
    """Fill, or trace."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["fill", "trace"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--a-day", type=int, default=10_000_000)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    told = _fill(given.folder, given.days, given.a_day) if given.what == "fill" else _trace(given)
    print(json.dumps(told))


def _fill(folder: Path, days: int, a_day: int) -> dict[str, float]:
    """Seconds that the lake took for all days' statements, with its upkeep; making them is not counted."""
    folder.mkdir(parents=True, exist_ok=True)
    seconds, statements = 0.0, 0
    for day in range(days):
        if (folder / f"robocalls-{day}.parquet").exists():
            continue
        nation = make_nation(a_day, day)
        begun = time.perf_counter()
        _enter(folder / "workspace", nation)
        seconds += time.perf_counter() - begun
        statements += nation.statements.height
        nation.reported.write_parquet(folder / f"robocalls-{day}.parquet")
    with open_workspace(folder / "workspace") as workspace:
        learn_clocks(workspace)
    return {"statements": statements, "seconds": round(seconds, 1)}


def _enter(workspace: Path, nation: Nation) -> None:
    if not workspace.exists():
        fill(workspace, nation, BATCHES).close()
        return
    with open_workspace(workspace) as there:
        submit_all(there, nation.statements, BATCHES)


def _trace(given: argparse.Namespace) -> dict[str, float]:
    every = pl.concat(pl.read_parquet(path) for path in sorted(given.folder.glob("robocalls-*.parquet")))
    asked = every.sample(min(given.calls, every.height), seed=1, shuffle=True)
    calls, out = given.folder / "calls.csv", given.folder / "results.jsonl"
    asked.drop("origin").write_csv(calls)
    with open_workspace(given.folder / "workspace") as workspace:
        begun, before = time.perf_counter(), time.process_time()
        trace_file(workspace, calls, out, how=How(workers=given.workers))
        seconds, spent = time.perf_counter() - begun, time.process_time() - before
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    own, other = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10, others.ru_maxrss >> 10
    spent += others.ru_utime + others.ru_stime
    kept = pl.scan_ndjson(out, schema={"call_ref": pl.String, "originating_carrier": pl.String}).collect()
    right = asked.join(kept, on="call_ref").filter(pl.col("origin") == pl.col("originating_carrier")).height
    return {
        **{"calls": asked.height, "right": right, "days": every["start_time"].str.head(10).n_unique()},
        **{"seconds": round(seconds, 1), "calls a second": round(asked.height / seconds)},
        **{"peak MB": own, "peak MB of the others": other},
        "microseconds a call": round(spent / asked.height * 1e6, 1),
    }


if __name__ == "__main__":
    main()
