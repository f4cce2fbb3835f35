"""Tracing a number forward, on statements made by hand."""

from __future__ import annotations

import json
import random
from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoptrace.model.forward import ForwardRole, ForwardVerdict
from hoptrace.tracing.forward.result import Question, forward
from hoptrace.tracing.forward.spoken import SPANS, said_of
from hoptrace.tracing.stamped import Stamp

NUMBER, OTHER, THIRD, CALLER = "+13125550187", "+13125550111", "+13125550112", "+12025550143"
TOLL_FREE = "+18005550199"


def traced(world, number=NUMBER, floor=0.7, **given):
    """The forward trace of a number in a world, whose speaking carriers cover all time."""
    extra = {"delivered_to": pl.lit(None, pl.String), "unnamed": pl.lit(value=False)} | given
    later = pl.duration(seconds=pl.col("may_be_later").fill_null(0))
    frame = world.frame().with_columns(start=pl.col("start_time"), latest=pl.col("start_time") + later, **extra)
    ever = (pl.lit("2026-01-01T00:00:00Z").str.to_datetime("%+"), pl.lit("2027-12-31T00:00:00Z").str.to_datetime("%+"))
    spans = pl.DataFrame({"carrier": sorted(world.covers)}, schema={"carrier": pl.String})
    spans = spans.with_columns(from_time=ever[0], to_time=ever[1]).cast(SPANS)
    result = forward(Question(int(number[1:]), floor), frame, spans, Stamp("test", 1, 1, "settings"))
    json.dumps(result.as_dict())
    assert 0.0 <= result.confidence <= 1.0
    assert (result.serving_carrier is not None) == (result.verdict is ForwardVerdict.SERVING_CARRIER_IDENTIFIED)
    assert result.customer is None or result.serving_carrier is not None
    return result


def roles(result):
    return {(carrier.carrier, carrier.role.value) for carrier in result.carriers}


def disagreeing(result, carrier):
    return [
        item.about for each in result.carriers if each.carrier == carrier for item in each.evidence if not item.agrees
    ]


def test_who_delivers_to_its_own_subscriber_serves_the_number(world):
    world.chain("alpha", "bravo", "charlie")
    found = traced(world)
    assert (found.verdict, found.serving_carrier) == (ForwardVerdict.SERVING_CARRIER_IDENTIFIED, "charlie")
    assert (found.path, found.conflicts, found.customer) == ((), (), None)
    assert roles(found) == {("charlie", "serves"), ("bravo", "hands_on"), ("alpha", "hands_on")}
    served = found.carriers[0]
    assert (served.role, served.statements, served.number) == (ForwardRole.SERVES, 1, NUMBER)
    assert [(record.batch, record.row) for record in served.records] == [("charlie-1", 3)]
    assert all(item.detail.endswith(".") for carrier in found.carriers for item in carrier.evidence)
    assert found.next_request is not None
    assert found.next_request.carrier == "charlie"


def test_more_calls_make_it_surer(world):
    confidences = []
    for n in range(4):
        world.chain("alpha", "charlie", at=100.0 * n)
        confidences.append(traced(world).confidence)
    assert confidences == sorted(set(confidences))
    assert 0.7 < confidences[0] < confidences[-1] < 1.0


def test_the_furthest_carrier_is_named_even_where_it_submits_nothing(world):
    world.say("alpha", 0, customer="cust-1", downstream="bravo")
    world.say("bravo", 0.1, upstream="alpha", downstream="silent")
    found = traced(world)
    assert (found.verdict, found.serving_carrier) == (ForwardVerdict.NON_PARTICIPATING, None)
    assert found.next_request is not None
    assert found.next_request.carrier == "silent"
    assert ("silent", "handed_to") in roles(found)


def test_a_carrier_with_records_but_none_of_the_number_has_no_record(world):
    world.say("bravo", 0, downstream="lacking")
    world.say("lacking", 0, called_number=OTHER)
    found = traced(world)
    assert (found.verdict, found.next_request.carrier) == (ForwardVerdict.NO_RECORD, "lacking")
    assert disagreeing(found, "lacking") == ["records"]


def test_an_unknown_trunk_is_no_subscriber(world):
    world.say("bravo", 0)
    found = traced(world, unnamed=pl.lit(value=True))
    assert (found.verdict, found.serving_carrier) == (ForwardVerdict.NO_RECORD, None)
    assert "trunk" in found.next_request.why


def test_a_toll_free_number_is_followed_to_the_number_behind_it(world):
    world.say("alpha", 0, called_number=TOLL_FREE, customer="cust-1", downstream="bravo")
    world.say("bravo", 0.1, called_number=TOLL_FREE, egress_called_number=OTHER, upstream="alpha", downstream="charlie")
    world.say("charlie", 0.2, called_number=OTHER, upstream="bravo")
    found = traced(world, TOLL_FREE)
    assert (found.serving_carrier, [(step.number, step.becomes) for step in found.path]) == (
        "charlie",
        [(TOLL_FREE, OTHER)],
    )
    assert ("bravo", "changes") in roles(found)
    assert OTHER in found.summary
    assert found.confidence < traced(world, OTHER).confidence


def test_forwardings_are_followed_one_after_the_other(world):
    world.say("bravo", 0, egress_called_number=OTHER, redirecting_number=NUMBER, downstream="charlie")
    world.say("charlie", 1, called_number=OTHER, egress_called_number=THIRD, upstream="bravo", downstream="delta")
    for at in (2, 50):
        world.say("delta", at, called_number=THIRD, upstream="charlie")
    found = traced(world)
    assert (found.serving_carrier, [step.becomes for step in found.path]) == ("delta", [OTHER, THIRD])
    assert "bravo says that +13125550187 itself had its calls forwarded" in found.conflicts[0]


def test_a_forwarding_that_only_the_signalling_tells_is_followed(world):
    for at in (0, 60):
        world.say("charlie", at, called_number=OTHER, redirecting_number=NUMBER, upstream="bravo")
    assert (traced(world).serving_carrier, traced(world).path[0].becomes) == ("charlie", OTHER)


def test_a_number_that_is_delivered_and_sometimes_forwarded_is_served_where_it_is_delivered(world):
    for at in (0, 100, 200):
        world.say("bravo", at)
    world.say("bravo", 150, egress_called_number=OTHER, downstream="charlie")
    world.say("charlie", 151, called_number=OTHER, upstream="bravo")
    found = traced(world)
    assert (found.serving_carrier, found.path) == ("bravo", ())
    assert any(OTHER in text for text in found.conflicts)


def test_a_number_that_moved_on_is_followed(world):
    for n in range(4):
        world.say("bravo", 100.0 * n)
        world.say("delta", 1000 + 100.0 * n, egress_called_number=OTHER, downstream="charlie")
        world.say("charlie", 1001 + 100.0 * n, called_number=OTHER, upstream="delta")
    assert (traced(world).serving_carrier, traced(world).path[0].becomes) == ("charlie", OTHER)


def test_a_circle_of_forwardings_ends(world):
    world.say("bravo", 0, egress_called_number=OTHER, downstream="charlie")
    world.say("charlie", 1, called_number=OTHER, egress_called_number=NUMBER, downstream="bravo")
    found = traced(world)
    assert (found.verdict, found.serving_carrier) == (ForwardVerdict.NO_RECORD, None)
    assert any("circle" in text for text in found.conflicts)


def test_carriers_that_hand_calls_round_serve_nobody(world):
    world.say("bravo", 0, downstream="charlie")
    world.say("charlie", 1, upstream="bravo", downstream="bravo")
    assert (traced(world).verdict, traced(world).serving_carrier) == (ForwardVerdict.NO_RECORD, None)


def test_numbers_that_a_toll_free_number_goes_on_as_may_differ(world):
    for place, (number, carrier) in enumerate(((OTHER, "charlie"), (THIRD, "delta"), (OTHER, "charlie"))):
        world.say("bravo", place, called_number=TOLL_FREE, egress_called_number=number, downstream=carrier)
        world.say(carrier, place, called_number=number, upstream="bravo")
    assert (traced(world, TOLL_FREE).verdict, traced(world, TOLL_FREE).serving_carrier) == (
        ForwardVerdict.DISPUTED,
        None,
    )
    for row in world.rows:
        row["carrier"] = row["carrier"].replace("delta", "charlie")
        row["downstream"] = (row.get("downstream") or "").replace("delta", "charlie") or None
    assert traced(world, TOLL_FREE).serving_carrier == "charlie"


def test_a_ported_number_is_the_later_carriers(world):
    for n in range(4):
        world.chain("alpha", "bravo", at=100.0 * n)
        world.chain("alpha", "charlie", at=86_400 + 100.0 * n)
    found = traced(world)
    assert found.serving_carrier == "charlie"
    assert any("ported" in text for text in found.conflicts)
    assert disagreeing(found, "bravo") == ["porting"]


@pytest.mark.parametrize(("later", "verdict"), [(None, "serving_carrier_identified"), (3600, "disputed")])
def test_a_number_is_ported_only_where_the_order_holds_at_both_times_of_a_repeated_hour(world, later, verdict):
    """bravo's calls came an hour later, and so in the midst of charlie's, where it was the second of both times."""
    for n in range(4):
        world.say("bravo", 100.0 * n, may_be_later=later)
        world.say("charlie", 3500 + 100.0 * n)
    found = traced(world)
    assert found.verdict == verdict
    assert {each.carrier: each.last_time for each in found.carriers}["bravo"] == (
        "2026-11-02T16:05:00Z" if later else "2026-11-02T15:05:00Z"
    )


@pytest.mark.parametrize("later", [None, 3600])
def test_a_handoff_is_covered_where_the_records_cover_one_of_its_two_times(world, later):
    world.say("alpha", 0, customer="cust-1", downstream="silent", may_be_later=later)
    frame = world.frame().with_columns(
        start=pl.col("start_time"),
        latest=pl.col("start_time") + pl.duration(seconds=later or 0),
        delivered_to=pl.lit(None, pl.String),
        unnamed=pl.lit(value=False),
    )
    begin = frame["start"][0] + timedelta(seconds=1800)
    spans = pl.DataFrame([("silent", begin, begin + timedelta(hours=1))], schema=SPANS, orient="row")
    said = said_of(frame, spans).filter(pl.col("number") == int(NUMBER[1:]))
    assert said["covered"].to_list() == [1 if later else 0]


def test_one_later_call_is_no_porting(world):
    world.say("bravo", 0)
    world.say("charlie", 86_400)
    assert traced(world).verdict is ForwardVerdict.DISPUTED


def test_two_carriers_that_both_deliver_are_disputed(world):
    for n in range(6):
        world.say("bravo" if n % 2 else "charlie", 100.0 * n)
    found = traced(world)
    assert (found.verdict, found.serving_carrier, found.customer) == (ForwardVerdict.DISPUTED, None, None)
    assert "other carriers" in disagreeing(found, "bravo")
    assert "other carriers" in disagreeing(found, "charlie")


def test_one_odd_record_does_not_outweigh_many(world):
    for n in range(20):
        world.say("bravo", 100.0 * n)
    world.say("charlie", 950.0)
    found = traced(world)
    assert found.serving_carrier == "bravo"
    assert any(text.startswith("charlie") for text in found.conflicts)


def test_a_delivery_that_the_carrier_before_contradicts_names_nobody(world):
    world.say("alpha", 0, downstream="charlie")
    world.say("bravo", 0, upstream="alpha")
    found = traced(world)
    assert (found.verdict, found.serving_carrier) == (ForwardVerdict.DISPUTED, None)
    assert "upstream" in disagreeing(found, "bravo")


def test_a_carrier_that_also_hands_the_number_on_contradicts_itself(world):
    world.say("bravo", 0)
    world.say("bravo", 50, downstream="silent")
    assert traced(world).verdict is ForwardVerdict.DISPUTED


def test_a_caller_id_alone_names_nobody(world):
    for at in (0, 10, 20, 30):
        world.say("alpha", at, calling_number=NUMBER, called_number=OTHER, customer="cust-7", downstream="bravo")
    found = traced(world)
    assert (found.verdict, found.serving_carrier, found.customer) == (ForwardVerdict.NO_RECORD, None, None)
    assert [(c.carrier, c.role.value, c.customers) for c in found.carriers] == [("alpha", "originates", ("cust-7",))]
    assert found.next_request.carrier == "alpha"


def test_the_customer_is_named_where_the_serving_carrier_originates_with_the_number(world):
    world.chain("alpha", "bravo")
    alone = traced(world)
    for at in (100, 110, 120):
        world.say("bravo", at, calling_number=NUMBER, called_number=OTHER, customer="cust-7", downstream="alpha")
    found = traced(world)
    assert (found.serving_carrier, found.customer) == ("bravo", "cust-7")
    assert found.confidence > alone.confidence
    assert 0 < found.customer_confidence < found.confidence


def test_one_call_from_the_number_names_no_customer(world):
    world.chain("alpha", "bravo")
    world.say("bravo", 100, calling_number=NUMBER, called_number=OTHER, customer="cust-7", downstream="alpha")
    assert (traced(world).serving_carrier, traced(world).customer) == ("bravo", None)


def test_the_trunk_of_a_delivered_call_names_the_customer(world):
    for at in (0, 50):
        world.chain("alpha", "bravo", at=at)
    to = pl.when(pl.col("downstream").is_null()).then(pl.lit("cust-9"))
    assert traced(world, delivered_to=to).customer == "cust-9"


def test_a_caller_id_that_many_carriers_send_is_said_to_be_spoofed(world):
    world.chain("alpha", "bravo")
    before = traced(world)
    for carrier in ("bravo", "delta", "echo"):
        for at in (100, 110, 120, 130):
            world.say(carrier, at, calling_number=NUMBER, called_number=OTHER, customer=f"{carrier}-1", downstream="x")
    found = traced(world)
    assert (found.serving_carrier, found.customer, found.confidence) == ("bravo", None, before.confidence)
    assert "spoofed" in found.conflicts[0]
    assert "spoofing" in disagreeing(found, "delta")


def test_failed_attempts_prove_nothing(world):
    world.say("alpha", 0, outcome="failed", customer="cust-1", downstream="bravo")
    world.say("bravo", 0, outcome="failed", upstream="alpha")
    found = traced(world)
    assert (found.verdict, found.serving_carrier, found.path) == (ForwardVerdict.NO_RECORD, None, ())
    assert roles(found) == {("alpha", "attempted"), ("bravo", "attempted")}


def test_a_refused_route_is_no_handing_on(world):
    world.say("alpha", 0, outcome="failed", downstream="silent")
    world.say("alpha", 0, downstream="bravo")
    world.say("bravo", 0, upstream="alpha")
    assert ("silent", "handed_to") not in roles(traced(world))
    assert traced(world).serving_carrier == "bravo"


@pytest.mark.parametrize(("outcome", "named"), [("busy", "bravo"), ("no_answer", "bravo"), ("cancelled", None)])
def test_an_abandoned_call_tells_little(world, outcome, named):
    world.say("bravo", 0, outcome=outcome)
    assert traced(world).serving_carrier == named


def test_an_extension_behind_the_number_is_the_same_subscriber(world):
    world.say("bravo", 0, egress_called=-77, egress_called_number=None)
    world.rows[-1]["egress_called"] = -77
    found = traced(world)
    assert (found.serving_carrier, found.path) == ("bravo", ())


def test_a_short_code_that_leads_to_the_number_is_no_number_of_the_path(world):
    world.say("bravo", 0, egress_called_number=NUMBER, upstream="alpha")
    world.rows[-1]["called"] = -99
    assert traced(world).serving_carrier == "bravo"


def test_nothing_said_is_not_found(world):
    world.chain("alpha", "bravo", called_number=OTHER)
    found = traced(world)
    assert (found.verdict, found.carriers, found.next_request) == (ForwardVerdict.NOT_FOUND, (), None)


CARRIERS = ("alpha", "bravo", "charlie", "delta", "silent")


def build(new_world, seed):
    """Random statements about three numbers, some of which go on as others."""
    chance = random.Random(seed)
    world = new_world()
    numbers = (NUMBER, OTHER, THIRD)
    for _ in range(chance.randint(1, 12)):
        facts = {"called_number": chance.choice(numbers), "calling_number": chance.choice((*numbers, CALLER))}
        if chance.random() < 0.3:
            facts["egress_called_number"] = chance.choice(numbers)
        if chance.random() < 0.2:
            facts["redirecting_number"] = chance.choice(numbers)
        facts["customer"] = "cust" if chance.random() < 0.2 else None
        facts["upstream"] = chance.choice((None, *CARRIERS))
        facts["downstream"] = chance.choice((None, None, *CARRIERS))
        facts["outcome"] = chance.choice(("answered", "answered", "no_answer", "cancelled", "failed", "unknown"))
        world.say(chance.choice(CARRIERS[:4]), float(chance.randint(0, 50)), **facts)
    return world


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_statements_never_matters(new_world_type, seed):
    world = build(new_world_type, seed)
    before = traced(world)
    random.Random(seed).shuffle(world.rows)
    assert traced(world) == before


@given(seed=st.integers(0, 10_000), days=st.integers(-200, 200))
@settings(max_examples=25, deadline=None)
def test_the_date_does_not_matter(new_world_type, seed, days):
    world = build(new_world_type, seed)
    before = traced(world)
    for row in world.rows:
        row["start_time"] += timedelta(days=days)
    after = traced(world)
    assert (after.verdict, after.serving_carrier, after.confidence) == (
        before.verdict,
        before.serving_carrier,
        before.confidence,
    )


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_nobody_is_named_that_did_not_say_so(new_world_type, seed):
    world = build(new_world_type, seed)
    found = traced(world)
    delivering = {row["carrier"] for row in world.rows if not row["downstream"] and row["outcome"] != "failed"}
    assert found.serving_carrier is None or found.serving_carrier in delivering
