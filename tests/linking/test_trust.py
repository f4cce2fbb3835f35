"""Whose word the neighbours' records bear out: lies told again and again against rows that were lost."""

from __future__ import annotations

import json

import polars as pl
import pytest

from hoptrace.linking.learning import learn
from hoptrace.linking.trust.bearing_out import COUNTS, Trust, trust_of
from hoptrace.linking.trust.blame import LEAST_LOSS


def from_counts(clashes=(), claims=(), traffic=(), **others) -> Trust:
    told = {"clashes": clashes, "claims": claims, "traffic": traffic, **others}
    frames = {
        name: pl.DataFrame(list(told.get(name, ())), schema=schema, orient="row") for name, schema in COUNTS.items()
    }
    return trust_of(**frames)


def learned_trust(world) -> Trust:
    return Trust.from_json(learn(world.frame()).weights["trust"])


def number(n: int) -> str:
    return f"+1{202 + n // 100}5550{100 + n % 100}"


def honest_traffic(world, calls: int = 60) -> None:
    """Calls from `orig` over a, b and c in turn to `term`; every carrier has its record of each."""
    for n in range(calls):
        world.chain("orig", "abc"[n % 3], "term", at=40.0 * n, called_number=number(n))


def clashes_of(trust: Trust, side: str) -> dict[tuple[str, str], tuple[int, int]]:
    return {(namer, named): (said, missing) for namer, named, where, said, missing in trust.clashes if where == side}


def test_who_names_innocents_as_its_upstream_is_not_believed(world):
    honest_traffic(world)
    for n in range(45):
        called = number(100 + n)
        world.say("liar", 40.0 * n + 15.0, upstream="abc"[n % 3], downstream="term", called_number=called)
        world.say("term", 40.0 * n + 15.1, upstream="liar", called_number=called)
    trust = learned_trust(world)
    for innocent in "abc":
        assert clashes_of(trust, "upstream")["liar", innocent] == (15, 15)
        assert trust.untrue["liar", innocent] > 0.95
        assert trust.untrue["term", innocent] < 0.2
        assert trust.lost[innocent] < 0.02
    assert trust.untrue["term", "liar"] < 0.2


def test_who_blames_many_is_not_believed_of_one_that_it_blames_for_the_first_time():
    blamed = [("liar", innocent, "upstream", 40, 40) for innocent in ("a", "b")]
    others = [("term", innocent, "upstream", 40, 0) for innocent in ("a", "b", "new")]
    assert from_counts([*blamed, *others, ("liar", "new", "upstream", 1, 1)]).untrue["liar", "new"] > 0.9


def test_who_loses_rows_does_not_make_liars_of_its_neighbours(world):
    """`b` lacks every third row, whoever its neighbour is; nobody has lied."""
    for n in range(90):
        world.chain("orig", "b", f"term{n % 2}", at=20.0 * n, called_number=number(n))
    world.rows = [row for k, row in enumerate(world.rows) if row["carrier"] != "b" or (k // 3) % 3 or k < 3 or k > 264]
    trust = learned_trust(world)
    assert 0.2 < trust.lost["b"] < 0.45
    assert trust.lost["orig"] < 0.02
    for term in ("term0", "term1"):
        said, missing = clashes_of(trust, "upstream")[term, "b"]
        assert missing > 0.2 * said
        assert trust.untrue[term, "b"] < 0.4


def test_one_liar_among_neighbours_of_a_carrier_that_loses_rows_is_told_from_the_others():
    lossy = [(f"n{k}", "lossy", "upstream", 100, 20) for k in range(3)]
    trust = from_counts([*lossy, ("liar", "lossy", "upstream", 100, 90)])
    assert trust.untrue["liar", "lossy"] > 0.75
    assert max(trust.untrue[f"n{k}", "lossy"] for k in range(3)) < 0.2
    assert trust.lost["lossy"] == pytest.approx(0.2, abs=0.03)


def test_a_carrier_loses_no_fewer_rows_than_any_may():
    assert from_counts([("a", "b", "upstream", 10_000, 0)]).lost["b"] == LEAST_LOSS


def test_quarrels_are_laid_at_the_inventors_door(world):
    """`inventor` says of calls that h0, h1 and h2 handed to it that its own customer placed them."""
    honest_traffic(world)
    for n in range(30):
        upstream, called = f"h{n % 3}", number(100 + n)
        world.say("orig", 40.0 * n + 15.0, customer="c", downstream=upstream, called_number=called)
        world.say(upstream, 40.0 * n + 15.1, upstream="orig", downstream="inventor", called_number=called)
        world.say("inventor", 40.0 * n + 15.2, customer="invented", downstream="term", called_number=called)
        world.say("term", 40.0 * n + 15.3, upstream="inventor", called_number=called)
    trust = learned_trust(world)
    assert {(upstream, claimant, count) for upstream, claimant, count in trust.claims} == {
        (f"h{k}", "inventor", 10) for k in range(3)
    }
    assert min(trust.invents[f"h{k}", "inventor"] for k in range(3)) > 0.9


def test_who_says_that_it_handed_over_what_nobody_got_has_the_quarrels_itself():
    trust = from_counts(claims=[("fabricator", f"honest{k}", 10) for k in range(4)])
    assert max(trust.invents.values()) < 0.1


def test_an_honest_upstream_of_two_inventors_is_not_their_quarrels_cause():
    claims = [("honest", "inventor1", 10), ("honest", "inventor2", 10)]
    claims += [(f"other{k}", f"inventor{k % 2 + 1}", 10) for k in range(4)]
    trust = from_counts(claims=claims)
    assert min(trust.invents.values()) > 0.8


def test_an_honest_claimant_between_two_fabricators_is_not_their_quarrels_cause():
    claims = [("fabricator1", "honest", 10), ("fabricator2", "honest", 10)]
    claims += [(f"fabricator{k % 2 + 1}", f"other{k}", 10) for k in range(4)]
    trust = from_counts(claims=claims)
    assert max(trust.invents.values()) < 0.2


def test_much_traffic_with_one_inventor_does_not_make_an_honest_upstream_the_cause_of_another_ones_quarrels():
    claims = [("honest", "busy", 156), *((f"other{k}", "busy", 80) for k in range(3))]
    claims += [("honest", "inventor", 60), ("other3", "inventor", 6), ("other4", "inventor", 2)]
    trust = from_counts(claims=claims)
    assert trust.invents["honest", "inventor"] > 0.75
    assert trust.invents["honest", "busy"] > 0.9


def test_a_quarrel_that_nobody_else_has_is_open():
    assert from_counts(claims=[("a", "b", 7)]).invents["a", "b"] == pytest.approx(0.5)


@pytest.mark.parametrize(("through", "own", "least", "most"), [(12, 1, 0.9, 1.0), (1, 12, 0.0, 0.1), (3, 3, 0.5, 0.5)])
def test_the_caller_ids_that_a_claimant_shows_elsewhere_tell_whose_calls_it_claims(through, own, least, most):
    trust = from_counts(claims=[("a", "b", 30)], claimed=[("a", "b", through, own)])
    assert least <= trust.invents["a", "b"] <= most


def claimed_calls(world, *, confirmed: bool) -> None:
    """`inventor` claims every other call of ten callers for its own customers, which `honest` says it handed to it.

    Of the others it says either that it got them from there, or that its own customers placed them too.
    """
    for n in range(60):
        at, numbers = 40.0 * n, {"called_number": number(n), "calling_number": number(300 + n % 10)}
        claimed = n // 10 % 2 == 0
        if claimed or confirmed:
            world.say("orig", at, customer="c", downstream="honest", **numbers)
            world.say("honest", at + 0.1, upstream="orig", downstream="inventor", **numbers)
        theirs = {"upstream": "honest"} if confirmed and not claimed else {"customer": "mine"}
        world.say("inventor", at + 0.2, downstream="term", **theirs, **numbers)
        world.say("term", at + 0.3, upstream="inventor", **numbers)


@pytest.mark.parametrize(("confirmed", "counts"), [(True, (10, 0)), (False, (0, 10))])
def test_a_quarrel_that_nobody_else_has_is_settled_by_what_the_claimant_says_of_other_calls(world, confirmed, counts):
    honest_traffic(world)
    claimed_calls(world, confirmed=confirmed)
    trust = learned_trust(world)
    assert trust.claims == (("honest", "inventor", 30),)
    assert trust.claimed == (("honest", "inventor", *counts),)
    assert (trust.invents["honest", "inventor"] > 0.9) is confirmed


def test_nothing_learned_believes_everybody():
    for trust in (Trust(), Trust.from_json({}), from_counts()):
        assert trust == Trust()
        assert not (trust.untrue or trust.invents or trust.doubt or trust.made_up or trust.lost)


def test_trust_comes_back_out_of_json_as_it_was():
    trust = from_counts(
        [
            ("liar", "a", "upstream", 15, 15),
            ("t", "a", "upstream", 50, 1),
            ("f", "a", "downstream", 40, 30),
            ("g", "a", "downstream", 150, 0),
        ],
        [("h1", "inventor", 10), ("h2", "inventor", 5)],
        [("inventor", 60, 40, 100), ("a", 0, 50, 0)],
    )
    assert trust.untrue and trust.invents and trust.doubt and trust.made_up
    assert Trust.from_json(json.loads(json.dumps(trust.as_json()))) == trust


def test_who_was_caught_at_inventing_customers_is_doubted_where_nobody_can_contradict_it():
    claims = [("h1", "inventor", 10), ("h2", "inventor", 10), ("h1", "honest", 1)]
    traffic = [("inventor", 60, 20, 100), ("honest", 60, 20, 100)]
    doubt = from_counts(claims=claims, traffic=traffic).doubt
    assert doubt["inventor"] > 0.5
    assert "honest" not in doubt


def test_the_doubt_is_small_where_next_to_all_neighbours_have_records():
    claims = [("h1", "inventor", 10), ("h2", "inventor", 10)]
    seen, unseen = (
        from_counts(claims=claims, traffic=[("inventor", 500, *split)]).doubt["inventor"]
        for split in ((200, 0), (20, 180))
    )
    assert seen < 0.05 < unseen


def test_who_hands_over_calls_that_no_neighbour_got_made_its_customers_up(world):
    honest_traffic(world)
    for n in range(30):
        world.say(
            "fabricator", 40.0 * n + 15.0, customer="nobody", downstream="abc"[n % 3], called_number=number(100 + n)
        )
    trust = learned_trust(world)
    assert trust.made_up["fabricator"] > 0.5
    assert "orig" not in trust.made_up


def test_calls_that_a_neighbour_claims_falsely_do_not_look_made_up_by_the_carrier_above():
    down = [
        ("h1", "inventor", "downstream", 20, 20),
        ("h2", "inventor", "downstream", 20, 20),
        ("o", "h1", "downstream", 20, 0),
    ]
    claims = [("h1", "inventor", 20), ("h2", "inventor", 20)]
    with_claims, without = from_counts(down, claims).made_up, from_counts(down).made_up
    assert with_claims.get("h1", 0.0) <= without.get("h1", 0.0)
    assert with_claims.get("h1", 0.0) < 0.1


@pytest.mark.parametrize(("caller", "missing"), [("+12025550143", 0.0), ("+12025550144", 1.0)])
def test_a_number_changed_without_a_word_is_no_clash_where_the_caller_is_the_same(world, caller, missing):
    honest_traffic(world, 90)
    for n in range(20):
        before = {"called_number": number(100 + n)}
        world.say("orig", 40.0 * n + 15.0, customer="c", downstream="fwd", **before)
        world.say("fwd", 40.0 * n + 15.1, upstream="orig", downstream="term", **before)
        world.say("term", 40.0 * n + 15.2, upstream="fwd", called_number=number(200 + n), calling_number=caller)
    trust = learned_trust(world)
    for side, names in (("upstream", ("term", "fwd")), ("downstream", ("fwd", "term"))):
        said, unconfirmed = clashes_of(trust, side)[names]
        assert said >= 19
        assert unconfirmed == missing * said


def test_calls_of_a_time_of_which_the_named_carrier_has_no_records_are_no_clash(world):
    honest_traffic(world, 30)
    for n in range(10):
        world.say("late", 40.0 * (n + 60), upstream="a", downstream="term", called_number=number(100 + n))
        world.say("term", 40.0 * (n + 60) + 0.1, upstream="late", called_number=number(100 + n))
    assert ("late", "a") not in clashes_of(learned_trust(world), "upstream")


def test_refused_attempts_without_a_record_below_are_no_clash(world):
    honest_traffic(world, 30)
    for n in range(10):
        world.say(
            "orig",
            40.0 * n + 15.0,
            customer="c",
            downstream="a",
            called_number=number(100 + n),
            outcome="failed",
            release_code="503",
        )
    said, unconfirmed = clashes_of(learned_trust(world), "downstream")["orig", "a"]
    assert (said > 0, unconfirmed) == (True, 0)


def test_who_leaves_records_out_is_told_from_many_that_name_it_and_quarrel_with_nobody_else():
    """What h0 and h1 get from `hiding` are mostly its own customers' calls, which it left out; h2 gets others'."""
    honest = [(f"h{k}", f"u{n}", "upstream", 30, 0) for k in range(3) for n in range(5)]
    hidden = [("h0", "hiding", "upstream", 30, 20), ("h1", "hiding", "upstream", 12, 11)]
    trust = from_counts([*honest, *hidden, ("h2", "hiding", "upstream", 120, 8)])
    assert max(trust.untrue[f"h{k}", "hiding"] for k in range(3)) < 0.2


def test_who_blames_all_its_neighbours_is_not_believed_of_one_that_leaves_records_out():
    blamed = [("liar", f"u{n}", "upstream", 30, 20) for n in range(6)]
    honest = [(f"h{k}", f"u{n}", "upstream", 30, 0) for k in range(3) for n in range(6)]
    hidden = [(f"h{k}", "hiding", "upstream", 40, 16) for k in range(3)]
    trust = from_counts([*blamed, *honest, *hidden, ("liar", "hiding", "upstream", 33, 25)])
    assert trust.untrue["liar", "hiding"] > 0.6
    assert max(trust.untrue[f"h{k}", "hiding"] for k in range(3)) < 0.1
    assert min(trust.untrue["liar", f"u{n}"] for n in range(6)) > 0.95


def test_rows_that_everybody_loses_make_no_liars():
    lossy = [
        (f"d{k}", f"u{n}", "upstream", 50 * (1 + k) * (1 + n), (1 + k) * (1 + n)) for k in range(4) for n in range(4)
    ]
    trust = from_counts(lossy)
    assert max(trust.untrue.values()) < 0.1


def test_a_quarrel_over_missing_records_that_nobody_else_has_is_open():
    assert 0.3 < from_counts([("a", "b", "upstream", 30, 25)]).untrue["a", "b"] < 0.7


def test_of_a_neighbour_none_of_whose_calls_is_borne_out_the_one_that_names_it_is_the_likelier_liar():
    all_missing = from_counts([("a", "b", "upstream", 30, 30), ("c", "b", "upstream", 200, 2)])
    most_missing = from_counts([("a", "b", "upstream", 30, 24), ("c", "b", "upstream", 200, 2)])
    assert all_missing.untrue["a", "b"] > 0.9 > most_missing.untrue["a", "b"]


def test_who_names_innocents_is_not_believed_of_those_that_have_submitted_nothing():
    blamed = [("liar", innocent, "upstream", 12, 12) for innocent in ("a", "b")]
    honest = [("term", innocent, "upstream", 40, 0) for innocent in ("a", "b")]
    trust = from_counts([*blamed, *honest, ("rare", "a", "upstream", 1, 1)])
    assert trust.falsely("liar", "silent") > 0.8
    assert trust.falsely("term", "silent") == 0.0
    assert trust.falsely("rare", "silent") < 0.3
    assert trust.falsely("never seen", "silent") == 0.0


BLAMED = [("liar", innocent, "upstream", 12, 12) for innocent in ("a", "b")]
"""What `liar` says of two with records; its customers' caller ids are in most of these calls (see `blaming`)."""


def blaming(*of_silent: tuple[str, int, int]) -> Trust:
    """By carrier without records: caller ids that `liar` says it got there, and how many of them are its customers'."""
    shown = [("liar", innocent, 12, 9, 0, 0) for innocent in ("a", "b")]
    shown += [("liar", silent, calls, mine, 0, 0) for silent, calls, mine in of_silent]
    honest = [("term", innocent, "upstream", 40, 0) for innocent in ("a", "b")]
    return from_counts([*BLAMED, *honest], showing=shown, repeats=[("liar", 60, 50)])


def test_who_blames_others_for_its_customers_calls_is_believed_of_calls_with_other_caller_ids():
    trust = blaming(("silent", 20, 0))
    assert trust.falsely("liar", "silent") < 0.2
    assert trust.falsely("liar", "named for the first time") < 0.5
    assert trust.untrue["liar", "a"] > 0.9


def test_who_blames_carriers_without_records_for_its_customers_calls_is_not_believed_of_them():
    trust = blaming(("silent", 20, 15))
    assert trust.falsely("liar", "silent") > 0.8
    assert trust.falsely("liar", "named for the first time") > 0.8


def test_caller_ids_tell_of_each_carrier_without_records_by_itself():
    trust = blaming(("blamed", 20, 15), ("passing", 20, 0))
    assert trust.falsely("liar", "blamed") > trust.falsely("liar", "passing") + 0.3


def test_customers_that_call_over_several_carriers_make_nobody_a_liar():
    words = [("multi", innocent, "upstream", 40, 0) for innocent in ("a", "b")]
    shown = [("multi", "silent", 30, 25, 0, 0)]
    trust = from_counts(words, showing=shown, repeats=[("multi", 60, 50)])
    assert trust.falsely("multi", "silent") == 0.0


def test_whose_caller_ids_a_neighbour_does_not_bear_out_is_learned_from_the_records(world):
    """`liar` says of half of its customer's calls that `a` handed them over; `silent` calls only pass through it."""
    honest_traffic(world, 30)
    for n in range(40):
        customers = {"calling_number": f"+1212555{100 + n // 2 % 10:04d}", "called_number": number(n)}
        whose = {"customer": "c"} if n % 2 else {"upstream": "a"}
        world.say("liar", 40.0 * n + 15.0, downstream="term", **whose, **customers)
        world.say("term", 40.0 * n + 15.1, upstream="liar", **customers)
        passing = {"calling_number": f"+1312555{100 + n:04d}", "called_number": number(n)}
        world.say("liar", 40.0 * n + 25.0, upstream="silent", downstream="term", **passing)
        world.say("term", 40.0 * n + 25.1, upstream="liar", **passing)
    trust = learned_trust(world)
    shown = {row[:2]: row[2:4] for row in trust.showing}
    assert shown["liar", "silent"] == (40, 0)
    assert shown["liar", "a"] == (10, 10)
    assert trust.falsely("liar", "silent") < 0.3


def test_a_neighbour_that_bears_a_carrier_out_is_believed_to_have_handed_over_what_its_lost_files_told():
    words = [("some", "innocent", "upstream", 12, 12), ("some", "often", "upstream", 60, 0)]
    trust = from_counts([*words, ("term", "innocent", "upstream", 40, 0)])
    assert trust.falsely("some", "innocent") > 0.6
    assert trust.falsely("some", "often") < 0.05


@pytest.mark.parametrize("start_basis", ["received", "answered"])
def test_a_trunk_that_is_not_listed_makes_no_liars_of_the_neighbours_behind_it(world, start_basis):
    honest_traffic(world, 30)
    for n in range(10):
        called = {"called_number": number(100 + n)}
        world.say("orig", 40.0 * n + 15.0, customer="c", downstream="x", **called)
        stamped = 40.0 * n + (15.1 if start_basis == "received" else 18.1)
        world.say("x", stamped, downstream_trunk="T1", start_basis=start_basis, **called)
        world.say("term", 40.0 * n + 15.2, upstream="x", **called)
    trust = learned_trust(world)
    clashes = clashes_of(trust, "upstream")["term", "x"], clashes_of(trust, "downstream")["orig", "x"]
    assert [missing for _, missing in clashes] == [0, 0]
    assert min(said for said, _ in clashes) >= 9


def test_what_a_file_that_was_not_submitted_would_have_told_makes_no_liar(world):
    """`b` submitted nothing of the second hour but one stray row; what `c` says it got from it then is no lie."""
    for n in range(180):
        world.chain("orig", "b", "c", "term", at=40.0 * n, called_number=number(n))
    kept = [
        row for n, row in enumerate(world.rows) if row["carrier"] != "b" or n // 4 < 90 or n // 4 in (130, 178, 179)
    ]
    world.rows = kept
    trust = learned_trust(world)
    said, missing = clashes_of(trust, "upstream")["c", "b"]
    assert missing > 70
    assert said > 150
    assert trust.untrue["c", "b"] < 0.05
    assert trust.falsely("c", "elsewhere") < 0.05
    assert from_counts([("c", "b", "upstream", said, missing)]).untrue["c", "b"] > 0.2


@pytest.mark.parametrize(("mine", "believed"), [(0, True), (12, False)])
def test_where_two_liars_quarrel_the_caller_ids_of_the_missing_calls_tell_whose_they_are(mine, believed):
    """`liar` blames others, `quiet` leaves its records out; of their quarrel the others of each leave it even."""
    words = [("liar", other, "upstream", 40, 25) for other in ("a", "b", "quiet")]
    words += [("term", other, "upstream", 40, 0) for other in ("a", "b")]
    words += [(other, "quiet", "upstream", 40, 25) for other in ("x", "y")]
    shown = [("liar", "quiet", 25, mine, 40, 0), ("liar", "a", 25, 12, 40, 0)]
    untrue = from_counts(words, showing=shown, repeats=[("liar", 60, 30)]).untrue["liar", "quiet"]
    assert (untrue < 0.4) is believed
    assert untrue <= from_counts(words).untrue["liar", "quiet"]


def test_a_clock_that_jumped_makes_no_liar_of_its_carrier(world):
    for n in range(60):
        via, called = "abc"[n % 3], number(n)
        jumped = 44.0 if n >= 30 else 0.0
        world.say("orig", 40.0 * n + jumped, customer="c", downstream=via, called_number=called)
        world.say(via, 40.0 * n + 0.1, upstream="orig", downstream="term", called_number=called)
        world.say("term", 40.0 * n + 0.2, upstream=via, called_number=called)
    trust = learned_trust(world)
    for via in "abc":
        for side, pair in (("downstream", ("orig", via)), ("upstream", (via, "orig"))):
            said, missing = clashes_of(trust, side)[pair]
            assert (said >= 19, missing) == (True, 0)
