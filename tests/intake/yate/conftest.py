from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hoptrace.intake.formats.yate.reader import YateCdrfile
from hoptrace.intake.reading import Chunk, Context, Source
from hoptrace.model.carriers import Carrier

Read = Callable[..., Chunk]


@pytest.fixture
def golden() -> Path:
    return Path(__file__).parents[3] / "fixtures" / "formats" / "yate"


@pytest.fixture(scope="session")
def read() -> Read:
    def run(*paths: Path) -> Chunk:
        sources = [Source(i, path, path.name, "digest") for i, path in enumerate(paths)]
        (chunk,) = YateCdrfile().read(sources, Context(Carrier("oak")))
        return chunk

    return run
