"""Calls that a report cannot tell apart: same numbers as the called side sees them, at nearly the same moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from hoptrace.simulate.calls import OK, SECOND
from hoptrace.simulate.chance import Ints, stream
from hoptrace.simulate.evidence import Happened
from hoptrace.simulate.routes import LONGEST

SIGMAS = 3.0
"""How many standard deviations of the report's error two calls must be apart to be told apart."""

_RINGING = 22 * SECOND  # how much later an answer time may be than the start that it stands for


@dataclass(frozen=True, slots=True)
class Report:
    """When each traced call arrived at the called side, and when its report says that it did; microseconds."""

    call: Ints
    arrived: Ints
    reported: Ints


def reports_of(world: Happened) -> Report:
    """The times of all calls to be traced, in their order."""
    arrived = _arrivals(world)
    error = stream(world.seed, "reports").normal(0.0, 1.0, size=len(arrived)) * world.scenario.traffic.report_error
    traced = np.flatnonzero(world.calls.traced)
    reported = (arrived + error * SECOND).astype(np.int64)
    return Report(traced, arrived[traced], reported[traced])


def lookalikes_of(world: Happened, report: Report) -> dict[int, list[int]]:
    """For each traced call the other calls that its report may as well mean and of which any record is on file.

    A report means calls to its number, with its caller (or without one, as it says), that arrived within three
    standard deviations of its error, and what the sharpest time on file leaves open.
    """
    calls = world.calls
    keys = {"called": calls.called, "shown": calls.delivered_caller()}
    every = pl.DataFrame({**keys, "other": np.arange(len(calls)), "arrived": _arrivals(world)})
    mine = pl.DataFrame({name: values[report.call] for name, values in keys.items()}).with_columns(
        call=pl.Series(report.call),
        reported=pl.Series(report.reported),
        window=pl.Series(_windows(world, report)),
    )
    near = (pl.col("arrived") - pl.col("reported")).abs() <= pl.col("window")
    pairs = mine.lazy().join(every.lazy(), on=["called", "shown"]).filter(near & (pl.col("call") != pl.col("other")))
    on_file = world.filed.lazy().select(other="call").unique()
    found = pairs.join(on_file, on="other", how="semi").select("call", "other").sort("call", "other").collect()
    groups: dict[int, list[int]] = {}
    for call, other in found.iter_rows():
        groups.setdefault(call, []).append(other)
    return groups


def _arrivals(world: Happened) -> Ints:
    """When each call reached its terminating carrier."""
    last = world.records.lazy().filter(pl.col("delivered")).select("call", "received").sort("call").collect()
    return last.get_column("received").to_numpy()


def _windows(world: Happened, report: Report) -> Ints:
    """How far from the reported time a call is still meant, microseconds."""
    clocks, answered = world.conditions.clocks, world.calls.code == OK
    rows = world.filed.lazy().filter(pl.col("pos").is_between(0, LONGEST)).select("call", "carrier").collect()
    call, carrier = rows.get_column("call").to_numpy(), rows.get_column("carrier").to_numpy()
    late = clocks.answer_as_start[carrier] & answered[call]
    coarse = np.where(clocks.ticks[carrier] > 1, clocks.ticks[carrier], 0) + np.where(late, _RINGING, 0)
    sharpest = np.full(len(world.calls), 2**62, dtype=np.int64)
    np.minimum.at(sharpest, call, coarse)
    sharpest[sharpest == 2**62] = 0
    return (SIGMAS * world.scenario.traffic.report_error * SECOND + sharpest[report.call]).astype(np.int64)
