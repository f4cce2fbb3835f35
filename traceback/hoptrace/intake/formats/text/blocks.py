"""A text file as blocks of records, each with the number of its first line; nothing of the file is held longer."""

from __future__ import annotations

import codecs
import csv
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa  # pyright: ignore[reportMissingTypeStubs]
import zstandard

from hoptrace.errors import InputRefused
from hoptrace.intake.limits import is_packed, row_refusal, too_long
from hoptrace.intake.reading import Source
from hoptrace.model.arrays import Bytes, Int64s

PIECE_BYTES = 28 * 1024 * 1024
_LOOKED_BACK = 65_536
LONGEST_QUOTED = 50
_CACHED = 1024 * 1024
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


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
    that is known.
    """

    data: bytes
    first_row: int
    unended: bool
    pairs: tuple[tuple[int, int], ...] = ()
    quoted: bool = False
    counted: int | None = None

    def count(self) -> int:
        """How many lines there are."""
        return count_bytes(self.data, _is_end) + self.unended if self.counted is None else self.counted

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
    for piece, last in _with_last(_plain_pieces(source, zeros)):
        data = carry + piece
        whole = len(data) if last else data.rfind(b"\n") + 1
        too_long_at = too_long(data, source.limits.longest_row)
        if too_long_at is not None:
            line = row + data.count(b"\n", 0, too_long_at)
            raise InputRefused(row_refusal(source.name, line, source.limits))
        lines = data[:whole]
        quoted = shape is not None and b'"' in lines
        count, pairs = count_bytes(lines, _is_end) + (bool(lines) and not lines.endswith(b"\n")), []
        if shape is not None and quoted:
            starts, ends = line_bounds(lines)
            pairs, kept = _quoted_pairs(lines, starts, ends, None if last else count, shape)
            if kept < count:
                count, whole = kept, int(starts[kept])
                lines = data[:whole]
        if count:
            yield Block(lines, row, last and not data.endswith(b"\n"), tuple(pairs), quoted, count)
        carry = data[whole:]
        row += count


def count_bytes(data: bytes, which: Callable[[Bytes], npt.NDArray[np.bool_]]) -> int:
    """How many bytes are such; in pieces that stay in the processor's cache, which is quicker than `bytes.count`."""
    every = np.frombuffer(data, np.uint8)
    return sum(int(np.count_nonzero(which(every[at : at + _CACHED]))) for at in range(0, len(every), _CACHED))


def _is_end(piece: Bytes) -> npt.NDArray[np.bool_]:
    return piece == ord("\n")


def first_line(source: Source, comments: tuple[str, ...] = (), *, zeros: bool = False) -> str:
    """The first line that is not blank, without line end and byte order mark; raises InputRefused where none is.

    Lines that begin with one of the `comments` are passed over; `zeros`: zero bytes are left out, not refused.
    """
    try:
        head = source.head()
    except IsADirectoryError:
        raise InputRefused(f"{source.name} is a directory. Name the files in it that are to be submitted.") from None
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise InputRefused(_unreadable(source, error)) from error
    _refuse_foreign(source, head, zeros=zeros)
    text = head.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace").replace("\r", "\n").replace("\0", "")
    for line in text.split("\n"):
        if line.strip() and not line.startswith(comments):
            return line
    for _ in _unpacked(source):  # a packed file that shows nothing may be cut, which only its end tells
        pass
    raise InputRefused(f"{source.name} is empty: there is not even a header. Export it again and submit it.")


def _refuse_foreign(source: Source, head: bytes, *, zeros: bool = False) -> None:
    if head.startswith(_UTF16_MARKS):
        raise InputRefused(f"{source.name} is written in UTF-16. Save it as UTF-8 (in a spreadsheet: «CSV UTF-8»).")
    if not zeros and b"\0" in head[:4096]:
        raise InputRefused(f"{source.name} holds zero bytes: it is no text file. Submit the CDRs as CSV or JSON lines.")


def _unreadable(source: Source, error: BaseException) -> str:
    if is_packed(source.path) and not isinstance(error, (FileNotFoundError, PermissionError)):
        return f"{source.name} cannot be unpacked ({error}): it is cut or damaged. Copy it again and submit it."
    return f"{source.name} cannot be read: {error}."


def _plain_pieces(source: Source, zeros: bool) -> Iterator[bytes]:
    """Unpacked bytes with every line end as one LF, the byte order mark at the very start taken off."""
    held, first = b"", True
    for raw in _unpacked(source):
        piece = held + raw
        if first:
            _refuse_foreign(source, piece, zeros=zeros)
            piece, first = piece.removeprefix(codecs.BOM_UTF8), False
        held = b"\r" if piece.endswith(b"\r") else b""
        if b"\r" in piece:
            piece = piece[: len(piece) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        yield piece
    if held:
        yield b"\n"


def _unpacked(source: Source) -> Iterator[bytes]:
    try:
        with source.open() as stream:
            while piece := _piece(stream):
                yield piece
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise InputRefused(_unreadable(source, error)) from error


def _piece(stream: IO[bytes]) -> bytes:
    """The next bytes, up to the end of a line where that is quick to find: then nothing has to be put together."""
    if not stream.seekable():
        return stream.read(PIECE_BYTES)
    begin, back = stream.tell(), min(_LOOKED_BACK, PIECE_BYTES // 2)
    stream.seek(begin + PIECE_BYTES - back)
    end = stream.read(back)
    stream.seek(begin)
    whole = end.rfind(b"\n") + 1 if len(end) == back else 0
    return stream.read(PIECE_BYTES - back + whole if whole else PIECE_BYTES)


def _with_last(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    before: bytes | None = None
    for piece in pieces:
        if before is not None:
            yield before, False
        before = piece
    yield before or b"", True


def line_bounds(data: bytes) -> tuple[Int64s, Int64s]:
    """Start and end offsets of the lines, line ends left out."""
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
    starts = np.concatenate([[0], ends + 1]).astype(np.int64)
    if data.endswith(b"\n") or not data:
        return starts[:-1], ends.astype(np.int64)
    return starts, np.concatenate([ends, [len(data)]]).astype(np.int64)


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


def slices(data: bytes, starts: Int64s, ends: Int64s) -> pl.Series:
    """The bytes between offsets, in rising order, as Binary."""
    return slices_and_between(data, starts, ends).gather_every(2)


def slices_and_between(data: bytes, starts: Int64s, ends: Int64s) -> pl.Series:
    """The same with what lies between, of which every second is wanted: so nothing has to be copied one by one."""
    bounds = np.empty(2 * len(starts) + 1, dtype=np.int64)
    bounds[0:-1:2], bounds[1::2], bounds[-1] = starts, ends, ends[-1] if len(ends) else 0
    bounds = np.minimum(bounds, len(data))
    arrow: Any = pa  # it has no type stubs
    buffers = [None, arrow.py_buffer(bounds), arrow.py_buffer(data)]
    return pl.Series("raw", arrow.LargeBinaryArray.from_buffers(arrow.large_binary(), len(bounds) - 1, buffers))


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
