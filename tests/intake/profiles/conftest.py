from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hoptrace.intake.formats.profiled.reader import Profiled
from hoptrace.intake.profile import Profile, read_profile
from hoptrace.intake.profiles.shipped import overlaid, shipped_profile
from hoptrace.intake.reading import Context, Source
from hoptrace.model.carriers import Carrier
from hoptrace.model.statements import RAW_CALLS, ROWS

FIXTURES = Path(__file__).parents[3] / "fixtures" / "formats"


@dataclass(frozen=True)
class Taken:
    """Files as read: all chunks joined, and the flags."""

    calls: pl.DataFrame
    rows: pl.DataFrame
    flags: list[str]
    zones: list[str]

    def fates(self) -> list[str]:
        return self.rows.sort("file", "row")["fate"].to_list()

    def reasons(self) -> dict[int, list[str]]:
        return {row: reasons for row, reasons in self.rows.select("row", "reasons").iter_rows() if reasons}

    def call(self, row: int, file: int = 0) -> dict[str, Any]:
        return self.calls.row(by_predicate=(pl.col("file") == file) & (pl.col("row") == row), named=True)

    def said(self, row: int, *names: str) -> tuple[Any, ...]:
        call = self.call(row)
        return tuple(call[name] for name in names)


def take(profile: Profile, *paths: Path, timezone: str | None = None, country: str = "US") -> Taken:
    reader = Profiled(profile.name, profile)
    sources = [Source(at, path, path.name, "") for at, path in enumerate(paths)]
    chunks = list(reader.read(sources, Context(Carrier("acme", country=country), profile, timezone)))
    for chunk in chunks:
        assert chunk.calls.schema == RAW_CALLS
        assert chunk.rows.schema == ROWS
        assert chunk.calls["call"].to_list() == list(range(chunk.calls.height))
        accepted = chunk.rows.filter(pl.col("fate") == "accepted")
        assert set(accepted["call"]) == set(chunk.calls["call"])
        own = accepted.join(chunk.calls, on=["file", "row", "call"], how="semi")
        assert own.height == chunk.calls.height, "a call's own row is one of its rows"
    rows = pl.concat([chunk.rows for chunk in chunks])
    assert rows.select("file", "row").is_unique().all()
    return Taken(
        pl.concat([chunk.calls for chunk in chunks]),
        rows,
        [flag for chunk in chunks for _, flag in chunk.flags],
        [str(chunk.zone) for chunk in chunks],
    )


@pytest.fixture(scope="session", name="take")
def take_fixture() -> Callable[..., Taken]:
    return take


@pytest.fixture
def fixtures() -> Path:
    return FIXTURES


@pytest.fixture(scope="session")
def taken_as() -> Callable[..., Taken]:
    """Reads files with a shipped profile: taken_as("sansay", path)."""

    def read(name: str, *paths: Path, over: str = "", **about: Any) -> Taken:
        profile = shipped_profile(name)
        if over:
            profile = overlaid(profile, read_profile(f'format = "{name}"\n{over}', "over.toml", "over"))
        return take(profile, *paths, **about)

    return read


@pytest.fixture
def taken(tmp_path: Path) -> Callable[..., Taken]:
    """Reads content with a profile given as TOML: the delimited format, and those fields that nearly all have."""

    def read(content: bytes | str, toml: str = "", name: str = "cdr.csv", **about: Any) -> Taken:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        text = toml if "format =" in toml else 'format = "delimited"\n' + toml
        if "start_time" not in text:
            text += '\n[fields]\nstart_time = "start"\ncalled_number = "called"\ncalling_number = "calling"\n'
        return take(read_profile(text, "test.toml", "test"), path, **about)

    return read
