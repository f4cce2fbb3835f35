"""Helpers: files into sources, a reader run over them, and what came out as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Chunk, Context, FormatReader, Source
from hoptrace.model.carriers import Carrier
from hoptrace.model.statements import RAW_CALLS, ROWS

GOLDEN = Path(__file__).parents[3] / "fixtures" / "formats" / "acc"


@dataclass(frozen=True)
class Outcome:
    calls: pl.DataFrame
    rows: pl.DataFrame
    chunks: tuple[Chunk, ...]

    def fates(self) -> Counter[str]:
        return Counter(self.rows["fate"].to_list())

    def reasons(self) -> Counter[str]:
        return Counter(reason for reasons in self.rows["reasons"].to_list() for reason in reasons or ())

    def call(self, call_id: str, **facts: object) -> dict[str, Any]:
        """The only call of a Call-ID with these facts; its times as seconds since 1970."""
        found = [
            {k: v.timestamp() if isinstance(v, datetime) else v for k, v in row.items()}
            for row in self.calls.filter(pl.col("call_id") == call_id).iter_rows(named=True)
        ]
        found = [row for row in found if all(row[k] == v for k, v in facts.items())]
        assert len(found) == 1, found
        return found[0]

    def content(self) -> Counter[tuple[object, ...]]:
        """The calls without where they stood."""
        return Counter(self.calls.drop("call", "file", "row").rows())


Run = Callable[..., Outcome]


@pytest.fixture
def golden() -> Path:
    return GOLDEN


@pytest.fixture(scope="session")
def run() -> Run:
    return read_paths


def read_paths(
    reader: FormatReader,
    paths: Sequence[Path],
    profile: Profile | None = None,
    timezone: str | None = None,
    carrier_zone: str = "",
) -> Outcome:
    sources = [Source(index, path, path.name, "") for index, path in enumerate(paths)]
    context = Context(Carrier("alpha", timezone=carrier_zone), profile or Profile(), timezone)
    chunks = tuple(reader.read(sources, context))
    outcome = Outcome(pl.concat([c.calls for c in chunks]), pl.concat([c.rows for c in chunks]), chunks)
    check_account(outcome)
    return outcome


def check_account(outcome: Outcome) -> None:
    """What must hold whatever was read: schemas, one fate a row, accepted rows and calls name each other."""
    for chunk in outcome.chunks:
        assert chunk.calls.schema == RAW_CALLS
        assert chunk.rows.schema == ROWS
        accepted = chunk.rows.filter(pl.col("fate") == "accepted")
        assert set(accepted["call"]) == set(chunk.calls["call"]) == set(range(len(chunk.calls)))
        assert chunk.rows.filter((pl.col("fate") == "rejected") & (pl.col("reasons").list.len() == 0)).is_empty()
        assert chunk.rows.filter((pl.col("fate") != "accepted") & pl.col("call").is_not_null()).is_empty()
    assert outcome.rows.select("file", "row").is_unique().all()
    assert outcome.calls["start_time"].null_count() == 0
    assert outcome.calls["called_number"].null_count() == 0
    for name, dtype in RAW_CALLS.items():
        assert dtype != pl.String or not (outcome.calls[name] == "").any()


def at(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
