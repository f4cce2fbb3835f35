"""A text file as blocks of records, each with the number of its first line; nothing of the file is held longer."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.text.opening import plain_pieces
from hoptrace.intake.formats.text.slices import Looks, count_bytes, is_tidy, line_bounds, look_over, slices
from hoptrace.intake.limits import row_refusal, too_long
from hoptrace.intake.reading import Source
from hoptrace.model.arrays import Bytes, Int64s, Truths

LONGEST_QUOTED = 50


@dataclass(frozen=True, slots=True)
class Shape:
    """How a line of a delimited file is built: its separator and how many columns it must have."""

    separator: str
    width: int


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of a file: their bytes, with LF between them, and the 1-based number of the first.

    `unended`: the last line is the file's last and has no line end. `pairs`: lines (first, last, counted from 0) that
    one quoted field joins. `quoted`: a quote stands somewhere in the lines. `counted`: how many lines there are, where
    that is known. `looks`: what a look over all bytes told, where there was one.
    """

    data: bytes
    first_row: int
    unended: bool
    pairs: tuple[tuple[int, int], ...] = ()
    quoted: bool = False
    counted: int | None = None
    looks: Looks | None = None

    def count(self) -> int:
        """How many lines there are."""
        return count_bytes(self.data, _is_end) + self.unended if self.counted is None else self.counted

    def may_hold(self, mark: bytes) -> bool:
        """Whether one of MARKS stands somewhere in the lines."""
        return mark in (self.data if self.looks is None else self.looks.marks)

    def is_tidy(self) -> bool:
        """No field has a space, a control character or anything else than ASCII."""
        ends = self.count() - self.unended
        return is_tidy(self.data, ends) if self.looks is None else self.looks.low == ends

    def records(self) -> pl.DataFrame:
        """The records one by one: `row` (Int64, line number), `raw` (Binary), `text` (String, null if not UTF-8)."""
        starts, ends = line_bounds(self.data)
        return _records(self.data, starts, ends, self.pairs, self.first_row)

    def raw(self, rows: pl.Series) -> pl.DataFrame:
        """The bytes of the records that begin at these lines, as `row`, `raw`; for the few that are rejected."""
        starts, ends = line_bounds(self.data)
        for begin, end in self.pairs:
            ends[begin] = ends[end]
        lines = [row - self.first_row for row in rows]
        raw = [self.data[int(starts[line]) : int(ends[line])] for line in lines]
        return pl.DataFrame({"row": rows, "raw": raw}, schema={"row": pl.Int64, "raw": pl.Binary})


def blocks(source: Source, shape: Shape | None, *, zeros: bool = False) -> Iterator[Block]:
    """The file's records, some 28 MB at a time; with a `shape`, a quoted field may run over several lines.

    `zeros`: zero bytes are no reason to refuse the file. CRLF and lone CR count as line ends. Raises InputRefused where
    the file is no text or its packing is broken.
    """
    carry, row = b"", 1
    for piece, last in _with_last(plain_pieces(source, zeros)):
        data = carry + piece
        whole = len(data) if last else data.rfind(b"\n") + 1
        too_long_at = too_long(data, source.limits.longest_row)
        if too_long_at is not None:
            line = row + data.count(b"\n", 0, too_long_at)
            raise InputRefused(row_refusal(source.name, line, source.limits))
        lines = data[:whole]
        looks = None if shape is None else look_over(lines)
        quoted = looks is not None and b'"' in looks.marks
        ends = count_bytes(lines, _is_end) if looks is None else looks.ends
        count, pairs = ends + (bool(lines) and not lines.endswith(b"\n")), []
        if shape is not None and quoted:
            starts, ends = line_bounds(lines)
            pairs, kept = _quoted_pairs(lines, starts, ends, None if last else count, shape)
            if kept < count:
                count, whole = kept, int(starts[kept])
                lines, looks = data[:whole], None
        if count:
            yield Block(lines, row, last and not data.endswith(b"\n"), tuple(pairs), quoted, count, looks)
        carry = data[whole:]
        row += count


def _is_end(piece: Bytes) -> Truths:
    return piece == ord("\n")


def _with_last(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    before: bytes | None = None
    for piece in pieces:
        if before is not None:
            yield before, False
        before = piece
    yield before or b"", True


def _quoted_pairs(
    data: bytes, starts: Int64s, ends: Int64s, more: int | None, shape: Shape
) -> tuple[list[tuple[int, int]], int]:
    """Lines (first, last) that one quoted field joins, and how many lines can be judged before more is read."""
    quotes = np.add.reduceat(np.frombuffer(data, np.uint8) == ord('"'), starts, dtype=np.int64)
    odd = [int(line) for line in np.flatnonzero(quotes % 2)]
    pairs: list[tuple[int, int]] = []
    position = 0
    while position < len(odd):
        line = odd[position]
        other = odd[position + 1] if position + 1 < len(odd) else None
        if other is None and more is not None and more - line <= LONGEST_QUOTED:
            return pairs, line
        if other is not None and _is_record(data[int(starts[line]) : int(ends[other])], other - line, shape):
            pairs.append((line, other))
            position += 1
        position += 1
    return pairs, len(starts)


def _is_record(raw: bytes, lines: int, shape: Shape) -> bool:
    if lines > LONGEST_QUOTED:
        return False
    try:
        rows = list(csv.reader([raw.decode("utf-8", "replace")], delimiter=shape.separator, strict=True))
    except csv.Error:
        return False
    return len(rows) == 1 and len(rows[0]) == shape.width


def _records(
    data: bytes, starts: Int64s, ends: Int64s, pairs: Sequence[tuple[int, int]], first_row: int
) -> pl.DataFrame:
    """Lines as a frame; lines inside a pair become part of its first."""
    inner = np.zeros(len(starts), dtype=bool)
    last = ends.copy()
    for begin, end in pairs:
        inner[begin + 1 : end + 1] = True
        last[begin] = ends[end]
    rows = np.arange(first_row, first_row + len(starts), dtype=np.int64)[~inner]
    raw = slices(data, starts[~inner], last[~inner])
    return pl.DataFrame({"row": rows, "raw": raw}).with_columns(text=_as_text(raw))


def _as_text(raw: pl.Series) -> pl.Series:
    try:
        return raw.cast(pl.String)
    except pl.exceptions.ComputeError:
        pass
    # Rare: at least one line is not UTF-8, and polars does not say which.
    return pl.Series("text", [_decoded(line) for line in raw.to_list()], dtype=pl.String)


def _decoded(line: bytes) -> str | None:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return None
