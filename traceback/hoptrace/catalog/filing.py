"""Results of many calls filed at once: as frames of lines, already compressed, and a short row for each call."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import orjson
import sqlalchemy as sa

from hoptrace.catalog.tables import TRACE_FRAMES

_COLUMNS = ("call_ref", "verdict", "campaign", "created_at", "frame_id", "line")

_SQLITE_TIME = "%Y-%m-%d %H:%M:%S.%f"
"""As SQLAlchemy writes a time into SQLite."""

_CACHE_KIB = 262_144
"""For SQLite's pages: the index over the references of ten million calls fits in it, whatever their order. With a
fourth of that, which holds a million's, filing a million beside seven takes a fourth more of the processor's time."""

_CITED = re.compile(rb'"batch":\s?("(?:[^"\\]|\\.)*"),\s?"row":\s?([0-9]+)')
"""A statement that a result names. Within a JSON text no string holds a bare quote, so that only a key fits."""


class Filing:
    """Stores results through an open transaction: all of them are there once it is committed, or none."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        sqlite = self._sqlite = connection.dialect.name == "sqlite"
        self._last: int | None = None
        """The last frame's id, where it tells the next ones."""
        if sqlite:
            connection.exec_driver_sql(f"PRAGMA cache_size = -{_CACHE_KIB}")
        now = datetime.now(UTC)
        self._now = now.strftime(_SQLITE_TIME) if sqlite else now
        marks = ", ".join(["?" if sqlite else "%s"] * len(_COLUMNS))
        # Rows go past SQLAlchemy, which takes three times as long for each as the database.
        self._insert = f"INSERT INTO traces ({', '.join(_COLUMNS)}, result) VALUES ({marks}, 'null')"

    def add(self, frames: Sequence[bytes], calls: Iterable[tuple[str, str, str | None, int, int]]) -> None:
        """Store frames (Zstandard, a result a line) and their calls.

        Of each its call_ref, verdict and campaign, in which of `frames` and in which line its result stands.
        """
        if not frames:
            return
        ids, now = self._stored(frames), self._now
        rows = [(ref, verdict, campaign, now, ids[frame], line) for ref, verdict, campaign, frame, line in calls]
        self._connection.exec_driver_sql(self._insert, rows)

    def _stored(self, frames: Sequence[bytes]) -> Sequence[int]:
        """Store frames; gives their ids."""
        if self._last is None:
            wanted = sa.insert(TRACE_FRAMES).returning(TRACE_FRAMES.c.frame_id, sort_by_parameter_order=True)
            ids = self._connection.execute(wanted, [{"lines": frame} for frame in frames]).scalars().all()
            self._last = ids[-1] if self._sqlite else None
            return ids
        # Nobody else writes into SQLite before this transaction ends, so that its next ids are these.
        ids = range(self._last + 1, self._last + 1 + len(frames))
        self._connection.exec_driver_sql(
            "INSERT INTO trace_frames (frame_id, lines) VALUES (?, ?)", list(zip(ids, frames, strict=True))
        )
        self._last = ids[-1]
        return ids


def line_in(lines: bytes, number: int) -> bytes:
    """One of the results of an unpacked frame, as its JSON."""
    start = 0
    for _ in range(number):
        start = lines.index(b"\n", start) + 1
    return lines[start : lines.index(b"\n", start)]


def cited_in(lines: bytes) -> Iterator[tuple[str, int]]:
    """The statements (batch, row) that the results of an unpacked frame name."""
    for batch, row in _CITED.findall(lines):
        yield orjson.loads(batch), int(row)


def naming(names: Iterable[str]) -> re.Pattern[str]:
    """What a result's JSON holds where one of these names is a value in it."""
    return re.compile("|".join(re.escape(orjson.dumps(name).decode()) for name in names))


def cited_by(told: Any) -> Iterator[tuple[str, int]]:
    """The statements (batch, row) that a result names."""
    if isinstance(told, dict):
        plain = cast("dict[str, Any]", told)
        if isinstance(plain.get("batch"), str) and isinstance(plain.get("row"), int):
            yield plain["batch"], plain["row"]
        told = list(plain.values())
    if isinstance(told, list):
        for each in cast("list[Any]", told):
            yield from cited_by(each)
