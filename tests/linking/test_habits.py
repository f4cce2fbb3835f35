"""What a carrier's switch writes as the start of a call, and how coarsely."""

from __future__ import annotations

import random
from datetime import timedelta

import polars as pl
import pytest

from hoptrace.linking.clocks.habits import late_starters, own_habits
from hoptrace.linking.learning import learn
from hoptrace.linking.members import comparable


def rows(world, carrier: str, count: int, step: float, **facts) -> None:
    for n in range(count):
        world.say(carrier, n * step, upstream="x", called_number=f"+1312555{100 + n:04d}", **facts)


def habits(world) -> dict[str, tuple[bool, float | None]]:
    told = own_habits(world.frame())
    return {carrier: (late, tick) for carrier, late, tick in told.iter_rows()}


@pytest.mark.parametrize(("step", "tick"), [(60.0, 60.0), (7.0, 1.0), (7.3, None), (0.001, None)])
def test_the_tick_is_read_off_the_times(world, step, tick):
    rows(world, "a", 40, step)
    assert habits(world)["a"] == (False, tick)


def test_a_few_round_times_tell_nothing(world):
    rows(world, "few", 11, 60.0)
    rows(world, "enough", 12, 60.0)
    assert habits(world)["few"][1] is None
    assert habits(world)["enough"][1] == 60.0


def test_one_odd_row_in_a_hundred_does_not_hide_the_tick_and_ten_do(world):
    for carrier, odd in (("one", 1), ("ten", 10)):
        rows(world, carrier, 100 - odd, 60.0)
        rows(world, carrier, odd, 0.317)
    assert habits(world)["one"][1] == 60.0
    assert habits(world)["ten"][1] is None


def test_each_carrier_has_its_own_habits(world):
    rows(world, "minutes", 30, 60.0)
    rows(world, "exact", 30, 1.7)
    assert habits(world) == {"exact": (False, None), "minutes": (False, 60.0)}


def starts_at_answer(world, carrier: str, count: int, step: float, share: float = 1.0) -> None:
    rows(world, carrier, count, step)
    mine = [row for row in world.rows if row["carrier"] == carrier]
    for row in mine[: round(share * count)]:
        row["answer_time"] = row["start_time"]


def test_who_writes_one_time_as_start_and_as_answer_is_found(world):
    starts_at_answer(world, "late", 20, 7.3)
    starts_at_answer(world, "seldom", 20, 7.3, share=0.5)
    starts_at_answer(world, "few", 8, 7.3)
    found = habits(world)
    assert (found["late"][0], found["seldom"][0], found["few"][0]) == (True, False, False)


def test_at_a_tick_of_a_minute_equal_times_are_mostly_chance(world):
    """Short ringing falls into the same minute in most calls; only where it does in all of many it tells something."""
    starts_at_answer(world, "chance", 60, 60.0, share=0.95)
    starts_at_answer(world, "always", 60, 60.0)
    starts_at_answer(world, "few", 20, 60.0)
    found = habits(world)
    assert (found["chance"], found["always"], found["few"]) == ((False, 60.0), (True, 60.0), (False, 60.0))


def test_calls_that_nobody_answered_tell_nothing_of_the_answer(world):
    starts_at_answer(world, "late", 20, 7.3)
    for row in world.rows:
        row["outcome"] = "no_answer"
    assert not habits(world)["late"][0]


def test_an_empty_frame_has_no_habits(world):
    world.say("a", 0.0)
    assert own_habits(world.frame().clear()).is_empty()


def lateness(rung: float, rest: float, count: int = 40, told: bool = True, seed: int = 4) -> pl.DataFrame:
    """Pairs of one carrier: its answered calls start `rung` s late on average, its others `rest` s."""
    chance = random.Random(seed)
    lines = []
    for n in range(count):
        answered = n % 2 == 0
        late = max(0.0, chance.gauss(rung, rung / 4)) if answered else chance.gauss(rest, 0.2)
        after = chance.gauss(0.0, 0.1) if answered and told else None
        lines.append(("late", "n", late, after, answered))
    schema = {
        "carrier": pl.String,
        "other": pl.String,
        "late": pl.Float64,
        "after_answer": pl.Float64,
        "answered": pl.Boolean,
    }
    return pl.DataFrame(lines, schema=schema, orient="row")


def test_late_starters_are_those_whose_answered_calls_alone_start_late():
    assert late_starters(lateness(8.0, 0.0)) == ["late"]
    assert late_starters(lateness(8.0, 0.0, told=False)) == ["late"]


def test_who_starts_all_calls_late_has_a_slow_clock():
    assert late_starters(lateness(8.0, 8.0)) == []


def test_a_little_late_or_seldom_seen_is_not_late():
    assert late_starters(lateness(0.8, 0.0)) == []
    assert late_starters(lateness(8.0, 0.0, count=16)) == []


def test_who_starts_late_but_far_from_the_answer_is_not_taken_to_write_the_answer():
    far = lateness(8.0, 0.0).with_columns(after_answer=pl.when("answered").then(30.0))
    assert late_starters(far) == []


def test_times_cut_to_the_minute_lie_at_the_answer_all_together():
    """Each is off by up to half a minute, so that hardly more of them lie nearer to the answer than to the start."""
    chance = random.Random(6)
    cut = pl.Series([chance.uniform(-30.0, 30.0) for _ in range(1_200)])
    slow = lateness(14.0, 0.0, count=1_200).with_columns(late=pl.col("late") + cut - 6.0)
    late = slow.with_columns(after_answer=pl.when("answered").then(cut - 6.0))
    assert late_starters(late) == ["late"]
    assert late_starters(late.with_columns(pl.col("after_answer") + 10.0)) == []
    assert late_starters(late.head(30)) == []


@pytest.mark.parametrize("outcomes", [{}, {"outcome": "unknown"}])
def test_a_late_starter_that_writes_no_outcomes_is_known_by_its_neighbours(world, outcomes):
    chance = random.Random(3)
    for n in range(80):
        answered = n % 2 == 0
        facts = {"called_number": f"+1312555{100 + n:04d}", "outcome": "answered" if answered else "no_answer"}
        at = 60.0 * n + chance.random()
        world.say("orig", at, customer="c", downstream="late", **facts)
        rung = chance.uniform(3.0, 20.0) if answered else 0.1
        world.say("late", at + rung, upstream="orig", downstream="term", **facts | outcomes)
        world.say("term", at + 0.2, upstream="late", **facts)
    told = {row["carrier"]: row for row in learn(world.frame()).clocks.iter_rows(named=True)}
    assert [name for name, row in told.items() if row["start_is_answer"]] == ["late"]
    assert abs(told["late"]["offset"]) < 1.0
    arrivals = comparable(world.frame(), learn(world.frame())).filter(carrier="late", outcome="unknown")["setup"]
    assert arrivals.null_count() == arrivals.len() == (80 if outcomes else 0)


def test_a_late_starter_is_learned_from_its_neighbours_and_its_clock_stays_right(world):
    """`late` writes the answer's time as start and tells no answer; its other calls are on time."""
    chance = random.Random(3)
    for n in range(80):
        ring, number = chance.uniform(3.0, 20.0), f"+1312555{100 + n:04d}"
        answered = n % 2 == 0
        facts = {"called_number": number, "outcome": "answered" if answered else "no_answer"}
        at = 60.0 * n + chance.random()
        world.say("orig", at, customer="c", downstream="late", **facts)
        world.say("late", at + 0.1, upstream="orig", downstream="term", **facts)
        world.say("term", at + 0.2, upstream="late", **facts)
        for row in world.rows[-3:]:
            if answered:
                row["answer_time"] = row["start_time"] + timedelta(seconds=ring)
                row["end_time"] = row["answer_time"] + timedelta(seconds=20)
        if answered:
            world.rows[-2] |= {"start_time": world.rows[-2]["answer_time"], "answer_time": None}
    clocks = {row["carrier"]: row for row in learn(world.frame()).clocks.iter_rows(named=True)}
    assert [carrier for carrier in sorted(clocks) if clocks[carrier]["start_is_answer"]] == ["late"]
    assert clocks["late"]["offset"] == pytest.approx(0.0, abs=0.3)
