"""The reports of a package: made of its own files alone, so that they can be made again when it is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import orjson

from hoptrace.catalog.withdrawals import Term
from hoptrace.engines.behind import behind_of
from hoptrace.engines.packed import Packed, standing_of
from hoptrace.engines.rested_on import RestedOn
from hoptrace.evidence.tables import as_document
from hoptrace.model.deadlines import Deadlines, read_clock
from hoptrace.model.receipts import Receipt, WithdrawnBatch
from hoptrace.reports.trace.building import Telling, trace_report
from hoptrace.reports.trace.model import TraceReport
from hoptrace.reports.wording.language import ENGLISH

if TYPE_CHECKING:
    from hoptrace.engines.local import Standing
    from hoptrace.model.verdicts import TraceResult

REPORTING_FILE = "reporting.json"


@dataclass(frozen=True, slots=True)
class Manner:
    """How the reports are told."""

    language: str = ENGLISH
    asked: datetime | None = None
    deadlines: Deadlines = field(default_factory=Deadlines)


@dataclass(frozen=True, slots=True)
class Receipts:
    """The receipts of a package by batch, and which of the batches were withdrawn before it was made."""

    of_batch: Mapping[str, Receipt]
    withdrawn: Mapping[str, WithdrawnBatch]


@dataclass(frozen=True)
class Reporter:
    """Makes the reports of the calls that stand on one ground."""

    packed: Packed
    stands_on: Standing
    receipts: Receipts
    manner: Manner

    @cached_property
    def _withdrawn(self) -> RestedOn:
        """Of the batches that were withdrawn; with times those that counted when the calls were traced."""
        spans = {batch: (first, last) for _, batch, first, last in self.packed.spans}
        gone = self.receipts.withdrawn.values()
        return RestedOn(Term(each.batch, each.carrier, *spans.get(each.batch, (None, None))) for each in gone)

    @classmethod
    def on(cls, packed: Packed, receipts: Receipts, manner: Manner) -> Reporter:
        """One for this ground."""
        return cls(packed, standing_of(packed), receipts, manner)

    def report(self, result: TraceResult) -> TraceReport:
        """The report of a result."""
        carriers = {carrier.carrier_id: carrier for carrier in self.packed.carriers}
        behind = behind_of(result, self.stands_on, self.packed.statements, self.receipts.of_batch)
        how, gone = self.manner, self.receipts.withdrawn
        withdrawn = tuple(gone[batch] for batch in self._withdrawn.batches(result.as_dict()))
        return trace_report(result, carriers, Telling(how.language, behind, how.deadlines, how.asked, withdrawn))


def write_manner(manner: Manner) -> bytes:
    """How the reports are told, as a file of the package."""
    response = {country: str(clock) for country, clock in manner.deadlines.response.items()}
    told = {"language": manner.language, "asked": manner.asked, "response": response}
    return as_document({**told, "retention": manner.deadlines.retention})


def read_manner(content: bytes) -> Manner:
    """The same again; raises ValueError, TypeError or KeyError where the file is none."""
    told: dict[str, Any] = orjson.loads(content)
    asked: str | None = told["asked"]
    response = {str(country): read_clock(str(clock)) for country, clock in dict(told["response"]).items()}
    retention = {str(country): int(days) for country, days in dict(told["retention"]).items()}
    moment = None if asked is None else datetime.fromisoformat(asked)
    return Manner(str(told["language"]), moment, Deadlines(response, retention))


def read_receipts(content: bytes) -> Receipts:
    """The receipts of a package; raises ValueError, TypeError or KeyError."""
    found: dict[str, Receipt] = {}
    withdrawn: dict[str, WithdrawnBatch] = {}
    for line in content.splitlines():
        told: dict[str, Any] = orjson.loads(line)
        told.pop("submitted_at")
        flags: tuple[str, ...] = tuple(told.pop("flags"))
        gone: dict[str, str] | None = told.pop("withdrawn", None)
        receipt = Receipt(**told, flags=flags)
        found[receipt.batch] = receipt
        if gone is not None:
            at = datetime.fromisoformat(gone["at"])
            withdrawn[receipt.batch] = WithdrawnBatch(receipt.batch, receipt.carrier, at, gone["reason"])
    return Receipts(found, withdrawn)
