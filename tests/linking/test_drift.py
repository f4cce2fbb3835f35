"""Clocks as straight lines: offsets and drifts out of matched pairs, wrong matches among them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from hoptrace.linking.clocks.drift import LEAST_SPREAD, fit_lines
from hoptrace.linking.learned import DAY
from hoptrace.linking.learning import learn

AT = 1_793_600_000.0


def line(offset: float, drift: float, at):
    return offset + drift * (at - AT) / DAY


def pairs(
    clocks: dict[str, tuple[float, float]],
    count: int = 400,
    wrong: float = 0.0,
    days: float = 10.0,
    seed: int = 1,
    sigma: float = 0.0,
) -> pl.DataFrame:
    """Matched pairs of a ring of carriers whose clocks are lines (offset s, drift s a day), some `wrong`."""
    chance = np.random.default_rng(1)
    names = sorted(clocks)
    up = chance.integers(0, len(names), count)
    down = (up + chance.integers(1, len(names), count)) % len(names)
    at = AT + chance.uniform(-days / 2, days / 2, count) * DAY
    offset, drift = (np.array([clocks[name][part] for name in names]) for part in (0, 1))
    residual = line(offset[down], drift[down], at) - line(offset[up], drift[up], at)
    residual = residual + chance.normal(0.0, 0.05, count) + chance.uniform(-1, 1, count) * sigma * 3**0.5
    residual = np.where(chance.random(count) < wrong, chance.uniform(-30, 60, count), residual)
    return pl.DataFrame(
        {
            "u": [names[i] for i in up],
            "d": [names[i] for i in down],
            "residual": residual,
            "at": at,
            "sigma": np.full(count, sigma),
        }
    )


CLOCKS = {"a": (0.0, 0.0), "b": (1.5, 0.4), "c": (-2.0, -0.8), "d": (0.7, 0.0)}


def against_a(lines) -> dict[str, tuple[float, float]]:
    """Offsets at AT and drifts, those of `a` taken off."""
    told = {
        row["carrier"]: (row["offset"] + row["drift"] * (AT - lines.reference) / DAY, row["drift"])
        for row in lines.clocks.iter_rows(named=True)
    }
    return {name: (offset - told["a"][0], drift - told["a"][1]) for name, (offset, drift) in told.items()}


@pytest.mark.parametrize("wrong", [0.0, 0.2])
def test_offset_and_drift_are_recovered(wrong):
    found = against_a(fit_lines(pairs(CLOCKS, wrong=wrong)))
    for name, (offset, drift) in CLOCKS.items():
        assert found[name] == (pytest.approx(offset, abs=0.1), pytest.approx(drift, abs=0.04))


def test_a_carrier_that_never_meets_the_others_directly_is_tied_through_its_neighbours():
    some = pairs(CLOCKS, count=900).filter(pl.concat_str("u", "d").is_in(["ab", "ba", "bc", "cb", "cd", "dc"]))
    found = against_a(fit_lines(some))
    assert found["d"] == (pytest.approx(0.7, abs=0.15), pytest.approx(0.0, abs=0.05))


def test_a_clock_seen_for_a_moment_is_believed_to_drift_little():
    found = against_a(fit_lines(pairs({"a": (0.0, 0.0), "b": (1.0, 0.0)}, count=6, days=0.01)))
    assert found["b"][0] == pytest.approx(1.0, abs=0.15)
    assert abs(found["b"][1]) < 5.0


def test_spread_tells_scattering_clocks_from_sharp_ones():
    told = pairs(CLOCKS, count=900)
    chance = np.random.default_rng(5)
    loose = (told["u"] == "d") | (told["d"] == "d")
    scattered = told["residual"] + pl.Series(chance.normal(0.0, 1.0, told.height)) * loose.cast(pl.Float64)
    spread = dict(fit_lines(told.with_columns(residual=scattered)).clocks.select("carrier", "spread").iter_rows())
    assert spread["d"] > 0.4
    assert spread["d"] > 2 * max(spread["a"], spread["b"], spread["c"])
    sharp = fit_lines(told).clocks["spread"]
    assert (sharp >= LEAST_SPREAD).all()
    assert sharp.max() < 0.12


def test_what_is_cut_to_ticks_is_no_spread_of_the_clock():
    cut = fit_lines(pairs(CLOCKS, count=900, sigma=0.3)).clocks["spread"].max()
    assert cut < 0.25
    blamed = fit_lines(pairs(CLOCKS, count=900, sigma=0.3).with_columns(sigma=pl.lit(0.0))).clocks["spread"].max()
    assert blamed > cut


def test_matches_are_counted_and_wrong_ones_left_out():
    clean = fit_lines(pairs(CLOCKS)).clocks["matches"].sum()
    dirty = fit_lines(pairs(CLOCKS, wrong=0.2)).clocks["matches"].sum()
    assert 600 < dirty < 0.9 * clean <= 800


def test_the_order_of_the_pairs_does_not_matter():
    told = pairs(CLOCKS, wrong=0.2)
    one, other = fit_lines(told), fit_lines(told.reverse())
    assert one.reference == other.reference
    assert one.clocks["carrier"].to_list() == other.clocks["carrier"].to_list()
    assert one.clocks["offset"].to_list() == pytest.approx(other.clocks["offset"].to_list(), abs=1e-5)


def test_a_drifting_clock_is_learned_from_records(world):
    for n in range(120):
        at, number = n * 10_777.7, f"+1312555{100 + n % 100:04d}"
        fast = 4.0 + 0.5 * at / DAY
        world.say("orig", at, customer="c", downstream="gate", called_number=number)
        world.say("gate", at + 0.1 + fast, upstream="orig", downstream="term", called_number=number)
        world.say("term", at + 0.2, upstream="gate", called_number=number)
    clocks = {row["carrier"]: row for row in learn(world.frame()).clocks.iter_rows(named=True)}
    assert clocks["gate"]["drift"] - clocks["term"]["drift"] == pytest.approx(0.5, abs=0.05)
    assert clocks["gate"]["spread"] < 0.3


def test_a_neighbour_that_cuts_to_the_minute_does_not_make_a_scattered_clock_look_sharp():
    """Of the coarse pairs those that lie near by chance say nothing of how far sharp times scatter."""
    chance, (sharp, coarse) = np.random.default_rng(5), (300, 60)
    frame = pl.DataFrame(
        {
            "u": np.repeat(["sharp", "coarse"], [sharp, coarse]),
            "d": ["scattered"] * (sharp + coarse),
            "residual": np.concatenate([chance.normal(0.0, 1.0, sharp), chance.uniform(-30, 30, coarse)]),
            "at": AT + chance.uniform(-0.5, 0.5, sharp + coarse) * DAY,
            "sigma": np.repeat([0.0, 60 / 12**0.5], [sharp, coarse]),
        }
    )
    spread = dict(fit_lines(frame).clocks.select("carrier", "spread").iter_rows())
    # Half of the variance is each one's own.
    assert spread["scattered"] == pytest.approx(0.5**0.5, rel=0.15)
