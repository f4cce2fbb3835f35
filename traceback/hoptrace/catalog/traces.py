"""The results of traces, so that a report can be made later and a trace replayed."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import orjson
import sqlalchemy as sa
import zstandard

from hoptrace.catalog.database import Written, guard
from hoptrace.catalog.filing import Filing, cited_by, cited_in, line_in, naming
from hoptrace.catalog.tables import TRACE_FRAMES, TRACES
from hoptrace.errors import UnknownTrace

SAVE_AT_ONCE = 5_000
"""Results that are written to the database together."""

READ_AT_ONCE = 500
"""Rows that come from the database together, each with its frame: 2 MB."""

UNPACKED = 500
"""Frames that are kept unpacked while results are given one by one, 52 KB each: of a file's calls in its own order, the
next one's frame is most often among the last few hundred."""

_TOLD = sa.select(
    *(TRACES.c.call_ref, sa.cast(TRACES.c.result, sa.Text), TRACES.c.frame_id, TRACES.c.line, TRACE_FRAMES.c.lines)
).select_from(TRACES.outerjoin(TRACE_FRAMES, TRACE_FRAMES.c.frame_id == TRACES.c.frame_id))
"""Results: the call, and its JSON or the frame and the line that hold it."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One result to store: `result` is its JSON."""

    call_ref: str
    verdict: str
    campaign: str | None
    result: str


class Traces:
    """The stored results, as plain data in the contract's field names; a newer one of a call hides the older.

    `quick` is an engine of the same database that need not wait for the disk: a single result that a power cut takes is
    had again by tracing the call again.
    """

    def __init__(self, engine: sa.Engine, quick: sa.Engine) -> None:
        self._engine, self._quick = engine, quick

    def save(self, results: Iterable[Stored]) -> int:
        """Store results, all or none; gives how many. The last ones may be gone after a power cut."""
        now = datetime.now(UTC)
        saved = 0
        with guard(), self._quick.begin() as connection:
            while part := list(islice(results := iter(results), SAVE_AT_ONCE)):
                connection.execute(sa.insert(TRACES), [_row(result, now) for result in part])
                saved += len(part)
        return saved

    @contextmanager
    def filing(self) -> Generator[Filing]:
        """Store the results of many calls: all of them at the end, or none."""
        with guard(), self._engine.begin() as connection:
            yield Filing(connection)

    def latest(self, call_ref: str) -> dict[str, Any] | None:
        """The newest result of this call, None where there is none."""
        newest = _TOLD.where(TRACES.c.call_ref == call_ref).order_by(TRACES.c.trace_id.desc()).limit(1)
        return next((orjson.loads(text) for _, text in self._texts(newest)), None)

    def get(self, call_ref: str) -> dict[str, Any]:
        """The newest result of this call; raises UnknownTrace."""
        result = self.latest(call_ref)
        if result is None:
            raise UnknownTrace(f"There is no stored trace of call {call_ref!r}. Trace it first: hoptrace trace --help")
        return result

    def list(self, campaign: str | None = None) -> list[dict[str, Any]]:
        """The newest result of every call (of one campaign), in the order of their call_ref."""
        return [orjson.loads(text) for _, text in self.newest(campaign)]

    def newest(self, campaign: str | None = None, call_refs: Sequence[str] | None = None) -> Iterator[tuple[str, str]]:
        """(call_ref, JSON) of the newest result of every call (of one campaign, of some calls), in order of call_ref.

        Read as they are asked for, so that a million of them need no room.
        """
        newest = sa.select(sa.func.max(TRACES.c.trace_id)).group_by(TRACES.c.call_ref)
        query = _TOLD.where(TRACES.c.trace_id.in_(newest))
        if campaign is not None:
            query = query.where(TRACES.c.campaign == campaign)
        if call_refs is not None:
            query = query.where(TRACES.c.call_ref.in_(call_refs))
        yield from self._texts(query.order_by(TRACES.c.call_ref))

    def campaigns(self) -> dict[str, int]:
        """The campaigns of stored results and how many calls each has, the most first."""
        amount = sa.func.count(TRACES.c.call_ref.distinct())
        query = sa.select(TRACES.c.campaign, amount).where(TRACES.c.campaign.is_not(None)).group_by(TRACES.c.campaign)
        with guard(), self._engine.connect() as connection:
            found = connection.execute(query.order_by(amount.desc(), TRACES.c.campaign)).all()
        return {row[0]: row[1] for row in found}

    def cited(self, since: datetime | None = None) -> set[tuple[str, int]]:
        """The statements (batch, row) that any stored result names, older results of a call as well.

        With `since` only those of results that were stored then or later.
        """
        kept = sa.true() if since is None else TRACES.c.created_at >= since
        single = sa.select(TRACES.c.result).where(TRACES.c.frame_id.is_(None), kept)
        frames = sa.select(TRACE_FRAMES.c.lines)
        if since is not None:  # a frame's results were all stored at one moment
            frames = frames.where(TRACE_FRAMES.c.frame_id.in_(sa.select(TRACES.c.frame_id).where(kept)))
        unpack = zstandard.ZstdDecompressor().decompress
        found: set[tuple[str, int]] = set()
        with guard(), self._engine.connect() as connection:
            reading = connection.execution_options(yield_per=READ_AT_ONCE)
            for result in reading.execute(single).scalars():
                found.update(cited_by(result))
            for frame in reading.execute(frames).scalars():
                found.update(cited_in(unpack(frame)))
        return found

    def stored_before(self, moment: datetime) -> int:
        """How many results were stored before a moment."""
        query = sa.select(sa.func.count()).select_from(TRACES).where(TRACES.c.created_at < moment)
        with guard(), self._engine.connect() as connection:
            return connection.execute(query).scalar_one()

    def forget(self, before: datetime) -> int:
        """Remove the results that were stored before a moment, all or none; gives how many there were."""
        old = TRACES.c.created_at < before
        with guard(), self._engine.begin() as connection:
            frames = sa.select(TRACES.c.frame_id).where(old, TRACES.c.frame_id.is_not(None))
            connection.execute(sa.delete(TRACE_FRAMES).where(TRACE_FRAMES.c.frame_id.in_(frames)))
            return connection.execute(sa.delete(TRACES).where(old)).rowcount

    def naming(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """As `newest`, of the calls whose newest result names one of these: a batch, a carrier."""
        wanted = naming(names)
        return ((call_ref, text) for call_ref, text in self.newest() if wanted.search(text))

    def _texts(self, query: sa.Select[Any, str, Any, Any, Any]) -> Iterator[tuple[str, str]]:
        unpack = zstandard.ZstdDecompressor().decompress
        unpacked: dict[int, bytes] = {}
        with guard(), self._engine.connect() as connection:
            rows = connection.execute(query.execution_options(yield_per=READ_AT_ONCE))
            for call_ref, text, frame_id, line, frame in rows:
                if frame_id is None:
                    yield str(call_ref), str(text)
                    continue
                if frame_id not in unpacked:
                    if len(unpacked) == UNPACKED:
                        del unpacked[next(iter(unpacked))]
                    unpacked[frame_id] = unpack(frame)
                yield str(call_ref), line_in(unpacked[frame_id], line).decode()


def _row(result: Stored, now: datetime) -> dict[str, Any]:
    return {
        "call_ref": result.call_ref,
        "verdict": str(result.verdict),
        "campaign": result.campaign,
        "created_at": now,
        "result": Written(result.result),
    }
