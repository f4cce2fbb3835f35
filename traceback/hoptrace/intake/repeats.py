"""Which statements were said before: in the same commit, or in the carrier's earlier batches of the same time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from hoptrace.lake.view import View


class Repeats:
    """The fingerprints that were seen; one for each commit."""

    def __init__(self, view: View, carrier_id: str, spans: Sequence[tuple[datetime, datetime]]) -> None:
        self._view = view
        self._carrier = carrier_id
        self._spans = spans
        self._seen: list[pl.Series] = []

    def of(self, statements: pl.DataFrame) -> pl.Series:
        """True for each statement (`fingerprint`, `start_time`) that was said before, also further up in this frame."""
        said = statements["fingerprint"]
        repeated = ~said.is_first_distinct()
        for earlier in (*self._seen, self._in_lake(statements)):
            if earlier.len():
                repeated = repeated | said.is_in(earlier.implode())
        self._remember(said.unique())
        return repeated

    def _remember(self, said: pl.Series) -> None:
        # Small ones are put together, so that a thousand files do not make a thousand sets to look into.
        self._seen.append(said)
        while len(self._seen) > 1 and self._seen[-2].len() <= 2 * self._seen[-1].len():
            self._seen[-2:] = [pl.concat(self._seen[-2:])]

    def _in_lake(self, statements: pl.DataFrame) -> pl.Series:
        first, last = statements["start_time"].min(), statements["start_time"].max()
        if not isinstance(first, datetime) or not isinstance(last, datetime):
            return pl.Series("fingerprint", [], pl.UInt64)
        if not any(begin <= last and first <= end for begin, end in self._spans):
            return pl.Series("fingerprint", [], pl.UInt64)
        earlier = self._view.scan(first, last).filter(pl.col("carrier") == self._carrier)
        return earlier.select("fingerprint").collect(engine="streaming")["fingerprint"]
