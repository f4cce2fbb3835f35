from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hoptrace.intake.formats.asterisk.cdr import AsteriskCsv
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Chunk, Context, Source
from hoptrace.model.carriers import Carrier

Read = Callable[..., Chunk]


@pytest.fixture
def golden() -> Path:
    return Path(__file__).parents[3] / "fixtures" / "formats" / "asterisk"


@pytest.fixture(scope="session")
def read() -> Read:
    def run(
        path: Path, *, zone: str = "", given: str | None = None, profile: Profile | None = None, listed: str = ""
    ) -> Chunk:
        source = Source(0, path, path.name, "digest")
        trunks = frozenset(listed.split())
        context = Context(Carrier("oak", timezone=zone), profile or Profile(), given, listed=trunks)
        (chunk,) = AsteriskCsv().read([source], context)
        return chunk

    return run
