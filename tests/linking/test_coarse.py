"""Clocks of carriers whose times are cut to the minute."""

from __future__ import annotations

import random

import polars as pl
import pytest

from hoptrace.linking.clocks.coarse import COARSE_PAIRS, coarse_lines
from hoptrace.linking.learning import learn


def pairs(
    fast: float, count: int = 400, drift: float = 0.0, ticks: tuple[float, float] = (0.0, 60.0), seed: int = 1
) -> pl.DataFrame:
    """Handoffs from `sharp` to `coarse`, whose clock runs `fast` s fast in the middle of a day, and `drift` s a day."""
    chance = random.Random(seed)
    rows = list[tuple[object, ...]]()
    for n in range(count):
        at = 86_400.0 * n / count
        true = at + chance.uniform(0, 60)
        up, down = true // ticks[0] * ticks[0] if ticks[0] else true, true + fast + drift * (at / 86_400 - 0.5)
        down = down // ticks[1] * ticks[1]
        rows.append(("sharp", "coarse", down + ticks[1] / 2 - up - ticks[0] / 2, at, *ticks, n, n, 0.1))
    return pl.DataFrame(rows, schema=list(COARSE_PAIRS), orient="row")


def line_of(told: pl.DataFrame, carrier: str = "coarse") -> dict[str, float]:
    rows = {row["carrier"]: row for row in coarse_lines(told).clocks.iter_rows(named=True)}
    return {
        name: rows[carrier][name] - (rows["sharp"][name] if name in ("offset", "drift") else 0)
        for name in ("offset", "drift", "spread", "matches")
    }


@pytest.mark.parametrize("fast", [-7.3, 0.0, 4.0])
def test_the_edges_of_the_minutes_tell_the_clock(fast):
    line = line_of(pairs(fast))
    assert line["offset"] == pytest.approx(fast, abs=0.5)
    assert line["spread"] < 0.5


def test_two_clocks_cut_to_the_minute_tell_each_other_by_how_often_they_differ():
    line = line_of(pairs(5.0, count=1200, ticks=(60.0, 60.0)))
    assert line["offset"] == pytest.approx(5.0, abs=1.5)


def test_a_clock_that_drifts():
    line = line_of(pairs(1.0, count=1500, drift=5.0))
    assert line["drift"] == pytest.approx(5.0, abs=1.5)


def test_redials_tell_nothing():
    told = pairs(3.0)
    again = told.with_columns(d_sid=pl.col("d_sid") + 10_000, residual=pl.col("residual") + 8.0)
    assert coarse_lines(pl.concat([told, again])).clocks.is_empty()


def test_sharp_pairs_and_few_ones_are_left_alone():
    assert coarse_lines(pairs(3.0, ticks=(0.0, 1.0))).clocks.is_empty()
    assert coarse_lines(pairs(3.0, count=5)).clocks.is_empty()


def test_a_clock_cut_to_the_minute_is_learned_to_the_second(world):
    chance = random.Random(3)
    for n in range(300):
        at = n * 211.7 + chance.random()
        names = {"called_number": f"+1312555{100 + n % 100:04d}", "calling_number": f"+1202555{100 + n % 90:04d}"}
        world.say("orig", at, customer="c", downstream="mid", **names)
        world.say("mid", at + 0.1, upstream="orig", downstream="cut", **names)
        world.say("cut", (at + 0.2 + 9.0) // 60 * 60, upstream="mid", **names)
    clocks = {row["carrier"]: row for row in learn(world.frame()).clocks.iter_rows(named=True)}
    assert clocks["cut"]["tick"] == 60.0
    assert clocks["cut"]["offset"] - clocks["mid"]["offset"] == pytest.approx(9.0, abs=0.7)
