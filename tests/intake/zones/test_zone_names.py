from __future__ import annotations

from datetime import timedelta

import pytest

from hoptrace.intake.zone_names import HOURS, stated_offset
from hoptrace.intake.zone_settling import fixed_zone


@pytest.mark.parametrize(
    ("word", "hours"), [("UTC", 0), ("Z", 0), ("GMT+4", 4), ("GMT-08:00", -8), ("+05:30", 5.5), ("-0330", -3.5)]
)
def test_offsets_that_a_word_states(word: str, hours: float) -> None:
    assert stated_offset(word) == timedelta(hours=hours)


@pytest.mark.parametrize("word", ["", "PST", "GMT+15", "UTC+5:75", "+5:30:00", "GMT+"])
def test_what_states_no_offset(word: str) -> None:
    assert stated_offset(word) is None


@pytest.mark.parametrize("word", ["CST", "MST", "BST", "IST", "AST"])
def test_words_of_several_zones_stand_for_none(word: str) -> None:
    assert word not in HOURS
    assert fixed_zone(word) is None


def test_a_word_of_one_zone_is_fixed_whatever_its_case() -> None:
    zone = fixed_zone("pst")
    assert zone is not None and zone.utcoffset(None) == timedelta(hours=-8)
