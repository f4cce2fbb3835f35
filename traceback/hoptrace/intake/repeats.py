"""Which statements were said before: in the same commit, or in the carrier's earlier batches of the same time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import polars as pl

from hoptrace.intake.seen_by_time import SeenByTime
from hoptrace.lake.view import FINGERPRINTS, View

Span = tuple[datetime, datetime]
_TICK, _DAY = timedelta(microseconds=1), timedelta(days=1)


class Repeats:
    """The fingerprints that were seen; one for each commit.

    `spans`: first and last start times of the carrier's earlier batches.
    """

    def __init__(self, view: View, carrier_id: str, spans: Sequence[Span]) -> None:
        self._view = view
        self._carrier = carrier_id
        self._spans = spans
        self._seen = SeenByTime()
        self._read: Span | None = None
        self._earlier = pl.DataFrame(schema=FINGERPRINTS)

    def of(self, statements: pl.DataFrame) -> pl.Series:
        """True for each statement (`fingerprint`, `start_time`) that was said before, also further up in this frame."""
        said = statements["fingerprint"]
        repeated = self._seen.repeated(said, statements["start_time"])
        earlier = self._in_lake(statements)
        return repeated | said.is_in(earlier.implode()) if earlier.len() else repeated

    def _in_lake(self, statements: pl.DataFrame) -> pl.Series:
        """The fingerprints of the carrier's earlier statements of the same time."""
        if not self._spans:
            return self._earlier["fingerprint"]
        first, last = statements["start_time"].min(), statements["start_time"].max()
        if not isinstance(first, datetime) or not isinstance(last, datetime):
            return self._earlier["fingerprint"].clear()
        for begin, end in self._unread(first, last):
            if any(since <= end and begin <= until for since, until in self._spans):
                found = self._view.fingerprints(self._carrier, begin, end)
                self._earlier = pl.concat([self._earlier, found]).sort("start_time")
        times = self._earlier["start_time"]
        low, high = times.search_sorted(first, side="left"), times.search_sorted(last, side="right")
        return self._earlier["fingerprint"].slice(low, high - low)

    def _unread(self, first: datetime, last: datetime) -> Iterator[Span]:
        """The times that have to be read from the lake: each time as much again as before, up to a day.

        A long file comes in hundreds of parts, and the lake's files are of one day each and lie by number and not by
        time, so that each reading goes through all of a day.
        """
        if self._read is None:
            self._read = first, last
            yield first, last
            return
        since, until = self._read
        more = min(until - since, _DAY)
        if first < since:
            begin = min(first, since - more)
            yield begin, since - _TICK
            since = begin
        if last > until:
            end = max(last, until + more)
            yield until + _TICK, end
            until = end
        self._read = since, until
