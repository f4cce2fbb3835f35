"""The lines of a growing log: bytes without line end, and whether the last one was still being written."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import zstandard

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.text.lines import decoded
from hoptrace.intake.limits import row_refusal, rows_refusal
from hoptrace.intake.reading import Source

CUT = "last line is cut: file still being written?"
_ENDS = (b"\n", b"\r")
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Line:
    """One line: 1-based number, bytes without line end, and whether a line end followed."""

    number: int
    raw: bytes
    ended: bool

    @property
    def text(self) -> str:
        """The line as valid Unicode: no byte order mark, no zero bytes, what is no UTF-8 as replacement characters."""
        return decoded(self.raw)


def lines_of(source: Source) -> Iterator[Line]:
    """All lines of a file, by LF, CRLF or CR; raises InputRefused where it cannot be read or unpacked."""
    try:
        with source.open() as stream:
            longest = source.limits.longest_row
            for number, raw in enumerate(_split(stream, longest), start=1):
                if len(raw.rstrip(b"\r\n")) > longest:
                    raise InputRefused(row_refusal(source.name, number, source.limits))
                if number > source.limits.most_rows:
                    raise InputRefused(rows_refusal(source.name, source.limits))
                yield Line(number, raw.removesuffix(b"\n").removesuffix(b"\r"), raw.endswith(_ENDS))
    except (OSError, EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError) as error:
        raise InputRefused(f"{source.name}: cannot be read to its end: {error}. Send the file again.") from error


def _split(stream: IO[bytes], longest: int) -> Iterator[bytes]:
    """The lines with their ends; of one that is longer than `longest` only so much that this can be seen."""
    rest = b""
    while piece := stream.read(_PIECE):
        lines = (rest + piece).splitlines(keepends=True)
        # A CR at the end of a piece may be half of a CRLF.
        rest = b"" if lines[-1].endswith(b"\n") else lines.pop()
        yield from lines
        if len(rest) > longest:
            break
    if rest:
        yield rest


def head_lines(head: bytes, limit: int = 200) -> list[str]:
    """The first whole lines that are not blank, to tell a format by; a single line may lack its end."""
    lines = head.splitlines(keepends=True)
    whole = lines[:-1] if len(lines) > 1 and not lines[-1].endswith(_ENDS) else lines
    return [decoded(line).rstrip("\r\n") for line in whole if line.strip()][:limit]
