"""What carriers' clocks show: seconds off, drifting, whole hours off, and how their files write it down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hoptrace.model.arrays import Int64s, Truths
from hoptrace.simulate.calls import HOUR, SECOND
from hoptrace.simulate.chance import scramble, some_of, stream
from hoptrace.simulate.kinds import CANONICAL
from hoptrace.simulate.knobs import Scenario
from hoptrace.simulate.network import Network

DAY = 24 * HOUR
MINUTE = 60 * SECOND


@dataclass(frozen=True, slots=True)
class Clocks:
    """Every carrier's clock by its index, spans in microseconds.

    `offsets`: how far it runs fast at noon; `drift`: how much faster it gets, microseconds each; `zones[carrier,
    file]`: whole hours by which a file is off; `answer_as_start`: its start times are answer times; `ticks`: what its
    times are cut to (1: not at all); `rough`: its durations are off by up to `roughness`.
    """

    midnight: int
    offsets: Int64s
    drift: NDArray[np.float64]
    zones: Int64s
    answer_as_start: Truths
    ticks: Int64s
    rough: Truths
    roughness: int

    def file_of(self, time: int) -> int:
        """Which of a carrier's files of the day a true time falls into."""
        files = self.zones.shape[1]
        return min(max((time - self.midnight) * files // DAY, 0), files - 1)


def build_clocks(scenario: Scenario, network: Network, seed: int) -> Clocks:
    """The clocks of a world's carriers; only canonical files cut times or take the answer for the start."""
    faults, day = scenario.faults, scenario.traffic.date
    canonical = np.array([carrier.files in CANONICAL for carrier in network.carriers])
    minutes = some_of(canonical, faults.cut_minutes, stream(seed, "cut minutes"))
    seconds = some_of(canonical, faults.cut_seconds, stream(seed, "cut seconds"))
    drift = stream(seed, "drift").normal(0.0, 1.0, size=len(canonical)) * faults.drift
    return Clocks(
        midnight=int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * SECOND,
        offsets=_offsets(scenario, len(canonical), seed),
        drift=drift * SECOND / DAY,
        zones=_zones(scenario, canonical, seed),
        answer_as_start=some_of(canonical, faults.answer_as_start, stream(seed, "answer as start")),
        ticks=np.select([minutes, seconds], [MINUTE, SECOND], 1).astype(np.int64),
        rough=some_of(canonical, faults.durations_off, stream(seed, "durations")),
        roughness=int(faults.duration_error * SECOND),
    )


def by_clock(frame: pl.DataFrame, clocks: Clocks, seed: int) -> pl.DataFrame:
    """Records with the times that their carriers wrote: `start`, `begun`, `answer`, `end`, `tick` and `file` added."""
    carrier, received = frame.get_column("carrier").to_numpy(), frame.get_column("received").to_numpy()
    files = clocks.zones.shape[1]
    file = np.clip((received - clocks.midnight) * files // DAY, 0, files - 1)
    drift, noon = pl.Series(clocks.drift[carrier]), clocks.midnight + DAY // 2
    shift = pl.Series(clocks.offsets[carrier] + clocks.zones[carrier, file])
    tick = pl.lit(pl.Series(clocks.ticks[carrier]))
    late = pl.lit(pl.Series(clocks.answer_as_start[carrier])) & pl.col("answered").is_not_null()

    def told(column: str) -> pl.Expr:
        """A true time as the carrier's clock shows it."""
        return pl.col(column) + shift + ((pl.col(column) - noon) * drift).cast(pl.Int64)

    answered = pl.col("answer").is_not_null()
    return (
        frame.with_columns(start=told("received"), begun=told("begun"), answer=told("answered"), end=told("ended"))
        .with_columns(talk=pl.col("end") - pl.col("answer") + _misjudged(frame, clocks, seed))
        .with_columns(
            start=pl.when(late).then("answer").otherwise("start") // tick * tick,
            begun=pl.when(late).then("answer").otherwise("begun"),
            answer=pl.col("answer") // tick * tick,
            tick=tick,
            file=pl.Series(file),
        )
        .with_columns(end=pl.when(answered).then(pl.col("answer") + pl.col("talk")).otherwise("end"))
    )


def _misjudged(frame: pl.DataFrame, clocks: Clocks, seed: int) -> pl.Series:
    """What is added to each conversation's length; never so much that it ends before it began."""
    draw = (scramble(frame.get_column("leg").to_numpy(), seed, "duration") % np.uint64(2001)).astype(np.int64)
    wrong = (draw - 1000) * clocks.roughness // 1000
    talk = (frame.get_column("ended") - frame.get_column("answered")).fill_null(0).to_numpy()
    wrong = np.maximum(wrong, np.minimum(SECOND - talk, 0))
    return pl.Series(np.where(clocks.rough[frame.get_column("carrier").to_numpy()], wrong, 0))


def _offsets(scenario: Scenario, count: int, seed: int) -> Int64s:
    chance, faults = stream(seed, "clocks"), scenario.faults
    usual = chance.normal(0.0, 1.0, size=count) * faults.clock_spread
    far = chance.uniform(*faults.wrong_clock_span, size=count) * chance.choice([-1.0, 1.0], size=count)
    struck = some_of(np.ones(count, dtype=np.bool_), faults.wrong_clocks, chance)
    return (np.where(struck, far, usual) * SECOND).astype(np.int64)


def _zones(scenario: Scenario, canonical: Truths, seed: int) -> Int64s:
    """Whole hours: of all files of some carriers, and of single files of others."""
    chance, faults = stream(seed, "zones"), scenario.faults
    shape = (len(canonical), scenario.network.files)
    whole = some_of(canonical, faults.zone_errors, chance)
    hours = np.array(faults.zone_hours, dtype=np.int64)
    carrier_hours = hours[chance.integers(0, len(hours), size=shape[0])]
    file_hours = hours[chance.integers(0, len(hours), size=shape)]
    single = some_of((canonical & ~whole).repeat(shape[1]), faults.zone_error_files, chance).reshape(shape)
    return np.where(whole[:, None], carrier_hours[:, None], np.where(single, file_hours, 0)) * HOUR
