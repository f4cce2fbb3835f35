from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hoptrace.intake.formats.h323.cube import CubeCsv
from hoptrace.intake.reading import Chunk, Context, Source
from hoptrace.model.carriers import Carrier

Read = Callable[..., Chunk]


@pytest.fixture
def golden() -> Path:
    return Path(__file__).parents[3] / "fixtures" / "formats" / "cisco_cube"


@pytest.fixture(scope="session")
def read() -> Read:
    def run(*paths: Path, timezone: str | None = None) -> Chunk:
        sources = [Source(i, path, path.name, "digest") for i, path in enumerate(paths)]
        (chunk,) = CubeCsv().read(sources, Context(Carrier("oak"), timezone=timezone))
        return chunk

    return run
