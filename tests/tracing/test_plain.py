"""Plain calls are settled by columns: which calls are plain, and that their results are those of the call alone.

`World.trace_all` holds both ways against each other, to the byte, in every test that traces.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import pytest

from hoptrace.linking.trust.bearing_out import Trust
from hoptrace.model.verdicts import Support, Verdict
from hoptrace.tracing.reported import ReportHabits, ReportTimes
from hoptrace.tracing.results import Floors

FLOORS = Floors(0.7, 0.955)
BASE = datetime(2026, 11, 2, 15, 0, 0, tzinfo=UTC)
CARRIERS = [f"c{number}" for number in range(9)]
CALLER_KEY = 12025550143
SIGNED = {"attestation": "A", "orig_id": "0f8fad5b-d9cb-469f-a165-70867728950e", "signer": "c0"}


def is_plain(world, *calls) -> list[bool]:
    settled = world.plain_lines(list(calls), FLOORS)
    return [place in settled for place in range(len(calls))]


def test_a_chain_up_to_a_customer_is_plain(world, report_call):
    world.chain("orig", "mid", "term")
    assert is_plain(world, report_call(0.2)) == [True]
    assert world.trace(0.2).path == ("term", "mid", "orig")


def test_one_record_alone_is_plain_where_it_names_the_customer(world, report_call):
    world.chain("only")
    assert is_plain(world, report_call(0.0, terminating_carrier="only")) == [True]
    assert world.trace(0.0, terminating_carrier="only").originating_carrier == "only"


def test_signed_calls_are_plain(world, report_call):
    world.chain("c0", "mid", "term", **SIGNED)
    assert is_plain(world, report_call(0.2)) == [True]
    assert world.trace(0.2).hops[0].attestation == "A"


@pytest.mark.parametrize(("apart", "plain"), [(-300.0, True), (7.0, True), (1.0, False)])
def test_a_call_is_plain_where_the_report_cannot_mean_another_one(world, report_call, apart, plain):
    world.chain("orig", "mid", "term")
    world.chain("orig", "mid", "term", at=apart)
    assert is_plain(world, report_call(0.2)) == [plain]
    assert world.trace(0.2).originating_carrier == "orig"


def test_a_call_without_records_is_not_plain(world, report_call):
    world.chain("orig", "term")
    assert is_plain(world, report_call(0.1), report_call(0.1, called="+13125550144")) == [True, False]


@pytest.mark.parametrize(
    ("carrier", "verdict"),
    [("silent", Verdict.NON_PARTICIPATING), ("abroad", Verdict.POINT_OF_ENTRY_IDENTIFIED)],
)
def test_a_chain_that_ends_at_a_carrier_without_records_is_plain(world, report_call, carrier, verdict):
    world.country["abroad"] = "IN"
    world.say("mid", 0.0, upstream=carrier, downstream="term", **SIGNED)
    world.say("term", 0.1, upstream="mid", **SIGNED)
    assert is_plain(world, report_call(0.1)) == [True]
    assert world.trace(0.1).verdict is verdict


def test_a_chain_below_a_silent_carrier_is_not_plain_where_the_caller_reached_that_one_under_another_number(
    world, report_call
):
    world.say("mid", 0.0, upstream="silent", downstream="term")
    world.say("term", 0.1, upstream="mid")
    world.say("orig", -0.1, customer="cust-1", downstream="silent", called_number="+18005550199")
    assert is_plain(world, report_call(0.1)) == [False]


@pytest.mark.parametrize("signed", [{}, SIGNED])
def test_a_chain_over_a_silent_carrier_that_both_sides_name_is_plain(world, report_call, signed):
    world.chain("orig", "silent", "mid", "term", **signed)
    world.rows = [row for row in world.rows if row["carrier"] != "silent"]
    world.covers.discard("silent")
    assert is_plain(world, report_call(0.3)) == [True]
    assert world.trace(0.3).path == ("term", "mid", "silent", "orig")


@pytest.mark.parametrize(
    ("trust", "verdict"),
    [
        (Trust(), Verdict.NO_RECORD),
        (
            Trust(untrue={("mid", "lacking"): 0.9}, clashes=(("mid", "lacking", "upstream", 1200, 900),)),
            Verdict.DISPUTED,
        ),
        (
            Trust(
                untrue={("mid", "lacking"): 0.6},
                spoken_for={("mid", "lacking"): {CALLER_KEY: 50.0}},
                witnesses=(("mid", "lacking", CALLER_KEY, "second"),),
            ),
            Verdict.NO_RECORD,
        ),
    ],
)
def test_a_chain_that_ends_at_a_carrier_whose_records_lack_the_call_is_plain(world, report_call, trust, verdict):
    world.trust = trust
    world.say("mid", 0.0, upstream="lacking", downstream="term", **SIGNED)
    world.say("term", 0.1, upstream="mid", **SIGNED)
    world.covers.add("lacking")
    assert is_plain(world, report_call(0.1)) == [True]
    assert world.trace(0.1).verdict is verdict


def test_a_chain_whose_last_word_is_not_believed_is_plain(world, report_call):
    world.trust = Trust(misnames={"mid": 0.9}, clashes=(("mid", "other", "upstream", 30, 29),))
    world.say("mid", 0.0, upstream="silent", downstream="term")
    world.say("term", 0.1, upstream="mid")
    assert is_plain(world, report_call(0.1)) == [True]
    assert world.trace(0.1).conflicts


@pytest.mark.parametrize("end", [None, "term", "mid"])
@pytest.mark.parametrize("signed", [{}, SIGNED])
def test_a_call_handed_on_to_a_carrier_without_records_is_plain(world, report_call, end, signed):
    world.chain("orig", "mid", "term", **signed)
    world.rows.pop()
    world.covers.discard("term")
    assert is_plain(world, report_call(0.1, terminating_carrier=end)) == [True]
    assert world.trace(0.1, terminating_carrier="term").path == ("term", "mid", "orig")
    world.trace(0.1, terminating_carrier=end)


def test_calls_handed_on_to_and_from_carriers_without_records_are_plain(world, report_call):
    for at, called in ((0.0, "+13125550187"), (50.0, "+13125550144")):
        world.say("mid", at, upstream="abroad", downstream="term", called_number=called)
    calls = [report_call(0.0, terminating_carrier="term"), report_call(50.0, "C2", called="+13125550144")]
    assert is_plain(world, *calls) == [True, True]
    assert [told.path for told in world.trace_all(calls)] == [("term", "mid", "abroad")] * 2


@pytest.mark.parametrize("end", [None, "term"])
def test_a_chain_over_two_carriers_without_records_is_plain(world, report_call, end):
    world.chain("orig", "s1", "s2", "mid", "term")
    world.rows = [row for row in world.rows if row["carrier"] not in ("s1", "s2")]
    world.covers -= {"s1", "s2"}
    assert is_plain(world, report_call(0.4, terminating_carrier=end)) == [True]
    told = world.trace(0.4, terminating_carrier=end)
    assert told.path == ("term", "mid", "s2", "s1", "orig")
    assert [hop.support for hop in told.hops[2:]] == [Support.NAMED, Support.INFERRED, Support.NAMED]


def test_a_leap_that_goes_abroad_and_back_is_none(world, report_call):
    world.country |= {"s2": "IN"}
    world.chain("orig", "s1", "s2", "mid", "term")
    world.rows = [row for row in world.rows if row["carrier"] not in ("s1", "s2")]
    world.covers -= {"s1", "s2"}
    world.trace(0.4)
    assert world.trace(0.4).path[-1] == "s2"


def test_a_call_handed_on_to_another_carrier_than_reported_is_not_plain(world, report_call):
    world.say("mid", 0.0, customer="cust-1", downstream="other")
    assert is_plain(world, report_call(0.0, terminating_carrier="term")) == [False]
    world.trace(0.0, terminating_carrier="term")


def test_a_call_handed_on_is_not_plain_where_it_went_on_under_another_number(world, report_call):
    world.say("mid", 0.0, customer="cust-1", downstream="silent")
    world.say("term", 0.1, upstream="silent", called_number="+13125550199")
    assert is_plain(world, report_call(0.0)) == [False]
    world.trace(0.0)


def test_a_call_handed_on_is_not_plain_where_somebody_else_shows_its_caller(world, report_call):
    world.chain("orig", "silent")
    world.rows.pop()
    world.covers.discard("silent")
    for number in range(12):
        called = f"+131255501{number:02}"
        world.say("orig", 10.0 * number, customer="cust-1", downstream="silent", called_number=called)
        world.say("other", 10.0 * number + 4, upstream="far", downstream="silent", called_number=called)
    assert is_plain(world, report_call(0.0, terminating_carrier="silent")) == [False]
    world.trace(0.0, terminating_carrier="silent")


def test_a_contradicted_chain_is_not_plain(world, report_call):
    world.chain("orig", "term")
    world.say("other", 0.05, upstream="far", downstream="orig")
    assert is_plain(world, report_call(0.1)) == [False]


def test_a_forwarded_call_is_not_plain(world, report_call):
    world.chain("orig", "mid", egress_called_number="+13125550123")
    assert is_plain(world, report_call(0.1)) == [False]


@pytest.mark.parametrize("end", [None, "b"])
@pytest.mark.parametrize("recorded", [True, False])
def test_attempts_over_two_routes_are_plain(world, report_call, end, recorded):
    world.say("top", -0.1, customer="cust-1", downstream="orig", call_id="one")
    for route, outcome in (("a", "failed"), ("b", "answered")):
        world.say("orig", 0.0, upstream="top", downstream=route, outcome=outcome, call_id="one")
        if recorded or route == "b":
            world.say(route, 0.1, upstream="orig", outcome=outcome)
    assert is_plain(world, report_call(0.1, terminating_carrier=end)) == [True]
    assert world.trace(0.1, terminating_carrier=end).path == ("b", "orig", "top")


def test_attempts_that_both_went_on_are_not_plain(world, report_call):
    for route in ("a", "b"):
        world.say("orig", 0.0, customer="cust-1", downstream=route, call_id="one")
        world.say(route, 0.1, upstream="orig")
    assert is_plain(world, report_call(0.1)) == [False]
    world.trace(0.1)


def refused(world, at: float, silent: str | None = None) -> None:
    """A call that `full` did not put through, got from `mid`, or over a carrier without a record."""
    world.say("mid", at, customer="cust-2", downstream=silent or "full", outcome="failed")
    world.say("full", at + 0.1, upstream=silent or "mid", outcome="failed")


@pytest.mark.parametrize("apart", [-300.0, 5.0])
@pytest.mark.parametrize(("silent", "plain"), [(None, True), ("silent", False)])
def test_a_call_beside_one_that_another_carrier_refused_is_plain_where_that_one_begins_there(
    world, report_call, apart, silent, plain
):
    world.chain("orig", "mid", "term", calling="+12025550155")
    refused(world, apart, silent)
    assert is_plain(world, report_call(0.2, terminating_carrier="term")) == [plain]
    assert world.trace(0.2, terminating_carrier="term").path == ("term", "mid", "orig")


@pytest.mark.parametrize("silent", [None, "silent"])
@pytest.mark.parametrize(("end", "plain"), [("term", False), ("full", True)])
def test_a_call_that_another_carrier_refused_is_not_plain(world, report_call, silent, end, plain):
    refused(world, 0.0, silent)
    calls = [report_call(0.1, terminating_carrier=end)]
    assert is_plain(world, *calls) == [plain]
    world.trace_all(calls)


@pytest.mark.parametrize(("outcome", "plain"), [("busy", True), ("no_answer", False), ("failed", False)])
def test_what_a_lone_record_says_nobody_answered_is_not_plain(world, report_call, outcome, plain):
    world.say("full", 0.0, upstream="silent", outcome=outcome)
    assert is_plain(world, report_call(0.0)) == [plain]
    world.trace(0.0)


@pytest.mark.parametrize("trust", [Trust(doubt={"orig": 0.5}), Trust(made_up={"orig": 0.5})])
def test_the_word_of_a_doubted_carrier_is_not_plain_where_nobody_bears_it_out(world, report_call, trust):
    world.trust = trust
    world.chain("orig")
    assert is_plain(world, report_call(0.0)) == [False]


@pytest.mark.parametrize("customer", ['the "best"', "back\\slash", "new\nline"])
def test_names_that_json_escapes_are_not_plain(world, report_call, customer):
    world.chain("orig", "term", customer=customer)
    assert is_plain(world, report_call(0.1)) == [False]
    assert world.trace(0.1).customer == customer


def test_names_in_other_scripts_are_plain(world, report_call):
    world.chain("orig", "term", customer="ลูกค้า")
    assert is_plain(world, report_call(0.1)) == [True]
    assert world.trace(0.1).customer == "ลูกค้า"


def test_what_the_floors_leave_open_is_not_plain(world, report_call):
    world.chain("orig", "mid", "term")
    calls = [report_call(0.2)]
    assert world.plain_lines(calls, Floors(0.7, 0.9999)) == {}
    assert world.trace_all(calls, named=0.9999)[0].verdict is Verdict.AMBIGUOUS


def attempt_in_vain(world, chance: random.Random, row: dict[str, Any]) -> None:
    """A row of another route that the same carrier tried for a call, and perhaps the record of the carrier there."""
    route, outcome = chance.choice(CARRIERS), chance.choice(["failed", "failed", "no_answer", row["outcome"]])
    attempt = {**row, "row": len(world.rows) + 1, "downstream": route, "outcome": outcome}
    world.rows.append({**attempt, "fingerprint": len(world.rows)})
    if chance.random() < 0.6:
        since = (row["start_time"] - BASE).total_seconds() + chance.choice([0.05, 0.3])
        world.say(route, since, upstream=row["carrier"], outcome=outcome, call_id=row.get("call_id"))


def random_world(world, chance: random.Random) -> list[float]:
    """Calls to one number over random chains: some coarse, some signed, some soon after another, some rows lost."""
    moments: list[float] = []
    ticks = {carrier: chance.choice([1_000, 1_000, 1_000_000, 60_000_000]) for carrier in CARRIERS}
    one_id = chance.random() < 0.5
    at = 0.0
    for number in range(chance.choice([1, 1, 2, 3])):
        route = chance.sample(CARRIERS, chance.randint(1, 7))
        facts = {**(SIGNED if chance.random() < 0.3 else {}), "call_id": f"call-{number}" if one_id else None}
        facts["outcome"] = chance.choice(["answered", "answered", "no_answer", "failed"])
        first = len(world.rows)
        world.chain(*route, at=at, customer=f"cust-{chance.randint(0, 1)}", **facts)
        for row in world.rows[first:]:
            tick = ticks[row["carrier"]]
            micros = int(row["start_time"].timestamp() * 1e6) // tick * tick
            row["start_time"] = row["start_time"].fromtimestamp(micros / 1e6, row["start_time"].tzinfo)
            row["precision"] = tick
        for _ in range(chance.choice([0, 0, 1, 2])):
            attempt_in_vain(world, chance, chance.choice(world.rows[first:]))
        if chance.random() < 0.15:
            world.rows.pop(chance.randrange(first, len(world.rows)))
        if chance.random() < 0.15 and first < len(world.rows):
            world.rows[first] |= {"customer": None, "upstream": chance.choice(["silent", "abroad"])}
        moments.append(at)
        at += chance.choice([2.0, 20.0, 130.0, 300.0])
    for silent in chance.sample(CARRIERS, chance.choice([0, 0, 1, 2, 3])):
        world.rows = [row for row in world.rows if row["carrier"] != silent]
        world.covers.discard(silent)
    return moments


def random_trust(chance: random.Random) -> Trust:
    """Carriers whose words of their upstreams are not believed, of some or of all of them."""
    if chance.random() < 0.6:
        return Trust()
    untrue = {(one, other): chance.random() for one in CARRIERS for other in CARRIERS if chance.random() < 0.2}
    clashes = tuple((one, other, "upstream", chance.randint(20, 2000), chance.randint(1, 19)) for one, other in untrue)
    borne_out = [pair for pair in untrue if chance.random() < 0.5]
    return Trust(
        untrue=untrue,
        misnames={one: chance.random() for one in CARRIERS[:4]},
        spoken_for={pair: {CALLER_KEY: 5.0} for pair in borne_out},
        clashes=clashes,
        witnesses=tuple((*pair, CALLER_KEY, chance.choice(["second", pair[1]])) for pair in borne_out),
    )


@pytest.mark.parametrize("seed", range(250))
def test_random_calls_come_out_the_same_both_ways(new_world, report_call, seed):
    chance = random.Random(seed)
    world = new_world(spread=chance.choice([0.05, 0.5, 1.5]), country={"c3": "IN", "c7": "GB", "abroad": "IN"})
    moments = random_world(world, chance)
    if not world.rows:
        return
    world.clocks = {carrier: chance.gauss(0.0, 0.2) for carrier in CARRIERS}
    world.trust = random_trust(chance)
    ends = [None, *CARRIERS[:3]]
    calls = [report_call(at + chance.gauss(0.3, 0.3), f"C{n}") for n, at in enumerate(moments)]
    calls += [report_call(at, f"D{n}", terminating_carrier=chance.choice(ends)) for n, at in enumerate(moments)]
    world.trace_all(calls)


HABITS = [
    ReportHabits(),
    ReportHabits(ReportTimes(late=2.1, close=6.3)),
    ReportHabits(ReportTimes(late=-1.4), minutes=ReportTimes(late=-30.0, close=52.1)),
]
"""How far reports are off: as is presumed, late and far off, early and often cut to the minute."""


def calls_of_others(world, chance: random.Random) -> None:
    """Somebody else's calls to the number, so that records tell who delivers it; carriers that lack calls."""
    for _ in range(chance.randint(1, 2)):
        route, at = chance.sample(CARRIERS, chance.randint(1, 3)), chance.choice([-400.0, -100.0, 20.0, 60.0])
        outcome = chance.choice(["answered", "busy", "failed", "no_answer"])
        world.chain(*route, at=at, customer="cust-9", calling_number="+12025550177", outcome=outcome)
    world.covers |= set(chance.sample(CARRIERS, 2))
    silent = chance.sample(CARRIERS, chance.choice([0, 1, 2]))
    world.rows = [row for row in world.rows if row["carrier"] not in silent]


@pytest.mark.parametrize("seed", range(120))
def test_random_calls_among_those_of_others_come_out_the_same_both_ways(new_world, report_call, seed):
    chance = random.Random(seed)
    world = new_world(spread=chance.choice([0.05, 0.5]), country={"c3": "IN", "c7": "GB", "abroad": "IN"})
    moments = random_world(world, chance)
    calls_of_others(world, chance)
    if not world.rows:
        return
    world.habits = chance.choice(HABITS)
    callers, ends = [None, "+12025550143", "+12025550199"], [None, None, "c1", "c5"]
    calls = [
        report_call(
            at + chance.choice([0.0, 0.3, 1.5, 2.8]),
            f"C{n}-{again}",
            calling=chance.choice(callers),
            terminating_carrier=chance.choice(ends),
        )
        for n, at in enumerate(moments)
        for again in range(3)
    ]
    world.trace_all(calls)


@pytest.mark.parametrize(("end", "plain"), [(None, False), ("mid", True)])
def test_a_call_that_a_carrier_lacks_which_does_not_deliver_the_number_s_is_not_plain(world, report_call, end, plain):
    world.chain("other", "serve", at=-500.0, customer="cust-9", calling_number="+12025550177")
    world.say("up", 0.0, customer="cust-1", downstream="low")
    world.say("low", 0.1, upstream="up", downstream="mid")
    world.say("mid", -900.0, upstream="other", called_number="+13125550188")
    assert is_plain(world, report_call(0.1, terminating_carrier=end)) == [plain]
    assert world.trace(2.5, calling="+12025550199").originating_carrier is None


def test_many_random_calls_are_plain(new_world, report_call):
    """Else the test before would show nothing."""
    plain = 0
    for seed in range(250):
        world = new_world()
        moments = random_world(world, random.Random(seed))
        calls = [report_call(at + 0.3, f"C{n}") for n, at in enumerate(moments)]
        plain += len(world.plain_lines(calls, FLOORS)) if world.rows else 0
    assert plain > 70
