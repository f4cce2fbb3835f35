"""Plain calls in columns: the reports that a batch is judged by, and the answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from hoptrace.model.arrays import Floats, Int64s, Truths
from hoptrace.tracing.case import Coverage, Surroundings
from hoptrace.tracing.reported import Reported, ReportHabits
from hoptrace.tracing.results import Floors
from hoptrace.tracing.trail import NAMED_ABOVE, Ending

ENDINGS = (
    Ending.CUSTOMER,
    Ending.ENTRY,
    Ending.SILENT,
    Ending.LACKING,
    Ending.CONTRADICTED,
    Ending.MISNAMED,
)
"""How plain calls end; their codes are the places here."""

CUSTOMER, ENTRY = ENDINGS.index(Ending.CUSTOMER), ENDINGS.index(Ending.ENTRY)
NAMED = np.array([ending in NAMED_ABOVE for ending in ENDINGS])
"""Whether the path goes on to the carrier that the furthest record names."""

REPORTS = pl.Schema(
    {"at": pl.Float64, "called": pl.Int64, "calling": pl.Int64, "terminating": pl.String, "written": pl.Int64}
)
"""Reported calls, the first fields of `hoptrace.tracing.reported.Reported`."""

MEANT = pl.Schema({**REPORTS, "late": pl.Float64, "close": pl.Float64})
"""The same with their times put right, and how far they are off (`all_meant`)."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What calls are judged by: `reports` (MEANT), call n in row n, and the `coverage` of each in their order."""

    reports: pl.DataFrame
    coverage: Sequence[Coverage]
    around: Surroundings
    floors: Floors


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of plain calls, an entry each: which of ENDINGS, how sure, and seconds from its time to the report's.

    `confidence` is not yet rounded as it is published. `weight`: the natural log of the density (1/s) of the report.
    `delivered`: by a carrier without records, to which the lowest record says that it handed the call.
    """

    endings: Int64s
    confidence: Floats
    residual: Floats
    weight: Floats
    delivered: Truths

    @classmethod
    def nothing(cls) -> Answers:
        """No answers."""
        none = np.zeros(0)
        return cls(none.astype(np.int64), none, none, none, none.astype(np.bool_))

    def of(self, kept: Truths | Int64s) -> Answers:
        """Those that are `kept`."""
        endings, delivered = self.endings[kept], self.delivered[kept]
        return Answers(endings, self.confidence[kept], self.residual[kept], self.weight[kept], delivered)

    @property
    def open(self) -> Int64s:
        """The places of those that end at no customer."""
        return np.flatnonzero(self.endings != CUSTOMER)


def reports_of(reported: Iterable[Reported]) -> pl.DataFrame:
    """Reported calls as rows of REPORTS."""
    every = list(reported)
    return pl.DataFrame(
        [pl.Series(name, [getattr(one, name) for one in every], kind) for name, kind in REPORTS.items()]
    )


def all_meant(reports: pl.DataFrame, habits: ReportHabits) -> pl.DataFrame:
    """`hoptrace.tracing.reported.meant` of reported calls in columns (REPORTS): MEANT."""
    late, close = np.array(habits.by_writing()).T[:, reports["written"].to_numpy()]
    return reports.with_columns(pl.col("at") - pl.Series(late), late=pl.Series(late), close=pl.Series(close))


class ReportedIn(Mapping[int, Reported]):
    """Reported calls in columns (MEANT) by their rows, each made where it is asked for: of plain ones none is."""

    def __init__(self, reports: pl.DataFrame) -> None:
        self._reports = reports

    def __getitem__(self, call: int) -> Reported:
        return Reported(*self._reports.row(call))

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self)))

    def __len__(self) -> int:
        return self._reports.height
