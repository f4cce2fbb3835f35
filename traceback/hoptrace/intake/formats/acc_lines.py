"""The lines of a growing log: bytes without line end, and whether the last one was still being written."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import zstandard

from hoptrace.errors import InputRefused
from hoptrace.intake.limits import row_refusal, rows_refusal
from hoptrace.intake.reading import Source

CUT = "last line is cut: file still being written?"
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: 1-based number, bytes without line end, and whether a line end followed."""

    number: int
    raw: bytes
    ended: bool

    @property
    def text(self) -> str:
        """The line as valid Unicode; bytes that are no UTF-8 show as the replacement character."""
        return self.raw.decode("utf-8", "replace")


def lines_of(source: Source) -> Iterator[Line]:
    """All lines of a file; raises InputRefused where it cannot be read or unpacked."""
    try:
        with source.open() as stream:
            longest = source.limits.longest_row
            for number, raw in enumerate(iter(lambda: stream.readline(longest + 2), b""), start=1):
                if len(raw.rstrip(b"\r\n")) > longest:
                    raise InputRefused(row_refusal(source.name, number, source.limits))
                if number > source.limits.most_rows:
                    raise InputRefused(rows_refusal(source.name, source.limits))
                bare = raw.removesuffix(b"\n").removesuffix(b"\r")
                yield Line(number, bare.removeprefix(_BOM) if number == 1 else bare, raw.endswith(b"\n"))
    except (OSError, EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError) as error:
        raise InputRefused(f"{source.name}: cannot be read to its end: {error}. Send the file again.") from error


def head_lines(head: bytes, limit: int = 200) -> list[str]:
    """The first whole lines that are not blank, to tell a format by; a single line may lack its end."""
    lines = head.removeprefix(_BOM).split(b"\n")
    whole = lines[:-1] if len(lines) > 1 else lines
    return [line.rstrip(b"\r").decode("utf-8", "replace") for line in whole if line.strip()][:limit]
