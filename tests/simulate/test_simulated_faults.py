"""Faults of routes, files and participation, each by itself; and that every knob turns something."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from hoptrace.simulate import Faults, NetworkPlan, Scenario, TrafficPlan, scenario_named, simulate
from hoptrace.simulate.branches import REFUSED
from hoptrace.simulate.faults import with_duplicates
from hoptrace.simulate.speech import write_down
from hoptrace.simulate.truth import reported_and_true
from hoptrace.simulate.world import rows_of

FEW = NetworkPlan(originating=4, tier1=2, tier2=3, tier3=2, gateways=1, foreign=2, terminating=2)
SMALL = Scenario("alone", "", FEW, TrafficPlan(calls=80, campaign_calls=20, traced=20))


@pytest.fixture(scope="module")
def clean_bytes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clean") / "world"
    simulate(SMALL, 3, folder)
    return all_bytes(folder)


def all_bytes(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_route_advance_leaves_two_rows_of_the_attempt_and_one_of_the_refusal(alone):
    world = alone(route_advance=0.5)
    records = world.records
    failed = records.filter(pl.col("attempt") == 0, ~pl.col("last"))
    refused = records.filter(pl.col("pos") == -1)
    assert failed.height == refused.height > 150
    assert set(failed["code"]) == set(refused["code"]) == {REFUSED}
    both = failed.join(refused, on="call", suffix="_refused")
    assert (both["downstream"] == both["carrier_refused"]).all()
    assert (both["carrier"] == both["upstream_refused"]).all()
    went_on = records.filter(pl.col("attempt") == 1).join(failed, on="leg", suffix="_failed")
    assert (went_on["downstream"] != went_on["downstream_failed"]).all()
    assert (went_on["begun"] >= went_on["ended_failed"]).all()


def test_hairpins_cross_a_transit_carrier_twice_and_nothing_else_loops(alone):
    def loops(world):
        paths = [world.routes.paths[route] for route in world.calls.route.tolist()]
        return np.array([len(set(path)) < len(path) for path in paths])

    assert not loops(alone()).any()
    world = alone(hairpins=0.5)
    assert 0.2 < loops(world).mean() <= 0.6
    tagged = ["hairpin" in truth["tags"] for _, truth in reported_and_true(world)]
    assert tagged == loops(world)[world.calls.traced].tolist()


def test_so_many_rows_are_lost_and_the_rest_stays(alone):
    world = alone(dropped=0.1)
    lost = 1 - world.filed.height / world.records.height
    assert 0.08 < lost < 0.12
    assert world.filed.join(world.records, on=["leg", "attempt"], how="anti").is_empty()
    tagged = ["dropped" in truth["tags"] for _, truth in reported_and_true(world)]
    missing = [len(set(truth["path"])) > len(truth["holders"]) for _, truth in reported_and_true(world)]
    assert tagged == missing


def test_doubled_rows_are_the_same_row_twice(alone):
    world = alone(duplicated=0.2)
    doubled = rows = 0
    for carrier in world.network.carriers:
        seen = Counter(rows_of(world, carrier).rows())
        rows += len(seen)
        doubled += sum(times == 2 for times in seen.values())
        assert max(seen.values(), default=0) <= 2
    assert rows == world.filed.height
    assert 0.17 < doubled / rows < 0.23
    assert with_duplicates(world.filed, replace(world.scenario, faults=Faults()), 1).height == world.filed.height


def test_files_are_sent_again_byte_by_byte_or_in_another_order(tmp_path):
    three = replace(SMALL, network=replace(FEW, files=3))
    world = simulate(replace(three, faults=Faults(resent=0.5)), 3, tmp_path / "again")
    once = simulate(three, 3, tmp_path / "once")
    folder = tmp_path / "again" / "cdrs"
    assert {path: digest for path, digest in all_bytes(folder).items() if "again" not in path} == all_bytes(
        tmp_path / "once" / "cdrs"
    )
    second = sorted(folder.rglob("again*"))
    same = [path.read_bytes() == path.with_name(path.name.replace("again", "cdrs")).read_bytes() for path in second]
    assert 10 < len(second) < 40
    assert 0.2 < np.mean(same) < 0.8
    for path in second:
        if path.suffix == ".parquet":
            first = pl.read_parquet(path.with_name(path.name.replace("again", "cdrs")))
            assert pl.read_parquet(path).sort("record_id").equals(first.sort("record_id"))
    named = [file for each in world.submissions for file in each.files]
    assert len(named) == len(set(named)) == sum(len(each.files) for each in once.submissions) + len(second)


@pytest.mark.parametrize(("share", "submitting"), [(0.10, 4), (0.30, 12), (0.60, 24), (0.85, 34)])
def test_so_many_carriers_take_part(share, submitting, alone):
    world = alone(taking_part=share, origin_takes_part=False)
    assert world.conditions.takes_part.sum() == submitting
    assert set(world.filed["carrier"]) <= set(np.flatnonzero(world.conditions.takes_part).tolist())
    for _, truth in reported_and_true(world):
        names = {carrier.carrier_id: carrier.index for carrier in world.network.carriers}
        quiet = [not world.conditions.takes_part[names[name]] for name in truth["path"]]
        assert ("silent" in truth["tags"]) == any(quiet)


def test_a_run_of_silent_carriers_keeps_those_that_their_neighbours_name(alone):
    world = alone(taking_part=0.4, origin_takes_part=False)
    submitting = {c.carrier_id for c in world.network.carriers if world.conditions.takes_part[c.index]}
    long_runs = 0
    for _, truth in reported_and_true(world):
        path = truth["path"]
        quiet = [name not in submitting for name in path]
        hidden = {path[place] for place in range(1, len(path)) if all(quiet[max(0, place - 1) : place + 2])}
        assert truth["nameable_path"] == [name for name in path if name not in hidden]
        long_runs += bool(hidden)
    assert long_runs > 50


ON_ITS_OWN = {
    "clock_spread": 2.0,
    "wrong_clocks": 0.2,
    "drift": 2.0,
    "zone_errors": 0.2,
    "zone_error_files": 0.2,
    "answer_as_start": 0.3,
    "cut_seconds": 0.3,
    "cut_minutes": 0.3,
    "spellings": 0.8,
    "sip_uris": 0.5,
    "duplicated": 0.2,
    "resent": 0.5,
    "dropped": 0.2,
    "durations_off": 0.5,
    "unknown_trunks": 0.2,
    "signed": 1.0,
    "fine_orig_ids": 1.0,
    "resigned": 0.5,
    "blaming": 0.5,
    "leaving_out": 0.5,
    "inventing": 1.0,
    "fabricating": 0.5,
    "taking_part": 0.5,
}
"""Faults of carriers and files: they change what is submitted and nothing that happened."""

OF_CALLS = {
    "redialled": 0.5,
    "spoofed": 0.5,
    "withheld": 0.5,
    "caller_replaced": 0.5,
    "caller_dropped": 0.5,
    "toll_free": 0.5,
    "forwarded": 0.5,
    "route_advance": 0.5,
    "hairpins": 0.5,
}


@pytest.mark.parametrize("knob", ON_ITS_OWN)
def test_a_fault_of_carriers_or_files_changes_files_and_no_call(knob, clean_bytes, tmp_path):
    simulate(replace(SMALL, faults=replace(Faults(), **{knob: ON_ITS_OWN[knob]})), 3, tmp_path / "faulty")
    faulty = all_bytes(tmp_path / "faulty")
    assert clean_bytes["calls.csv"] == faulty["calls.csv"]
    assert clean_bytes != faulty


@pytest.mark.parametrize("knob", OF_CALLS)
def test_a_fault_of_calls_leaves_the_callers_and_times_of_first_attempts(knob, alone):
    world, clean = alone(**{knob: OF_CALLS[knob]}), alone()
    assert not world.records.equals(clean.records)
    first = np.sort(np.unique(world.calls.group, return_index=True)[1])
    assert set(clean.calls.start.tolist()) <= set(world.calls.start.tolist())
    assert sorted(world.calls.customer[first].tolist()) == sorted(clean.calls.customer.tolist())


def test_every_share_among_the_faults_is_tried_alone():
    shares = {"rewriting_told", "redirecting_given", "redial_reroute", "lie_rate", "fabricated", "foreign_taking_part"}
    plain = {name for name, value in vars_of(Faults()).items() if isinstance(value, float)}
    assert plain - shares - {"duration_error"} == set(ON_ITS_OWN) | set(OF_CALLS)


def vars_of(faults):
    return {name: getattr(faults, name) for name in faults.__dataclass_fields__}


def test_all_faults_together_give_the_same_bytes_again(tmp_path):
    strong = replace(scenario_named("all-strong", calls=250, traced=60), network=replace(FEW, files=3))
    for name in ("one", "two"):
        simulate(strong, 5, tmp_path / name)
    assert all_bytes(tmp_path / "one") == all_bytes(tmp_path / "two")


def test_write_down_knows_every_row_of_the_strong_world(alone):
    world = alone(**{**OF_CALLS, **ON_ITS_OWN})
    rows = write_down(world.filed, world.network, world.conditions, world.seed)
    assert rows.height == world.filed.height
    assert rows.select("called", "calling", "in_trunk").null_count().row(0) == (0, 0, 0)
