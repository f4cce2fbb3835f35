"""One row of an SQL dump, `(...)` of an INSERT or a line of a COPY: where it ends, and its values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from hoptrace.intake.formats.text.lines import decoded

_LONG = 19
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "0": "", "Z": "\x1a"}
# Possessive throughout: no text without an end is looked at twice.
_TEXT = {True: rb"'(?:[^'\\]++|\\.|'')*+'", False: rb"'(?:[^']++|'')*+'"}
_ROW = {escapes: re.compile(rb"[\s,]*+(\((?:[^'()]++|%b)*+\))" % text, re.DOTALL) for escapes, text in _TEXT.items()}
_VALUES = {
    escapes: re.compile(rf"\s*+(?:'({text[1:-1].decode()})'|([^,']*+))\s*+(?:,|\Z)", re.DOTALL)
    for escapes, text in _TEXT.items()
}
_BARE = rb"[!-&*+\-./0-9:-\[\]-~]++"
_PLAIN = {True: rb"'[^'\\\0\x80-\xff]*+(?:\\[^\0\x80-\xff][^'\\\0\x80-\xff]*+)*+'", False: rb"'[^'\0\x80-\xff]*+'"}
"""Values of plain rows: ASCII in which no quote is doubled, with blanks before them at most."""
_MOST_COLUMNS = 64
"""A row of more is read by the pattern of all rows."""

Value = str | int | float | None
Part = tuple[bytes, list[Value] | str, int]
"""The bytes of a row, its values or why it has none, and where to read on."""


@lru_cache
def plain_row(columns: int, escapes: bool) -> re.Pattern[bytes] | None:
    """A row of an INSERT with so many plain values, and what stands before it: the row is the first group.

    It is a few times as fast as the pattern of all rows and, by `plain_values`, says the same. None where it would be
    too long. `escapes`: backslashes in texts escape, as MySQL writes them.
    """
    if not 0 < columns <= _MOST_COLUMNS:
        return None
    value = b"(%b|%b)" % (_PLAIN[escapes], _BARE)
    return re.compile(rb"[\s,]*+(\(\s*+%b\))" % rb",\s*+".join([value] * columns), re.DOTALL)


def plain_value(cell: bytes, escapes: bool) -> Value:
    """The value of one cell of a plain row."""
    text = cell.decode("ascii")
    if text[0] != "'":
        return _plain(text)
    return _unescaped(text[1:-1]) if escapes else text[1:-1]


def plain_values(cells: Sequence[bytes], escapes: bool) -> list[Value]:
    """The values of some cells of plain rows, as of a column."""
    # No cell has a zero character, so that all can be decoded and divided together.
    together = b"\0".join(cells).decode("ascii")
    values: list[Value] = [*together[1:-1].split("'\0'")]
    if len(values) != len(cells) or not together[0] == together[-1] == "'":  # not all of them are texts
        values = [cell[1:-1] if cell[0] == "'" else _plain(cell) for cell in together.split("\0")]
    if escapes and "\\" in together:
        return [_unescaped(value) if type(value) is str and "\\" in value else value for value in values]
    return values


def row_at(content: bytes, at: int, escapes: bool, wanted: bool) -> Part | None:
    """The next row of an INSERT, None where none follows or it is broken; one that is not wanted without its values."""
    match = _ROW[escapes].match(content, at)
    if match is None:
        return None
    return match[1], _values(match[1][1:-1], escapes) if wanted else [], match.end()


def copied_values(line: bytes) -> list[Value]:
    """The values of a line of a COPY."""
    return [None if cell == r"\N" else _unescaped(cell) for cell in decoded(line).split("\t")]


def _values(row: bytes, escapes: bool) -> list[Value]:
    text = decoded(row)
    values = [_plain(plain) if plain else said for said, plain in _VALUES[escapes].findall(text)[:-1]]
    if "''" in text or (escapes and "\\" in text):
        return [_unquoted(value, escapes) for value in values]
    return values


def _unquoted(value: Value, escapes: bool) -> Value:
    if type(value) is not str or not ("'" in value or "\\" in value):
        return value
    text = value.replace("''", "'")
    return _unescaped(text) if escapes else text


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return re.sub(r"\\(.)", lambda match: _ESCAPED.get(match[1], match[1]), text, flags=re.DOTALL)


def _plain(text: str) -> Value:
    if text == "NULL":
        return None
    if text.isdecimal() and len(text) < _LONG:
        return int(text)
    try:
        return float(text)
    except ValueError:
        return None if text.strip().upper() == "NULL" else text.strip()
