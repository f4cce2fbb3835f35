"""From what statements say of a number to the result that people read."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hoptrace.model.forward import ForwardResult, ForwardVerdict
from hoptrace.tracing.calibration import published
from hoptrace.tracing.forward.carriers import carriers_of
from hoptrace.tracing.forward.following import settle
from hoptrace.tracing.forward.parties import talk_of
from hoptrace.tracing.forward.spoken import said_of
from hoptrace.tracing.forward.words import shown
from hoptrace.tracing.stamped import Stamp


@dataclass(frozen=True, slots=True)
class Question:
    """A `number` (its key) to trace forward, a name only from `floor` (0..1) on, and the window as RFC 3339."""

    number: int
    floor: float
    from_time: str | None = None
    to_time: str | None = None


def forward(question: Question, statements: pl.DataFrame, spans: pl.DataFrame, stamp: Stamp) -> ForwardResult:
    """Trace a number forward.

    `statements`: all that speak of the number, and of those that it goes on as (STATEMENTS columns and
    `hoptrace.tracing.forward.spoken.GIVEN`), in any order; `spans`: the times that the carriers' batches cover (SPANS).
    """
    book = talk_of(said_of(statements, spans))
    end = settle(question.number, book, question.floor)
    passed = [question.number, *(int(change.becomes.lstrip("+")) for change in end.path)]
    serving = end.carrier if end.verdict is ForwardVerdict.SERVING_CARRIER_IDENTIFIED else None
    return ForwardResult(
        number=shown(question.number),
        verdict=end.verdict,
        serving_carrier=serving,
        customer=end.customer,
        confidence=published(end.confidence),
        path=end.path,
        carriers=carriers_of(book[number] for number in passed if number in book),
        conflicts=end.conflicts,
        next_request=end.request,
        engine=stamp.engine,
        lake_version=stamp.lake_version,
        settings_digest=stamp.settings_digest,
        clock_version=stamp.clock_version,
        customer_confidence=None if end.customer_confidence is None else published(end.customer_confidence),
        from_time=question.from_time,
        to_time=question.to_time,
        summary=end.summary,
    )
