"""By the caller ids of doubtful calls: who else says that they came from there, and whose word that does not help."""

from __future__ import annotations

import json

import polars as pl
import pytest

from hoptrace.linking.learned import Learned
from hoptrace.linking.learning import learn
from hoptrace.linking.members import comparable
from hoptrace.linking.trust.bearing_out import Trust
from hoptrace.linking.trust.witnesses import NAMED_FALSELY, count_witnesses, spoken_for

SHOWN, OTHER = "+12025550143", "+12025550177"
KEY = 12025550143
CAMPAIGN = [f"+1312555{110 + n:04d}" for n in range(10)]

UNTRUE = {("doubtful", "quiet"): 0.5, ("doubtful", "innocent"): 0.9, ("second", "quiet"): 0.1}
"""`doubtful` blames innocents, `quiet` leaves records out; `second` has no quarrel with anybody else."""


def number(n: int) -> str:
    return f"+1{202 + n // 100}5550{100 + n % 100}"


def named(world, carrier: str, upstream: str, caller: str = SHOWN, called: int = 1) -> int:
    """A carrier says that it got a call from an upstream, which has no record of it."""
    return world.say(carrier, 10.0 * called, upstream=upstream, calling_number=caller, called_number=number(called))


def placed(world, carrier: str, caller: str = SHOWN, called: int = 9) -> None:
    world.say(carrier, 10.0 * called, customer="c", calling_number=caller, called_number=number(called))


def submitted(world, carrier: str, times: tuple[float, ...] = (-60.0, 400.0)) -> None:
    """A carrier has records of these times, of other calls."""
    for at in times:
        world.say(carrier, at, downstream="elsewhere", calling_number=number(900), called_number=number(901))


def counted(world, untrue=UNTRUE, borne_out=()) -> list[tuple[str, str, int, str]]:
    submitted(world, "quiet")
    facts = comparable(world.frame(), Learned.nothing())
    sids = facts.filter(pl.col("row").is_in(list(borne_out)))["sid"]
    return count_witnesses(facts, sids, untrue).rows()


def test_another_carrier_that_got_calls_of_the_caller_there_bears_it_out(world):
    named(world, "doubtful", "quiet")
    named(world, "second", "quiet", called=2)
    named(world, "doubtful", "quiet", OTHER, called=3)
    assert counted(world) == [("doubtful", "quiet", KEY, "second")]


def test_the_most_credible_of_several_is_told(world):
    named(world, "doubtful", "quiet")
    for place, carrier in enumerate(("amber", "second", "zinc")):
        named(world, carrier, "quiet", called=2 + place)
    untrue = {**UNTRUE, ("amber", "quiet"): 0.2, ("zinc", "quiet"): 0.05}
    assert counted(world, untrue) == [("doubtful", "quiet", KEY, "zinc")]


@pytest.mark.parametrize(("untrue", "heard"), [(NAMED_FALSELY - 0.01, True), (NAMED_FALSELY, False)])
def test_who_is_likely_to_lie_of_the_same_carrier_bears_nobody_out(world, untrue, heard):
    named(world, "doubtful", "quiet")
    named(world, "second", "quiet", called=2)
    assert bool(counted(world, {**UNTRUE, ("second", "quiet"): untrue})) is heard


def test_customers_of_the_carrier_that_lacks_the_calls_bear_it_out(world):
    named(world, "doubtful", "quiet")
    placed(world, "quiet")
    assert counted(world) == [("doubtful", "quiet", KEY, "quiet")]


@pytest.mark.parametrize("caller", [None, "anonymous"])
def test_a_caller_that_is_withheld_tells_nothing(world, caller):
    named(world, "doubtful", "quiet", caller)
    named(world, "second", "quiet", caller, called=2)
    placed(world, "quiet", caller)
    assert counted(world) == []


def test_whose_own_customers_show_the_caller_is_not_helped_by_others(world):
    named(world, "doubtful", "quiet")
    named(world, "second", "quiet", called=2)
    placed(world, "quiet")
    placed(world, "doubtful", called=8)
    assert counted(world) == []


def test_who_lays_one_callers_calls_at_several_doors_is_not_helped_by_others(world):
    named(world, "doubtful", "quiet")
    named(world, "doubtful", "innocent", called=4)
    named(world, "second", "quiet", called=2)
    placed(world, "quiet")
    assert counted(world) == []


@pytest.mark.parametrize("gives_itself_away", [True, False])
def test_a_second_carrier_that_gives_itself_away_bears_nobody_out(world, gives_itself_away):
    named(world, "doubtful", "quiet")
    named(world, "second", "quiet", called=2)
    placed(world, "second", SHOWN if gives_itself_away else OTHER)
    assert bool(counted(world)) is not gives_itself_away


def test_calls_that_the_named_carrier_has_do_not_count(world):
    named(world, "doubtful", "quiet")
    row = named(world, "second", "quiet", called=2)
    assert counted(world, borne_out=[row]) == []


@pytest.mark.parametrize(("day", "heard"), [(-86_400.0, False), (0.0, True)])
def test_calls_of_a_time_of_which_the_named_carrier_has_no_records_do_not_count(world, day, heard):
    named(world, "doubtful", "quiet")
    world.say("second", day + 20.0, upstream="quiet", calling_number=SHOWN, called_number=number(2))
    assert bool(counted(world)) is heard


def test_calls_of_a_hole_in_the_named_carriers_records_do_not_count(world):
    named(world, "doubtful", "quiet")
    world.say("second", 40_000.0, upstream="quiet", calling_number=SHOWN, called_number=number(2))
    submitted(world, "quiet", (0.0, 100.0, 200.0, 300.0, 86_400.0))
    assert counted(world) == []


@pytest.mark.parametrize(("calls", "heard"), [(20, False), (2, True)])
def test_one_lost_row_among_many_bears_nobody_out(world, calls, heard):
    named(world, "doubtful", "quiet")
    rows = [named(world, "second", "quiet", called=2 + n) for n in range(calls)]
    assert bool(counted(world, borne_out=rows[1:])) is heard


def test_where_nobody_is_doubted_nothing_is_counted(world):
    named(world, "doubtful", "quiet")
    named(world, "second", "quiet", called=2)
    below = {pair: min(each, NAMED_FALSELY - 0.01) for pair, each in UNTRUE.items()}
    assert counted(world, below) == []


def test_a_witness_counts_no_more_where_it_is_not_credible_any_more():
    rows = [("doubtful", "quiet", KEY, "second"), ("doubtful", "quiet", KEY + 1, "quiet")]
    frame = pl.DataFrame(rows, ["namer", "named", "calling", "witness"], orient="row")
    believed = spoken_for(frame, UNTRUE)["doubtful", "quiet"]
    assert believed[KEY] > believed[KEY + 1] > 1
    assert spoken_for(frame, {("second", "quiet"): NAMED_FALSELY})["doubtful", "quiet"].keys() == {KEY + 1}


def test_the_odds_are_for_calls_of_that_caller_alone():
    trust = Trust(untrue={("doubtful", "quiet"): 0.5}, spoken_for={("doubtful", "quiet"): {KEY: 4.0}})
    assert trust.named_falsely("doubtful", "quiet", KEY) == pytest.approx(0.2)
    for calling in (KEY + 1, None):
        assert trust.named_falsely("doubtful", "quiet", calling) == 0.5
    assert trust.named_falsely("second", "quiet", KEY) == 0.0


def handed_over(world, at: float, carriers: tuple[str, str], *, recorded: bool, **numbers: str) -> None:
    """The second of two carriers says that the first one handed it a call, of which that one has a record or not."""
    upper, lower = carriers
    if recorded:
        world.say(upper, at, customer="c", downstream=lower, **numbers)
    world.say(lower, at + 0.1, upstream=upper, downstream="term", **numbers)
    world.say("term", at + 0.2, upstream=lower, **numbers)


def two_liars(world) -> None:
    """`doubtful` lays its own customers' calls at three doors; `quiet`, one of these, leaves out calls of a campaign.

    The campaign shows ten caller ids, and its calls go over `doubtful`, x and y.
    """
    for n in range(40):
        for place, carrier in enumerate(("a", "b", "quiet")):
            numbers = {"called_number": number(100 * place + n), "calling_number": number(300 + 100 * place + n)}
            handed_over(world, 60.0 * n + 3 * place, (carrier, "doubtful"), recorded=n >= 25, **numbers)
            honest = {"called_number": number(1000 + 100 * place + n)}
            handed_over(world, 60.0 * n + 3 * place + 20, (carrier, "other"), recorded=True, **honest)
        for place, carrier in enumerate(("x", "y", "doubtful")):
            if carrier != "doubtful" or n < 8:
                numbers = {"called_number": number(600 + 100 * place + n), "calling_number": CAMPAIGN[n % 10]}
                handed_over(world, 60.0 * n + 40 + 3 * place, ("quiet", carrier), recorded=n >= 25, **numbers)


def test_what_was_learned_tells_by_the_caller_who_is_believed(world):
    two_liars(world)
    trust = Trust.from_json(json.loads(json.dumps(learn(world.frame()).weights["trust"])))
    assert trust.untrue["doubtful", "quiet"] >= NAMED_FALSELY
    callers = {calling for namer, named, calling, _ in trust.witnesses if (namer, named) == ("doubtful", "quiet")}
    assert callers == {int(caller[1:]) for caller in CAMPAIGN[:8]}
    assert {row[3] for row in trust.witnesses if row[2] in callers} <= {"x", "y"}
    assert trust.named_falsely("doubtful", "quiet", min(callers)) < 0.1
    assert trust.named_falsely("doubtful", "quiet", int(number(500)[1:])) >= NAMED_FALSELY
