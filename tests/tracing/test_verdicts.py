from __future__ import annotations

import pytest

from hoptrace.model.verdicts import Verdict


def test_originator_is_identified_where_its_own_record_names_the_customer(world):
    world.chain("orig", "transit", "term")
    found = world.trace()
    assert found.verdict is Verdict.ORIGINATOR_IDENTIFIED
    assert found.path == ("term", "transit", "orig")
    assert (found.originating_carrier, found.customer, found.point_of_entry) == ("orig", "cust-1", None)
    assert found.confidence > 0.95
    assert [len(hop.records) for hop in found.hops] == [1, 1, 1]
    assert all(part.detail.endswith(".") for hop in found.hops for part in hop.evidence)
    assert found.next_request is None


def test_not_found_without_a_record(world):
    world.chain("orig", "term", called_number="+13125550199")
    found = world.trace(terminating_carrier="term")
    assert found.verdict is Verdict.NOT_FOUND
    assert found.path == ()
    assert found.next_request is not None and found.next_request.carrier == "term"


def test_not_found_where_the_only_record_is_minutes_away(world):
    world.chain("orig", "term")
    assert world.trace(at=400.0, calling="+12025550111").verdict is Verdict.NOT_FOUND


@pytest.mark.parametrize(("at", "verdict"), [(0.1, Verdict.AMBIGUOUS), (200.0, Verdict.NOT_FOUND)])
def test_a_record_of_that_moment_that_hardly_fits_is_not_called_none(world, at, verdict):
    """A refused call of another caller, which never came to the reported end: nobody is named, yet it is shown."""
    world.say("orig", 0.0, customer="c", downstream="gate", outcome="failed", calling_number="+12025550144")
    world.covers |= {"gate", "term"}
    found = world.trace(at=at, terminating_carrier="term")
    assert (found.verdict, found.originating_carrier, found.customer) == (verdict, None, None)
    assert found.next_request is not None and found.next_request.carrier == "term"
    if verdict is Verdict.AMBIGUOUS:
        assert (found.path, [hop.carrier for hop in found.hops]) == (("term",), ["term"])
        assert [told.path[-1] for told in found.alternatives] == ["orig"]
        assert "hardly of this one" in found.summary


def test_non_participating_upstream(world):
    world.say("term", 0.1, upstream="transit")
    world.say("transit", 0.0, upstream="quiet", downstream="term")
    found = world.trace()
    assert found.verdict is Verdict.NON_PARTICIPATING
    assert found.path == ("term", "transit", "quiet")
    assert found.hops[-1].records == ()
    assert found.next_request is not None and found.next_request.carrier == "quiet"


def test_point_of_entry_where_the_silent_upstream_is_foreign(world):
    world.country = {"term": "US", "gate": "US", "abroad": "GB"}
    world.say("term", 0.1, upstream="gate")
    world.say("gate", 0.0, upstream="abroad", downstream="term")
    found = world.trace()
    assert found.verdict is Verdict.POINT_OF_ENTRY_IDENTIFIED
    assert (found.point_of_entry, found.path) == ("gate", ("term", "gate", "abroad"))


def test_point_of_entry_is_told_beside_a_foreign_originator(world):
    world.country = {"term": "US", "gate": "US", "abroad": "GB"}
    world.chain("abroad", "gate", "term")
    found = world.trace()
    assert found.verdict is Verdict.ORIGINATOR_IDENTIFIED
    assert (found.originating_carrier, found.point_of_entry) == ("abroad", "gate")


def test_no_record_where_the_upstream_has_others_of_that_time(world):
    world.say("term", 0.1, upstream="orig")
    world.covers.add("orig")
    found = world.trace()
    assert found.verdict is Verdict.NO_RECORD
    assert found.path == ("term", "orig")


def test_disputed_where_the_upstream_says_it_handed_the_call_to_somebody_else(world):
    world.say("term", 0.1, upstream="orig")
    world.say("orig", 0.0, customer="cust-9", downstream="other")
    found = world.trace(terminating_carrier="term")
    assert found.verdict is Verdict.DISPUTED
    assert found.originating_carrier is None
    assert "orig" in found.conflicts[0] and "other" in found.conflicts[0]


def test_a_claimed_customer_is_disputed_where_another_carrier_says_it_handed_the_call_over(world):
    world.say("term", 0.2, upstream="liar")
    world.say("liar", 0.1, customer="cust-9", downstream="term")
    world.say("honest", 0.0, upstream="far", downstream="liar")
    found = world.trace(terminating_carrier="term")
    assert found.verdict is Verdict.DISPUTED
    assert found.originating_carrier is None


def test_a_record_that_names_an_upstream_beside_a_customer_originates_nothing(world):
    world.say("term", 0.1, upstream="both")
    world.say("both", 0.0, upstream="quiet", customer="cust-1", downstream="term")
    found = world.trace()
    assert (found.verdict, found.path) == (Verdict.NON_PARTICIPATING, ("term", "both", "quiet"))


def test_ambiguous_where_two_calls_from_elsewhere_fit_equally(world):
    world.chain("one", "term", at=-0.4)
    world.chain("two", "term", at=0.4)
    found = world.trace(at=0.05)
    assert found.verdict is Verdict.AMBIGUOUS
    assert found.path == ("term",)
    assert found.originating_carrier is None
    assert {alternative.path for alternative in found.alternatives} == {("term", "one"), ("term", "two")}


def test_two_calls_of_one_origin_are_not_ambiguous(world):
    world.chain("one", "term", at=-0.4)
    world.chain("one", "term", at=0.4)
    found = world.trace(at=0.0)
    assert found.verdict is Verdict.ORIGINATOR_IDENTIFIED
    assert found.path == ("term", "one")


def test_a_record_that_does_not_name_its_upstream_ends_the_trail(world):
    world.say("term", 0.0, upstream_trunk="203.0.113.9")
    found = world.trace()
    assert found.verdict is Verdict.NO_RECORD
    assert found.path == ("term",)
    assert found.next_request is not None and found.next_request.carrier == "term"


@pytest.mark.parametrize(("at", "verdict"), [(8.0, Verdict.NON_PARTICIPATING), (-10.0, Verdict.AMBIGUOUS)])
def test_a_call_at_quite_another_time_is_not_the_reported_one_where_its_end_has_no_record(world, at, verdict):
    world.say("orig", 0.0, upstream="silent", downstream="quiet")
    found = world.trace(at=at, terminating_carrier="quiet")
    assert found.verdict is verdict
    if verdict is Verdict.AMBIGUOUS:
        assert found.path == ("quiet",)
        assert "10 s from the reported time" in found.summary
        assert found.alternatives[0].path == ("quiet", "orig", "silent")


def test_a_call_at_quite_another_time_is_told_where_its_end_has_the_record(world):
    world.say("orig", 0.0, upstream="silent", downstream="quiet")
    world.say("quiet", 0.1, upstream="orig")
    found = world.trace(at=-10.0, terminating_carrier="quiet")
    assert (found.verdict, found.path) == (Verdict.NON_PARTICIPATING, ("quiet", "orig", "silent"))


def test_a_record_cut_to_the_minute_is_no_call_at_another_time(world):
    world.say("orig", 0.0, upstream="silent", downstream="quiet", precision=60_000_000)
    found = world.trace(at=30.0, terminating_carrier="quiet")
    assert (found.verdict, found.path) == (Verdict.NON_PARTICIPATING, ("quiet", "orig", "silent"))


@pytest.mark.parametrize(("here", "verdict"), [(True, Verdict.ORIGINATOR_IDENTIFIED), (False, Verdict.AMBIGUOUS)])
def test_the_carrier_that_delivers_a_numbers_calls_would_have_a_record_of_the_reported_one(world, here, verdict):
    """The report names no end and is seconds off, so that it may mean a call of which no record is at hand."""
    world.country = {f"carrier{n}": "US" for n in range(10)}
    world.say("orig", 0.0, customer="c", downstream="end")
    if here:
        world.say("end", 0.1, upstream="orig")
    assert world.trace(at=8.5).verdict is verdict


@pytest.mark.parametrize(("end", "at", "named"), [("quiet", 5.6, True), ("other", 8.5, False)])
def test_a_report_far_from_a_call_that_no_record_ties_to_its_end_names_nobody(world, end, at, named):
    world.country = {f"carrier{n}": "US" for n in range(4)}
    world.say("orig", 0.0, customer="c", downstream="quiet")
    assert (world.trace(at=at, terminating_carrier=end).customer == "c") is named
