"""Single batches that are off by hours, and those that only look so because a neighbour's are."""

from __future__ import annotations

import polars as pl
import pytest

from hoptrace.linking.clocks.meeting import densest
from hoptrace.linking.clocks.shifts import find_shifts
from hoptrace.linking.learned import DAY, SHIFTS, Learned, clock_of, with_clocks
from hoptrace.linking.learning import learn
from hoptrace.linking.members import comparable

HOUR = 3600.0


def network(world, off: dict[tuple[str, int], float], batches: int = 4, calls: int = 24) -> None:
    """Calls over a - b - c - d, each carrier's records in so many files; `off`: seconds by (carrier, file's number)."""
    for n in range(calls * batches):
        part, number = n // calls, f"+1312555{100 + n:04d}"
        chain = ["a", "b", "c", "d"]
        for place, carrier in enumerate(chain):
            world.say(
                carrier,
                n * 301.7 + 0.1 * place + off.get((carrier, part), 0.0),
                upstream=chain[place - 1] if place else None,
                downstream=chain[place + 1] if place < 3 else None,
                customer=None if place else "c",
                called_number=number,
                batch=f"{carrier}-{part}",
            )


def shifts(world) -> dict[str, float]:
    return dict(learn(world.frame()).shifts.select("batch", "shift").iter_rows())


def offsets(world) -> dict[str, float]:
    return dict(learn(world.frame()).clocks.select("carrier", "offset").iter_rows())


@pytest.mark.parametrize(("off", "told"), [(5 * HOUR, 5 * HOUR), (-5.5 * HOUR + 1.2, -5.5 * HOUR), (900.0, 900.0)])
def test_one_of_four_files_in_a_wrong_zone_is_found_and_its_neighbours_are_not_blamed(world, off, told):
    network(world, {("b", 2): off})
    assert shifts(world) == {"b-2": told}
    assert max(abs(offset) for offset in offsets(world).values()) < 0.6


def test_a_shift_that_is_no_quarter_of_an_hour_is_taken_as_it_is(world):
    network(world, {("b", 1): 1000.0})
    assert shifts(world) == {"b-1": pytest.approx(1000.0, abs=0.5)}


def test_a_few_minutes_are_no_wrong_zone(world):
    network(world, {("b", 1): 300.0})
    assert shifts(world) == {}


def test_files_of_two_carriers_may_be_off_each_by_its_own(world):
    network(world, {("b", 0): -HOUR, ("d", 3): 2 * HOUR})
    assert shifts(world) == {"b-0": -HOUR, "d-3": 2 * HOUR}


def test_a_carrier_all_of_whose_files_are_off_has_a_clock_that_is(world):
    network(world, {("b", part): 5 * HOUR + 40.0 for part in range(4)})
    clocks = {row["carrier"]: row for row in learn(world.frame()).clocks.iter_rows(named=True)}
    assert shifts(world) == {}
    assert clocks["b"]["offset"] == pytest.approx(5 * HOUR + 40.0, abs=0.3)
    assert {carrier: clock["hours"] for carrier, clock in clocks.items()} == {"a": 0.0, "b": 5.0, "c": 0.0, "d": 0.0}


def test_a_clock_that_is_minutes_off_contains_no_hours(world):
    network(world, {("b", part): 260.0 for part in range(4)})
    clocks = learn(world.frame()).clocks
    assert clocks["hours"].to_list() == [0.0] * 4


def test_nothing_is_off_where_all_files_are_right(world):
    network(world, {})
    assert shifts(world) == {}


def met(lines) -> pl.DataFrame:
    """Differences of time, each of so many pairs of statements: (u, d, u_batch, d_batch, seconds, count)."""
    schema = dict.fromkeys(("u", "d", "u_batch", "d_batch"), pl.String) | {"difference": pl.Float64}
    rows = [(u, d, ub, db, seconds) for u, d, ub, db, seconds, count in lines for _ in range(count)]
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(weight=pl.lit(1.0), tick=pl.lit(0.001))


def told(lines) -> list[tuple[str, float]]:
    return find_shifts(met(lines)).select("batch", "shift").rows()


CALM = [(f"{u}", f"{d}", f"{u}-{n}", f"{d}-{n}", 0.0, 10) for u, d in ("ab", "bc", "ca") for n in (2, 3, 4)]
"""Three carriers that meet each other's files 2, 3 and 4 at equal times."""


def test_too_few_or_unclear_meetings_move_no_file():
    assert told([*CALM, ("a", "b", "a-1", "b-1", HOUR, 1)]) == []
    assert told([*CALM, ("a", "b", "a-3", "b-9", HOUR, 10), ("a", "b", "a-3", "b-9", 0.0, 11)]) == []


def test_what_the_clocks_explain_is_no_shift():
    away = [(u, d, ub, db, {"b": HOUR}.get(d, 0.0) - {"b": HOUR}.get(u, 0.0), count) for u, d, ub, db, _, count in CALM]
    assert told(away) == []


def test_the_file_that_two_neighbours_show_to_be_off_is_the_one():
    assert told([*CALM, ("a", "b", "a-1", "b-1", HOUR, 10), ("b", "c", "b-1", "c-1", -HOUR, 10)]) == [("b-1", HOUR)]


def test_a_large_file_that_is_off_does_not_take_a_small_neighbour_with_it():
    # Most of what d hands on goes to a's largest file, which is 5 hours late: d's clock is right all the same.
    lines = [
        *CALM,
        *(("d", "a", f"d-{n}", f"a-{n}", 0.0, 3) for n in (2, 3)),
        ("d", "a", "d-1", "a-1", 5 * HOUR, 200),
        ("a", "b", "a-1", "b-1", -5 * HOUR, 40),
        ("a", "c", "a-1", "c-1", -5 * HOUR, 30),
    ]
    assert told(lines) == [("a-1", 5 * HOUR)]


def test_redials_that_pull_a_clock_in_the_fit_leave_the_shift_whole():
    # Three of b's files meet redials 25 s later as well, which the one in the wrong zone does not.
    pulled = [("d", "b", f"d-{n}", f"b-{n}", 25.0, 30) for n in (2, 3, 4)]
    held = [("d", "a", f"d-{n}", f"a-{n}", 0.0, 30) for n in (2, 3, 4)]
    off = [("a", "b", "a-1", "b-1", HOUR, 40), ("b", "c", "b-1", "c-1", -HOUR, 40)]
    assert told([*CALM, *pulled, *held, *off]) == [("b-1", HOUR)]


def test_a_file_too_small_to_meet_any_one_neighbour_often_is_found_by_all_of_them():
    small = [("a", "b", "a-9", "b-2", -HOUR, 1), ("a", "c", "a-9", "c-3", -HOUR, 1), ("b", "a", "b-3", "a-9", HOUR, 1)]
    assert told([*CALM, *small]) == []
    assert told([*CALM, *small, ("c", "a", "c-4", "a-9", HOUR, 1)]) == [("a-9", HOUR)]


def test_the_densest_difference_of_each_group_is_found_apart_from_the_others():
    frame = met(
        [("a", "b", "a-1", "b-1", 7.0, 3), ("a", "b", "a-1", "b-1", -90_000.0, 2), ("a", "b", "a-2", "b-1", 5.0, 1)]
    )
    found = densest(frame, ["u_batch", "d_batch"]).select("u_batch", "d_batch", "at", "matches")
    assert found.rows() == [("a-1", "b-1", 7.0, 3.0), ("a-2", "b-1", 5.0, 1.0)]


def test_a_shift_is_taken_off_the_times_of_its_file_alone(world):
    network(world, {("b", 2): 5 * HOUR})
    frame = world.frame()
    learned = learn(frame)
    taken = with_clocks(frame, learned).filter(pl.col("carrier") == "b").group_by("batch").agg(pl.col("offset").mean())
    off = dict(taken.iter_rows())
    assert off.pop("b-2") == pytest.approx(5 * HOUR, abs=0.3)
    assert max(abs(seconds) for seconds in off.values()) < 0.3
    assert set(with_clocks(frame, Learned.nothing())["offset"]) == {0.0}


def test_times_are_the_same_to_the_last_bit_as_polars_gives_them(world) -> None:
    for at in range(60):
        world.say("b", 1.000001 * at)
    known = clock_of({"b": 3.7}).with_columns(drift=pl.lit(0.013), reference=pl.lit(1.7e9))
    frame = world.frame()
    written = pl.col("start_time").dt.epoch("us").cast(pl.Float64) / 1e6
    told = frame.select(offset=3.7 + 0.013 * (written - 1.7e9) / DAY, written=written)
    facts = comparable(frame, Learned(known, SHIFTS.to_frame()))
    assert facts["offset"].to_list() == told["offset"].to_list()
    assert facts["start"].to_list() == (told["written"] - told["offset"]).to_list()


def test_a_drift_since_nobody_knows_when_is_none(world) -> None:
    world.say("b", 0.0)
    known = clock_of({"b": 3.7}).with_columns(drift=pl.lit(0.013), reference=pl.lit(None, pl.Float64))
    assert with_clocks(world.frame(), Learned(known, SHIFTS.to_frame()))["offset"].to_list() == [3.7]
