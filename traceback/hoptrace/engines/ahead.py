"""Reading ahead: one scan of the lake for several parts that lie side by side in it.

A part wants few of the rows of a row group, and its neighbours others of the same ones; in a day of hundreds of files
each part would open all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from hoptrace.engines.ground import Ground, Reads
from hoptrace.engines.relisting import Relisted, with_trunks_of
from hoptrace.engines.spans import to_read
from hoptrace.lake.layout import once
from hoptrace.lake.spans import merge_spans, within
from hoptrace.lake.view import View

MOST_ROWS = 600_000
"""Rows that are held for parts to come, some 0.14 GB; where they would be more each part reads for itself."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """The lake's view, with the `rows` of index "called" that were read of it for `spans` (merged ones)."""

    view: Reads
    spans: pl.DataFrame
    rows: pl.DataFrame

    def statements(self, spans: pl.DataFrame) -> pl.DataFrame:
        """As `hoptrace.lake.view.View.statements`."""
        wanted = merge_spans(spans)
        return once(within(self.rows, wanted)) if self._has(wanted) else self.view.statements(spans)

    def placed_by(self, spans: pl.DataFrame) -> pl.DataFrame:
        """As `hoptrace.lake.view.View.placed_by`."""
        return self.view.placed_by(spans)

    def _has(self, wanted: pl.DataFrame) -> bool:
        met = wanted.join(self.spans, on="key", suffix="_read")
        inside = (pl.col("from_time") >= pl.col("from_time_read")) & (pl.col("to_time") <= pl.col("to_time_read"))
        return met.filter(inside).height == wanted.height


def read_ahead(ground: Ground, parts: Sequence[pl.DataFrame]) -> Ground:
    """The ground with what calls of several parts (WANTED each) ask for first read at once; as it is for too much."""
    view = _beneath(ground)
    if not isinstance(view, View):
        return ground
    # Of each part by itself: how far clocks are off is reckoned for the moments of its own calls.
    spans = merge_spans(pl.concat([to_read(wanted, ground.learned) for wanted in parts]))
    rows = view.filed(spans, MOST_ROWS)
    return ground if rows is None else replace(ground, view=with_trunks_of(Ahead(view, spans, rows), ground.learned))


def rows_ahead(ground: Ground) -> int | None:
    """How many rows were read ahead; None where nothing was."""
    view = _beneath(ground)
    return view.rows.height if isinstance(view, Ahead) else None


def _beneath(ground: Ground) -> Reads:
    """What the ground reads from, the meaning of trunks left aside."""
    return ground.view.view if isinstance(ground.view, Relisted) else ground.view
