"""Calls that look alike: which one the report means, and where nobody can tell."""

from __future__ import annotations

import pytest

from hoptrace.model.verdicts import Verdict

OTHERS = {f"carrier{n}": "US" for n in range(20)}
"""A directory in which most carriers have submitted nothing."""


def two_calls(world, gap: float, **second) -> None:
    """Two calls with the same numbers, of two customers of two carriers, `gap` s apart."""
    world.chain("one", "north", "term", at=0.0, customer="cust-1")
    world.chain("two", "south", "term", at=gap, customer="cust-2", **second)


@pytest.mark.parametrize("at", [0.2, 0.7, 1.2])
def test_calls_of_two_customers_a_second_apart_are_ambiguous(world, at):
    two_calls(world, 1.0)
    found = world.trace(at=at, terminating_carrier="term")
    assert (found.verdict, found.originating_carrier, found.customer) == (Verdict.AMBIGUOUS, None, None)
    assert found.path == ("term",)
    assert "came as near to this one as" in found.summary
    assert {told.path for told in found.alternatives} == {("term", "north", "one"), ("term", "south", "two")}


@pytest.mark.parametrize(("at", "customer"), [(0.2, "cust-1"), (30.2, "cust-2")])
def test_of_calls_half_a_minute_apart_the_nearer_one_is_named(world, at, customer):
    two_calls(world, 30.0)
    found = world.trace(at=at, terminating_carrier="term")
    assert (found.verdict, found.customer) == (Verdict.ORIGINATOR_IDENTIFIED, customer)
    assert found.confidence > 0.9


def test_both_calls_within_the_reports_usual_error_are_ambiguous_though_one_is_nearer(world):
    two_calls(world, 2.5)
    found = world.trace(at=0.2, terminating_carrier="term")
    assert (found.verdict, found.customer) == (Verdict.AMBIGUOUS, None)


@pytest.mark.parametrize("at", [-1.2, -2.4])
def test_a_call_as_near_to_the_best_one_as_reports_lie_from_theirs_is_alike(world, at):
    """The report lies on the far side of the nearer call, as far off as reports may."""
    two_calls(world, 2.5)
    assert world.trace(at=at, terminating_carrier="term").verdict is Verdict.AMBIGUOUS


def test_a_call_further_from_the_best_one_and_from_the_report_is_not(world):
    two_calls(world, 4.0)
    found = world.trace(at=-1.2, terminating_carrier="term")
    assert (found.verdict, found.customer) == (Verdict.ORIGINATOR_IDENTIFIED, "cust-1")


def test_a_call_of_another_caller_a_second_away_is_not_alike(world):
    two_calls(world, 1.0, calling_number="+12025550144")
    found = world.trace(at=0.5, terminating_carrier="term")
    assert (found.verdict, found.customer) == (Verdict.ORIGINATOR_IDENTIFIED, "cust-1")


@pytest.mark.parametrize(("precision", "named"), [(60_000_000, False), (1_000, True)])
def test_a_call_at_some_moment_of_the_same_minute_may_be_as_near(world, precision, named):
    """By its record it came within 3 s of the other with one chance in ten; 20 s before it did not."""
    world.chain("one", "north", "term", at=30.0, customer="cust-1")
    world.say("term", 0.0 if not named else 10.0, upstream="quiet", precision=precision)
    found = world.trace(at=30.2, terminating_carrier="term")
    assert (found.verdict is Verdict.ORIGINATOR_IDENTIFIED) is named
    if not named:
        assert (found.verdict, found.path) == (Verdict.AMBIGUOUS, ("term",))
        assert "as near to this one" in found.summary


@pytest.mark.parametrize(("named", "reason"), [(0.955, "as near to this one"), (0.9999, "2 trails fit")])
def test_it_is_told_as_the_reason_only_where_the_name_would_be_sure_enough_without_it(
    world, report_call, named, reason
):
    world.chain("one", "north", "term", at=30.0, customer="cust-1")
    world.say("term", 0.0, upstream="quiet", precision=60_000_000)
    (found,) = world.trace_all([report_call(30.2, terminating_carrier="term")], named=named)
    assert found.verdict is Verdict.AMBIGUOUS
    assert reason in found.summary


def test_where_no_originator_would_be_named_it_is_never_the_reason(world, report_call):
    world.say("north", 30.0, upstream="far", downstream="term")
    world.say("term", 30.1, upstream="north")
    world.say("term", 0.0, upstream="quiet", precision=60_000_000)
    (found,) = world.trace_all([report_call(30.2, terminating_carrier="term")], floor=1.0)
    assert found.verdict is Verdict.AMBIGUOUS
    assert "2 trails fit" in found.summary


def test_one_of_another_caller_in_the_same_minute_is_not(world):
    world.chain("one", "north", "term", at=30.0, customer="cust-1")
    world.say("term", 0.0, upstream="quiet", precision=60_000_000, calling_number="+12025550144")
    assert world.trace(at=30.2, terminating_carrier="term").verdict is Verdict.ORIGINATOR_IDENTIFIED


def test_redials_of_one_customer_are_named(world):
    for n in range(4):
        world.chain("one", ["north", "south"][n % 2], "term", at=1.1 * n)
    found = world.trace(at=1.7, terminating_carrier="term")
    assert (found.verdict, found.originating_carrier, found.customer) == (
        Verdict.ORIGINATOR_IDENTIFIED,
        "one",
        "cust-1",
    )


@pytest.mark.parametrize("end", [None, "quiet", "elsewhere"])
def test_a_call_20_s_away_is_not_the_reported_one_where_few_take_part(world, end):
    world.country = OTHERS
    world.say("orig", 0.0, customer="c", downstream="quiet")
    found = world.trace(at=20.0, terminating_carrier=end)
    assert found.verdict is Verdict.NOT_FOUND
    assert (found.path, found.originating_carrier, found.customer) == ((), None, None)


def test_a_call_at_the_reported_moment_is_named_where_few_take_part(world):
    world.country = OTHERS
    world.say("orig", 0.0, customer="c", downstream="quiet")
    found = world.trace(at=0.3, terminating_carrier="quiet")
    assert (found.verdict, found.customer) == (Verdict.ORIGINATOR_IDENTIFIED, "c")


def test_a_call_20_s_away_is_the_reported_one_where_its_end_takes_part_and_has_no_other(world):
    """A carrier that has submitted its records seldom lacks the one row."""
    world.country = OTHERS
    world.chain("orig", "term")
    found = world.trace(at=20.0, terminating_carrier="term")
    assert (found.verdict, found.customer) == (Verdict.ORIGINATOR_IDENTIFIED, "cust-1")


def test_the_fewer_take_part_the_less_sure_a_call_seconds_away_is(new_world):
    sure = []
    for known in (1, 4, 12):
        some = new_world()
        some.country = dict(list(OTHERS.items())[:known])
        some.say("orig", 0.0, customer="c", downstream="quiet")
        found = some.trace(at=6.0, terminating_carrier="quiet")
        sure.append(max([told.confidence for told in found.alternatives], default=found.confidence))
    assert sure == sorted(sure, reverse=True)
    assert sure[0] > sure[-1] + 0.02


def shown_elsewhere(world, numbers: int) -> None:
    """`orig`'s customer called over a silent carrier; the same caller id reached other numbers from elsewhere."""
    world.country = OTHERS
    world.say("orig", 0.0, customer="c", downstream="quiet")
    for n in range(numbers):
        world.say("other", 60.0 * n + 30.0, upstream="far", called_number=f"+1312555{100 + n:04d}")


def test_a_shared_caller_id_is_ambiguous_where_no_record_ties_the_call_to_its_end(world):
    shown_elsewhere(world, 3)
    found = world.trace(at=0.2)
    assert (found.verdict, found.originating_carrier, found.customer) == (Verdict.AMBIGUOUS, None, None)
    assert "3 other numbers" in found.summary
    assert len(found.path) == 1


@pytest.mark.parametrize(
    ("gap", "known", "verdict"),
    [
        (False, 8, Verdict.ORIGINATOR_IDENTIFIED),
        (True, 8, Verdict.NON_PARTICIPATING),
        (True, 4, Verdict.ORIGINATOR_IDENTIFIED),
    ],
)
def test_below_half_taking_part_a_shared_caller_id_matters_only_over_a_gap(world, gap, known, verdict):
    """The report names no end; `mid` hands the call to `quiet`, and got it from `orig` or over two silent carriers."""
    shown_elsewhere(world, 3)
    world.rows = [row for row in world.rows if row["carrier"] != "orig"]
    world.say("orig", 0.0, customer="c", downstream="s1" if gap else "mid", call_id="one@example.net")
    world.say("mid", 0.2, upstream="s2" if gap else "orig", downstream="quiet", call_id="one@example.net")
    world.country = dict(list(OTHERS.items())[: known - 3]) | dict.fromkeys(("orig", "mid", "other"), "US")
    assert world.trace(at=0.3).verdict is verdict


def test_a_caller_id_seen_once_elsewhere_may_be_a_forwarded_call(world):
    shown_elsewhere(world, 1)
    assert world.trace(at=0.2).customer == "c"


def test_the_originators_own_calls_seen_further_down_do_not_share_its_caller_id(world):
    shown_elsewhere(world, 0)
    for n in range(5):
        number = f"+1312555{100 + n:04d}"
        world.say("orig", 60.0 * n + 30.0, customer="c", downstream="quiet", called_number=number)
        world.say("other", 60.0 * n + 30.2, upstream="quiet", called_number=number)
    assert world.trace(at=0.2).customer == "c"


def test_a_shared_caller_id_does_not_matter_where_the_reported_end_has_the_record(world):
    shown_elsewhere(world, 3)
    world.say("term", 0.2, upstream="quiet")
    found = world.trace(at=0.2, terminating_carrier="term")
    assert (found.verdict, found.path, found.customer) == (
        Verdict.ORIGINATOR_IDENTIFIED,
        ("term", "quiet", "orig"),
        "c",
    )


def test_a_caller_id_used_elsewhere_on_another_day_is_not_shared(world):
    shown_elsewhere(world, 0)
    for n in range(3):
        world.say("other", 86_400.0 + 60.0 * n, upstream="far", called_number=f"+1312555{100 + n:04d}")
    assert world.trace(at=0.2).customer == "c"


LOWER = ("gone", "low", "quiet")
"""The lower part of a call, from the reported end up: only `low` takes part."""


def two_parts(world, upper_at: float = 0.4, **upper) -> None:
    """The lower part of a call, and a record that went to another carrier without records."""
    world.say("low", 0.5, upstream="quiet", downstream="gone")
    world.say("orig", upper_at, **{"customer": "c", "downstream": "mute", "calling_number": "anonymous", **upper})


def test_a_record_further_up_at_the_same_moment_is_no_other_call(world):
    two_parts(world)
    found = world.trace(at=0.6, calling=None, terminating_carrier="gone")
    assert (found.verdict, found.path) == (Verdict.NON_PARTICIPATING, LOWER)
    assert found.confidence > 0.9
    assert [told.path for told in found.alternatives] == [("gone", "mute", "orig")]


@pytest.mark.parametrize(
    "upper",
    [{"downstream": "gone"}, {"upper_at": 2.9}, {"outcome": "failed"}, {"calling_number": "+12025550144"}],
)
def test_a_record_that_cannot_be_further_up_is_another_call(world, upper):
    two_parts(world, **upper)
    found = world.trace(at=1.6, calling=None, terminating_carrier="gone")
    assert (found.verdict, found.path) == (Verdict.AMBIGUOUS, ("gone",))
    assert {told.path[-1] for told in found.alternatives} == {"quiet", "orig"}
