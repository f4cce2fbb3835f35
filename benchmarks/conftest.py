"""Benchmarks are not tests: nothing here fails on a time. `make bench`; `--size full` for the published table."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from hoptrace.memory import keep_used_blocks, keep_used_memory

# As the commands do that work through much, before anything loads Polars.
keep_used_memory()
keep_used_blocks()

# The helpers beside the benchmarks are no package.
sys.path.insert(0, str(Path(__file__).parent))

_CATALOG_TESTS = Path(__file__).parents[1] / "tests" / "catalog" / "conftest.py"

ROWS = {"small": 100_000, "full": 1_000_000}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--size", choices=sorted(ROWS), default="small", help="small, or full for the published table")


@pytest.fixture(scope="session")
def rows(request: pytest.FixtureRequest) -> int:
    return ROWS[request.config.getoption("--size")]


@pytest.fixture(scope="session")
def canonical_files(rows: int, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One day's canonical CSV of three carriers in a row, `rows` rows altogether: orig -> transit -> term."""
    import polars as pl

    folder = tmp_path_factory.mktemp("cdrs")
    chain = ("orig", "transit", "term")
    calls = rows // len(chain)
    chance = np.random.default_rng(1)
    base = np.datetime64("2026-11-02T00:00:00", "ms")
    start = base + np.sort(chance.integers(0, 86_400_000, calls)).astype("timedelta64[ms]")
    numbers = [
        (chance.integers(201, 990, calls) * 10_000_000 + 555_0100 + chance.integers(0, 100, calls)) for _ in range(2)
    ]
    answered = chance.random(calls) < 0.6
    files: dict[str, Path] = {}
    for place, carrier in enumerate(chain):
        times = start + np.timedelta64(100 * place, "ms")
        frame = pl.DataFrame({"start": times, "calling": numbers[0], "called": numbers[1], "answered": answered})
        stamp = "%Y-%m-%dT%H:%M:%S%.3fZ"
        frame.select(
            start_time=pl.col("start").dt.strftime(stamp),
            answer_time=pl.when("answered").then((pl.col("start") + pl.duration(seconds=4)).dt.strftime(stamp)),
            duration=pl.when("answered").then(30).otherwise(0),
            calling_number=pl.format("+1{}", "calling"),
            called_number=pl.format("+1{}", "called"),
            upstream=pl.lit(chain[place - 1] if place else None),
            customer=pl.lit(None if place else "cust-1"),
            downstream=pl.lit(chain[place + 1] if place + 1 < len(chain) else None),
            call_id=pl.format("{}-{}@example.net", pl.int_range(calls), pl.lit(carrier)),
            release_code=pl.when("answered").then(200).otherwise(486),
        ).write_csv(folder / f"{carrier}.csv")
        files[carrier] = folder / f"{carrier}.csv"
    return files


def _servers() -> object:
    """The tests' own module that starts a PostgreSQL server."""
    spec = importlib.util.spec_from_file_location("catalog_servers", _CATALOG_TESTS)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


postgres = _servers().postgres  # type: ignore[attr-defined]  # a fixture
