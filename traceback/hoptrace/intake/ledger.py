"""A ledger for readers that go row by row: every row gets exactly one fate, and calls are gathered for the frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from hoptrace.intake.reading import ZONE_IN_FILE, Chunk, Zone
from hoptrace.model.statements import RAW_CALLS, ROWS, Fate

NO_START, NO_CALLED = "start time not understood", "no called number"
"""Reasons that readers of every format give alike, so that they are counted together."""

_TIMES = ("start_time", "answer_time", "end_time")
_FEW = 6
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


def lacking(start: object, called: object) -> list[str]:
    """What a row lacks without which it is no call: it has no start time, or no called number (None)."""
    return [reason for told, reason in ((start, NO_START), (called, NO_CALLED)) if told is None]


Place = tuple[int, int]


Settled = tuple[str, int | None, tuple[str, ...] | None]
"""What became of a row: its fate, the call that it went into, the reasons why it did not."""

_SKIPPED: Settled = (Fate.SKIPPED.value, None, None)
_DUPLICATE: Settled = (Fate.DUPLICATE.value, None, None)
_UNSETTLED: Settled = (Fate.REJECTED.value, None, ("row not understood",))


@dataclass(slots=True)
class Ledger:
    """Collects rows and calls of one chunk; a row that nobody settled comes out as rejected, never lost."""

    _raw: dict[Place, bytes] = field(default_factory=dict[Place, bytes])
    _settled: dict[Place, Settled] = field(default_factory=dict[Place, Settled])
    _calls: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    _frame: pl.DataFrame | None = None
    _flags: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])

    def row(self, file: int, row: int, raw: bytes) -> None:
        """Enter a row of a file (1-based); it must be settled by one of the calls below."""
        self._raw[file, row] = raw

    def skip(self, file: int, row: int) -> None:
        """The row carries no call."""
        self._settled[file, row] = _SKIPPED

    def duplicate(self, file: int, row: int) -> None:
        """The row says nothing that another row of these files has not said."""
        self._settled[file, row] = _DUPLICATE

    def reject(self, file: int, row: int, *reasons: str) -> None:
        """The row cannot be used; each reason is a short phrase that groups well, such as "no called number"."""
        already = self._settled.get((file, row), _SKIPPED)[2] or ()
        self._settled[file, row] = (Fate.REJECTED.value, None, (*already, *reasons))

    def call(self, rows: list[Place], **facts: Any) -> int:
        """A call made of `rows` (file, row), the first of which stands for it; `facts` are RAW_CALLS columns.

        A time is a datetime with a zone, or microseconds since 1970 in UTC.
        """
        for name in _TIMES:
            time = facts.get(name)
            if isinstance(time, datetime):
                # Polars takes a count in a tenth of the time that it needs for an object.
                facts[name] = (time - _EPOCH) // _MICROSECOND
        return self.enter(rows, facts)

    def enter(self, rows: list[Place], facts: dict[str, Any]) -> int:
        """The same for facts of which all times are microseconds; the call, file and row are written into them."""
        facts["call"] = number = len(self._calls)
        facts["file"], facts["row"] = rows[0]
        self._calls.append(facts)
        settled = (Fate.ACCEPTED.value, number, None)
        for place in rows:
            self._settled[place] = settled
        return number

    def frame(self, calls: pl.DataFrame, rows: Iterable[tuple[Place, int]]) -> None:
        """All calls of the chunk at once, in the schema RAW_CALLS; `rows`: their rows, each with its call."""
        self._frame = calls
        accepted = Fate.ACCEPTED.value
        for place, call in rows:
            self._settled[place] = (accepted, call, None)

    def flag(self, file: int, text: str) -> None:
        """Something about a whole file that its receipt should say."""
        self._flags.append((file, text))

    def chunk(self, zone: Zone = ZONE_IN_FILE) -> Chunk:
        """All that was collected, as frames."""
        calls = self._frame
        if calls is None:
            calls = pl.DataFrame(self._calls, schema=RAW_CALLS, infer_schema_length=None)
        return Chunk(calls=calls, rows=self._row_frame(), zone=zone, flags=tuple(self._flags))

    def _row_frame(self) -> pl.DataFrame:
        """By columns, of which Polars makes a frame in a fifth of the time that it needs for rows."""
        settled = [self._settled.get(place, _UNSETTLED) for place in self._raw]
        told = [(at, text) for at, (_, _, texts) in enumerate(settled) if texts for text in texts]
        rows: dict[str, Sequence[Any] | pl.Series] = {
            "file": [file for file, _ in self._raw],
            "row": [row for _, row in self._raw],
            "call": [call for _, call, _ in settled],
            "fate": [fate for fate, _, _ in settled],
            "reasons": reasons_of(told, len(settled)),
            "raw": list(self._raw.values()),
        }
        return frame_of(rows, ROWS)


def frame_of(columns: Mapping[str, Sequence[Any] | pl.Series], schema: pl.Schema) -> pl.DataFrame:
    """Columns, all of one length, as a frame of this schema; what is not among them is null."""
    length = len(next(iter(columns.values())))
    if length < _FEW * len(schema):
        # A column of its own costs Polars as much as some rows.
        told = [each.to_list() if isinstance(each, pl.Series) else each for each in columns.values()]
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*told, strict=True)]
        return pl.DataFrame(rows, schema, infer_schema_length=None)
    nothing = pl.Series([None]).new_from_index(0, length)
    return pl.DataFrame([pl.Series(name, columns.get(name, nothing), dtype) for name, dtype in schema.items()])


def reasons_of(told: Sequence[tuple[int, str]], rows: int) -> pl.Series:
    """The reasons of each of so many rows as a column of lists; `told`: the places of rejected ones, and why.

    Of a list of Python's Polars takes kilobytes for each row.
    """
    if not told:
        return pl.Series("reasons", [[]], ROWS["reasons"]).new_from_index(0, rows)
    flat = pl.DataFrame(told, schema={"at": pl.Int64, "reasons": pl.String}, orient="row")
    lists = flat.group_by("at", maintain_order=True).agg("reasons")
    # Looked up by place: for a file of a few rows a join costs more than all else.
    places = np.full(rows, lists.height)
    places[lists["at"].to_numpy()] = np.arange(lists.height)
    return lists["reasons"].append(pl.Series([[]], dtype=ROWS["reasons"]))[pl.Series(places)]
