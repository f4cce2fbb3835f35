"""Results of traces as two frames, one row a call and one row a carrier of its path; read and kept in parts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from hoptrace.model.statements import TIME
from hoptrace.model.verdicts import Support, Verdict
from hoptrace.reports.many.parts import Parts, Step
from hoptrace.reports.wording.language import Saying

VERDICTS = pl.Enum([verdict.value for verdict in Verdict])
SUPPORTS = pl.Enum([support.value for support in Support])

CALLS = pl.Schema(
    {
        "call": pl.Int32,
        "call_ref": pl.String,
        "verdict": VERDICTS,
        "confidence": pl.Float64,
        "campaign": pl.String,
        "at": TIME,
        "calling": pl.String,
        "called": pl.String,
        "originating": pl.String,
        "customer": pl.String,
        "entry": pl.String,
        "ask": pl.String,
        "hops": pl.Int16,
        "conflicts": pl.Int16,
        "engine": pl.String,
        "lake_version": pl.Int64,
        "clock_version": pl.Int64,
        "settings_digest": pl.String,
        "withdrawn": pl.Boolean,
    }
)
"""One row a traced call. `at`: as reported, null where the result does not tell; `ask`: the carrier to ask next;
`withdrawn`: the result rests on a batch that was withdrawn since."""

HOPS = pl.Schema(
    {
        "call": pl.Int32,
        "position": pl.Int16,
        "carrier": pl.String,
        "records": pl.Int16,
        "batch": pl.String,
        "row": pl.Int64,
        "calling": pl.String,
        "called": pl.String,
        "attestation": pl.String,
        "support": SUPPORTS,
    }
)
"""One row a carrier of a path. `position` 1 is the terminating carrier; `batch` and `row` are of the first record."""

OF_RECORDS = ("batch", "row", "calling", "called", "attestation")
"""What a hop's record holds beside its being there: left out where only the paths are wanted, to save memory."""


@dataclass(frozen=True, slots=True)
class Traced:
    """The results of many traces. `source` says what was read; `replaced` results were hidden by newer ones.

    `undated` of those that were read do not say when their call was.
    """

    parts: Parts
    source: Saying
    replaced: int = 0
    undated: int = 0

    @property
    def calls(self) -> pl.LazyFrame:
        """One row a call."""
        return self.parts.calls

    @property
    def hops(self) -> pl.LazyFrame:
        """One row a carrier of a path."""
        return self.parts.hops

    @property
    def number(self) -> int:
        """How many calls there are."""
        return self.parts.number

    def only(self, wanted: pl.Expr) -> Traced:
        """The same of the calls that fit an expression over `calls`."""
        return replace(self, parts=self.parts.only(wanted))

    def each(self, step: Step) -> Traced:
        """The same with each part as `step` makes it."""
        return replace(self, parts=self.parts.each(step))
