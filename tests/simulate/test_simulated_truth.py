from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from hoptrace.simulate import scenario_named
from hoptrace.simulate.branches import REFUSED
from hoptrace.simulate.kinds import Role
from hoptrace.simulate.truth import reported_and_true
from hoptrace.simulate.world import happen

SECOND = 1_000_000


def statements(happened):
    """(call, carrier, upstream, downstream) of everything on file, as carrier ids."""
    names = [carrier.carrier_id for carrier in happened.network.carriers]
    columns = happened.filed.select("call", "carrier", "upstream", "downstream").iter_rows()
    return {
        (call, names[carrier], names[up] if up >= 0 else None, names[down] if down >= 0 else None)
        for call, carrier, up, down in columns
    }


def listed(happened, carrier, peer):
    index = {each.carrier_id: each.index for each in happened.network.carriers}
    return bool(happened.conditions.listed[index[carrier], index[peer]])


def test_paths_have_the_lengths_that_the_consortium_reports():
    lengths = [
        len(truth["path"])
        for seed in range(4)
        for _, truth in reported_and_true(happen(scenario_named("demo"), seed))
        if truth["campaign"]
    ]
    assert 5.0 <= np.mean(lengths) <= 6.0
    assert min(lengths) >= 2
    assert max(lengths) <= 9


def test_every_handoff_up_to_the_furthest_carrier_is_told_and_the_next_is_not(demo):
    said = statements(demo.happened)
    traced = np.flatnonzero(demo.happened.calls.traced).tolist()
    for call, truth in zip(traced, demo.truth, strict=True):
        path, end = truth["path"], truth["furthest_position"]
        for place, (below, above) in enumerate(pairwise(path)):
            down = path[place - 1] if place else None
            up = path[place + 2] if place + 2 < len(path) else None
            told = (call, below, above, down) in said and listed(demo.happened, below, above)
            told |= (call, above, up, below) in said and listed(demo.happened, above, below)
            if place < end:
                assert told, truth
            elif place == end and len(set(path)) == len(path):
                assert not told, truth


def test_both_sides_of_a_handoff_name_each_other_where_both_take_part(demo):
    said = statements(demo.happened)
    traced = np.flatnonzero(demo.happened.calls.traced).tolist()
    whole = 0
    for call, truth in zip(traced, demo.truth, strict=True):
        path = truth["path"]
        if len(set(path)) < len(path) or not set(path) <= set(truth["holders"]):
            continue
        whole += 1
        for place, carrier in enumerate(path):
            up = path[place + 1] if place + 1 < len(path) else None
            down = path[place - 1] if place else None
            assert (call, carrier, up, down) in said, (truth, carrier)
    assert whole > 50


def test_the_origin_is_provable_only_with_its_own_record(demo):
    for truth in demo.truth:
        if truth["origin_provable"]:
            assert truth["verdict"] == "originator_identified"
            assert truth["furthest"] == truth["origin"] == truth["path"][-1]
            assert truth["origin_on_file"]
            assert truth["origin"] in truth["holders"]
            assert truth["customer"].startswith(truth["origin"])
        else:
            assert truth["verdict"] in {"point_of_entry_identified", "non_participating", "no_record"}


def test_a_point_of_entry_is_a_domestic_carrier_below_a_silent_foreign_one(demo):
    country = {row["carrier_id"]: row["country"] for row in demo.table("carriers.csv")}
    submitting = {each.carrier for each in demo.world.submissions}
    for truth in demo.truth:
        if truth["verdict"] == "point_of_entry_identified":
            last, entry = truth["furthest"], truth["path"][truth["furthest_position"] - 1]
            assert country[last] != "US"
            assert last not in submitting
            assert country[entry] == "US"
            assert entry == truth["point_of_entry"]
            assert entry in truth["holders"]


def test_the_campaign_is_one_customer_with_many_caller_ids(demo):
    robocalls = [truth for truth in demo.truth if truth["campaign"]]
    assert len(robocalls) >= 150
    assert len({(truth["origin"], truth["customer"]) for truth in robocalls}) == 1
    callers = {row["calling_number"] for row in demo.table("calls.csv") if row["campaign"]}
    assert len(callers) > 100


def test_every_fault_of_the_demo_occurs(demo):
    records, truth = demo.happened.records, demo.truth
    assert any(each["forwarded"] for each in truth)
    assert any(each["rerouted"] for each in truth)
    assert any(len(set(each["path"])) < len(each["path"]) for each in truth)
    assert any(each["withheld"] for each in truth)
    assert max(Counter(each["redial_group"] for each in truth).values()) >= 3
    refused = records.filter((pl.col("pos") < 0) & (pl.col("code") == REFUSED))
    assert refused.height == records.filter((pl.col("attempt") == 0) & ~pl.col("last")).height > 0
    assert (np.abs(demo.happened.conditions.clocks.offsets) > 20 * SECOND).sum() == 4


def test_redials_follow_each_other_within_the_gap():
    scenario = scenario_named("redials", calls=800)
    calls = happen(scenario, 2).calls
    order = np.lexsort((calls.start, calls.group))
    gaps = np.diff(calls.start[order])[np.diff(calls.group[order]) == 0]
    low, high = scenario.faults.redial_gap
    assert len(gaps) > 300
    assert gaps.min() >= low * SECOND
    assert gaps.max() <= high * SECOND


@pytest.mark.parametrize(("share", "silent"), [(0.3, 28), (0.6, 16), (0.85, 6)])
def test_so_many_carriers_are_silent_as_the_scenario_says(share, silent):
    world = happen(scenario_named("silent", taking_part=share, calls=300), 9)
    assert abs(int((~world.conditions.takes_part).sum()) - silent) <= 1


def test_times_run_upstream_to_downstream_and_answers_back():
    records = happen(scenario_named("clean", calls=500), 4).records.sort("call", "pos")
    same = pl.col("call") == pl.col("call").shift()
    later = records.filter(same & (pl.col("received") < pl.col("received").shift()))
    sooner = records.filter(same & (pl.col("answered") > pl.col("answered").shift()))
    assert later.height == sooner.height == 0


def test_foreign_carriers_reach_the_home_country_through_a_gateway(demo):
    role = {carrier.carrier_id: carrier.role for carrier in demo.happened.network.carriers}
    for truth in demo.truth:
        for below, above in pairwise(truth["path"]):
            if role[above] is Role.FOREIGN and role[below] is not Role.FOREIGN:
                assert role[below] is Role.GATEWAY
                assert truth["point_of_entry"] == below
