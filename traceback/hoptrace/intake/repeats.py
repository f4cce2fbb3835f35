"""Which statements were said before: in the same commit, or in the carrier's earlier batches of the same time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from hoptrace.intake.seen import Seen
from hoptrace.lake.view import View


class Repeats:
    """The fingerprints that were seen; one for each commit."""

    def __init__(self, view: View, carrier_id: str, spans: Sequence[tuple[datetime, datetime]]) -> None:
        self._view = view
        self._carrier = carrier_id
        self._spans = spans
        self._seen = Seen()

    def of(self, statements: pl.DataFrame) -> pl.Series:
        """True for each statement (`fingerprint`, `start_time`) that was said before, also further up in this frame."""
        said = statements["fingerprint"]
        repeated = self._seen.repeated(said)
        earlier = self._in_lake(statements)
        if earlier.len():
            repeated = repeated | said.is_in(earlier.implode())
        return repeated

    def _in_lake(self, statements: pl.DataFrame) -> pl.Series:
        first, last = statements["start_time"].min(), statements["start_time"].max()
        if not isinstance(first, datetime) or not isinstance(last, datetime):
            return pl.Series("fingerprint", [], pl.UInt64)
        if not any(begin <= last and first <= end for begin, end in self._spans):
            return pl.Series("fingerprint", [], pl.UInt64)
        earlier = self._view.scan(first, last).filter(pl.col("carrier") == self._carrier)
        return earlier.select("fingerprint").collect(engine="streaming")["fingerprint"]
