from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from hoptrace.linking.members import MOST_MEMBERS
from hoptrace.linking.scoring import MET_AGAIN
from hoptrace.model.verdicts import ReportedCall, Verdict


def origin(found):
    return found.verdict, found.path, found.customer


def test_a_silent_carrier_in_the_middle_is_bridged(world):
    world.say("orig", 0.0, customer="c", downstream="quiet")
    world.say("term", 0.2, upstream="quiet")
    found = world.trace()
    assert origin(found) == (Verdict.ORIGINATOR_IDENTIFIED, ("term", "quiet", "orig"), "c")
    assert found.hops[1].records == ()
    assert "quiet" in found.hops[2].evidence[0].detail


def test_two_silent_carriers_in_a_row_are_bridged_by_numbers_and_time(world):
    world.say("orig", 0.0, customer="c", downstream="quiet1")
    world.say("term", 0.2, upstream="quiet2")
    found = world.trace()
    assert found.path == ("term", "quiet2", "quiet1", "orig")
    assert found.confidence < 0.995


def test_no_bridge_from_a_call_of_another_caller(world):
    world.say("orig", 0.0, customer="c", downstream="quiet1", calling_number="+12025550100")
    world.say("term", 0.2, upstream="quiet2")
    assert world.trace().verdict is Verdict.NON_PARTICIPATING


def test_redials_keep_apart_by_assignment_not_by_nearest(world):
    # Upstream clocks jitter by 0.6 s: the nearest upstream record of the second call is the first one's.
    for n, (at, source) in enumerate([(0.0, "one"), (1.0, "two")]):
        world.say(source, at, customer=f"cust-{source}", downstream="transit")
        world.say("transit", at + 0.1, upstream=source, downstream="term", precision=1_000_000)
        world.say("term", at + (0.9 if n == 0 else 0.4), upstream="transit")
    found = world.trace(at=1.4, terminating_carrier="term")
    assert found.verdict in (Verdict.ORIGINATOR_IDENTIFIED, Verdict.AMBIGUOUS)
    if found.verdict is Verdict.ORIGINATOR_IDENTIFIED:
        assert found.customer == "cust-two"


def test_an_equal_call_id_beats_the_nearer_time(world):
    world.say("one", 0.0, customer="c1", downstream="term", call_id="a@example.net")
    world.say("two", 0.0, customer="c2", downstream="term", call_id="b@example.net")
    world.say("term", 0.1, upstream="one", call_id="a@example.net")
    world.say("term", 9.0, upstream="two", call_id="b@example.net")
    assert world.trace(at=9.0).customer == "c2"
    assert world.trace(at=0.1).customer == "c1"


def test_unknown_call_ids_and_origids_are_no_agreement(world):
    world.chain("orig", "term")
    told = {part.about for hop in world.trace().hops for part in hop.evidence}
    assert "call_id" not in told
    assert "orig_id" not in told


def test_failed_route_attempts_are_no_hops(world):
    world.say("orig", 0.0, customer="c", downstream="full", outcome="failed", release_code="503")
    world.say("full", 0.1, upstream="orig", outcome="failed", release_code="503")
    world.say("orig", 0.3, customer="c", downstream="good")
    world.say("good", 0.4, upstream="orig", downstream="term")
    world.say("term", 0.5, upstream="good")
    assert origin(world.trace(at=0.5)) == (Verdict.ORIGINATOR_IDENTIFIED, ("term", "good", "orig"), "c")


def test_a_hairpin_passes_a_carrier_twice_and_ends(world):
    world.chain("orig", "transit", "loop", "transit", "term")
    assert world.trace(at=0.4).path == ("term", "transit", "loop", "transit", "orig")


def test_a_carrier_that_hands_the_call_to_itself_and_back_does_not_loop(world):
    world.say("a", 0.0, upstream="b", downstream="b")
    world.say("b", 0.1, upstream="a", downstream="a")
    found = world.trace(at=0.1)
    assert len(found.path) <= 4


def test_a_forwarded_call_is_followed_by_the_number_before(world):
    before, after = "+13125550101", "+13125550187"
    world.say("orig", 0.0, customer="c", downstream="fwd", called_number=before)
    world.say("fwd", 0.1, upstream="orig", downstream="term", called_number=before, egress_called_number=after)
    world.say("term", 0.2, upstream="fwd", called_number=after)
    found = world.trace(at=0.2)
    assert origin(found) == (Verdict.ORIGINATOR_IDENTIFIED, ("term", "fwd", "orig"), "c")
    assert [hop.called for hop in found.hops] == [after, before, before]


def test_a_number_changed_without_a_word_is_found_by_the_caller(world):
    world.say("orig", 0.0, customer="c", downstream="fwd", called_number="+13125550101")
    world.say("fwd", 0.1, upstream="orig", downstream="term", called_number="+13125550101")
    world.say("term", 0.2, upstream="fwd")
    found = world.trace(at=0.2)
    assert found.path == ("term", "fwd", "orig")
    assert any(part.agrees is False and "changed" in part.detail for part in found.hops[1].evidence)


def test_a_silent_carrier_that_forwarded_the_call_is_bridged_by_the_caller(world):
    world.say("orig", 0.0, customer="c", downstream="quiet", called_number="+13125550101")
    world.say("term", 0.2, upstream="quiet")
    found = world.trace(at=0.2)
    assert origin(found) == (Verdict.ORIGINATOR_IDENTIFIED, ("term", "quiet", "orig"), "c")
    assert found.confidence < 0.998  # a bridge without a change of the number is surer


@pytest.mark.parametrize(("redials", "apart", "met"), [(3, 0.2, True), (2, 0.2, False), (4, 4.0, False)])
def test_numbers_whose_calls_meet_again_and_again_are_taken_for_one_changed_on_the_way(world, redials, apart, met):
    for n in range(redials):
        world.say("orig", n * 21.7, customer="c", downstream="quiet", called_number="+18005550101")
        world.say("term", n * 21.7 + apart, upstream="quiet")
    pairs = world.gather([a_call_at(apart)]).pairs.filter(pl.col("kind") == "forwarded")
    assert set(pairs["w_number"]) == ({MET_AGAIN} if met else {0.0})
    said = [part.detail for hop in world.trace(at=apart).hops for part in hop.evidence if part.about == "called number"]
    assert any("3 times" in text for text in said) is met


def test_a_silent_forwarder_may_hand_the_call_back_to_the_carrier_it_came_from(world):
    world.say("orig", 0.0, customer="c", downstream="transit", called_number="+13125550101")
    world.say("transit", 0.1, upstream="orig", downstream="quiet", called_number="+13125550101")
    world.say("transit", 0.3, upstream="quiet", downstream="term")
    world.say("term", 0.4, upstream="transit")
    assert world.trace(at=0.4).path == ("term", "transit", "quiet", "transit", "orig")


def test_a_callers_other_call_over_the_silent_carrier_is_not_taken_where_it_went_on(world):
    world.say("orig", 0.0, customer="c", downstream="quiet", called_number="+13125550101")
    world.say("other", 0.1, upstream="quiet", called_number="+13125550101")
    world.say("term", 0.2, upstream="quiet")
    assert world.trace(at=0.2).verdict is Verdict.NON_PARTICIPATING


def test_a_call_forwarded_after_ringing_is_still_one_call(world):
    world.say("orig", 0.0, customer="c", downstream="fwd", called_number="+13125550101")
    world.say(
        "fwd",
        0.1,
        upstream="orig",
        downstream="term",
        called_number="+13125550101",
        egress_called_number="+13125550187",
    )
    world.say("term", 20.2, upstream="fwd")
    assert world.trace(at=20.2).path == ("term", "fwd", "orig")


def test_two_routes_of_one_ingress_share_the_handoff_that_fed_them(world):
    facts = {"outcome": "no_answer", "release_code": "480"}
    world.say("orig", 0.0, customer="c", downstream="transit", **facts)
    world.say("transit", 0.1, upstream="orig", downstream="full", outcome="failed", release_code="503")
    world.say("transit", 0.1, upstream="orig", downstream="term", **facts)
    world.say("full", 0.15, upstream="transit", outcome="failed", release_code="503")
    world.say("term", 0.4, upstream="transit", **facts)
    assert world.trace(at=0.4, terminating_carrier="term").path == ("term", "transit", "orig")
    assert world.trace(at=0.15, terminating_carrier="full").path == ("full", "transit", "orig")


def test_a_silent_carriers_refused_branch_does_not_take_the_call(world):
    facts = {"outcome": "busy", "release_code": "486"}
    world.say("orig", 0.0, customer="c", downstream="quiet", **facts)
    world.say("full", 0.1, upstream="quiet", outcome="failed", release_code="503")
    world.say("term", 0.6, upstream="quiet", **facts)
    assert world.trace(at=0.6, terminating_carrier="term").path == ("term", "quiet", "orig")


def test_a_carrier_without_a_record_may_have_restarted_the_call(world):
    world.say("orig", 0.0, customer="c", downstream="quiet", egress_call_id="a@example.net", calling_number="anonymous")
    world.say("term", 0.2, upstream="quiet", call_id="b@example.net", calling_number="anonymous")
    assert world.trace(at=0.2, calling=None).customer == "c"


def test_the_report_names_the_end_where_it_and_its_neighbour_are_silent(world):
    world.say("orig", 0.0, customer="c", downstream="quiet")
    found = world.trace(at=0.2, terminating_carrier="end")
    assert found.path == ("end", "quiet", "orig")
    assert found.customer == "c"
    assert "report names end" in found.hops[0].evidence[0].detail
    assert "handed the call to quiet" in found.hops[1].evidence[0].detail


def test_a_caller_that_the_called_party_saw_was_not_withheld_before(world):
    world.chain("one", "term", at=0.0, calling_number="anonymous")
    world.chain("two", "term", at=0.8)
    assert world.trace(at=0.2).customer == "cust-1"
    assert world.trace(at=0.2).path == ("term", "two")


def test_two_leaps_do_not_feed_each_other(world):
    world.say("north", 0.0, upstream="quiet1", downstream="quiet2")
    world.say("south", 0.2, upstream="quiet3", downstream="quiet4")
    found = world.trace(at=0.1)
    assert found.verdict is not Verdict.NOT_FOUND
    assert found.path[-1] in ("quiet1", "quiet3")


def test_no_leap_ends_in_its_own_chain(world):
    world.say("gate", 0.0, upstream="abroad", downstream="transit")
    world.say("transit", 0.1, upstream="gate", downstream="mute")
    found = world.trace(at=0.1, terminating_carrier="mute")
    assert found.path == ("mute", "transit", "gate", "abroad")


def test_a_leap_does_not_lead_from_abroad_home_again(world):
    """Of two records with two silent carriers between them the one that came from abroad lies further up."""
    world.country = {"term": "US", "home": "US", **dict.fromkeys(("lower", "mute", "far", "upper", "beyond"), "GB")}
    world.say("upper", 0.5, upstream="beyond", downstream="far")
    world.say("lower", 0.0, upstream="mute", downstream="home")
    found = world.trace(at=0.2, terminating_carrier="term")
    assert found.path == ("term", "home", "lower", "mute", "far", "upper", "beyond")


def test_a_changed_or_withheld_caller_does_not_break_the_trail(world):
    world.say("orig", 0.0, customer="c", downstream="transit", calling_number="+12025550100")
    world.say("transit", 0.1, upstream="orig", downstream="term", calling_number="+12025550100")
    world.say("term", 0.2, upstream="transit", calling_number="anonymous")
    found = world.trace(at=0.2, calling=None)
    assert found.path == ("term", "transit", "orig")


def test_clock_offsets_are_taken_off(world):
    world.clocks = {"transit": 143.0}
    world.say("orig", 0.0, customer="c", downstream="transit")
    world.say("transit", 143.1, upstream="orig", downstream="term")
    world.say("term", 0.2, upstream="transit")
    found = world.trace(at=0.2)
    assert found.path == ("term", "transit", "orig")
    assert found.hops[1].clock_offset == 143.0


def test_one_side_is_enough_where_the_other_is_silent_about_it(world):
    world.say("orig", 0.0, customer="c", downstream="term")
    world.say("term", 0.1, upstream_trunk="203.0.113.77")
    assert world.trace(at=0.1).path == ("term", "orig")


def test_a_terminating_carrier_without_records_is_still_the_first_of_the_path(world):
    world.say("orig", 0.0, customer="c", downstream="transit")
    world.say("transit", 0.1, upstream="orig", downstream="mute")
    found = world.trace(at=0.1, terminating_carrier="mute")
    assert found.path == ("mute", "transit", "orig")
    assert found.hops[0].records == ()


@pytest.mark.parametrize("takes_part", [(), ("lossy",), ("mute",)])
def test_the_reported_end_is_the_first_of_the_path_also_where_a_row_was_lost(world, takes_part):
    world.say("orig", 0.0, customer="c", downstream="lossy")
    for carrier in takes_part:
        world.chain("orig", carrier, "other", at=30.0, called_number="+13125550101")
    found = world.trace(at=0.1, terminating_carrier="mute")
    assert found.path == ("mute", "lossy", "orig")
    assert [hop.records for hop in found.hops[:2]] == [(), ()]


def test_the_same_call_alone_and_in_a_batch_gets_the_same_answer(world, report_call):
    for n in range(6):
        world.chain(f"orig{n % 2}", "transit", "term", at=n * 2.0)
    calls = [report_call(n * 2.0 + 0.1, call_ref=f"C{n}") for n in range(6)]
    together = world.trace_all(calls)
    alone = [world.trace_all([call])[0] for call in calls]
    assert together == alone


def test_a_number_that_is_called_all_the_time_is_traced_by_its_nearest_statements(world):
    for n in range(400):
        world.chain("orig", f"t{n % 3}", "term", at=n * 1.1 - 220.0, calling_number=f"+1202555{100 + n % 100:04d}")
    found = world.trace(at=0.3, calling="+12025550100")
    assert found.verdict is Verdict.ORIGINATOR_IDENTIFIED
    assert found.hops[-1].calling == "+12025550100"
    (judged,) = world.gather([a_call_at(0.3)]).judged
    assert len(judged.case.facts) == MOST_MEMBERS


def a_call_at(at: float):
    start = datetime(2026, 11, 2, 15, tzinfo=UTC) + timedelta(seconds=at)
    return ReportedCall("C1", start.isoformat(), "+13125550187")


def test_a_record_that_names_nobody_above_is_not_fed_by_the_one_below_it(world):
    # The carrier that delivered the call is silent: to it `low` handed the call, from somewhere `mid` got it.
    world.say("orig", 0.0, customer="c", downstream="mid")
    world.say("mid", 0.1, upstream_trunk="203.0.113.77", downstream="low")
    world.say("low", 0.2, upstream="mid", downstream="quiet")
    found = world.trace(at=0.3)
    assert found.path == ("quiet", "low", "mid", "orig")
    assert found.alternatives == ()
