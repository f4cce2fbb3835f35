"""Clock faults: each does what its knob says, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from hoptrace.simulate.clocks import DAY
from hoptrace.simulate.speech import write_down
from hoptrace.simulate.world import rows_of
from hoptrace.simulate.writers.canonical import canonical_frame

SECOND = 1_000_000
HOUR = 3_600 * SECOND


def told(happened):
    """What every carrier wrote beside what really happened: one frame of all rows."""
    rows = write_down(happened.filed, happened.network, happened.conditions, happened.seed)
    true = happened.filed.select("leg", "attempt", "received", "answered", "ended")
    return rows.join(true, on=["leg", "attempt"], maintain_order="left")


def test_a_clean_world_tells_the_true_times(alone):
    rows = told(alone())
    assert (rows["start"] == rows["received"]).all()
    assert (rows["answer"].drop_nulls() == rows["answered"].drop_nulls()).all()
    assert (rows["end"] == rows["ended"]).all()


def test_ordinary_clocks_are_off_by_their_spread(alone):
    world = alone(clock_spread=2.0)
    offsets = world.conditions.clocks.offsets / SECOND
    assert 1.3 < offsets.std() < 2.8
    rows = told(world)
    assert (
        rows["start"] - rows["received"] == pl.Series(world.conditions.clocks.offsets).gather(rows["carrier"])
    ).all()


def test_wrong_clocks_are_off_within_their_span_and_so_many(alone):
    offsets = np.abs(alone(wrong_clocks=0.25, wrong_clock_span=(20.0, 120.0)).conditions.clocks.offsets) / SECOND
    assert (offsets > 0).sum() == 10
    assert offsets[offsets > 0].min() >= 20
    assert offsets.max() <= 120


def test_drifting_clocks_are_right_at_noon_and_get_wrong_with_the_hours(alone):
    world = alone(drift=4.0)
    clocks, rows = world.conditions.clocks, told(world)
    away = (rows["received"] - clocks.midnight - DAY // 2).to_numpy() * clocks.drift[rows["carrier"].to_numpy()]
    assert np.abs((rows["start"] - rows["received"]).to_numpy() - away).max() < 2
    assert 2.0 < np.abs(clocks.drift).max() * DAY / SECOND < 16.0


def test_a_zone_error_moves_all_files_of_a_carrier_by_one_whole_hour_count(alone):
    clocks = alone(files=4, zone_errors=0.2).conditions.clocks
    wrong = clocks.zones != 0
    assert wrong.any(axis=1).sum() == 8
    assert (clocks.zones == clocks.zones[:, :1]).all()
    assert set((clocks.zones[wrong] // HOUR).tolist()) <= {-8, -7, -6, -5, -1, 1, 2, 5}
    assert (clocks.zones % HOUR == 0).all()


def test_a_zone_error_of_single_files_leaves_the_others_right(alone):
    world = alone(files=4, zone_error_files=0.1)
    wrong = world.conditions.clocks.zones != 0
    assert wrong.sum() == 16
    assert not wrong.all(axis=1).any()
    rows = told(world)
    off = (rows["start"] - rows["received"]).to_numpy()
    assert (off == world.conditions.clocks.zones[rows["carrier"].to_numpy(), rows["file"].to_numpy()]).all()
    assert (off != 0).sum() > 50


def test_the_answer_as_start_strikes_answered_calls_of_so_many_carriers(alone):
    world = alone(answer_as_start=0.25)
    late = world.conditions.clocks.answer_as_start
    assert late.sum() == 10
    rows = told(world)
    rows = rows.with_columns(late=pl.Series(late).gather(rows["carrier"]))
    answered = pl.col("answer").is_not_null()
    assert rows.filter("late", answered).select((pl.col("start") == pl.col("answered")).all()).item()
    assert rows.filter(~pl.col("late") | ~answered).select((pl.col("start") == pl.col("received")).all()).item()


def test_times_cut_to_the_second_and_the_minute_are_written_so(alone):
    assert (alone(cut_seconds=0.5).conditions.clocks.ticks == SECOND).sum() == 20
    world = alone(cut_seconds=0.5, cut_minutes=0.25)
    ticks = world.conditions.clocks.ticks
    assert (ticks == 60 * SECOND).sum() == 10
    assert 10 <= (ticks == SECOND).sum() < 20
    for carrier in world.network.carriers:
        text = canonical_frame(carrier, rows_of(world, carrier))["start_time"]
        ends = {1: r"\.\d{3}\+00:00$", SECOND: r"T\d\d:\d\d:\d\dZ$", 60 * SECOND: r"T\d\d:\d\d:00Z$"}
        assert text.str.contains(ends[int(ticks[carrier.index])]).all(), carrier


def test_cut_times_are_those_before_and_talk_keeps_its_length(alone):
    rows = told(alone(cut_seconds=0.5, cut_minutes=0.25)).with_columns(cut=pl.col("received") - pl.col("start"))
    assert ((rows["cut"] >= 0) & (rows["cut"] < rows["tick"])).all()
    talk = rows["end"] - rows["answer"]
    assert (talk.drop_nulls() == (rows["ended"] - rows["answered"]).drop_nulls()).all()


def test_durations_are_off_by_no_more_than_they_may_and_never_gone(alone):
    world = alone(durations_off=0.5, duration_error=3.0)
    rows = told(world).filter(pl.col("answer").is_not_null())
    rough = pl.Series(world.conditions.clocks.rough).gather(rows["carrier"])
    wrong = (rows["end"] - rows["answer"]) - (rows["ended"] - rows["answered"])
    assert wrong.filter(~rough).abs().max() == 0
    assert 2 * SECOND < wrong.filter(rough).abs().max() <= 3 * SECOND
    assert (rows["end"] > rows["answer"]).all()
    assert (rows["start"] == rows["received"]).all()


def test_a_day_in_four_files_holds_every_row_once(alone, tmp_path: Path):
    from hoptrace.simulate.writers.canonical import write_canonical

    one, four = alone(), alone(files=4)
    assert any(rows_of(four, carrier)["file"].n_unique() == 4 for carrier in four.network.carriers)
    for carrier, again in zip(one.network.carriers, four.network.carriers, strict=True):
        (tmp_path / carrier.carrier_id).mkdir()
        rows = rows_of(four, again)
        paths = write_canonical(again, rows, tmp_path / carrier.carrier_id)
        assert len(paths) == rows["file"].n_unique()
        assert rows.drop("file").equals(rows_of(one, carrier).drop("file"))
