"""Limits against hostile files, for all readers: unpacking, rows, values, entities; each refusal says what to do.

A file is refused as a whole, with its name, the line, the limit, and how to raise it ([intake] in hoptrace.toml). Every
packed file is unpacked by `unpacked` (`Source.open`), every text file read at once is looked over by `check_content`,
and every call that a reader gives by `check_values`.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import polars as pl
import zstandard

from hoptrace.errors import InputRefused
from hoptrace.model.packing import GZIP, ZSTANDARD, packing_of
from hoptrace.settings import IntakeSettings

DEEPEST_JSON = 64
"""A JSON document that nests deeper is rejected by itself; XML parsers stop at 256 of their own accord."""

_PIECE = {GZIP: 65_536, ZSTANDARD: 1_024}
"""Packed bytes unpacked at once. Four bytes of Zstandard can say 128 KiB, so that these stand for 32 MiB at most."""

_ROOMY = 64 << 20
"""A file that unpacks to no more than this may do so from as little as it likes: rows of one kind repeat a lot."""

_GZIP = b"\x1f\x8b"
_PARTS = {GZIP: "gzip members", ZSTANDARD: "Zstandard frames"}
_ENTITY = re.compile(rb"<!ENTITY\b", re.IGNORECASE)
_XML = re.compile(rb"\s*<[?!A-Za-z]")
_MARKS = b"\xef\xbb\xbf"
_LOOKED_AT = 256


class Unpacked(io.RawIOBase):
    """A packed file as its unpacked bytes; raises InputRefused beyond a limit, EOFError where its end is missing."""

    def __init__(self, path: Path, name: str, limits: IntakeSettings) -> None:
        self._name, self._limits, self._packing = name, limits, packing_of(path)
        self._packed = path.open("rb")
        self._pieces = self._unpack()
        self._left = memoryview(b"")
        self._out, self._line = 0, 1

    def readable(self) -> bool:
        """It can be read, forward only."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Fill the buffer from the next unpacked bytes; 0 at the end."""
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size

    def close(self) -> None:
        """Close the packed file too."""
        self._packed.close()
        super().close()

    def _unpack(self) -> Iterator[bytes]:
        parts, taken, member = 0, 0, None
        while packed := self._packed.read(_PIECE[self._packing]):
            taken += len(packed)
            while packed:
                if member is None:
                    packed = packed.lstrip(b"\0") if parts and self._packing == GZIP else packed
                    if not packed:
                        break
                    member, parts = self._member(packed), parts + 1
                    if parts > self._limits.most_members:
                        raise InputRefused(self._too_many())
                for piece in _inflated(member, packed) if self._packing == GZIP else [member.decompress(packed)]:
                    self._count(piece, taken)
                    yield piece
                packed = member.unused_data if member.eof else b""
                if member.eof:
                    member = None
        if member is not None:
            raise EOFError("Compressed file ended before its last part was whole")

    def _member(self, packed: bytes) -> Any:
        """An object that unpacks one member or frame: zlib's and zstandard's have no common type."""
        if self._packing == ZSTANDARD:
            return zstandard.ZstdDecompressor().decompressobj()
        if packed[:2] != _GZIP[: len(packed)]:
            raise gzip.BadGzipFile(f"Not a gzipped file ({packed[:2]!r})")
        return zlib.decompressobj(wbits=31)

    def _count(self, piece: bytes, taken: int) -> None:
        self._out += len(piece)
        if self._out > max(_ROOMY, self._limits.most_expansion * taken):
            raise InputRefused(
                f"{self._name}, line {self._line:,}: expands to more than {self._limits.most_expansion:,} times its "
                f"size ({self._out:,} bytes out of {taken:,}), as no records do. Submit it uncompressed, or raise "
                "most_expansion under [intake] in hoptrace.toml."
            )
        self._line += piece.count(b"\n")

    def _too_many(self) -> str:
        most, parts = self._limits.most_members, _PARTS[self._packing]
        return (
            f"{self._name}, line {self._line:,}: more than {most:,} {parts} in one file. Pack it as one, "
            "submit it unpacked, or raise most_members under [intake] in hoptrace.toml."
        )


def _inflated(member: Any, packed: bytes) -> Iterator[bytes]:
    """What a gzip member gives of these bytes, a piece at a time."""
    while packed and not member.eof:
        yield member.decompress(packed, 1 << 20)
        packed = member.unconsumed_tail


def unpacked(path: Path, name: str, limits: IntakeSettings) -> IO[bytes]:
    """A file for reading, unpacked within the limits where its name ends in .gz or .zst, in capitals or not."""
    if is_packed(path):
        return io.BufferedReader(Unpacked(path, name, limits), 1 << 20)
    return path.open("rb")


def is_packed(path: Path) -> bool:
    """Whether a file's name says that it has to be unpacked."""
    return packing_of(path) != ""


def check_content(data: bytes, name: str, limits: IntakeSettings) -> None:
    """Refuse text with a line that is too long or too many lines, and XML that declares entities."""
    at = too_long(data, limits.longest_row)
    if at is not None:
        raise InputRefused(row_refusal(name, _line_of(data, at), limits))
    if len(data) > limits.most_rows and data.count(b"\n") > limits.most_rows:
        raise InputRefused(rows_refusal(name, limits))
    if _XML.match(data[:_LOOKED_AT].removeprefix(_MARKS)) and (found := _ENTITY.search(data)):
        raise InputRefused(
            f"{name}, line {_line_of(data, found.start()):,}: the XML declares entities, which can make a "
            "small file expand without end. Take the <!ENTITY> declarations out and submit it again."
        )


def _line_of(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


def too_long(data: bytes, longest: int) -> int | None:
    """Where the first line of more than `longest` bytes begins; lines end with LF, CRLF or CR."""
    at = 0
    while len(data) - at > longest:
        end = max(data.rfind(b"\n", at, at + longest + 1), data.rfind(b"\r", at, at + longest + 1))
        if end < 0:
            return at
        at = end + 1
    return None


def row_refusal(name: str, line: int, limits: IntakeSettings) -> str:
    """The sentence about a line that is too long."""
    return (
        f"{name}, line {line:,}: a line of more than {limits.longest_row:,} bytes. A text file has one record "
        "a line; submit the file as the switch or the export wrote it, or raise longest_row under [intake] in "
        "hoptrace.toml."
    )


def rows_refusal(name: str, limits: IntakeSettings) -> str:
    """The sentence about a file with too many lines."""
    return (
        f"{name}, line {limits.most_rows + 1:,}: more than {limits.most_rows:,} lines, and the calls of one file are "
        "joined in memory. Split it by day and submit the parts, or raise most_rows under [intake] in hoptrace.toml."
    )


def check_values(calls: pl.DataFrame, names: list[str], limits: IntakeSettings) -> None:
    """Refuse calls (RAW_CALLS; `names` of the files) with a text that is longer than any number, id or header."""
    filled = [each.name for each in calls.iter_columns() if each.null_count() < calls.height]
    texts = [column for column in filled if calls.schema[column] == pl.String]
    sizes = calls.select(pl.col(texts).str.len_bytes().max())
    longest: dict[str, int] = sizes.row(0, named=True) if texts else {}
    for column, size in longest.items():
        if size > limits.longest_value:
            place = calls.filter(pl.col(column).str.len_bytes() > limits.longest_value).row(0, named=True)
            raise InputRefused(
                f"{names[place['file']]}, row {place['row']:,}: {column} has {size:,} bytes, more than the "
                f"{limits.longest_value:,} that a value may have. Correct that row and submit the file again, or raise "
                "longest_value under [intake] in hoptrace.toml."
            )
