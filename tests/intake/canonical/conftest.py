from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from hoptrace.intake.formats.canonical.reader import Canonical
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Chunk, Context, Source
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
    settled = [once(chunk) for chunk in chunks]
    return Taken(
        pl.concat([calls for calls, _ in settled]),
        pl.concat([rows for _, rows in settled]),
        [flag for chunk in chunks for _, flag in chunk.flags],
    )


def once(chunk: Chunk) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The chunk's calls and rows, with those that repeat an earlier one to the letter as duplicates."""
    if chunk.again is None:
        return chunk.calls, chunk.rows
    again = chunk.again()
    repeats = pl.col("call").is_in(chunk.calls["call"].filter(again).to_list())
    fate = pl.when(repeats).then(pl.lit("duplicate")).otherwise("fate")
    call = pl.when(~repeats).then("call")
    return chunk.calls.filter(~again), chunk.rows.with_columns(fate=fate, call=call)


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
