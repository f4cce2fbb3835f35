"""Twins: somebody else shows the same caller id to the same people, and not all of those calls are on file."""

from __future__ import annotations

import pytest

from hoptrace.linking.trust.bearing_out import Trust
from hoptrace.linking.trust.rivalled import Rivals
from hoptrace.model.verdicts import Verdict

OTHERS = {f"carrier{n}": "US" for n in range(20)}
"""A directory in which most carriers have submitted nothing."""


def campaign(world, twins_to, spread: float = 1.0, source: str = "customer", **twin) -> None:
    """`orig`'s customer calls ten numbers at `end` and ten at `loud`; the rival's calls of `twins_to` are on file.

    They come 5 s and `spread` s a call later. The reported call, to another number at `quiet`, comes on top. Where the
    `source` is "upstream", `c` is a carrier without records.
    """
    world.country = OTHERS
    whose = {source: "c"}
    world.say("orig", 0.0, downstream="quiet", **whose)
    for n in range(20):
        number, at = f"+1312555{100 + n:04d}", 60.0 * n + 30.0
        told_end = "quiet" if n < 10 else "loud"
        world.say("orig", at, downstream=told_end, called_number=number, **whose)
        if told_end in twins_to:
            world.say(
                "rivals",
                at + 5.0 + spread * n,
                downstream=told_end,
                called_number=number,
                **{"upstream": "far", **twin},
            )


def test_where_twins_to_other_ends_are_on_file_and_none_to_this_one_a_call_off_its_time_is_ambiguous(world):
    campaign(world, {"loud"})
    found = world.trace(at=2.5, terminating_carrier="quiet")
    assert (found.verdict, found.customer, found.path) == (Verdict.AMBIGUOUS, None, ("quiet",))
    assert "Somebody else shows the same caller id" in found.summary


@pytest.mark.parametrize(("at", "verdict"), [(0.2, Verdict.NON_PARTICIPATING), (8.0, Verdict.AMBIGUOUS)])
def test_where_the_report_rather_means_an_unrecorded_twin_no_carrier_without_records_is_told_either(world, at, verdict):
    campaign(world, {"loud"}, source="upstream")
    found = world.trace(at=at, terminating_carrier="quiet")
    assert found.verdict is verdict
    assert found.path == (("quiet", "orig", "c") if verdict is Verdict.NON_PARTICIPATING else ("quiet",))


def test_the_nearer_the_call_is_to_the_report_the_surer_it_is(world):
    campaign(world, {"loud"}, spread=10.0)
    near, further = (world.trace(at=at, terminating_carrier="quiet") for at in (0.1, 1.2))
    assert near.customer == further.customer == "c"
    assert near.confidence > further.confidence


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"twins_to": {"quiet", "loud"}}, id="twins to this end are on file"),
        pytest.param({"twins_to": set()}, id="nobody else shows the caller id"),
        pytest.param({"twins_to": {"loud"}, "upstream": None, "customer": "r"}, id="who places them keeps records"),
    ],
)
def test_a_call_off_its_time_is_named_where_a_twin_would_be_on_file(world, told):
    campaign(world, **told)
    found = world.trace(at=2.5, terminating_carrier="quiet")
    assert (found.verdict, found.customer) == (Verdict.ORIGINATOR_IDENTIFIED, "c")


def test_twins_do_not_matter_where_the_reported_end_has_the_record(world):
    campaign(world, {"loud"})
    world.say("quiet", 0.2, upstream="orig")
    found = world.trace(at=2.5, terminating_carrier="quiet")
    assert (found.verdict, found.customer) == (Verdict.ORIGINATOR_IDENTIFIED, "c")


def test_records_stamped_at_the_answer_are_the_originators_own_calls(world):
    """A carrier on the way stamps when it was answered, 20 s after the call came: that is no call of somebody else."""
    campaign(world, set())
    for n in range(20):
        number, at = f"+1312555{100 + n:04d}", 60.0 * n + 30.0
        world.say("low", at + 20.0, upstream="orig", downstream="x", called_number=number, start_basis="answered")
    found = world.trace(at=2.5, terminating_carrier="quiet")
    assert (found.verdict, found.customer) == (Verdict.ORIGINATOR_IDENTIFIED, "c")


def few_take_part(world, delivered: int) -> None:
    """`orig` placed the reported call and handed it to `transit`; of others of its caller `loud` delivered some."""
    world.country = OTHERS
    world.say("orig", 0.0, customer="c", downstream="transit")
    for n in range(delivered):
        number, at = f"+1312555{100 + n:04d}", 60.0 * n + 30.0
        world.say("orig", at, customer="c", downstream="transit", called_number=number)
        world.say("loud", at + 0.3, upstream="other", called_number=number)


@pytest.mark.parametrize(("delivered", "named"), [(0, False), (2, False), (4, True)])
def test_where_few_take_part_and_no_record_leads_to_the_end_others_deliveries_must_show_no_twin(
    world, delivered, named
):
    """A rival's call to the same people, at the same moment, would leave no record but at carriers that delivered."""
    few_take_part(world, delivered)
    found = world.trace(at=0.2, terminating_carrier="quiet")
    assert (found.customer == "c") is named
    assert named or "so few carriers take part" in found.summary
    assert named or found.alternatives[0].path[-1] == "orig"


def test_where_few_take_part_a_call_that_its_record_says_went_to_the_reported_end_is_named(world):
    few_take_part(world, 0)
    assert world.trace(at=0.2, terminating_carrier="transit").customer == "c"


@pytest.mark.parametrize("later", [None, 3600])
def test_a_record_of_an_own_call_whose_local_time_came_twice_is_no_call_of_somebody_else(world, later):
    """A carrier on the way wrote the first of both times; at the second one they are the originator's own calls."""
    campaign(world, set())
    for n in range(20):
        number, at = f"+1312555{100 + n:04d}", 60.0 * n + 30.0
        written = at - 3600 if later else at
        world.say("low", written + 0.1, upstream="orig", downstream="x", called_number=number, may_be_later=later)
    found = world.trace(at=2.5, terminating_carrier="quiet")
    assert (found.verdict, found.customer) == (Verdict.ORIGINATOR_IDENTIFIED, "c")


def test_twins_are_known_at_the_second_of_two_times(world):
    campaign(world, set())
    for n in range(10, 20):
        number, at = f"+1312555{100 + n:04d}", 60.0 * n + 35.0 + n
        world.say("rivals", at - 3600, upstream="far", downstream="loud", called_number=number, may_be_later=3600)
    found = world.trace(at=2.5, terminating_carrier="quiet")
    assert found.verdict is Verdict.AMBIGUOUS
    assert "Somebody else shows the same caller id" in found.summary


@pytest.mark.parametrize(
    ("at", "end", "others", "named"),
    [(0.1, "quiet", 20, True), (2.5, "quiet", 20, False), (2.5, "loud", 20, True), (2.5, "quiet", 0, True)],
    ids=["at the moment of the report", "seconds off", "to an end where rivals are on file", "all take part"],
)
def test_of_a_caller_id_that_is_used_once_the_customers_other_calls_tell_of_rivals(world, at, end, others, named):
    world.country = dict(list(OTHERS.items())[:others])
    world.trust = Trust(rivals={("orig", "c"): Rivals(0.3, {"loud": (40, 24), "quiet": (40, 0)})})
    world.say("orig", 0.0, customer="c", downstream=end)
    found = world.trace(at=at, terminating_carrier=end)
    assert (found.customer == "c") is named
    assert named or (found.verdict is Verdict.AMBIGUOUS and "Somebody else shows" in found.summary)


def rivalled(world, downstream: str, ends: dict[str, tuple[int, int]]) -> None:
    """A call of a customer three in ten of whose calls are rivalled, handed to a carrier; what reports tell of ends."""
    world.country, world.ends = OTHERS, ends
    world.trust = Trust(rivals={("orig", "c"): Rivals(0.3, {"quiet": (20, 6)})})
    world.say("orig", 0.0, customer="c", downstream=downstream)


@pytest.mark.parametrize(
    ("lost", "named"), [(0, True), (50, False)], ids=["hardly one of its calls", "half of its calls leave no record"]
)
def test_reports_tell_how_many_calls_to_an_end_leave_no_record(world, lost, named):
    """As many rivals are on file there as to any end: that tells nothing of those that are not."""
    rivalled(world, "quiet", {"quiet": (100, lost), "loud": (100, 0)})
    found = world.trace(at=2.0, terminating_carrier="quiet")
    assert (found.customer == "c") is named
    assert named or "Somebody else shows the same caller id" in found.summary


@pytest.mark.parametrize(
    ("downstream", "end", "named"),
    [
        pytest.param("quiet", "quiet", True, id="a record says that it went to the reported end"),
        pytest.param("quiet", None, True, id="a record says that it went to an end that others report"),
        pytest.param("transit", "quiet", False, id="it went to another carrier than the reported end"),
        pytest.param("transit", None, False, id="it went to a carrier that nobody reports as an end"),
    ],
)
def test_where_no_record_ties_a_call_to_an_end_a_twin_must_be_less_likely(world, downstream, end, named):
    rivalled(world, downstream, {"quiet": (100, 30), "loud": (100, 0)})
    world.country = dict(list(OTHERS.items())[:2])
    found = world.trace(at=0.2, terminating_carrier=end)
    assert (found.customer == "c") is named
    assert named or "Somebody else shows the same caller id" in found.summary


def test_ends_that_too_few_reports_name_tell_nothing(world):
    rivalled(world, "quiet", {"quiet": (40, 38)})
    assert world.trace(at=0.2, terminating_carrier="quiet").customer == "c"


@pytest.mark.parametrize(
    ("ends", "named"),
    [
        pytest.param({}, False, id="nothing is reported"),
        pytest.param({"loud": (1000, 0)}, False, id="only of another end is"),
        pytest.param({"loud": (995, 0), "quiet": (5, 0)}, False, id="hardly anything of this one"),
        pytest.param({"loud": (985, 0), "other": (10, 8), "quiet": (5, 0)}, False, id="and others lack calls"),
        pytest.param({"loud": (900, 0), "quiet": (100, 0)}, True, id="many calls to it, which all left records"),
    ],
)
def test_reports_whose_ends_keep_records_tell_little_of_an_end_that_few_or_none_name(world, ends, named):
    world.country, world.ends = OTHERS, ends
    world.trust = Trust(rivals={("orig", "c"): Rivals(0.3, {"loud": (40, 24), "quiet": (40, 0)})})
    world.say("orig", 0.0, customer="c", downstream="quiet")
    found = world.trace(at=2.5, terminating_carrier="quiet")
    assert (found.customer == "c") is named
    assert named or found.verdict is Verdict.AMBIGUOUS
