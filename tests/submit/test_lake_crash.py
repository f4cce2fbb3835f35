"""Tidying and expiring are killed at each step: the lake then holds the same statements, or those that are to stay."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from hoptrace.catalog.traces import Stored
from hoptrace.engines.retention import expire_lake, tidy_lake
from hoptrace.intake.submit import submit
from hoptrace.workspace import open_workspace

WORK = """
from datetime import date
from hoptrace.engines.retention import expire_lake, tidy_lake
from hoptrace.lake import expiring, merging
from hoptrace.lake.expiring import Expiring

def child(job):
    levels.FAN = 2
    owners = {"Store": Store, "Lake": Lake, "Log": Log, "Expiring": Expiring, "merging": merging, "expiring": expiring}
    (before if job["before"] else after)(owners[job["owner"]], job["name"], job["nth"])
    with open_workspace(job["workspace"]) as workspace:
        if job["work"] == "tidy":
            tidy_lake(workspace, grace_hours=0)
        else:
            expire_lake(workspace, date(2026, 5, 3), grace_hours=0)
    return 0
"""

FIRST, SECOND = 1, 2
TIDY = [
    ("merging", "write_part", FIRST, True),
    ("merging", "write_part", FIRST, False),
    ("Log", "commit", FIRST, True),
    ("Log", "commit", FIRST, False),
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
    ("expiring", "write_part", FIRST, True),
    ("expiring", "write_part", FIRST, False),
    ("Expiring", "plan", FIRST, False),
    ("Log", "commit", FIRST, True),
    ("Log", "commit", FIRST, False),
    ("Expiring", "commit", FIRST, False),
    ("Log", "commit", SECOND, True),
    ("Log", "commit", SECOND, False),
    ("Store", "remove", FIRST, True),
    ("Store", "remove", FIRST, False),
]
DECIDED = EXPIRE.index(("Log", "commit", FIRST, False))


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
    result = json.dumps({"call_ref": "C1", "verdict": "no_record", "hops": hops})
    workspace.catalog.traces.save([Stored("C1", "no_record", None, result)])
    workspace.close()
    return workspace.path


@pytest.fixture
def killed(filled: Path, drive) -> Callable[[str, list[tuple[str, str, int, bool]]], list[Path]]:
    """Copies of the workspace, in each of which the work was killed at one of the points."""

    def run(work: str, points: list[tuple[str, str, int, bool]]) -> list[Path]:
        paths = [Path(shutil.copytree(filled, filled.parent / f"{work}-{n}")) for n in range(len(points))]
        jobs = [
            {"workspace": str(path), "work": work, "owner": owner, "name": name, "nth": nth, "before": before}
            for path, (owner, name, nth, before) in zip(paths, points, strict=True)
        ]
        assert [code for code, _ in drive(WORK, jobs)] == [-9] * len(points)
        return paths

    return run


def _statements(path: Path) -> pl.DataFrame:
    with open_workspace(path) as workspace:
        return workspace.lake.view().scan().collect().sort("batch", "row")


def test_tidying_killed_at_each_step_changes_no_statement(filled: Path, killed) -> None:
    before = _statements(filled)
    for path in killed("tidy", TIDY):
        assert _statements(path).equals(before)
        with open_workspace(path) as workspace:
            tidy_lake(workspace, grace_hours=0)
            assert sorted(workspace.lake.store.named("")) == sorted(workspace.lake.view().files["path"])
        assert _statements(path).equals(before)


def test_expiring_killed_at_each_step_is_done_or_not(filled: Path, killed) -> None:
    before = _statements(filled)
    paths = killed("expire", EXPIRE)
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
