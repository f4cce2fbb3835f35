"""Liars, one kind at a time: what they submit, and that the truth rests on honest records."""

from __future__ import annotations

from collections import Counter

import numpy as np
import polars as pl
import pytest

from hoptrace.simulate.lying import FABRICATED
from hoptrace.simulate.truth import reported_and_true


def truths(happened):
    return [truth for _, truth in reported_and_true(happened)]


def names(happened):
    return [carrier.carrier_id for carrier in happened.network.carriers]


def lied(happened, kind):
    return [truth for truth in truths(happened) if kind in {told["lie"] for told in truth["lies"]}]


def test_nobody_lies_in_a_clean_world(alone):
    world = alone()
    assert world.lies.is_empty()
    assert all(truth["lies"] == [] and truth["refutable"] is None for truth in truths(world))


def test_a_blaming_origin_names_a_neighbour_that_never_saw_the_call(alone):
    world = alone(blaming=0.5)
    found = lied(world, "blames")
    assert len(found) > 30
    for truth in found:
        (told,) = truth["lies"]
        assert told["carrier"] == truth["origin"]
        assert told["accused"] not in truth["path"]
        assert told["accused"] not in truth["holders"]
        assert truth["verdict"] == "disputed"
        assert truth["refutable"]
        assert truth["furthest"] == truth["origin"]
        assert told["accused"] not in truth["nameable_path"]
        assert not truth["origin_provable"]
        assert not truth["origin_on_file"]
        assert "blamed_another" in truth["tags"]


def test_a_blamer_s_row_names_the_accused_and_no_customer(alone):
    world = alone(blaming=0.5)
    rows = world.filed.join(world.lies.rename({"lie": "kind"}), on=["call", "pos", "carrier"])
    assert rows.height == world.lies.height > 50
    assert (rows["upstream"] == rows["accused"]).all()
    assert (rows["customer"] == -1).all()
    assert rows["attestation"].null_count() == rows.height


def test_an_accused_that_is_silent_cannot_refute(alone):
    world = alone(blaming=0.9, taking_part=0.3, origin_takes_part=False, irrefutable_lies=True, seed=5)
    claims = lied(world, "blames")
    assert {truth["refutable"] for truth in claims} == {True, False}
    submitting = set(world.filed["carrier"].unique().to_list())
    for truth in claims:
        (told,) = truth["lies"]
        assert not truth["refutable"] or names(world).index(told["accused"]) in submitting
        if not truth["refutable"] and truth["furthest"] == truth["origin"]:
            assert truth["verdict"] == "non_participating"


def test_records_left_out_are_the_origin_s_own(alone):
    world = alone(leaving_out=0.5)
    found = lied(world, "leaves_out")
    assert len(found) > 20
    for truth in found:
        assert truth["origin"] not in truth["holders"]
        assert truth["furthest"] == truth["origin"]
    assert [truth["verdict"] for truth in found].count("no_record") > 0.8 * len(found)
    gone = set(world.lies["call"].to_list())
    origin = world.filed.filter(pl.col("customer") >= 0)["call"].unique().to_list()
    assert gone.isdisjoint(origin)
    assert len(origin) + len(gone) == len(world.calls)


def test_an_invented_origination_does_not_hide_the_true_one(alone):
    world = alone(inventing=0.6)
    found = lied(world, "invents")
    assert len(found) > 20
    for truth in found:
        (told,) = [each for each in truth["lies"] if each["lie"] == "invents"][:1]
        assert told["carrier"] in truth["path"][1:-1]
        assert truth["origin_provable"], "the carrier before the liar says whom it handed the call to"
        assert truth["refutable"]
    false = world.filed.join(world.lies, on=["call", "pos", "carrier"])
    assert (false["customer"] == 0).all()
    assert (false["upstream"] == -1).all()


def test_an_invented_origination_that_no_honest_record_contradicts_is_disputed(alone):
    world = alone(inventing=0.9, taking_part=0.5, origin_takes_part=False, lie_rate=1.0, irrefutable_lies=True)
    ends = [truth for truth in lied(world, "invents") if truth["furthest"] in {t["carrier"] for t in truth["lies"]}]
    assert ends
    assert {truth["verdict"] for truth in ends} == {"disputed"}
    assert {truth["refutable"] for truth in ends} == {False}


def test_liars_tell_only_what_can_be_found_out_unless_told_otherwise(alone):
    faults = {"blaming": 0.5, "inventing": 0.5, "fabricating": 0.3, "taking_part": 0.5, "unknown_trunks": 0.1}
    told = [
        Counter(truth["refutable"] for truth in truths(alone(irrefutable_lies=flag, **faults)))
        for flag in (False, True)
    ]
    assert told[0][True] > 5
    assert told[0][False] == 0
    assert told[1][False] > 5


def test_fabricated_originations_stand_beside_the_honest_chain(alone):
    world = alone(fabricating=0.5, fabricated=0.4)
    found = lied(world, "fabricates")
    assert len(found) > 10
    made = world.filed.filter(pl.col("pos") == FABRICATED)
    assert made.height == world.lies.height
    assert made["leg"].is_unique().all()
    for truth in found:
        (told,) = truth["lies"]
        assert told["carrier"] not in truth["path"]
        assert told["carrier"] not in truth["holders"]
        assert truth["origin_provable"]
        assert truth["verdict"] == "originator_identified"
    honest = world.filed.filter(pl.col("pos") != FABRICATED)
    assert honest.drop("leg").equals(alone().filed.drop("leg"))


@pytest.mark.parametrize("kind", ["blaming", "leaving_out", "inventing", "fabricating"])
def test_liars_lie_more_with_a_higher_share(kind, alone):
    some, more = (alone(**{kind: share}).lies.height for share in (0.2, 0.8))
    assert 0 < some <= more


def test_lies_change_nothing_that_happened(alone):
    world = alone(blaming=0.5)
    assert world.records.equals(alone().records)
    assert np.array_equal(world.calls.start, alone().calls.start)
