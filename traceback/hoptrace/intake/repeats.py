"""Which statements were said before: in the same commit, or in the carrier's earlier batches of the same time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import polars as pl

from hoptrace.intake.seen import Seen
from hoptrace.lake.view import View

Span = tuple[datetime, datetime]
_TICK = timedelta(microseconds=1)


class Repeats:
    """The fingerprints that were seen; one for each commit.

    A fingerprint is of everything the carrier said, its own name and the start time too: one of another time or carrier
    may be remembered as well and changes nothing. `spans`: first and last start times of the carrier's earlier batches.
    """

    def __init__(self, view: View, carrier_id: str, spans: Sequence[Span]) -> None:
        self._view = view
        self._carrier = carrier_id
        self._spans = spans
        self._seen = Seen()
        self._read: Span | None = None

    def of(self, statements: pl.DataFrame) -> pl.Series:
        """True for each statement (`fingerprint`, `start_time`) that was said before, also further up in this frame."""
        first, last = statements["start_time"].min(), statements["start_time"].max()
        if isinstance(first, datetime) and isinstance(last, datetime):
            for begin, end in self._unread(first, last):
                if any(since <= end and begin <= until for since, until in self._spans):
                    self._seen.repeated(self._view.fingerprints(self._carrier, begin, end))
        return self._seen.repeated(statements["fingerprint"])

    def _unread(self, first: datetime, last: datetime) -> Iterator[Span]:
        """The times that have to be read from the lake: each time as much again as before.

        A long file comes in hundreds of parts, and the lake's files lie by number and not by time, so that each reading
        goes through all of a day.
        """
        if self._read is None:
            self._read = first, last
            yield first, last
            return
        since, until = self._read
        more = until - since
        if first < since:
            begin = min(first, since - more)
            yield begin, since - _TICK
            since = begin
        if last > until:
            end = max(last, until + more)
            yield until + _TICK, end
            until = end
        self._read = since, until
