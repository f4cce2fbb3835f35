from __future__ import annotations

from pathlib import Path

import pytest

from hoptrace.intake.profile import Profile, load_profile

PROFILES = Path(__file__).parents[3] / "fixtures" / "sipnet" / "profiles"


@pytest.mark.parametrize(
    ("carrier", "reader"), [("bravo", "asterisk"), ("victor", "asterisk"), ("foxtrot", "yate"), ("zulu", "yate")]
)
def test_a_profile_names_its_reader_and_leaves_the_zone_to_the_directory(carrier: str, reader: str) -> None:
    profile = load_profile(PROFILES / f"{carrier}.toml")
    assert (profile.name, profile.format) == (carrier, reader)
    assert profile.time == Profile().time
