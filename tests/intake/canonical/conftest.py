from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from hoptrace.intake.formats.canonical import Canonical
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Context, Source
from hoptrace.model.carriers import Carrier
from hoptrace.model.statements import RAW_CALLS, ROWS


@dataclass(frozen=True)
class Taken:
    """A file as read: all chunks joined, and the flags."""

    calls: pl.DataFrame
    rows: pl.DataFrame
    flags: list[str]

    def fates(self) -> list[str]:
        return self.rows["fate"].to_list()

    def reasons(self) -> dict[int, list[str]]:
        return {row: reasons for row, reasons in self.rows.select("row", "reasons").iter_rows() if reasons}


def take(path: Path, profile: Profile | None = None) -> Taken:
    context = Context(Carrier("acme", country="US"), profile or Profile())
    chunks = list(Canonical().read([Source(0, path, path.name, "")], context))
    for chunk in chunks:
        assert chunk.calls.schema == RAW_CALLS
        assert chunk.rows.schema == ROWS
        assert chunk.calls["call"].to_list() == list(range(chunk.calls.height))
        accepted = chunk.rows.filter(pl.col("fate") == "accepted")
        assert dict(accepted.select("call", "row").iter_rows()) == dict(chunk.calls.select("call", "row").iter_rows())
    return Taken(
        pl.concat([chunk.calls for chunk in chunks]),
        pl.concat([chunk.rows for chunk in chunks]),
        [flag for chunk in chunks for _, flag in chunk.flags],
    )


@pytest.fixture(name="take")
def take_fixture() -> Callable[..., Taken]:
    return take


@pytest.fixture
def taken(tmp_path: Path) -> Callable[..., Taken]:
    """Reads these bytes as a file of that name."""

    def read(content: bytes | str, name: str = "cdr.csv", profile: Profile | None = None) -> Taken:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return take(path, profile)

    return read


@pytest.fixture
def fixtures() -> Path:
    return Path(__file__).parents[3] / "fixtures" / "formats" / "canonical"
