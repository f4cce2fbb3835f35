"""What records leave out: a caller left blank, and a forwarded number, do not tell two calls apart."""

from __future__ import annotations

import pytest

from hoptrace.model.numbers import WITHHELD_KEY
from hoptrace.model.verdicts import Verdict

MOBILE = "+13125550166"
"""The number to which some calls are forwarded."""


def rival(world, lowest: dict[str, object], calling: str | None = None) -> None:
    """The reported call, and one of another customer a second later, of which the lowest record is `lowest`."""
    world.chain("one", "north", "term", at=0.0, customer="cust-1")
    numbers = {} if calling is None else {"calling_number": calling}
    world.say("two", 1.0, customer="cust-2", downstream="south", **numbers)
    world.say("south", 1.1, upstream="two", downstream="term", **numbers)
    world.say("term", 1.2, upstream="south", **lowest)


@pytest.mark.parametrize("hidden", [None, WITHHELD_KEY])
def test_a_rival_whose_lowest_record_shows_no_caller_is_alike_where_one_above_has_the_reported_one(world, hidden):
    rival(world, {"calling_number": None, "calling": hidden})
    found = world.trace(at=0.2, terminating_carrier="term")
    assert (found.verdict, found.customer) == (Verdict.AMBIGUOUS, None)


def test_a_rival_that_was_placed_under_another_caller_is_not(world):
    rival(world, {"calling_number": None, "calling": WITHHELD_KEY}, "+12025550144")
    found = world.trace(at=0.2, terminating_carrier="term")
    assert (found.verdict, found.customer) == (Verdict.ORIGINATOR_IDENTIFIED, "cust-1")


def test_nor_is_one_where_the_report_itself_says_that_no_number_was_shown(world):
    world.chain("one", "north", "term", at=0.0, customer="cust-1")
    rival(world, {"calling_number": None, "calling": WITHHELD_KEY})
    found = world.trace(at=1.2, calling=None, terminating_carrier="term")
    assert found.verdict is Verdict.AMBIGUOUS


SHOWN = "+12025550177"
"""The caller that a carrier shows in the place of others."""


def replaced(world, above: str = "swap") -> None:
    """Two customers' calls to one number at one moment: `swap` shows SHOWN, and `above` hands the second to `term`."""
    world.say("one", 0.0, customer="cust-1", downstream="swap")
    world.say("swap", 0.1, upstream="one", downstream="low")
    world.say("low", 0.2, upstream="swap", downstream="term", calling_number=SHOWN)
    world.say("two", 0.4, customer="cust-2", downstream=above)
    world.say(above, 0.5, upstream="two", downstream="term")


def test_a_caller_that_the_last_carrier_replaces_in_other_calls_tells_nothing_apart(world):
    replaced(world)
    found = world.trace(at=0.4, calling=SHOWN, terminating_carrier="term")
    assert (found.verdict, found.customer) == (Verdict.AMBIGUOUS, None)


def test_that_of_a_carrier_that_leaves_callers_as_they_are_does(world):
    replaced(world, "north")
    found = world.trace(at=0.4, calling=SHOWN, terminating_carrier="term")
    assert (found.verdict, found.customer) == (Verdict.ORIGINATOR_IDENTIFIED, "cust-1")


def forwarded_and_not(world) -> None:
    """Two customers' calls to one number a second apart: `home` delivers the first, and sends the second on."""
    world.chain("one", "north", "home", at=0.0, customer="cust-1")
    world.say("two", 1.0, customer="cust-2", downstream="home")
    world.say("home", 1.1, upstream="two", downstream="mobile", egress_called_number=MOBILE)
    world.say("mobile", 1.2, upstream="home", called_number=MOBILE)


@pytest.mark.parametrize("end", ["home", "mobile"])
def test_where_one_of_two_calls_to_a_number_is_forwarded_the_reported_end_does_not_tell_them_apart(world, end):
    forwarded_and_not(world)
    found = world.trace(at=0.6, terminating_carrier=end)
    assert (found.verdict, found.customer) == (Verdict.AMBIGUOUS, None)


def test_nor_where_the_number_that_one_went_on_to_is_known_to_nobody(world):
    world.chain("one", "north", "home", at=0.0, customer="cust-1")
    world.say("two", 1.0, customer="cust-2", downstream="home")
    world.say("home", 1.1, upstream="two", downstream="mobile")
    world.say("mobile", 30.0, upstream="home", called_number=MOBILE)
    found = world.trace(at=0.6, terminating_carrier="home")
    assert (found.verdict, found.customer) == (Verdict.AMBIGUOUS, None)


def test_a_call_that_another_carrier_delivered_is_told_apart_by_its_end(world):
    world.chain("one", "north", "home", at=0.0, customer="cust-1")
    world.chain("two", "south", "other", at=1.0, customer="cust-2")
    found = world.trace(at=0.6, terminating_carrier="home")
    assert (found.verdict, found.customer) == (Verdict.ORIGINATOR_IDENTIFIED, "cust-1")
