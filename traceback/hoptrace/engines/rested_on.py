"""Which batches results rest on: by one rule for every report, and for the calls to be traced again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from hoptrace.engines.gathering import ABOUT_THEN
from hoptrace.model.receipts import WithdrawnBatch
from hoptrace.model.times import read_time

if TYPE_CHECKING:
    from hoptrace.catalog.withdrawals import Term
    from hoptrace.model.verdicts import TraceResult
    from hoptrace.workspace import Workspace

_ABOUT = timedelta(seconds=ABOUT_THEN)


class RestedOn:
    """Which of some batches a result rests on.

    It cites them, or they counted when it was made and a carrier that it names, or says to ask, had records of the time
    of the call by them: that alone may be why this carrier is said to lack the call's record.
    """

    def __init__(self, terms: Iterable[Term]) -> None:
        self._batches = set[str]()
        self._of_carrier: dict[str, list[Term]] = {}
        for term in terms:
            self._batches.add(term.batch)
            self._of_carrier.setdefault(term.carrier, []).append(term)

    def batches(self, told: dict[str, Any]) -> list[str]:
        """These batches, in order, of a result as plain data in the contract's field names."""
        if not self._batches:
            return []
        hops: list[dict[str, Any]] = told["hops"]
        found = {record["batch"] for hop in hops for record in hop["records"]} & self._batches
        found.update(self._of_time(told))
        return sorted(found)

    def _of_time(self, told: dict[str, Any]) -> Iterator[str]:
        """Of the carriers that the result tells of, and of the half day around the call."""
        ask: dict[str, Any] = told.get("next_request") or {}
        carriers: set[Any] = {hop["carrier"] for hop in told["hops"]} | {ask.get("carrier")}
        near = [term for carrier in carriers for term in self._of_carrier.get(carrier, ())]
        at = _time_of(told) if near else None
        if at is not None:
            yield from (term.batch for term in near if term.holds(told["lake_version"]) and _covers(term, at))


def withdrawn_batches(workspace: Workspace) -> RestedOn:
    """Which of the batches that are withdrawn now results rest on."""
    return RestedOn(workspace.catalog.withdrawals.terms())


def withdrawn_since(workspace: Workspace, result: TraceResult) -> tuple[WithdrawnBatch, ...]:
    """The batches that a result rests on and that were withdrawn since it was made, in order."""
    return tuple(_told(workspace, batch) for batch in withdrawn_batches(workspace).batches(result.as_dict()))


def _covers(term: Term, at: datetime) -> bool:
    if term.first_time is None or term.last_time is None:
        return False
    return term.first_time - _ABOUT <= at <= term.last_time + _ABOUT


def _time_of(told: dict[str, Any]) -> datetime | None:
    """When the call was, where the result tells."""
    call: dict[str, Any] = told.get("call") or {}
    try:
        at = read_time(call.get("start_time") or "")
    except ValueError:
        return None
    return None if at.tzinfo is None else at


def _told(workspace: Workspace, batch: str) -> WithdrawnBatch:
    stored = workspace.catalog.batches.show(batch)
    assert stored.withdrawn is not None
    return WithdrawnBatch(batch, stored.receipt.carrier, stored.withdrawn.at, stored.withdrawn.reason)
