"""Which of the records that a stored result was made of were withdrawn since."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from hoptrace.engines.gathering import ABOUT_THEN
from hoptrace.model.receipts import WithdrawnBatch
from hoptrace.model.times import read_time

if TYPE_CHECKING:
    from hoptrace.catalog.batches import Batches
    from hoptrace.catalog.spans import BatchSpan
    from hoptrace.model.verdicts import TraceResult
    from hoptrace.workspace import Workspace


def withdrawn_since(workspace: Workspace, result: TraceResult) -> tuple[WithdrawnBatch, ...]:
    """The batches that a result rests on and that were withdrawn since it was made, in order."""
    batches = workspace.catalog.batches
    gone = batches.withdrawn() - batches.withdrawn(result.lake_version)
    if not gone:
        return ()
    spans = batches.spans(lake_version=result.lake_version)
    return tuple(_told(batches, batch) for batch in rests_on(result, spans, gone))


def rests_on(result: TraceResult, spans: Iterable[BatchSpan], among: Collection[str]) -> list[str]:
    """Of these batches the ones that a result rests on, where `spans` are of those that counted when it was made.

    It cites them, or a carrier that it names, or says to ask, had records of the time of the call by them: that alone
    may be why this carrier is said to lack the call's record.
    """
    rested_on = {record.batch for hop in result.hops for record in hop.records}
    rested_on.update(span[1] for span in filter(_is_of_time(result), spans))
    return sorted(rested_on.intersection(among))


def _is_of_time(result: TraceResult) -> Callable[[BatchSpan], bool]:
    """Whether a batch is of a carrier that the result tells of, and of the half day around the call."""
    if result.call is None:
        return lambda _: False
    at, about = read_time(result.call.start_time), timedelta(seconds=ABOUT_THEN)
    carriers = {*result.path, *([] if result.next_request is None else [result.next_request.carrier])}
    return lambda span: span[0] in carriers and span[2] - about <= at <= span[3] + about


def _told(batches: Batches, batch: str) -> WithdrawnBatch:
    stored = batches.show(batch)
    assert stored.withdrawn is not None
    return WithdrawnBatch(batch, stored.receipt.carrier, stored.withdrawn.at, stored.withdrawn.reason)
