"""Calls that a report cannot tell apart: same numbers as the called side sees them, at nearly the same moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from hoptrace.model.arrays import Int64s
from hoptrace.simulate.calls import OK, SECOND
from hoptrace.simulate.chance import stream
from hoptrace.simulate.evidence import Happened
from hoptrace.simulate.routes import LONGEST

SIGMAS = 3.0
"""How many standard deviations of the report's error two calls must be apart to be told apart."""

_CALLER = ("carrier", "caller", "caller_out", "rewritten")
_RINGING = 22 * SECOND  # how much later an answer time may be than the start that it stands for


@dataclass(frozen=True, slots=True)
class Report:
    """When each traced call arrived at the called side, and when its report says that it did; microseconds."""

    call: Int64s
    arrived: Int64s
    reported: Int64s


def reports_of(world: Happened) -> Report:
    """The times of all calls to be traced, in their order."""
    arrived = _arrivals(world)
    error = stream(world.seed, "reports").normal(0.0, 1.0, size=len(arrived)) * world.scenario.traffic.report_error
    traced = np.flatnonzero(world.calls.traced)
    reported = (arrived + error * SECOND).astype(np.int64)
    return Report(traced, arrived[traced], reported[traced])


def lookalikes_of(world: Happened, report: Report) -> dict[int, list[int]]:
    """For each traced call the other calls that its report may as well mean and of which any record is on file.

    A report means calls to its number that arrived within three standard deviations of its error, and what the sharpest
    time on file leaves open, and whose last record on file shows the caller that the report or the call's own last
    record shows (or none, as they do).
    """
    calls, shown = world.calls, world.calls.delivered_caller()
    last = _last_shown(world)
    every = last.select("last", other="call", called=pl.Series(calls.called).gather(last.get_column("call")))
    every = every.with_columns(arrived=pl.Series(_arrivals(world)).gather(last.get_column("call")))
    mine = pl.DataFrame(
        {
            "call": report.call,
            "called": calls.called[report.call],
            "shown": shown[report.call],
            "reported": report.reported,
            "window": _windows(world, report),
        }
    ).join(last.rename({"last": "own"}), on="call", how="left")
    near = (pl.col("arrived") - pl.col("reported")).abs() <= pl.col("window")
    alike = (pl.col("last") == pl.col("shown")) | (pl.col("last") == pl.col("own"))
    pairs = mine.lazy().join(every.lazy(), on="called").filter(near & alike & (pl.col("call") != pl.col("other")))
    found = pairs.select("call", "other").sort("call", "other").collect()
    groups: dict[int, list[int]] = {}
    for call, other in found.iter_rows():
        groups.setdefault(call, []).append(other)
    return groups


def _last_shown(world: Happened) -> pl.DataFrame:
    """For every call of which a record is on file, the caller (`last`, -1 withheld) in the one nearest to its end."""
    tells = pl.Series(world.conditions.tells_callers)
    rows = world.filed.lazy().filter(pl.col("pos").is_between(0, LONGEST)).select("call", "pos", *_CALLER).collect()
    told = tells.gather(rows.get_column("carrier")) & rows.get_column("rewritten")
    caller = pl.when(pl.lit(told)).then("caller_out").otherwise("caller").fill_null(-1)
    return (
        rows.select("call", "pos", last=caller)
        .sort("call", "pos")
        .group_by("call", maintain_order=True)
        .last()
        .drop("pos")
    )


def _arrivals(world: Happened) -> Int64s:
    """When each call reached its terminating carrier."""
    last = world.records.lazy().filter(pl.col("delivered")).select("call", "received").sort("call").collect()
    return last.get_column("received").to_numpy()


def _windows(world: Happened, report: Report) -> Int64s:
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
