"""Sources: what the results of a batch quote, the statements and the pairs of their trails, fetched together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from hoptrace.linking.contests import Pair
from hoptrace.model.frames import rows_at
from hoptrace.model.numbers import display
from hoptrace.tracing.handoffs import OF_A_HANDOFF, Told, in_words
from hoptrace.tracing.trail import Trail

SIGNED = (
    *("batch", "row", "start_time", "start_basis", "offset", "attestation", "orig_id", "signer", "identity"),
    *("calling", "egress_calling", "called", "egress_called", "redirecting"),
)
"""The columns of a statement that its signature is held against (`hoptrace.tracing.signatures.evidence`)."""

OF_A_STATEMENT = ("sid", *SIGNED, "record_id", "calling_number", "called_number", "repeated")
"""The columns of a statement that results quote."""

SIGNATURE = ("attestation", "orig_id", "signer", "identity")
"""The columns in which a record tells of a signature."""


@cache
def tells_of_signature() -> pl.Expr:
    """Whether a statement tells of a signature."""
    return pl.any_horizontal(pl.col(SIGNATURE).is_not_null())


class Quoted(NamedTuple):
    """A statement as a hop shows it: where it stands, its start as recorded (RFC 3339), the seconds taken off it.

    `repeated`: what is to be said of its time where that came twice.
    """

    batch: str
    row: int
    record_id: str | None
    start_time: str
    clock_offset: float
    calling: str | None
    called: str | None
    attestation: str | None
    start_basis: str
    repeated: str | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a result's words come from: `statements` by sid, `pairs` by row.

    `signed`: SIGNED of the statements that tell of a signature, by batch and row.
    """

    statements: Mapping[int, Quoted]
    pairs: Mapping[int, Told]
    signed: Mapping[tuple[str, int], Mapping[str, Any]]


def sources_of(trails: Iterable[Trail], facts: pl.DataFrame, pairs: pl.DataFrame) -> Sources:
    """The sources of these trails' results; `facts` from `comparable` by `sid`, `pairs` from `link` by `row`."""
    every = list(trails)
    sids = {sid for trail in every for sid in trail.statements}
    rows = {pair.row for trail in every for pair in pairs_of(trail)}
    quoted = _numbered(facts[list(OF_A_STATEMENT)], "sid", sids)
    bears = any(quoted[name].null_count() < quoted.height for name in SIGNATURE)
    signed = quoted.select(SIGNED).filter(tells_of_signature()).iter_rows(named=True) if bears else ()
    return Sources(
        statements=dict(zip(quoted["sid"].to_list(), _quoted(quoted), strict=True)),
        pairs=in_words(_numbered(pairs[["row", *OF_A_HANDOFF]], "row", rows)),
        signed={(row["batch"], row["row"]): row for row in signed},
    )


def _numbered(frame: pl.DataFrame, column: str, numbers: Collection[int]) -> pl.DataFrame:
    """The rows that have one of these numbers in a column, in the order of the frame."""
    return rows_at(frame, np.flatnonzero(np.isin(frame[column].to_numpy(), np.fromiter(numbers, np.int64))))


def pairs_of(trail: Trail) -> list[Pair]:
    """The pairs whose evidence a result of this trail will quote."""
    return [step.pair for step in trail.steps if step.pair is not None] + [*trail.against, *trail.overruled]


def _quoted(facts: pl.DataFrame) -> Iterator[Quoted]:
    """What hops show of statements, in their order."""
    numbers = [_shown(facts[name].to_list(), facts[f"{name}_number"].to_list()) for name in ("calling", "called")]
    started = [f"{start.replace(tzinfo=None).isoformat()}Z" for start in facts["start_time"].to_list()]
    first, last = (
        [facts[name].to_list() for name in names]
        for names in (("batch", "row", "record_id"), ("attestation", "start_basis", "repeated"))
    )
    return map(Quoted, *first, started, facts["offset"].to_list(), *numbers, *last)


def _shown(keys: Sequence[int | None], written: Sequence[str | None]) -> list[str | None]:
    """Numbers as people write them; as written where they are none."""
    return [text if key is None else display(key) for key, text in zip(keys, written, strict=True)]
