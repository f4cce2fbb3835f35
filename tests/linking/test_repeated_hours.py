"""Statements whose local time came twice: what others' records bear out, and what stays open."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from hoptrace.linking.clocks.repeated_hours import any_twice, both_readings, with_readings
from hoptrace.linking.learned import Learned
from hoptrace.linking.learning import learn

HOUR = 3600
PATH = ("orig", "upper", "lower", "term")


def say_chain(
    world: Any, at: float, open_: set[str], path: tuple[str, ...] = PATH, second: bool = False, **facts: Any
) -> None:
    """A call at `at`; the carriers in `open_` read it as the first pass of an hour that came twice."""
    for place, carrier in enumerate(path):
        written = at - HOUR if second and carrier in open_ else at
        world.say(
            carrier,
            written + 0.1 * place,
            upstream=path[place - 1] if place else None,
            downstream=path[place + 1] if place + 1 < len(path) else None,
            customer=f"cust-{path[0]}" if place == 0 else None,
            may_be_later=HOUR if carrier in open_ else None,
            **facts,
        )


@settings(max_examples=40)
@given(st.sets(st.sampled_from(PATH), min_size=1, max_size=3), st.booleans(), st.floats(-900.0, 900.0))
def test_any_carriers_but_one_may_not_know_which_pass_it_was(
    new_world_type, report_call_type, open_: set[str], second: bool, at: float
) -> None:
    world = new_world_type()
    say_chain(world, at, open_, second=second)
    found = world.trace(at)
    assert (found.originating_carrier, found.customer) == ("orig", "cust-orig")
    assert found.path == PATH[::-1]
    for hop in found.hops:
        told = [line.detail for line in hop.evidence if line.about == "repeated hour"]
        assert len(told) == (hop.carrier in open_)
        assert all("bear" in text and text.endswith(f"out the {'second' if second else 'first'}.") for text in told)
        assert hop.clock_offset == (-HOUR if second and hop.carrier in open_ else 0.0)


@settings(max_examples=40)
@given(st.booleans(), st.integers(-20, 20), st.sets(st.sampled_from(PATH[1:3]), min_size=1))
def test_calls_in_both_passes_are_told_apart(
    new_world_type, report_call_type, same: bool, apart: int, open_: set[str]
) -> None:
    """Two originators call one number an hour apart over one carrier that does not know which pass was which."""
    world = new_world_type()
    say_chain(world, 0.0, open_, ("one", *PATH[1:]))
    caller = {} if same else {"calling_number": "+12025550199"}
    say_chain(world, float(HOUR + apart), open_, ("two", *PATH[1:]), second=True, **caller)
    calls = [
        report_call_type(0.0, call_ref="C1"),
        report_call_type(float(HOUR + apart), call_ref="C2", **({} if same else {"calling": "+12025550199"})),
    ]
    first, second = world.trace_all(calls)
    for found, right in ((first, "one"), (second, "two")):
        assert found.originating_carrier in (right, None)
        # A second apart is within what clocks scatter: then both may be either.
        assert found.originating_carrier == right or (same and abs(apart) < 2)
    records = [{(ref.batch, ref.row) for hop in found.hops for ref in hop.records} for found in (first, second)]
    assert not (records[0] & records[1]) or (same and abs(apart) < 2)


def test_alone_it_is_read_near_the_report_and_said_so(world) -> None:
    world.say("orig", 0.0, downstream="term", customer="cust-1", may_be_later=HOUR)
    for at, which in ((0.0, "first"), (HOUR, "second")):
        found = world.trace(at)
        (told,) = [line.detail for line in found.hops[-1].evidence if line.about == "repeated hour"]
        assert told.endswith(f"No other record tells either; it is read as the {which}, which is nearer to the report.")
        assert "at 15:00:00 and at 16:00:00 UTC" in told


def test_a_wide_window_counts_a_statement_once(world, report_call) -> None:
    world.say("orig", 0.0, downstream="term", customer="cust-1", may_be_later=HOUR)
    ground = world.ground()
    from dataclasses import replace

    from hoptrace.engines.calls import reported
    from hoptrace.engines.gathering import gather

    (judged,) = gather([reported(report_call(HOUR - 60.0), "US")], replace(ground, window=7200.0)).judged
    assert len(judged.case.facts) == 1


def test_what_another_file_settles_is_not_told_twice(world) -> None:
    world.say("orig", 0.0, downstream="term", customer="cust-1", may_be_later=HOUR, record_id="r1")
    world.say("orig", HOUR, downstream="term", customer="cust-1", record_id="r1", batch="orig-2")
    read = with_readings(world.frame(), Learned.nothing())
    assert read.select("batch", "later").rows() == [("orig-2", 0)]


def test_without_such_statements_nothing_is_added(world) -> None:
    world.chain(*PATH)
    frame = world.frame()
    assert not any_twice(frame)
    assert with_readings(frame, Learned.nothing()) is frame
    assert both_readings(frame).height == frame.height


def test_open_statements_move_no_clock_and_blame_nobody(world) -> None:
    for n in range(40):
        open_ = {"upper"} if n % 4 == 0 else set[str]()
        say_chain(world, 97.0 * n, open_, second=n % 8 == 0, called_number=f"+1312555{100 + n:04d}")
    learned = learn(world.frame())
    assert learned.shifts.is_empty()
    assert learned.clocks["offset"].abs().max() < 1.0
    clashes = learned.weights["trust"]["clashes"]
    assert all(missing == 0 for *_, missing in clashes), clashes


def test_a_number_that_is_called_all_the_time_is_settled_caller_by_caller(world) -> None:
    """A televote: hundreds of calls in one stretch, none of which may be paired with all."""
    for n in range(120):
        say_chain(world, 1.5 * n, {"upper"}, second=n % 2 == 0, calling_number=f"+1202555{100 + n:04d}")
    read = with_readings(world.frame(), clocked(world)).filter(pl.col("carrier") == "upper")
    assert read.sort("row")["later"].to_list() == [HOUR if n % 2 == 0 else 0 for n in range(120)]


def clocked(world) -> Learned:
    return world.ground().learned
