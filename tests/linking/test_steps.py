"""Clocks that were set while their carriers wrote records: when, by how much, and whose clock it was."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import polars as pl
import pytest

from hoptrace.linking.learned import Learned, clock_of, timing
from hoptrace.linking.learning import learn

BASE = datetime(2026, 11, 2, 15, 0, 0, tzinfo=UTC)

SET_AT = 20_000.0
"""Seconds after BASE at which a clock is set in these worlds."""


Steps = dict[str, list[tuple[float, float]]]
"""Of clocks: from when on (s after BASE), and how many seconds fast from then."""


def network(
    world,
    steps: Steps,
    clocks: dict[str, float] | None = None,
    calls: int = 240,
    every: float = 173.3,
) -> None:
    """Calls into and out of a hub: w or x - hub - y or z."""
    ways = [["wx"[n % 2], "hub", "yz"[n // 2 % 2]] for n in range(calls)]
    carried(world, [(n * every, way) for n, way in enumerate(ways)], steps, clocks)


def carried(
    world,
    calls: list[tuple[float, list[str]]],
    steps: Steps,
    clocks: dict[str, float] | None = None,
    kept: dict[str, float] | None = None,
) -> None:
    """Calls, each from when on and by way of whom; `kept`: seconds for which a carrier keeps each call."""
    for n, (at, chain) in enumerate(calls):
        for place, carrier in enumerate(chain):
            came = at + sum(0.1 + (kept or {}).get(one, 0.0) for one in chain[:place])
            fast = (clocks or {}).get(carrier, 0.0)
            fast += next((seconds for since, seconds in reversed(steps.get(carrier, [])) if at >= since), 0.0)
            world.say(
                carrier,
                came + fast,
                upstream=chain[place - 1] if place else None,
                downstream=chain[place + 1] if place + 1 < len(chain) else None,
                customer=None if place else "c",
                called_number=f"+1312555{100 + n:04d}",
            )


def lopsided(ways: list[list[str]], seed: int, few: float = 0.1, each: int = 120) -> list[tuple[float, list[str]]]:
    """Calls of two SET_AT by these ways, in order: of every other way most come before SET_AT, of the rest after it."""
    chance = random.Random(seed)
    calls = [
        (chance.uniform(0, SET_AT) + (SET_AT if (chance.random() < few) != bool(place % 2) else 0.0), way)
        for place, way in enumerate(ways)
        for _ in range(each)
    ]
    return sorted(calls)


def steps_of(world) -> dict[str, list[float]]:
    """By carrier the seconds of its steps, beyond its first time."""
    told = learn(world.frame()).steps.group_by("carrier", maintain_order=True).agg("seconds")
    return dict(told.iter_rows())


def late(world) -> float:
    """Seconds that the records of one call lie apart at most on the clocks that are learned, but for handing it on."""
    frame = world.frame()
    taken_off = pl.Series(timing(frame, learn(frame)).offset)
    came = frame["start_time"].dt.epoch("us") / 1e6 - taken_off
    calls = pl.DataFrame({"called": frame["called"], "came": came})
    return float(calls.group_by("called").agg(pl.col("came").max() - pl.col("came").min() - 0.2)["came"].abs().max())


@pytest.mark.parametrize("seconds", [9.5, -32.0, 110.0, 3.0])
@pytest.mark.parametrize("who", ["hub", "y"])
def test_a_clock_that_is_set_is_found_and_no_neighbour_is_blamed(world, who, seconds):
    network(world, {who: [(SET_AT, seconds)]})
    assert steps_of(world) == {who: [pytest.approx(seconds, abs=0.3)]}
    assert late(world) < 1.0


@pytest.mark.parametrize("at", [7_000.0, 33_000.0])
def test_it_may_be_set_early_or_late(world, at):
    network(world, {"hub": [(at, -45.0)]}, {"w": 60.0, "hub": -3.0})
    assert steps_of(world) == {"hub": [pytest.approx(-45.0, abs=0.3)]}
    assert late(world) < 1.0


def test_a_clock_that_is_set_twice_and_a_neighbour_that_is_set_too(world):
    network(world, {"hub": [(10_000.0, 12.0), (30_000.0, -8.0)], "z": [(SET_AT, 40.0)]})
    told = steps_of(world)
    assert told == {
        "hub": [pytest.approx(12.0, abs=0.3), pytest.approx(-8.0, abs=0.3)],
        "z": [pytest.approx(40.0, abs=0.3)],
    }
    assert late(world) < 1.0


def test_steady_clocks_and_clocks_that_drift_have_no_steps(world):
    drifting = [(173.3 * n, 8.0 * 173.3 * n / 86_400) for n in range(240)]
    network(world, {"hub": drifting}, {"x": 3600.0, "y": -20.0})
    assert steps_of(world) == {}


@pytest.mark.parametrize(
    "steps", [{"hub": [(7_000.0, 80.0), (9_000.0, 160.0)]}, {"hub": [(7_000.0, 160.0)], "y": [(9_000.0, 20.0)]}]
)
def test_a_step_counts_from_the_moment_on_at_which_it_was_made_whatever_was_set_before(world, steps):
    network(world, steps, calls=960, every=13.3)
    told = steps_of(world)
    assert {who: len(found) for who, found in told.items()} == {who: len(made) for who, made in steps.items()}
    assert late(world) < 1.0


@pytest.mark.parametrize("seconds", [110.0, -110.0])
@pytest.mark.parametrize("every", [5.0, 13.3])
def test_a_clock_that_is_set_back_amid_many_calls_is_found_and_no_neighbour_is_blamed(world, every, seconds):
    network(world, {"hub": [(2_000.0, seconds), (4_000.0, 0.0)]}, calls=round(6_000 / every), every=every)
    told = steps_of(world)
    assert told == {"hub": [pytest.approx(seconds, abs=0.3), pytest.approx(0.0, abs=0.3)]}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("who", "share"), [("hub", 0.5), ("hub", 0.4), ("y", 0.5)])
def test_two_switches_that_write_by_turns_are_no_clock_that_is_set_and_no_neighbour_is_blamed(world, who, share, seed):
    chance = random.Random(seed)
    by_turns = [(173.3 * n, 5.0 if chance.random() < share else 0.0) for n in range(960)]
    network(world, {who: by_turns}, calls=960)
    assert steps_of(world) == {}


@pytest.mark.parametrize("seed", range(5))
def test_nor_where_they_are_of_a_carrier_with_one_neighbour_above_and_one_below(world, seed):
    """The fewer neighbours, the more often a dozen pairs in a row look like a clock that was set."""
    chance = random.Random(seed)
    for n in range(400):
        fast = chance.choice([0.0, 4.0])
        for place, carrier in enumerate("abc"):
            world.say(
                carrier,
                60.0 * n + 0.1 * place + (fast if carrier == "b" else 0.0),
                upstream="abc"[place - 1] if place else None,
                downstream="abc"[place + 1] if place < 2 else None,
                customer=None if place else "c",
                called_number=f"+1312555{100 + n:04d}",
            )
    assert steps_of(world) == {}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("few", [0.1, 0.3])
@pytest.mark.parametrize("seconds", [23.0, -4.0])
def test_a_clock_is_set_where_calls_from_neighbours_come_before_and_those_to_them_after(world, seconds, few, seed):
    ways = [["w", "hub"], ["hub", "w"], ["x", "hub"], ["hub", "x"], ["w", "x"], ["x", "w"]]
    carried(world, lopsided(ways, seed, few), {"hub": [(SET_AT, seconds)]}, {"w": 60.0})
    assert steps_of(world) == {"hub": [pytest.approx(seconds, abs=0.3)]}
    assert late(world) < 1.0


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("seconds", [23.0, -4.0])
def test_or_the_calls_of_one_neighbour_before_and_those_of_another_after(world, seconds, seed):
    ways = [["w", "hub"], ["x", "hub"], ["hub", "y"], ["hub", "z"]]
    carried(world, lopsided(ways, seed), {"hub": [(SET_AT, seconds)]}, {"w": 60.0})
    assert steps_of(world) == {"hub": [pytest.approx(seconds, abs=0.3)]}
    assert late(world) < 1.0


@pytest.mark.parametrize("seed", range(5))
def test_no_clock_is_set_where_calls_are_kept_for_seconds_and_come_from_neighbours_before_and_go_after(world, seed):
    ways = [["w", "hub"], ["hub", "w"], ["x", "hub"], ["hub", "x"], ["w", "x"], ["x", "w"]]
    carried(world, lopsided(ways, seed, few=seed / 20), {}, {"w": 60.0}, kept={"hub": 3.0, "w": 5.0})
    assert steps_of(world) == {}


@pytest.mark.parametrize("seconds", [5.0, -12.0])
def test_two_switches_that_write_by_turns_for_an_hour_each_are_no_clock_that_is_set(world, seconds):
    by_turns = [(3_600.0 * n, seconds * (n % 2)) for n in range(12)]
    network(world, {"hub": by_turns}, calls=480, every=86.7)
    assert steps_of(world) == {}


def test_but_one_that_comes_up_wrong_three_times_and_is_set_right_again_is(world):
    steps = [(5e3, 20.0), (9e3, 0.0), (15e3, -35.0), (19e3, 0.0), (28e3, 60.0), (32e3, 0.0)]
    network(world, {"hub": steps}, calls=480, every=86.7)
    assert steps_of(world) == {"hub": [pytest.approx(seconds, abs=0.3) for _, seconds in steps]}


@pytest.mark.parametrize("share", [0.5, 0.3])
@pytest.mark.parametrize("seed", range(3))
def test_a_step_that_one_neighbour_tells_may_be_that_neighbours_own(world, share, seed):
    """The hub is set, and its other neighbour writes by two clocks: nobody tells whether y or the hub was set."""
    chance = random.Random(seed)
    by_turns = [(100.0 * n, 9.0 if chance.random() < share else 0.0) for n in range(400)]
    calls = [(100.0 * n, ["x", "hub", "y"]) for n in range(400)]
    carried(world, calls, {"hub": [(SET_AT, 30.0)], "x": by_turns})
    assert "y" not in steps_of(world)


def test_of_two_carriers_that_only_know_each_other_either_may_have_been_set(world):
    carried(world, [(173.3 * n, ["w", "x"]) for n in range(240)], {"x": [(SET_AT, 30.0)]})
    learned = learn(world.frame())
    assert learned.steps["seconds"].to_list() == [pytest.approx(-30.0, abs=0.3)]
    assert learned.weights["set_either"] == [["w", "x"]]
    assert late(world) < 1.0


def test_where_others_tell_whose_clock_it_was_it_is_told_of_one(world):
    network(world, {"hub": [(SET_AT, 30.0)]})
    assert "set_either" not in learn(world.frame()).weights


@pytest.mark.parametrize("a_day", [-90.0, 60.0])
def test_a_clock_that_goes_a_minute_a_day_is_not_cut_into_steps(world, a_day):
    drifting = [(173.3 * n, a_day * 173.3 * n / 86_400) for n in range(960)]
    network(world, {"hub": drifting}, calls=960)
    assert steps_of(world) == {}


def test_a_wrong_zone_is_a_shift_of_its_file_and_no_step(world):
    network(world, {})
    frame = world.frame().with_columns(
        pl.when(pl.col("carrier") == "y").then(pl.lit("y-1")).otherwise("batch").alias("batch")
    )
    part = (pl.col("carrier") == "y") & (pl.col("row") > 400)
    moved = frame.with_columns(
        pl.when(part).then(pl.lit("y-2")).otherwise("batch").alias("batch"),
        *(pl.when(part).then(pl.col(name) + pl.duration(hours=1)).otherwise(name).alias(name) for name in TIMES),
    )
    learned = learn(moved)
    assert learned.steps.is_empty()
    assert learned.shifts["batch"].to_list() == ["y-2"]


TIMES = ("start_time", "answer_time", "end_time")


def test_a_step_counts_from_its_time_on_in_files_that_are_off_as_well(world):
    since = 1_762_095_600.0
    steps = {"steps": [["a", since, 10.0], ["a", since + 600, -5.0]]}
    shifts = pl.DataFrame([("a-2", "a", 3600.0, 9)], schema=Learned.nothing().shifts.schema, orient="row")
    learned = Learned(clock_of({"a": 1.0, "b": 2.0}), shifts, steps)
    rows = [
        ("a", "a-1", -1),
        ("a", "a-1", 1),
        ("a", "a-2", 3599),
        ("a", "a-2", 3601),
        ("a", "a-1", 700),
        ("b", "b-1", 1),
    ]
    frame = pl.DataFrame(
        {
            "carrier": [row[0] for row in rows],
            "batch": [row[1] for row in rows],
            "start_time": pl.Series([int((since + row[2]) * 1e6) for row in rows]).cast(pl.Datetime("us", "UTC")),
        }
    )
    assert timing(frame, learned).offset.tolist() == [1.0, 11.0, 3601.0, 3611.0, -4.0, 2.0]
    told = sorted(learned.written.filter(pl.col("carrier") == "a")["offset"])
    assert told == [-4.0, 1.0, 11.0, 3596.0, 3601.0, 3611.0], "records of the time are looked for under every clock"
