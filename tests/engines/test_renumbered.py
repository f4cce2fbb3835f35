"""Calls whose called number changed on the way, reported by the number before the change or the one after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from hoptrace.engines.renumbered import LATER_WINDOW, declared
from hoptrace.model.verdicts import Verdict
from hoptrace.tracing.case import Reported

BASE = datetime(2026, 11, 2, 15, 0, 0, tzinfo=UTC)
DIALLED, RUNG = "+18005550187", "+13125550187"


def translated(world, told: bool, rang: float = 0.0) -> None:
    """A call to DIALLED that `mid` sent on to RUNG after it `rang` there; `told`: its record says so."""
    answered = {"answer_time": BASE + timedelta(seconds=rang + 4)}
    world.say("orig", 0.0, customer="c", downstream="mid", called_number=DIALLED, **answered)
    change = {"egress_called_number": RUNG} if told else {}
    world.say("mid", 0.1, upstream="orig", downstream="low", called_number=DIALLED, **answered, **change)
    world.say("low", rang + 0.2, upstream="mid", downstream="term", called_number=RUNG, **answered)
    world.say("term", rang + 0.3, upstream="low", called_number=RUNG, **answered)


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("number", [DIALLED, RUNG])
@pytest.mark.parametrize("end", ["term", None])
def test_a_call_is_told_from_its_end_whichever_of_its_numbers_is_reported(world, told, number, end):
    translated(world, told)
    found = world.trace(at=0.3, called=number, terminating_carrier=end)
    assert (found.verdict, found.customer) == (Verdict.ORIGINATOR_IDENTIFIED, "c")
    assert found.path == ("term", "low", "mid", "orig")


@pytest.mark.parametrize("told", [True, False])
def test_the_phone_may_have_rung_before_the_call_was_sent_on(world, told):
    translated(world, told, rang=15.0)
    found = world.trace(at=15.3, called=DIALLED, terminating_carrier="term")
    assert found.path == ("term", "low", "mid", "orig")


def test_who_sent_a_call_on_is_its_end_where_the_report_says_so(world):
    translated(world, told=True)
    found = world.trace(at=0.1, called=DIALLED, terminating_carrier="mid")
    assert found.path == ("mid", "orig")


def test_a_number_that_was_dialled_several_times_is_looked_for_around_each_of_the_calls():
    asked = Reported(at=1_000.0, called=13125550187)
    changes = {"call": [0, 0, 0], "called": [18005550187, 18005550187, 18005550199], "start": [900.0, 1_400.0, 1_000.0]}
    members = pl.DataFrame(changes).with_columns(egress_called=pl.lit(13125550187))
    spans = {key: (at - window, at + window) for _, key, at, window in declared(members, {0: asked}).iter_rows()}
    assert spans[18005550187] == (900.0 - LATER_WINDOW, 1_400.0 + LATER_WINDOW)
    assert spans[18005550199] == (1_000.0 - LATER_WINDOW, 1_000.0 + LATER_WINDOW)


def test_a_silent_carrier_that_translated_the_number_is_bridged_downwards(world):
    world.say("orig", 0.0, customer="c", downstream="quiet", called_number=DIALLED)
    world.say("term", 0.2, upstream="quiet", called_number=RUNG)
    found = world.trace(at=0.2, called=DIALLED, terminating_carrier="term")
    assert found.path == ("term", "quiet", "orig")
    assert found.customer == "c"


def test_the_callers_other_call_over_the_same_carriers_is_not_taken_for_the_way_on(world):
    # The reported call's own record is lost at `low`; the caller dialled RUNG itself at nearly the same moment.
    for number, at in ((DIALLED, 0.0), (RUNG, 1.0)):
        world.say("orig", at, customer="c", downstream="mid", called_number=number)
        world.say("mid", at + 0.1, upstream="orig", downstream="low", called_number=number)
    world.say("low", 1.2, upstream="mid", called_number=RUNG)
    found = world.trace(at=0.2, called=DIALLED)
    assert found.path == ("low", "mid", "orig")
    assert [hop.start_time for hop in found.hops if hop.carrier == "low"] == [None]


def test_a_number_sent_on_to_many_leads_to_the_one_of_this_call(world):
    for place in range(4):
        rung, at = f"+1312555010{place}", 40.0 * place
        world.say("orig", at, customer=f"c{place}", downstream="mid", called_number=DIALLED)
        change = {"called_number": DIALLED, "egress_called_number": rung}
        world.say("mid", at + 0.1, upstream="orig", downstream=f"term{place}", **change)
        world.say(f"term{place}", at + 0.2, upstream="mid", called_number=rung)
    found = world.trace(at=80.2, called=DIALLED)
    assert (found.path, found.customer) == (("term2", "mid", "orig"), "c2")


@pytest.mark.parametrize("rang", [0.0, 12.0])
@pytest.mark.parametrize("outcome", ["answered", "cancelled"])
def test_a_silent_carrier_that_sent_the_call_on_is_bridged_though_the_report_names_no_end(world, rang, outcome):
    """`quiet` may have let the phone ring first; the call was answered, or given up, everywhere at once."""
    ended = {"outcome": outcome, "end_time": BASE + timedelta(seconds=rang + 30)}
    if outcome == "answered":
        ended |= {"answer_time": BASE + timedelta(seconds=rang + 4)}
    world.say("orig", 0.0, customer="c", downstream="mid", called_number=DIALLED, **ended)
    world.say("mid", 0.1, upstream="orig", downstream="quiet", called_number=DIALLED, **ended)
    world.say("low", rang + 0.3, upstream="quiet", downstream="term", called_number=RUNG, **ended)
    world.say("term", rang + 0.4, upstream="low", called_number=RUNG, **ended)
    found = world.trace(at=rang + 0.4, called=DIALLED, terminating_carrier=None)
    assert (found.path, found.customer) == (("term", "low", "quiet", "mid", "orig"), "c")


def test_the_callers_next_call_over_a_silent_carrier_is_not_the_way_on_of_this_one(world):
    """`quiet` delivered the first call; the caller's next one went over it to somebody else."""
    world.say("orig", 0.0, customer="c", downstream="quiet", called_number=DIALLED)
    world.say("orig", 20.0, customer="c", downstream="quiet", called_number=RUNG)
    world.say("term", 20.2, upstream="quiet", called_number=RUNG)
    found = world.trace(at=0.1, called=DIALLED, terminating_carrier=None)
    assert found.path == ("quiet", "orig")


def test_two_silent_carriers_that_each_sent_the_call_on_are_both_bridged(world):
    between = "+12125550187"
    world.say("orig", 0.0, customer="c", downstream="quiet", called_number=DIALLED)
    world.say("mid", 0.2, upstream="quiet", downstream="hushed", called_number=between)
    world.say("term", 0.4, upstream="hushed", called_number=RUNG)
    found = world.trace(at=0.4, called=RUNG, terminating_carrier="term")
    assert (found.path, found.customer) == (("term", "hushed", "mid", "quiet", "orig"), "c")
