"""Records that do not tell the truth, traced: whose word is followed, and what the answer says of it."""

from __future__ import annotations

import pytest

from hoptrace.linking.learning import learn
from hoptrace.linking.trust.bearing_out import Trust
from hoptrace.model.verdicts import Verdict

LIED = Trust(invents={("honest", "liar"): 0.97})


def an_invented_customer(world, placed: bool = True) -> None:
    """`liar` got a call from `honest` and says that its own customer placed it; `far` has its record where `placed`."""
    if placed:
        world.say("far", 0.0, customer="cust-7", downstream="honest")
    world.say("honest", 0.1, upstream="far", downstream="liar")
    world.say("liar", 0.2, customer="invented", downstream="term")
    world.say("term", 0.3, upstream="liar")


def a_fabricated_handoff(world) -> None:
    """`orig`'s customer placed the call; `fabricator` claims it, and that it handed it to `orig`."""
    world.say("fabricator", 0.0, customer="nobody", downstream="orig")
    world.say("orig", 0.1, customer="real", downstream="term")
    world.say("term", 0.2, upstream="orig")


def an_innocent_blamed(world) -> None:
    """`liar` says that it got the call from `innocent`, which has records of that time and none of this call."""
    world.say("liar", 0.0, upstream="innocent", downstream="term")
    world.say("term", 0.1, upstream="liar")
    world.covers.add("innocent")


def test_an_invented_customer_is_overruled_where_the_record_above_shows_otherwise(world):
    an_invented_customer(world)
    world.trust = LIED
    found = world.trace(at=0.3, terminating_carrier="term")
    assert found.verdict is Verdict.ORIGINATOR_IDENTIFIED
    assert found.path == ("term", "liar", "honest", "far")
    assert (found.originating_carrier, found.customer) == ("far", "cust-7")
    assert "its own customer invented" in found.conflicts[0]
    told = [part for part in found.hops[2].evidence if part.about == "naming"]
    assert told[0].agrees is False
    assert "invented" in told[0].detail


def test_past_an_invented_customer_the_trail_ends_where_the_next_one_is_silent(world):
    an_invented_customer(world, placed=False)
    world.trust = LIED
    found = world.trace(at=0.3, terminating_carrier="term")
    assert (found.verdict, found.path) == (Verdict.NON_PARTICIPATING, ("term", "liar", "honest", "far"))
    assert (found.originating_carrier, found.customer) == (None, None)
    assert found.next_request is not None
    assert found.next_request.carrier == "far"


@pytest.mark.parametrize(
    ("came_in_with", "verdict", "furthest"),
    [("sent@honest", Verdict.ORIGINATOR_IDENTIFIED, "honest"), ("other@liar", Verdict.DISPUTED, "liar")],
)
def test_who_knows_the_call_id_with_which_a_call_was_sent_on_did_get_it(world, came_in_with, verdict, furthest):
    """Nothing was learned of either; the one record alone tells that the handoff took place."""
    world.say("honest", 0.1, customer="cust-7", downstream="liar", egress_call_id="sent@honest")
    world.say("liar", 0.2, customer="invented", downstream="term", call_id=came_in_with)
    world.say("term", 0.3, upstream="liar")
    found = world.trace(at=0.3, terminating_carrier="term")
    assert found.path[-1] == furthest
    assert found.verdict is verdict


def test_without_learned_trust_one_word_stands_against_the_other(world):
    an_invented_customer(world, placed=False)
    found = world.trace(at=0.3, terminating_carrier="term")
    assert (found.verdict, found.path) == (Verdict.DISPUTED, ("term", "liar"))
    assert (found.originating_carrier, found.customer) == (None, None)
    assert found.next_request is not None
    assert found.next_request.carrier == "liar"


def test_without_learned_trust_the_word_of_two_outweighs_that_of_one(world):
    """That `honest` had the call to hand on is said by `far` as well."""
    an_invented_customer(world)
    found = world.trace(at=0.3, terminating_carrier="term")
    assert (found.verdict, found.customer) == (Verdict.ORIGINATOR_IDENTIFIED, "cust-7")
    assert found.conflicts


def test_a_fabricated_origination_is_ignored(world):
    a_fabricated_handoff(world)
    world.trust = Trust(invents={("fabricator", "orig"): 0.03})
    found = world.trace(at=0.2, terminating_carrier="term")
    assert (found.verdict, found.path) == (Verdict.ORIGINATOR_IDENTIFIED, ("term", "orig"))
    assert found.customer == "real"
    assert "fabricator says that it handed" in found.conflicts[0]


def test_a_fabricated_origination_is_disputed_where_nothing_was_learned(world):
    a_fabricated_handoff(world)
    found = world.trace(at=0.2, terminating_carrier="term")
    assert (found.verdict, found.path, found.customer) == (Verdict.DISPUTED, ("term", "orig"), None)


@pytest.mark.parametrize("untrue", [0.27, 0.95])
def test_who_blames_innocents_again_and_again_is_where_the_path_ends(world, untrue):
    an_innocent_blamed(world)
    world.trust = Trust(untrue={("liar", "innocent"): untrue}, clashes=(("liar", "innocent", "upstream", 1200, 1100),))
    found = world.trace(at=0.1, terminating_carrier="term")
    assert (found.verdict, found.path) == (Verdict.DISPUTED, ("term", "liar"))
    assert "1,100 of 1,200 calls" in found.conflicts[0]
    assert found.next_request is not None
    assert found.next_request.carrier == "liar"


@pytest.mark.parametrize(
    ("witness", "odds", "told"),
    [
        ("second", 50.0, "second too says that it got calls of +12025550143 from innocent"),
        (
            "innocent",
            5.0,
            "Customers of innocent show the caller id +12025550143 in other calls, those of liar in no record that was "
            "looked at",
        ),
    ],
)
def test_a_doubtful_word_is_followed_where_other_calls_of_the_caller_bear_it_out(world, witness, odds, told):
    """`innocent` is none here: it left its record out."""
    an_innocent_blamed(world)
    pair, caller = ("liar", "innocent"), 12025550143
    world.trust = Trust(
        untrue={pair: 0.6},
        spoken_for={pair: {caller: odds}},
        witnesses=((*pair, caller, witness),),
        clashes=((*pair, "upstream", 40, 25),),
    )
    found = world.trace(at=0.1, terminating_carrier="term")
    assert (found.verdict, found.path) == (Verdict.NO_RECORD, ("term", "liar", "innocent"))
    assert "25 of 40 calls" in found.conflicts[0]
    assert found.conflicts[1].startswith(told)
    assert found.conflicts[1].endswith("that speaks for what liar says.")


def test_other_calls_of_another_caller_bear_out_nothing(world):
    an_innocent_blamed(world)
    pair = ("liar", "innocent")
    world.trust = Trust(untrue={pair: 0.6}, spoken_for={pair: {12025550177: 50.0}})
    found = world.trace(at=0.1, terminating_carrier="term")
    assert (found.verdict, found.path) == (Verdict.DISPUTED, ("term", "liar"))


@pytest.mark.parametrize("untrue", [None, 0.22])
def test_a_missing_record_is_a_lost_row_where_the_carrier_below_is_not_known_to_lie(world, untrue):
    an_innocent_blamed(world)
    world.trust = Trust(untrue={} if untrue is None else {("liar", "innocent"): untrue})
    found = world.trace(at=0.1, terminating_carrier="term")
    assert (found.verdict, found.path, found.conflicts) == (Verdict.NO_RECORD, ("term", "liar", "innocent"), ())


def test_who_blames_innocents_again_and_again_is_not_believed_of_one_without_records_either(world):
    """What it says of the others' records tells of its words; nobody could contradict this one."""
    world.say("liar", 0.0, upstream="silent", downstream="term")
    world.say("term", 0.1, upstream="liar")
    believed = world.trace(at=0.1, terminating_carrier="term")
    assert (believed.verdict, believed.path) == (Verdict.NON_PARTICIPATING, ("term", "liar", "silent"))
    world.trust = Trust(misnames={"liar": 0.9}, clashes=(("liar", "innocent", "upstream", 30, 29),))
    found = world.trace(at=0.1, terminating_carrier="term")
    assert (found.verdict, found.path) == (Verdict.DISPUTED, ("term", "liar"))
    assert "Of 30 calls that it says it got from innocent, 29 are not" in found.conflicts[0]
    assert found.next_request is not None
    assert found.next_request.carrier == "liar"


def test_a_blamed_carrier_that_says_it_handed_the_call_elsewhere_is_heard(world):
    an_innocent_blamed(world)
    world.say("innocent", 0.0, customer="c", downstream="elsewhere")
    found = world.trace(at=0.1, terminating_carrier="term")
    assert (found.verdict, found.path) == (Verdict.DISPUTED, ("term", "liar"))
    assert found.customer is None
    (told,) = found.conflicts
    assert told.startswith("liar says that it got the call from innocent; innocent says")
    assert told.endswith("to elsewhere.")


def test_conflicts_name_who_says_what(world):
    an_invented_customer(world, placed=False)
    (told,) = world.trace(at=0.3, terminating_carrier="term").conflicts
    below, above = told.split("; ")
    assert below == "liar says that it got the call from its own customer invented"
    assert above.startswith("honest says that it handed")
    assert above.endswith("to liar.")


@pytest.mark.parametrize(("doubt", "verdict"), [(0.2, Verdict.DISPUTED), (0.01, Verdict.ORIGINATOR_IDENTIFIED)])
def test_who_was_caught_at_several_is_not_believed_of_a_customer_that_nobody_contradicts(world, doubt, verdict):
    world.chain("liar", "term", customer="whoever")
    world.trust = Trust(doubt={"liar": doubt}, claims=(("h1", "liar", 7), ("h2", "liar", 5)))
    found = world.trace(terminating_carrier="term")
    assert (found.verdict, found.path) == (verdict, ("term", "liar"))
    if verdict is Verdict.DISPUTED:
        assert found.originating_carrier is None
        assert "Of 12 other calls" in found.conflicts[0]
        assert "h1, h2" in found.conflicts[0]


def test_who_makes_calls_up_is_believed_where_the_carrier_below_got_the_call(world):
    world.trust = Trust(made_up={"fabricator": 0.4}, clashes=(("fabricator", "x", "downstream", 50, 40),))
    world.chain("fabricator", "term", customer="c")
    assert world.trace(terminating_carrier="term").customer == "c"
    alone = type(world)(trust=world.trust)
    alone.say("fabricator", 0.0, customer="c", downstream="silent")
    found = alone.trace(terminating_carrier="silent")
    assert (found.verdict, found.customer) == (Verdict.DISPUTED, None)
    assert "Of 50 calls" in found.conflicts[0]
    assert "40 are not" in found.conflicts[0]


@pytest.mark.parametrize(
    ("next_one", "lost", "verdict"),
    [
        ("x", 0.01, Verdict.DISPUTED),
        ("x", 0.9, Verdict.ORIGINATOR_IDENTIFIED),
        ("silent", 0.01, Verdict.ORIGINATOR_IDENTIFIED),
    ],
)
def test_who_makes_few_calls_up_is_not_believed_where_the_next_one_should_have_the_call(world, next_one, lost, verdict):
    """One handoff in twenty is made up, which are nearly all that the next carrier lacks, if it hardly loses rows."""
    world.trust = Trust(made_up={"fabricator": 0.05}, lost={"x": lost})
    world.say("fabricator", 0.0, customer="c", downstream=next_one)
    for at in (-50.0, 50.0):
        world.say("x", at, upstream="other", called_number="+13125550123")
    assert world.trace().verdict is verdict


@pytest.mark.parametrize(("untrue", "verdict"), [(0.9, Verdict.DISPUTED), (0.02, Verdict.ORIGINATOR_IDENTIFIED)])
def test_a_call_made_up_is_not_borne_out_by_who_blames_the_same_carrier(world, untrue, verdict):
    """Of a liar's call another one makes up a copy, and both name `x`, which has nothing of it."""
    world.trust = Trust(made_up={"fabricator": 0.08}, lost={"x": 0.01}, untrue={("liar", "x"): untrue})
    world.say("fabricator", 0.0, customer="c", downstream="x")
    world.say("liar", 0.1, upstream="x", downstream="term")
    world.say("term", 0.2, upstream="liar")
    for at in (-50.0, 50.0):
        world.say("x", at, upstream="other", called_number="+13125550123")
    assert world.trace(at=0.2, terminating_carrier="term").verdict is verdict


def test_a_customer_with_others_caller_ids_is_not_named_where_nobody_bears_its_call_out(world):
    borrowed = Trust.from_json({"borrowed": [("liar", "shell", 8, 5, 4)]})
    world.trust = borrowed
    world.say("liar", 0.0, customer="shell", downstream="silent")
    found = world.trace(terminating_carrier="silent")
    assert (found.verdict, found.customer, found.path) == (Verdict.DISPUTED, None, ("silent", "liar"))
    assert "Of 8 caller ids that this customer showed, 5 are shown more often by 4 customers" in found.conflicts[0]
    others = type(world)(trust=borrowed)
    others.say("liar", 0.0, customer="another", downstream="silent")
    assert others.trace(terminating_carrier="silent").customer == "another"
    borne_out = type(world)(trust=borrowed)
    borne_out.chain("liar", "term", customer="shell")
    assert borne_out.trace(terminating_carrier="term").customer == "shell"


def test_what_was_learned_of_other_calls_settles_this_one(world):
    """From records to the answer: `liar` does it with h0, h1 and h2, and each time another one is behind them."""
    for n in range(36):
        number, above = f"+1312555{100 + n:04d}", f"h{n % 3}"
        at = 40.0 * n
        world.say("far", at, customer="c", downstream=above, called_number=number)
        world.say(above, at + 0.1, upstream="far", downstream="liar", called_number=number)
        world.say("liar", at + 0.2, customer="invented", downstream="term", called_number=number)
        world.say("term", at + 0.3, upstream="liar", called_number=number)
    world.say("h1", 2000.1, upstream="silent", downstream="liar")
    world.say("liar", 2000.2, customer="invented", downstream="term")
    world.say("term", 2000.3, upstream="liar")
    assert world.trace(at=2000.3, terminating_carrier="term").verdict is Verdict.DISPUTED
    world.trust = Trust.from_json(learn(world.frame()).weights["trust"])
    found = world.trace(at=2000.3, terminating_carrier="term")
    assert (found.verdict, found.path) == (Verdict.NON_PARTICIPATING, ("term", "liar", "h1", "silent"))


def test_a_walk_past_an_invented_customer_is_one_trail_and_no_redial(world):
    an_invented_customer(world)
    world.trust = LIED
    found = world.trace(at=0.2)
    assert found.path == ("term", "liar", "honest", "far")
    assert found.alternatives == ()
    assert "redialled" not in found.summary


@pytest.mark.parametrize("invents", [0.97, 0.5])
def test_a_coarse_record_is_enough_against_who_claims_its_neighbours_calls_again_and_again(world, invents):
    coarse = {"precision": 60_000_000, "answer_time": None, "outcome": "no_answer"}
    world.say("honest", -50.0, customer="cust-7", downstream="liar", **coarse)
    world.say("liar", 0.2, customer="invented", downstream="term", outcome="no_answer")
    world.say("term", 0.3, upstream="liar", outcome="no_answer")
    world.trust = Trust(invents={("honest", "liar"): invents})
    found = world.trace(at=0.3, terminating_carrier="term")
    assert found.customer == ("cust-7" if invents == 0.97 else "invented")


def made_up(world, at: float, **told) -> None:
    """A call from `orig`, and a record of `fabricator`, which is known to make calls up, at about the same moment."""
    world.trust = Trust(made_up={"fabricator": 0.4}, clashes=(("fabricator", "x", "downstream", 50, 40),))
    world.say("orig", 0.0, customer="c", downstream="term")
    world.say("term", 0.1, upstream="orig")
    world.say("fabricator", at, customer="retail", downstream="quiet", **told)


@pytest.mark.parametrize("at", [-1.0, 0.4, 2.0])
def test_a_record_made_up_on_the_model_of_another_call_is_no_rival_to_it(world, at):
    made_up(world, at)
    found = world.trace(at=0.4)
    assert (found.verdict, found.path) == (Verdict.ORIGINATOR_IDENTIFIED, ("term", "orig"))


@pytest.mark.parametrize("beside", [0.4, 24.0])
def test_a_copy_of_which_only_the_answer_is_told_may_be_of_any_moment_before(world, beside):
    """The record above it fits the report better, or about as well; else what is reported may be another call."""
    made_up(world, 25.0, start_basis="answered")
    found = world.trace(at=beside)
    assert (found.verdict is Verdict.ORIGINATOR_IDENTIFIED) == (beside == 0.4)


def test_a_copy_shows_a_caller_id_that_the_call_kept_back(world):
    world.trust = Trust(made_up={"fabricator": 0.4}, clashes=(("fabricator", "x", "downstream", 50, 40),))
    world.say("orig", 0.0, customer="c", downstream="term", calling_number="anonymous")
    world.say("term", 0.1, upstream="orig", calling_number="anonymous")
    world.say("fabricator", 0.4, customer="retail", downstream="quiet", calling_number="+12025550177")
    assert world.trace(at=0.4, calling=None).path == ("term", "orig")


def test_a_record_that_ended_otherwise_is_no_copy(world):
    made_up(world, 0.4, outcome="failed")
    assert world.trace(at=0.4).verdict is Verdict.AMBIGUOUS


def test_a_leap_that_might_lead_to_a_copy_is_not_in_doubt(world):
    world.trust = Trust(made_up={"fabricator": 0.4}, clashes=(("fabricator", "x", "downstream", 50, 40),))
    world.say("orig", 0.0, customer="c", downstream="far")
    world.say("mid", 0.3, upstream="quiet", downstream="term")
    world.say("term", 0.4, upstream="mid")
    world.say("fabricator", 0.1, customer="retail", downstream="silent")
    found = world.trace(at=0.4)
    assert (found.verdict, found.path[-1]) == (Verdict.ORIGINATOR_IDENTIFIED, "orig")
