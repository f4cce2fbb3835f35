"""What was learned from all records together: the carriers' clocks and habits, shifts of single batches, weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import polars as pl

from hoptrace.model.frames import without

UNKNOWN_SPREAD = 20.0
"""Seconds: how far apart two clocks may well be of which nothing has been learned yet."""

DAY = 86_400.0

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

    @cached_property
    def taken_off(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Clocks and shifts as `with_clocks` joins them, and once for all calls."""
        clocks = self.clocks.rename({"offset": "fast", "tick": "cut"}).drop("matches", "hours")
        return clocks, self.shifts.select("batch", "shift")

    @cached_property
    def written(self) -> pl.DataFrame:
        """Every clock as it was written with (`offset`, `drift`, `reference`), and again with each shift of a batch."""
        shifts = self.shifts.select("carrier", "shift")
        own = self.clocks.select("carrier", "offset", "drift", "reference")
        shifted = own.join(shifts, on="carrier", how="inner").with_columns(offset=pl.col("offset") + pl.col("shift"))
        return pl.concat([own, shifted.select(own.columns)])

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
    clocks, shifts = learned.taken_off
    known = statements.join(clocks, on="carrier", how="left", maintain_order="left")
    if shifts.height:
        known = known.join(shifts, on="batch", how="left", maintain_order="left")
    told = known.with_columns(_as_taken_off(shifted=shifts.height > 0))
    return without(told, ("fast", "drift", "reference", "shift"))


@cache
def _as_taken_off(*, shifted: bool) -> list[pl.Expr]:
    written = pl.col("start_time").dt.epoch("us").cast(pl.Float64) / 1e6
    drifted = (pl.col("drift") * (written - pl.col("reference")) / DAY).fill_null(0.0)
    offset = pl.col("fast").fill_null(0.0) + drifted + (pl.col("shift").fill_null(0.0) if shifted else 0.0)
    spread = pl.col("spread").fill_null(UNKNOWN_SPREAD)
    return [offset.alias("offset"), spread.alias("spread"), pl.col("start_is_answer").fill_null(False)]
