"""Any reader by its name, run on golden files and on lines made up in a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hoptrace.intake.formats import readers
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Chunk, Context, Source
from hoptrace.model.carriers import Carrier

Read = Callable[..., Chunk]
FIXTURES = Path(__file__).parents[2] / "fixtures" / "formats"


@pytest.fixture(scope="session")
def golden() -> Path:
    return FIXTURES


@pytest.fixture(scope="session")
def read() -> Read:
    def run(
        name: str,
        *paths: Path,
        zone: str | None = None,
        carrier: Carrier | None = None,
        profile: Profile | None = None,
    ) -> Chunk:
        (reader,) = [each for each in readers() if each.name == name]
        sources = [Source(i, path, path.name, "digest") for i, path in enumerate(paths)]
        who = carrier or Carrier("oak", country="US")
        (chunk,) = reader.read(sources, Context(who, profile or Profile(), zone))
        return chunk

    return run


@pytest.fixture
def lines(golden: Path) -> Callable[[str], list[str]]:
    """The lines of a golden file, to change them."""

    def of(name: str) -> list[str]:
        return (golden / name).read_bytes().decode("latin-1").splitlines()

    return of


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write lines, or bytes, as a file."""

    def to(content: list[str] | bytes, name: str = "file.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else ("\n".join(content) + "\n").encode("latin-1"))
        return path

    return to
