"""A workspace with a small directory, and canonical files to submit to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hoptrace.model.statements import RAW_CALLS
from hoptrace.workspace import Workspace, init_workspace

CARRIERS = "carrier_id,country\nalpha,US\nbeta,US\ngamma,GB\n"
TRUNKS = """carrier_id,trunk,peer,customer,valid_from,valid_to
alpha,203.0.113.0/24,beta,,,
alpha,203.0.113.7,gamma,,,
alpha,2001:db8::/32,gamma,,,
alpha,TG-cust,,cust-1,,
alpha,seasonal,beta,,,2026-05-02
alpha,seasonal,gamma,,2026-05-02,
"""
HEADER = "start_time,duration,calling_number,called_number,upstream,downstream,release_code,record_id"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    (tmp_path / "carriers.csv").write_text(CARRIERS)
    (tmp_path / "trunks.csv").write_text(TRUNKS)
    with init_workspace(tmp_path / "workspace") as made:
        made.catalog.directory.load_directory(tmp_path / "carriers.csv", tmp_path / "trunks.csv")
        yield made


@pytest.fixture
def line() -> Callable[..., str]:
    """A canonical row; `n` makes it another call."""

    def row(n: int, called: str | None = None, upstream: str = "beta", day: int = 1) -> str:
        at = datetime(2026, 5, day, 12, tzinfo=UTC) + timedelta(seconds=n)
        called = f"+1312555{100 + n % 100:04d}" if called is None else called
        return f"{at:%Y-%m-%dT%H:%M:%SZ},{n % 60},+12025550143,{called},{upstream},gamma,200,r{n}"

    return row


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a canonical file of these lines."""

    def to_file(name: str, *lines: str) -> Path:
        path = tmp_path / name
        path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
        return path

    return to_file


@pytest.fixture
def raw_calls() -> Callable[..., pl.DataFrame]:
    """A frame of RAW_CALLS from dicts, with a start time and a called number where none is given."""

    def frame(*rows: dict[str, Any]) -> pl.DataFrame:
        told = [
            {
                "call": n,
                "file": 0,
                "row": n + 1,
                "start_time": datetime(2026, 5, 1, 12, tzinfo=UTC),
                "called_number": "+13125550187",
                **row,
            }
            for n, row in enumerate(rows)
        ]
        return pl.DataFrame(told, schema=RAW_CALLS)

    return frame


# One process loads the program, then forks one child after the other; each child works and is killed. The parent never
# runs a query, so that no thread of Polars is lost in a fork.
_DRIVER = """
import json, os, signal, sys, time
import hoptrace.catalog.catalog, deltalake, sqlalchemy.dialects.sqlite
from hoptrace.lake import levels, upkeep
from hoptrace.lake.lake import Lake
from hoptrace.lake.log import Log
from hoptrace.lake.storage import Store
from hoptrace.workspace import open_workspace

def die(*args, **options):
    os.kill(os.getpid(), signal.SIGKILL)

def before(owner, name, nth=1, do=die):
    plain, calls = getattr(owner, name), []
    def wrapped(*args, **options):
        calls.append(1)
        if len(calls) == nth:
            do()
        return plain(*args, **options)
    setattr(owner, name, wrapped)

def after(owner, name, nth=1):
    plain, calls = getattr(owner, name), []
    def wrapped(*args, **options):
        result = plain(*args, **options)
        calls.append(1)
        if len(calls) == nth:
            die()
        return result
    setattr(owner, name, wrapped)

%s

for job in json.load(sys.stdin):
    begun = time.monotonic()
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            code = child(job)
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    print(json.dumps([os.waitstatus_to_exitcode(status), time.monotonic() - begun]), flush=True)
"""

Drive = Callable[[str, list[dict[str, object]]], list[tuple[int, float]]]


@pytest.fixture(scope="session")
def drive() -> Drive:
    """Runs jobs, each in a process of its own that may be killed; gives exit codes and seconds.

    The first argument is Python that defines `child(job)`, which returns an exit code; it may use `before(owner, name)`
    and `after(owner, name)` to be killed at a function, and `die`.
    """

    def run(work: str, jobs: list[dict[str, object]]) -> list[tuple[int, float]]:
        done = subprocess.run(
            [sys.executable, "-c", _DRIVER % work],
            input=json.dumps(jobs),
            env={**os.environ, "PYTHONPATH": "traceback", "POLARS_MAX_THREADS": "2"},
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
        return [tuple(json.loads(line)) for line in done.stdout.splitlines()]

    return run
