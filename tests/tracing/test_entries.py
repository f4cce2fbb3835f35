"""The point of entry is told where a record tells of that very handoff, and not where nobody says who lies between."""

from __future__ import annotations

import pytest

HERE_AND_ABROAD = {"quiet": "US", "low": "US", "orig": "US", "far": "IN", "abroad": "IN", "lost": "US"}


def test_between_the_reported_end_and_another_carrier_the_point_of_entry_is_not_known(world):
    world.country = HERE_AND_ABROAD
    world.say("abroad", 0.0, upstream="far", downstream="lent")
    world.country = {**HERE_AND_ABROAD, "lent": "IN"}
    found = world.trace(at=0.2, terminating_carrier="quiet")
    assert found.path == ("quiet", "lent", "abroad", "far")
    assert found.point_of_entry is None


@pytest.mark.parametrize(("told", "entry"), [("gone", None), ("lost", "lost")])
def test_over_a_gap_the_point_of_entry_is_told_only_where_both_sides_name_one_carrier(world, told, entry):
    """Of two carriers in a row that nobody has records of the upper one may have had the call from yet another."""
    world.country = {**HERE_AND_ABROAD, "gone": "IN"}
    world.say("low", 0.2, upstream="lost", downstream="quiet")
    world.say("abroad", 0.0, upstream="far", downstream=told)
    found = world.trace(at=0.3, terminating_carrier="quiet")
    assert found.path[-1] == "far"
    assert found.point_of_entry == entry


def test_where_a_record_names_the_carrier_abroad_its_own_is_the_point_of_entry(world):
    world.country = HERE_AND_ABROAD
    world.say("quiet", 0.1, upstream="low")
    world.say("low", 0.0, upstream="far", downstream="quiet")
    assert world.trace(at=0.2, terminating_carrier="quiet").point_of_entry == "low"
