"""What was learned from all records together: the carriers' clocks and habits, shifts of single batches, weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import repeat
from typing import Any

import numpy as np
import polars as pl

from hoptrace.linking.kinds import HANDED_ON
from hoptrace.linking.relisted import RELISTED
from hoptrace.linking.trust.reported_ends import ReportedEnds
from hoptrace.model.arrays import Floats, Truths
from hoptrace.model.columns import epoch_seconds

UNKNOWN_SPREAD = 20.0
"""Seconds: how far apart two clocks may well be of which nothing has been learned yet."""

DAY = 86_400.0
A_DAY = 1 / DAY
"""A second in days. Polars divides by multiplying with this: so it is done here, the same to the last bit."""

CLOCKS = pl.Schema(
    {
        "carrier": pl.String,
        "offset": pl.Float64,
        "spread": pl.Float64,
        "matches": pl.Int64,
        "drift": pl.Float64,
        "reference": pl.Float64,
        "hours": pl.Float64,
        "start_is_answer": pl.Boolean,
        "tick": pl.Float64,
    }
)
"""One clock a carrier: `offset` seconds that it runs fast at `reference` (epoch s), `drift` seconds more each day.

`spread`: seconds (1 sigma) beyond the tick; `matches`: pairs it rests on, 0 where only habits are known. `hours`: the
whole, half or quarter hours that `offset` contains, to be shown. `start_is_answer`: the start time of an answered call
is the time of its answer. `tick`: seconds to which its times are really cut; null: as the records' `precision` says.
"""

SHIFTS = pl.Schema({"batch": pl.String, "carrier": pl.String, "shift": pl.Float64, "matches": pl.Int64})
"""Batches that are off beyond their carrier's clock: by `shift` seconds, as a file written in a wrong zone is."""

STEPS = pl.Schema({"carrier": pl.String, "since": pl.Float64, "seconds": pl.Float64})
"""From `since` on (epoch s, as the carrier writes the time in its usual zone) its clock runs fast by `seconds` beyond
its line, until its next one; sorted by carrier and time."""


@dataclass(frozen=True)
class Learned:
    """What tracing stands on beside the records: `clocks` (CLOCKS), `shifts` (SHIFTS), `weights` of comparisons.

    All three are learned together and kept as one version; none is ever written into the records.
    """

    clocks: pl.DataFrame
    shifts: pl.DataFrame
    weights: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @classmethod
    def nothing(cls) -> Learned:
        """Before anything was learned: every clock is unknown."""
        return cls(CLOCKS.to_frame(), SHIFTS.to_frame())

    @property
    def handed_on(self) -> float:
        """Seconds that a handoff takes in this network."""
        return float(self.weights.get("handed_on", HANDED_ON))

    @cached_property
    def relisted(self) -> pl.DataFrame:
        """What trunk names stand for by a directory that was loaded after their records (RELISTED)."""
        return pl.DataFrame(self.weights.get("trunks", []), schema=RELISTED, orient="row")

    @property
    def report_times(self) -> Mapping[str, tuple[float, float]]:
        """Seconds by which reports are late on average, and by which they may well be off beyond that.

        Under `seconds` those of times written with seconds, under `minutes` those of full minutes, under `no_seconds`
        those of times without seconds; what is as presumed is not there, or 0. Learned from reports
        (`hoptrace.engines.reporting`): learning from records leaves it.
        """
        told: Mapping[str, tuple[float, float]] = self.weights.get("reports", {})
        return {name: (float(late), float(close)) for name, (late, close) in told.items()}

    def with_reports(self, told: Mapping[str, tuple[float, float]]) -> Learned:
        """The same with these `report_times`."""
        others = {name: each for name, each in self.weights.items() if name != "reports"}
        reports = {name: list(told[name]) for name in sorted(told)}
        return replace(self, weights={**others, "reports": reports} if reports else others)

    @cached_property
    def ends(self) -> ReportedEnds:
        """The carriers that reports name as terminating, and how many of their calls left no record.

        Learned from reports as `report_times` are.
        """
        told: Mapping[str, tuple[int, int]] = self.weights.get("ends", {})
        return ReportedEnds({end: (int(reports), int(lost)) for end, (reports, lost) in told.items()})

    def with_ends(self, counts: Mapping[str, tuple[int, int]]) -> Learned:
        """The same with these counts of `ends`."""
        others = {name: each for name, each in self.weights.items() if name != "ends"}
        ends = {end: list(counts[end]) for end in sorted(counts)}
        return replace(self, weights={**others, "ends": ends} if ends else others)

    @cached_property
    def customers(self) -> pl.DataFrame:
        """Trunk names in records over which calls reached the carriers' own customers (RELISTED)."""
        return pl.DataFrame(self.weights.get("customers", []), schema=RELISTED, orient="row")

    def with_trunks(self, relisted: pl.DataFrame, customers: pl.DataFrame) -> Learned:
        """The same with these trunk names (RELISTED both)."""
        times = pl.col("valid_from", "valid_to").to_physical()
        told = {"trunks": relisted.with_columns(times), "customers": customers.with_columns(times)}
        rows = {name: [list(row) for row in frame.iter_rows()] for name, frame in told.items() if frame.height}
        return replace(self, weights={**self.weights, **rows})

    @cached_property
    def steps(self) -> pl.DataFrame:
        """Clocks that were set while records were written (STEPS); see `hoptrace.linking.clocks.steps`."""
        return pl.DataFrame(self.weights.get("steps", []), schema=STEPS, orient="row")

    @cached_property
    def taken_off(self) -> _TakenOff:
        """Clocks and shifts as `with_clocks` looks them up, and once for all calls."""
        return _TakenOff.of(self)

    @cached_property
    def written(self) -> pl.DataFrame:
        """Every clock as it was written with (`offset`, `drift`, `reference`), and again with each shift and step.

        In a batch with a shift a clock may have been set as well: so with each of both, too.
        """
        told = self.clocks.select("carrier", "offset", "drift", "reference")
        for beyond in (self.shifts.select("carrier", "shift"), self.steps.select("carrier", shift="seconds")):
            more = told.join(beyond.unique(maintain_order=True), on="carrier", how="inner")
            moved = more.with_columns(offset=pl.col("offset") + pl.col("shift"))
            told = pl.concat([told, moved.select(told.columns)])
        return told

    @cached_property
    def shifts_alone(self) -> list[float]:
        """The shifts of batches of carriers whose clocks are not known."""
        return self.shifts.join(self.clocks, on="carrier", how="anti")["shift"].to_list()


def clock_of(rows: Mapping[str, float], spread: float = 0.05, matches: int = 100) -> pl.DataFrame:
    """Clocks that run fast by so many seconds, without drift and habits; for what knows them from elsewhere."""
    told = [(carrier, offset, spread, matches, 0.0, 0.0, 0.0, False, None) for carrier, offset in sorted(rows.items())]
    return pl.DataFrame(told, schema=CLOCKS, orient="row")


def with_clocks(statements: pl.DataFrame, learned: Learned) -> pl.DataFrame:
    """Statements with `offset` (seconds to take off), `spread`, `start_is_answer` and `cut` (s, or null)."""
    told = timing(statements, learned)
    columns = {name: getattr(told, name) for name in ("offset", "spread", "start_is_answer", "cut")}
    return statements.hstack([pl.Series(name, column, nan_to_null=True) for name, column in columns.items()])


@dataclass(frozen=True)
class Timing:
    """How the times of some statements are read: `offset` s to take off, `spread` (s), ticks `cut` (s, NaN: as told).

    `start_is_answer`: the start time of an answered call is that of its answer.
    """

    offset: Floats
    spread: Floats
    start_is_answer: Truths
    cut: Floats


def timing(statements: pl.DataFrame, learned: Learned) -> Timing:
    """How the times of statements are read, by the clocks of their carriers and the shifts of their batches."""
    return learned.taken_off.timing(statements)


@dataclass(frozen=True)
class _TakenOff:
    """Clocks as arrays: that of each carrier in its place, and last the one of whom nothing is known.

    `steps`: by place the times from which a clock runs otherwise, and by how much.
    """

    carriers: Mapping[str, int]
    columns: Mapping[str, Floats]
    shifts: Mapping[str, float]
    steps: Mapping[int, tuple[Floats, Floats]]

    @classmethod
    def of(cls, learned: Learned) -> _TakenOff:
        """Of what was learned of clocks, batches and steps."""
        # A drift since nobody knows when is none.
        clocks = learned.clocks.with_columns(drift=pl.when(pl.col("reference").is_not_null()).then("drift"))
        unknown = {"offset": 0.0, "drift": 0.0, "reference": 0.0, "spread": UNKNOWN_SPREAD, "start_is_answer": 0.0}
        columns = {
            name: np.array([*(none if told is None else told for told in clocks[name].to_list()), none], np.float64)
            for name, none in {**unknown, "tick": math.nan}.items()
        }
        places = {carrier: place for place, carrier in enumerate(clocks["carrier"].to_list())}
        steps = {
            places[str(carrier)]: (of_carrier["since"].to_numpy(), of_carrier["seconds"].to_numpy())
            for (carrier,), of_carrier in learned.steps.partition_by("carrier", as_dict=True).items()
            if carrier in places
        }
        return cls(places, columns, dict(learned.shifts.select("batch", "shift").iter_rows()), steps)

    def timing(self, statements: pl.DataFrame) -> Timing:
        """How the times of statements (`carrier`, `batch`, `start_time`) are read, in their order."""
        count, unknown = statements.height, len(self.carriers)
        places = map(self.carriers.get, statements["carrier"].to_list(), repeat(unknown))
        at = np.fromiter(places, np.int64, count)
        told = {name: column[at] for name, column in self.columns.items()}
        written = epoch_seconds(statements["start_time"])
        offset = told["offset"] + told["drift"] * (written - told["reference"]) * A_DAY
        if self.shifts:
            shift = np.fromiter(map(self.shifts.get, statements["batch"].to_list(), repeat(0.0)), np.float64, count)
            offset += shift
            written = written - shift
        for place, (since, seconds) in self.steps.items():
            rows = np.flatnonzero(at == place)
            step = np.searchsorted(since, written[rows], side="right")
            offset[rows] += np.concatenate([[0.0], seconds])[step]
        return Timing(offset, told["spread"], told["start_is_answer"] > 0, told["tick"])
