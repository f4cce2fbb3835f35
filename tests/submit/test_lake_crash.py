"""Tidying and expiring are killed at each step: the lake then holds the same statements, or those that are to stay."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from hoptrace.engines.retention import expire_lake, tidy_lake
from hoptrace.intake.submit import submit
from hoptrace.workspace import open_workspace

# As in the crash tests of submit: the parent loads the program and never runs a query, each child is killed.
DRIVER = """
import json, os, signal, sys
from datetime import date
from hoptrace.engines.retention import expire_lake, tidy_lake
from hoptrace.lake import levels, upkeep
from hoptrace.lake.expiring import Expiring
from hoptrace.lake.lake import Lake
from hoptrace.lake.storage import Store
import hoptrace.catalog.catalog, deltalake, sqlalchemy.dialects.sqlite
from hoptrace.workspace import open_workspace

def at(owner, name, nth, first):
    plain, calls = getattr(owner, name), []
    def wrapped(*args, **options):
        calls.append(1)
        if first and len(calls) == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        result = plain(*args, **options)
        if len(calls) == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(owner, name, wrapped)

def child(job):
    levels.FAN = 2
    owners = {"Store": Store, "Lake": Lake, "Expiring": Expiring}
    at(owners[job["owner"]], job["name"], job["nth"], job["before"])
    with open_workspace(job["workspace"]) as workspace:
        if job["work"] == "tidy":
            tidy_lake(workspace, grace_hours=0)
        else:
            expire_lake(workspace, date(2026, 5, 3), grace_hours=0)
    return 0

for job in json.load(sys.stdin):
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            code = child(job)
        finally:
            os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""

FIRST, SECOND = 1, 2
TIDY = [
    ("Store", "write", FIRST, True),
    ("Store", "write", FIRST, False),
    ("Lake", "_commit", FIRST, True),
    ("Lake", "_commit", FIRST, False),
    ("Store", "sync", SECOND, True),
    ("Lake", "merge", SECOND, True),
    ("Lake", "merge", SECOND, False),
    ("Lake", "unneeded", FIRST, True),
    ("Lake", "replace", FIRST, True),
    ("Lake", "replace", FIRST, False),
    ("Store", "remove", FIRST, True),
    ("Store", "remove", FIRST, False),
]
EXPIRE = [
    ("Expiring", "plan", FIRST, True),
    ("Store", "write", FIRST, True),
    ("Store", "write", FIRST, False),
    ("Expiring", "plan", FIRST, False),
    ("Lake", "_commit", FIRST, True),
    ("Lake", "_commit", FIRST, False),
    ("Expiring", "commit", FIRST, False),
    ("Lake", "_commit", SECOND, True),
    ("Lake", "_commit", SECOND, False),
    ("Store", "remove", FIRST, True),
    ("Store", "remove", FIRST, False),
]
DECIDED = EXPIRE.index(("Lake", "_commit", FIRST, False))


@pytest.fixture
def filled(workspace, write, line) -> Path:
    """Three files of statements on 1 to 4 May 2026, one of them cited by a stored result."""
    for n in range(3):
        rows = [line(1_000 * n + m, day=1 + m % 4) for m in range(40)]
        submit(workspace, [write(f"{n}.csv", *rows)], "alpha")
    batch, row = (
        workspace.lake.view().scan().filter(pl.col("start_time").dt.day() == 1).collect().select("batch", "row").row(0)
    )
    hops = [{"carrier": "alpha", "records": [{"batch": batch, "row": row, "record_id": None}]}]
    workspace.catalog.traces.save([{"call_ref": "C1", "verdict": "no_record", "hops": hops}])
    workspace.close()
    return workspace.path


def _killed(filled: Path, work: str, points: list[tuple[str, str, int, bool]]) -> list[Path]:
    """Copies of the workspace, in each of which the work was killed at one of the points."""
    paths = [Path(shutil.copytree(filled, filled.parent / f"{work}-{n}")) for n in range(len(points))]
    jobs = [
        {"workspace": str(path), "work": work, "owner": owner, "name": name, "nth": nth, "before": before}
        for path, (owner, name, nth, before) in zip(paths, points, strict=True)
    ]
    done = subprocess.run(
        [sys.executable, "-c", DRIVER],
        input=json.dumps(jobs),
        env={**os.environ, "PYTHONPATH": "traceback", "POLARS_MAX_THREADS": "2"},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert [int(code) for code in done.stdout.split()] == [-9] * len(points), done.stderr
    return paths


def _statements(path: Path) -> pl.DataFrame:
    with open_workspace(path) as workspace:
        return workspace.lake.view().scan().collect().sort("batch", "row")


def test_tidying_killed_at_each_step_changes_no_statement(filled: Path) -> None:
    before = _statements(filled)
    for path in _killed(filled, "tidy", TIDY):
        assert _statements(path).equals(before)
        with open_workspace(path) as workspace:
            tidy_lake(workspace, grace_hours=0)
            assert sorted(workspace.lake.store.named("")) == sorted(workspace.lake.view().files["path"])
        assert _statements(path).equals(before)


def test_expiring_killed_at_each_step_is_done_or_not(filled: Path) -> None:
    before = _statements(filled)
    paths = _killed(filled, "expire", EXPIRE)
    young = before.filter(pl.col("start_time").dt.day() > 2)
    for number, path in enumerate(paths):
        found = _statements(path)
        if number < DECIDED:
            assert found.equals(before)
        else:
            assert found.height == young.height + 1
        with open_workspace(path) as workspace:
            done = expire_lake(workspace, date(2026, 5, 3), grace_hours=0)
            assert done.expired is not None
            assert done.expired.held == 1
            assert sorted(workspace.lake.store.named("")) == sorted(workspace.lake.view().files["path"])
            assert workspace.lake.view().expired_before == date(2026, 5, 3)
        after = _statements(path)
        assert after.filter(pl.col("start_time").dt.day() > 2).equals(young)
        assert after.height == young.height + 1
