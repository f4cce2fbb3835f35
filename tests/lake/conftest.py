"""Made-up statements for the lake."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hoptrace.lake.lake import Lake
from hoptrace.model.statements import STATEMENTS

BASE = datetime(2026, 5, 1, tzinfo=UTC)
MakeStatements = Callable[..., pl.DataFrame]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = Lake(str(tmp_path / "lake"))
    made.create()
    return made


@pytest.fixture
def make(make_once: MakeStatements) -> MakeStatements:
    return make_once


@pytest.fixture
def spans(spans_once: MakeStatements) -> MakeStatements:
    return spans_once


@pytest.fixture(scope="module")
def make_once() -> MakeStatements:
    """Statements from dicts; `at` is seconds after 2026-05-01T00:00:00Z."""

    def statements(*rows: dict[str, Any], batch: str = "b") -> pl.DataFrame:
        told = [
            {
                "batch": batch,
                "row": number,
                "carrier": "alpha",
                "start_time": BASE + timedelta(seconds=row.get("at", 0)),
                "called": 12025550100,
                "fingerprint": 2**64 - 1 - number,
                **{name: value for name, value in row.items() if name != "at"},
            }
            for number, row in enumerate(rows, start=1)
        ]
        return pl.DataFrame(told, schema=STATEMENTS)

    return statements


@pytest.fixture(scope="module")
def spans_once() -> MakeStatements:
    """Spans from (key, first second, last second)."""

    def wanted(*rows: tuple[int, float, float]) -> pl.DataFrame:
        return pl.DataFrame(
            [(key, BASE + timedelta(seconds=first), BASE + timedelta(seconds=last)) for key, first, last in rows],
            schema={"key": pl.Int64, "from_time": pl.Datetime("us", "UTC"), "to_time": pl.Datetime("us", "UTC")},
            orient="row",
        )

    return wanted
