from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hoptrace.intake.formats.broadworks.reader import BroadworksCsv, BroadworksXml
from hoptrace.intake.reading import Chunk, Context, Source
from hoptrace.model.carriers import Carrier

Read = Callable[..., Chunk]
CSV, XML = "BW-CDR-20260302140000.csv", "BW-CDR-20260302.xml"


@pytest.fixture
def golden() -> Path:
    return Path(__file__).parents[3] / "fixtures" / "formats" / "broadworks"


@pytest.fixture(scope="session")
def read() -> Read:
    def run(*paths: Path) -> Chunk:
        sources = [Source(i, path, path.name, "digest") for i, path in enumerate(paths)]
        reader = BroadworksXml() if paths[0].name.endswith(".xml") else BroadworksCsv()
        (chunk,) = reader.read(sources, Context(Carrier("oak")))
        return chunk

    return run
