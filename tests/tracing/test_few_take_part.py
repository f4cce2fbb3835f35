"""Where so few carriers take part that hardly any call is on file, a name needs more than a record that fits."""

from __future__ import annotations

import pytest

from hoptrace.model.verdicts import Verdict

OTHERS = {f"carrier{n}": "US" for n in range(30)}
"""A directory in which nearly all carriers have submitted nothing."""

OTHER_CALLER = "+12025550199"


@pytest.mark.parametrize(("at", "many", "named"), [(2.5, False, True), (3.6, False, False), (3.6, True, True)])
def test_a_report_that_is_further_off_than_reports_mostly_are_names_nobody(world, at, many, named):
    world.country = {} if many else OTHERS
    world.say("orig", 0.0, customer="c", downstream="quiet")
    found = world.trace(at=at, terminating_carrier="quiet")
    assert (found.customer == "c") is named
    if not named:
        assert (found.verdict, found.path) == (Verdict.AMBIGUOUS, ("quiet",))
        assert "s from the reported time" in found.summary


def test_there_a_call_whose_end_has_the_record_is_told_all_the_same(world):
    world.country = OTHERS
    world.say("orig", 0.0, customer="c", downstream="quiet")
    world.say("quiet", 0.1, upstream="orig")
    assert world.trace(at=3.6, terminating_carrier="quiet").customer == "c"


@pytest.mark.parametrize(
    ("attestation", "many", "named"), [("A", 0, True), ("B", 0, False), ("C", 0, False), ("C", 1, True)]
)
def test_a_caller_id_that_its_carrier_does_not_vouch_for_may_be_anybodys(world, attestation, many, named):
    world.country = {} if many else OTHERS
    world.say("orig", 0.0, customer="c", downstream="quiet", attestation=attestation)
    found = world.trace(at=0.2)
    assert (found.customer == "c") is named
    assert named or "so few carriers take part" in found.summary


def test_a_record_that_ties_it_to_the_reported_end_counts_for_more_than_who_vouches_for_the_caller_id(world):
    world.country = OTHERS
    world.say("orig", 0.0, customer="c", downstream="quiet", attestation="C")
    assert world.trace(at=0.2, terminating_carrier="quiet").customer == "c"
    assert world.trace(at=0.2, terminating_carrier="another").customer is None


def test_a_caller_id_not_vouched_for_is_named_where_others_deliveries_show_no_twin(world):
    world.country = OTHERS
    world.say("orig", 0.0, customer="c", downstream="quiet", attestation="C")
    for n in range(4):
        number, at = f"+1312555{100 + n:04d}", 60.0 * n + 30.0
        world.say("orig", at, customer="c", downstream="low", called_number=number, attestation="C")
        world.say("low", at + 0.1, upstream="orig", called_number=number)
    assert world.trace(at=0.2).customer == "c"


@pytest.mark.parametrize(("witness", "named"), [(False, False), (True, True)])
def test_a_shared_caller_id_names_nobody_where_the_end_is_not_told_but_by_another_carriers_record(
    world, witness, named
):
    world.country = OTHERS
    world.say("orig", 0.0, customer="c", downstream="low" if witness else "quiet")
    if witness:
        world.say("low", 0.1, upstream="orig", downstream="quiet")
    for n in range(3):
        number, at = f"+1312555{100 + n:04d}", 600.0 * n + 300.0
        world.say("rivals", at, upstream="far", downstream="quiet", called_number=number)
    found = world.trace(at=0.2)
    assert (found.customer == "c") is named
    assert named or "3 other numbers" in found.summary


@pytest.mark.parametrize("end", [None, "quiet"])
@pytest.mark.parametrize(("at", "tied_only"), [(0.5, False), (2.0, True)])
def test_the_further_off_the_report_the_likelier_it_means_a_call_that_nothing_ties_to_its_end(
    world, at, tied_only, end
):
    """Be there rivals on file or not."""
    world.country = OTHERS
    world.say("orig", 0.0, customer="c", downstream="quiet")
    found = world.trace(at=at, terminating_carrier=end)
    named = end is not None or not tied_only
    assert (found.customer == "c") is named
    if not named:
        assert (found.verdict, found.path) == (Verdict.AMBIGUOUS, ("quiet",))
        assert "so few carriers take part" in found.summary


def test_what_nothing_ties_to_the_reported_end_is_the_less_sure_the_further_off_the_report_is(world):
    world.country = OTHERS
    world.say("orig", 0.0, customer="c", downstream="quiet")
    near, off = (world.trace(at=at).confidence for at in (0.1, 1.2))
    tied_near, tied_off = (world.trace(at=at, terminating_carrier="quiet").confidence for at in (0.1, 1.2))
    assert near - off > 2 * (tied_near - tied_off)


@pytest.mark.parametrize(("many", "named"), [(False, False), (True, True)])
def test_another_caller_than_the_reported_one_names_nobody(world, many, named):
    world.country = {} if many else OTHERS
    world.say("orig", 0.0, customer="c", downstream="quiet")
    found = world.trace(at=0.2, calling=OTHER_CALLER, terminating_carrier="quiet")
    assert (found.customer == "c") is named


@pytest.mark.parametrize("shown_elsewhere", [False, True])
def test_beyond_a_gap_that_numbers_and_time_bridge_nobody_is_named_whose_caller_id_others_show(world, shown_elsewhere):
    world.country = OTHERS
    world.say("orig", 0.0, customer="c", downstream="gone")
    world.say("low", 0.2, upstream="lost", downstream="quiet")
    for n in range(4):
        number, at = f"+1312555{100 + n:04d}", 60.0 * n + 30.0
        world.say("orig", at, customer="c", downstream="low", called_number=number)
        world.say("low", at + 0.1, upstream="orig", downstream="quiet", called_number=number)
        if shown_elsewhere:
            world.say("low", at + 9.0 + n, upstream="far", downstream="quiet", called_number=number)
    found = world.trace(at=0.2, terminating_carrier="quiet")
    assert (found.customer == "c") is not shown_elsewhere
    if shown_elsewhere:
        assert (found.verdict, found.path) == (Verdict.NON_PARTICIPATING, ("quiet", "low", "lost"))
        assert [other.path[-1] for other in found.alternatives] == ["orig"]


@pytest.mark.parametrize("end", ["quiet", "another"])
def test_below_such_a_gap_no_more_is_told_than_without_it(world, end):
    """The part below the gap stands as it would alone; where no record ties it to the reported end that is no trail."""
    world.country = OTHERS
    world.say("low", 0.2, upstream="lost", downstream="quiet")
    for n in range(4):
        number, at = f"+1312555{100 + n:04d}", 60.0 * n + 30.0
        world.say("low", at, upstream="far", downstream="quiet", called_number=number)
    alone = world.trace(at=0.2, terminating_carrier=end)
    world.say("orig", 0.0, customer="c", downstream="gone")
    found = world.trace(at=0.2, terminating_carrier=end)
    assert (found.verdict, found.path) == (alone.verdict, alone.path)


@pytest.mark.parametrize(("at", "named"), [(0.5, True), (5.5, True), (8.5, False)])
def test_a_call_that_no_record_ties_to_the_reported_end_is_named_unless_it_may_well_be_unrecorded(world, at, named):
    """One carrier in four takes part; the further the report is off, the likelier it means a call without a record."""
    world.country = {f"carrier{n}": "US" for n in range(3)} | {"orig": "US"}
    world.say("orig", 0.0, customer="c", downstream="gone")
    found = world.trace(at=at, terminating_carrier="quiet")
    assert (found.customer == "c") is named


@pytest.mark.parametrize(("caller", "found"), [(None, True), (OTHER_CALLER, False)])
def test_another_callers_call_went_to_the_numbers_end_as_well_and_far_off_it_is_not_the_reported_one(
    world, caller, found
):
    """One carrier in four takes part, so that a reported call may well have no record."""
    world.country = {f"carrier{n}": "US" for n in range(3)} | {"orig": "US"}
    world.say("orig", 0.0, customer="c", downstream="quiet")
    told = world.trace(at=8.5, terminating_carrier="quiet", **({"calling": caller} if caller else {}))
    assert (told.verdict is not Verdict.NOT_FOUND) is found


def shown_to(world, numbers: int, few: bool = True) -> float:
    """How sure the answer is where `low` got the call from `far`, and others of its caller to so many numbers."""
    world.country = OTHERS if few else {}
    world.say("low", 0.0, upstream="far", downstream="quiet")
    for n in range(numbers):
        world.say("low", 60.0 * n + 90.0, upstream="far", downstream="quiet", called_number=f"+1312555{100 + n:04d}")
    found = world.trace(at=0.2, terminating_carrier="quiet")
    assert (found.verdict, found.path) == (Verdict.NON_PARTICIPATING, ("quiet", "low", "far"))
    return found.confidence


def test_the_more_numbers_a_caller_id_is_shown_to_the_likelier_the_report_means_a_rival_that_left_no_record(new_world):
    one, some, many = (shown_to(new_world(), numbers) for numbers in (0, 5, 40))
    assert one > some > many > 0.97 * one


def test_where_many_take_part_rivals_would_be_on_file(new_world):
    assert shown_to(new_world(), 0, few=False) == shown_to(new_world(), 40, few=False)
