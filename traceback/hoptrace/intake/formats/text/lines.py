"""Lines of a delimited text file: bytes kept, any line end, and a split that survives broken quotes."""

from __future__ import annotations

import csv
import os
import re
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import zstandard

from hoptrace.errors import InputRefused
from hoptrace.intake.limits import check_content, is_packed
from hoptrace.intake.reading import Source

MOST_BYTES = 2 << 30
"""A file larger than this, unpacked, is refused: calls of one file are joined in memory."""

_LONG = 100_000
"""Of longer lines Python's csv says whether a field is too long."""

_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Line(NamedTuple):
    """One line: `number` from 1, `raw` without line end, `text` with undecodable bytes replaced."""

    number: int
    raw: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Lines:
    """All lines of a file; `complete` is False where the last line has no line end."""

    lines: list[Line]
    complete: bool

    @property
    def unended(self) -> int | None:
        """The number of the last line where it has no line end: a switch is still writing it.

        What stands there may be half of a number or a name, so that it is taken in once the whole line comes.
        """
        return None if self.complete or not self.lines else self.lines[-1].number


def content_of(source: Source) -> bytes:
    """A file's unpacked bytes; raises InputRefused where it is damaged, beyond a limit or UTF-16."""
    try:
        data = _unpacked(source) if is_packed(source.path) else _stored(source.path)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise InputRefused(f"{source.name}: cannot be read or unpacked: {error}. Send the file again.") from error
    if len(data) > MOST_BYTES:
        raise InputRefused(
            f"{source.name}: larger than {MOST_BYTES >> 30} GiB unpacked. Split it by day and submit the parts."
        )
    if data.startswith(_UTF16):
        raise InputRefused(f"{source.name}: written in UTF-16. Save it as UTF-8, or send what the switch wrote itself.")
    check_content(data, source.name, source.limits)
    return data


def _unpacked(source: Source) -> bytes:
    with source.open() as stream:
        return stream.read(MOST_BYTES + 1)


def _stored(path: Path) -> bytes:
    """The bytes of a file that is not packed, up to one more than it may have.

    Room is asked for by its size, and the system is asked no more than it has to be: files of one record come by the
    thousand.
    """
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(handle).st_size
        data = os.read(handle, min(size, MOST_BYTES) + 1)
        # More follows where one call does not read so much, where the file grows, or where its size is not known.
        while len(data) != size and (left := MOST_BYTES + 1 - len(data)):
            more = os.read(handle, min(left, max(len(data), 1 << 20)))
            if not more:
                break
            data += more
    finally:
        os.close(handle)
    return data


def lines_of(source: Source) -> Lines:
    """A file's lines, by LF, CRLF or CR; a byte order mark is kept in `raw` and left out of `text`."""
    data = content_of(source)
    lines = [Line(i, raw, decoded(raw)) for i, raw in enumerate(data.splitlines(), start=1)]
    return Lines(lines, not data or data.endswith((b"\n", b"\r")))


def decoded(raw: bytes) -> str:
    """Text of a line: UTF-8 where it is, else with replacement marks, without NUL bytes."""
    text = raw.removeprefix(_BOM).decode("utf-8", errors="replace")
    return text.replace("\0", "") if "\0" in text else text


def split(text: str, delimiter: str = ",") -> list[str]:
    """The fields of a line by the rules of CSV, stray quotes inside a field allowed."""
    if '"' not in text:
        return text.split(delimiter)
    # Nearly always all fields are in quotes, and none has a quote inside.
    if text[0] == '"' == text[-1] and len(text) <= _LONG:
        fields = text[1:-1].split(f'"{delimiter}"')
        if text.count('"') == 2 * len(fields):
            return fields
    try:
        return next(csv.reader((text,), delimiter=delimiter))
    except (csv.Error, StopIteration):
        return split_tolerant(text, delimiter)


def split_tolerant(text: str, delimiter: str = ",") -> list[str]:
    """The fields of a line whose quotes are not doubled inside fields.

    A quoted field ends only at a quote before a delimiter that is followed by a quote, a digit, another delimiter or
    the end, so that a comma in `""Smith, John" <1115>"` does not divide it.
    """
    fields: list[str] = []
    at, run, field = 0, *_plain(delimiter)
    while True:
        # Fields without a quote in them are divided many at once.
        plain = run.match(text, at)
        if plain is not None:
            fields += [quoted or bare for quoted, bare in field.findall(plain[0])]
            at = plain.end()
        if text[at : at + 1] == '"':
            end = _closing(text, at + 1, delimiter)
            fields.append(text[at + 1 : end].replace('""', '"'))
            at = end + 1
        else:
            end = text.find(delimiter, at)
            end = len(text) if end < 0 else end
            fields.append(text[at:end])
            at = end
        if at >= len(text):
            return fields
        at += 1


@lru_cache
def _plain(delimiter: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Finds fields, each with its delimiter, that end where their first quote or delimiter says; and one of them."""
    end = re.escape(delimiter)
    run = f'(?:(?:"[^"]*"(?={end}["0-9{end}])|[^"{end}][^{end}]*+|){end})++'
    return re.compile(run), re.compile(f'(?:"([^"]*)"|([^"{end}][^{end}]*|)){end}')


def _closing(text: str, at: int, delimiter: str) -> int:
    """Where the quoted field that began before `at` has its closing quote; the end of the text where it has none."""
    start = at
    while (quote := text.find('"', at)) >= 0:
        after = text[quote + 1 : quote + 3]
        if not after or after == delimiter:
            return quote
        if after[0] == delimiter and (after[1] in ('"', delimiter) or after[1].isdigit()) and _even(text, start, quote):
            return quote
        at = quote + 1
    return len(text)


def _even(text: str, start: int, quote: int) -> bool:
    """Whether the quotes just before `quote` are doubled ones, so that it is not the second of a pair itself."""
    run = 0
    while quote - 1 - run >= start and text[quote - 1 - run] == '"':
        run += 1
    return run % 2 == 0 or quote - run == start
