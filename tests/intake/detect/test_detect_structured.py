"""Files that begin as XML or JSON are asked for at those readers alone that read them, which misses none."""

from __future__ import annotations

from pathlib import Path

import pytest

from hoptrace.intake import detect
from hoptrace.intake.formats import readers
from hoptrace.intake.reading import Source

FORMATS = Path(__file__).parents[3] / "fixtures" / "formats"


@pytest.mark.parametrize("begin", [b"<?xml", b"{"])
def test_no_other_reader_claims_a_golden_file_that_begins_so(begin: bytes) -> None:
    every, files = readers(), [path for path in sorted(FORMATS.rglob("*")) if path.is_file()]
    seen = 0
    for path in files:
        source = Source(0, path, path.name, "")
        head = source.head()
        if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(begin):
            seen += 1
            claims = {reader.name for reader in every if reader.detect(source, head) is not None}
            assert claims == {reader.name for reader, _ in detect.claims_on(source, head, every)}, path
    assert seen > 2
