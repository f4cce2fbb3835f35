"""A workspace with a small directory, and canonical files to submit to it."""

from __future__ import annotations

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
