"""The ground of a run: what traces stand on, the same for all of its calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import polars as pl

from hoptrace.engines.spans import Covering
from hoptrace.linking.learned import Learned
from hoptrace.linking.weights import Weights
from hoptrace.tracing.case import Surroundings


class Reads(Protocol):
    """How statements are looked up: the lake's view, or what stands in for it where a trace is replayed without one."""

    def statements(self, spans: pl.DataFrame) -> pl.DataFrame:
        """As `hoptrace.lake.view.View.statements`."""
        ...

    def placed_by(self, spans: pl.DataFrame) -> pl.DataFrame:
        """As `hoptrace.lake.view.View.placed_by`."""
        ...


@dataclass(frozen=True, slots=True)
class Ground:
    """What a run stands on: what was `learned`, its `weights`, and whose records are `covering` which time."""

    view: Reads
    learned: Learned
    weights: Weights
    covering: Covering
    around: Surroundings
    window: float
