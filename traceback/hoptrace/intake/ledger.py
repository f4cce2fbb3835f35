"""A ledger for readers that go row by row: every row gets exactly one fate, and calls are gathered for the frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from hoptrace.intake.reading import ZONE_IN_FILE, Chunk, Zone
from hoptrace.model.statements import RAW_CALLS, ROWS, Fate

_TIMES = ("start_time", "answer_time", "end_time")
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


@dataclass(slots=True)
class Ledger:
    """Collects rows and calls of one chunk; a row that nobody settled comes out as rejected, never lost."""

    _rows: dict[tuple[int, int], tuple[bytes, Fate | None, int | None, list[str]]] = field(
        default_factory=dict[tuple[int, int], tuple[bytes, Fate | None, int | None, list[str]]]
    )
    _calls: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    _flags: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])

    def row(self, file: int, row: int, raw: bytes) -> None:
        """Enter a row of a file (1-based); it must be settled by one of the calls below."""
        self._rows[file, row] = (raw, None, None, [])

    def skip(self, file: int, row: int) -> None:
        """The row carries no call."""
        self._settle(file, row, Fate.SKIPPED)

    def duplicate(self, file: int, row: int) -> None:
        """The row says nothing that another row of these files has not said."""
        self._settle(file, row, Fate.DUPLICATE)

    def reject(self, file: int, row: int, *reasons: str) -> None:
        """The row cannot be used; each reason is a short phrase that groups well, such as "no called number"."""
        raw, _, _, already = self._rows[file, row]
        self._rows[file, row] = (raw, Fate.REJECTED, None, [*already, *reasons])

    def call(self, rows: list[tuple[int, int]], **facts: Any) -> int:
        """A call made of `rows` (file, row), the first of which stands for it; `facts` are RAW_CALLS columns.

        A time is a datetime with a zone, or microseconds since 1970 in UTC.
        """
        facts["call"] = number = len(self._calls)
        facts["file"], facts["row"] = rows[0]
        for name in _TIMES:
            time = facts.get(name)
            if isinstance(time, datetime):
                # Polars takes a count in a tenth of the time that it needs for an object.
                facts[name] = (time - _EPOCH) // _MICROSECOND
        self._calls.append(facts)
        for file, row in rows:
            self._settle(file, row, Fate.ACCEPTED, number)
        return number

    def flag(self, file: int, text: str) -> None:
        """Something about a whole file that its receipt should say."""
        self._flags.append((file, text))

    def chunk(self, zone: Zone = ZONE_IN_FILE) -> Chunk:
        """All that was collected, as frames."""
        rows = [
            (
                file,
                row,
                call,
                str(fate or Fate.REJECTED),
                reasons if fate is not None else ["row not understood"],
                raw,
            )
            for (file, row), (raw, fate, call, reasons) in self._rows.items()
        ]
        return Chunk(
            calls=pl.DataFrame(self._calls, schema=RAW_CALLS, infer_schema_length=None),
            rows=pl.DataFrame(rows, schema=ROWS, orient="row"),
            zone=zone,
            flags=tuple(self._flags),
        )

    def _settle(self, file: int, row: int, fate: Fate, call: int | None = None) -> None:
        raw, _, _, _ = self._rows[file, row]
        self._rows[file, row] = (raw, fate, call, [])
