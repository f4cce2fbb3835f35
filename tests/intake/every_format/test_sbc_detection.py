"""What session border controllers' readers claim of all golden files, and what they say of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hoptrace.intake.formats import readers
from hoptrace.intake.reading import Source

CLAIMS = {
    "acme": {
        "cdr20231218.csv": "S-C6.3 and 6.4 stop: 4",
        "cdr-sc610.csv": "",
        "cdr-scz.csv": "",
        "cdr-scz-306.csv": "",
    },
    "ribbon_act": {"1000A0B.ACT": "2 ATTEMPT, 2 START, 2 STOP", "2000001.ACT": ""},
    "audiocodes": {
        "syslog.log": "1 title rows of AudioCodes CDRs, 1 CALL_CONNECT, 5 CALL_END, 2 CALL_START",
        "untitled.log": "1 CALL_END, but no title row says what their columns are",
    },
}
"""The golden files that a reader claims, and what its reason says among other things."""


@pytest.mark.parametrize("name", sorted(CLAIMS))
def test_detection_says_why_and_claims_nothing_else(name: str, golden: Path) -> None:
    (reader,) = [each for each in readers() if each.name == name]
    claims: dict[str, str] = {}
    for path in sorted(golden.rglob("*")):
        claim = reader.detect(Source(0, path, path.name, "d"), path.read_bytes()) if path.is_file() else None
        if claim is not None:
            claims[path.name] = claim.why
    assert sorted(claims) == sorted(CLAIMS[name])
    assert all(said in claims[file] for file, said in CLAIMS[name].items())
