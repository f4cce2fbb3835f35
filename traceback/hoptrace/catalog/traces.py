"""The results of traces, so that a report can be made later and a trace replayed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, cast

import sqlalchemy as sa

from hoptrace.catalog.database import Written, guard
from hoptrace.catalog.tables import TRACES
from hoptrace.errors import UnknownTrace

SAVE_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Stored:
    """One result to store: `result` is its JSON."""

    call_ref: str
    verdict: str
    campaign: str | None
    result: str


class Traces:
    """The stored results, as plain data in the contract's field names; a newer one of a call hides the older."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def save(self, results: Iterable[Stored]) -> int:
        """Store results, all or none; gives how many."""
        now = datetime.now(UTC)
        saved = 0
        with guard(), self._engine.begin() as connection:
            while part := list(islice(results := iter(results), SAVE_AT_ONCE)):
                connection.execute(sa.insert(TRACES), [_row(result, now) for result in part])
                saved += len(part)
        return saved

    def latest(self, call_ref: str) -> dict[str, Any] | None:
        """The newest result of this call, None where there is none."""
        newest = sa.select(TRACES.c.result).where(TRACES.c.call_ref == call_ref)
        with guard(), self._engine.connect() as connection:
            return connection.execute(newest.order_by(TRACES.c.trace_id.desc()).limit(1)).scalar()

    def get(self, call_ref: str) -> dict[str, Any]:
        """The newest result of this call; raises UnknownTrace."""
        result = self.latest(call_ref)
        if result is None:
            raise UnknownTrace(f"There is no stored trace of call {call_ref!r}. Trace it first: hoptrace trace --help")
        return result

    def list(self, campaign: str | None = None) -> list[dict[str, Any]]:
        """The newest result of every call (of one campaign), in the order of their call_ref."""
        newest = sa.select(sa.func.max(TRACES.c.trace_id)).group_by(TRACES.c.call_ref)
        query = sa.select(TRACES.c.result).where(TRACES.c.trace_id.in_(newest)).order_by(TRACES.c.call_ref)
        if campaign is not None:
            query = query.where(TRACES.c.campaign == campaign)
        with guard(), self._engine.connect() as connection:
            return [dict(result) for result in connection.execute(query).scalars()]

    def newest(self, campaign: str | None = None, call_refs: Sequence[str] | None = None) -> Iterator[tuple[str, str]]:
        """(call_ref, JSON) of the newest result of every call (of one campaign, of some calls), in order of call_ref.

        Read as they are asked for, so that a million of them need no room.
        """
        newest = sa.select(sa.func.max(TRACES.c.trace_id)).group_by(TRACES.c.call_ref)
        query = sa.select(TRACES.c.call_ref, sa.cast(TRACES.c.result, sa.Text)).where(TRACES.c.trace_id.in_(newest))
        if campaign is not None:
            query = query.where(TRACES.c.campaign == campaign)
        if call_refs is not None:
            query = query.where(TRACES.c.call_ref.in_(call_refs))
        query = query.order_by(TRACES.c.call_ref).execution_options(yield_per=SAVE_AT_ONCE)
        with guard(), self._engine.connect() as connection:
            for row in connection.execute(query):
                yield str(row[0]), str(row[1])

    def campaigns(self) -> dict[str, int]:
        """The campaigns of stored results and how many calls each has, the most first."""
        amount = sa.func.count(TRACES.c.call_ref.distinct())
        query = sa.select(TRACES.c.campaign, amount).where(TRACES.c.campaign.is_not(None)).group_by(TRACES.c.campaign)
        with guard(), self._engine.connect() as connection:
            found = connection.execute(query.order_by(amount.desc(), TRACES.c.campaign)).all()
        return {row[0]: row[1] for row in found}

    def cited(self) -> set[tuple[str, int]]:
        """The statements (batch, row) that any stored result names, older results of a call as well."""
        query = sa.select(TRACES.c.result).execution_options(yield_per=SAVE_AT_ONCE)
        found: set[tuple[str, int]] = set()
        with guard(), self._engine.connect() as connection:
            for result in connection.execute(query).scalars():
                found.update(_cited(result))
        return found


def _cited(told: Any) -> Iterator[tuple[str, int]]:
    if isinstance(told, dict):
        plain = cast("dict[str, Any]", told)
        if isinstance(plain.get("batch"), str) and isinstance(plain.get("row"), int):
            yield plain["batch"], plain["row"]
        told = list(plain.values())
    if isinstance(told, list):
        for each in cast("list[Any]", told):
            yield from _cited(each)


def _row(result: Stored, now: datetime) -> dict[str, Any]:
    return {
        "call_ref": result.call_ref,
        "verdict": str(result.verdict),
        "campaign": result.campaign,
        "created_at": now,
        "result": Written(result.result),
    }
