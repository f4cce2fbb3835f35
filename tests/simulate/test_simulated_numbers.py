"""Numbers that are spelled otherwise or change on the way: each fault by itself."""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from hoptrace.simulate.speech import write_down
from hoptrace.simulate.truth import reported_and_true
from hoptrace.simulate.writers.canonical import canonical_frame


def canonical(happened):
    """Every carrier's canonical file as a frame."""
    rows = write_down(happened.filed, happened.network, happened.conditions, happened.seed)
    parts = rows.partition_by("carrier", maintain_order=True)
    return [canonical_frame(happened.network.carriers[part.item(0, "carrier")], part) for part in parts]


def reports(happened):
    return [report for report, _ in reported_and_true(happened)]


def truths(happened):
    return [truth for _, truth in reported_and_true(happened)]


def test_a_clean_world_writes_e164_only(alone):
    for frame in canonical(alone()):
        written = pl.concat([frame["calling_number"], frame["called_number"]])
        assert written.str.contains(r"^\+\d{11,12}$").all()
        assert frame["egress_calling_number"].null_count() == frame.height


def test_spellings_of_every_kind_occur_with_true_digits(alone):
    kinds = {
        "e164": r"^\+1\d{10}$",
        "eleven": r"^1\d{10}$",
        "ten": r"^\d{10}$",
        "00": r"^001\d{10}$",
        "tech prefix": r"^77011\d{10}$",
    }
    frames = canonical(alone(spellings=1.0))
    called = pl.concat([frame["called_number"] for frame in frames])
    for name, pattern in kinds.items():
        assert called.str.contains(pattern).any(), name
    known = "|".join(kinds.values())
    assert called.filter(~called.str.contains(known)).str.contains(r"^7701\d{10}$").all()
    calling = pl.concat([frame["calling_number"] for frame in frames])
    assert calling.str.contains(r"^(011|00)44\d{10}$").any()


def test_sip_uris_are_written_by_their_share_of_carriers(alone):
    frames = canonical(alone(sip_uris=0.5))
    uris = [frame["called_number"].str.contains(r"^sip:\+\d+@203\.0\.113\.\d+;user=phone$").all() for frame in frames]
    assert sum(uris) == len(frames) // 2 == 20


def test_a_replaced_caller_is_another_one_from_its_hop_on(alone):
    world = alone(caller_replaced=0.4)
    calls = world.calls
    struck = calls.rewritten_at >= 0
    assert 0.3 < struck.mean() < 0.5
    records = world.records.filter(pl.col("pos") >= 0)
    at = calls.rewritten_at[records["call"].to_numpy()]
    behind = (at >= 0) & (records["pos"].to_numpy() > at)
    shown, call = records["caller"].to_numpy(), records["call"].to_numpy()
    assert (shown[behind] == calls.rewritten_to[call[behind]]).all()
    assert (shown[~behind] == calls.caller[call[~behind]]).all()
    rewriting = records.filter(pl.Series(records["pos"].to_numpy() == at))
    assert (rewriting["caller"] != rewriting["caller_out"]).mean() > 0.99
    assert {report["calling_number"] for report in reports(world)} == {
        f"+{number}" for number in calls.delivered_caller()[calls.traced].tolist()
    }


def test_a_dropped_caller_is_withheld_from_its_hop_on(alone):
    world = alone(caller_dropped=0.4)
    hidden = [report["calling_number"] == "anonymous" for report in reports(world)]
    assert 0.3 < np.mean(hidden) < 0.5
    tagged = ["caller_dropped" in truth["tags"] for truth in truths(world)]
    assert tagged == hidden
    ends = world.records.filter("delivered")
    assert (ends["caller"].is_null() == pl.Series(world.calls.rewritten_at >= 0).gather(ends["call"])).all()
    assert not any(truth["withheld"] for truth in truths(world)), "the caller did not ask for it"


def test_the_carrier_that_changes_a_caller_tells_so_or_does_not(alone):
    silent, open_ = (alone(caller_replaced=0.4, rewriting_told=share) for share in (0.0, 1.0))
    assert all(f["egress_calling_number"].null_count() == f.height for f in canonical(silent))
    told = pl.concat([frame["egress_calling_number"] for frame in canonical(open_)]).drop_nulls()
    assert len(told) == (open_.calls.rewritten_at >= 0).sum()
    assert told.str.contains(r"^\+1\d{10}$").all()


def test_a_toll_free_number_is_translated_once_without_a_redirecting_number(alone):
    world = alone(toll_free=0.4)
    calls = world.calls
    assert 0.3 < calls.toll_free.mean() < 0.5
    assert all(re.fullmatch(r"18\d\d55501\d\d", str(number)) for number in calls.dialled[calls.toll_free].tolist())
    moved = world.records.filter(pl.col("called") != pl.col("called_out"))
    assert sorted(moved["call"].to_list()) == np.flatnonzero(calls.toll_free).tolist()
    assert moved["redirecting"].null_count() == moved.height
    ends = world.records.filter("delivered").sort("call")
    assert (ends["called"].to_numpy() == calls.called).all()
    for report, truth in reported_and_true(world):
        assert not re.fullmatch(r"\+18(00|33|44|55|66|77|88)\d{7}", report["called_number"])
        assert ("toll_free" in truth["tags"]) == truth["toll_free"]
        assert not truth["forwarded"]


def test_forwarding_gives_the_redirecting_number_as_often_as_it_says(alone):
    never, always = (alone(forwarded=0.4, redirecting_given=share) for share in (0.0, 1.0))
    assert never.records["redirecting"].null_count() == never.records.height
    moved = always.records.filter(pl.col("called") != pl.col("called_out"))
    assert moved.height > 100
    assert (moved["redirecting"] == moved["called"]).all()
    assert sum(truth["forwarded"] for truth in truths(always)) == sum(
        bool(flag) for flag in (always.calls.moved_at >= 0)[always.calls.traced]
    )


def test_redials_keep_their_toll_free_number(alone):
    world = alone(toll_free=0.5, redialled=0.5)
    groups = pl.DataFrame({"group": world.calls.group, "dialled": world.calls.dialled})
    assert groups.group_by("group").agg(pl.col("dialled").n_unique())["dialled"].max() == 1
