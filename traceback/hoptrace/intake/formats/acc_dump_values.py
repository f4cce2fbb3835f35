"""One row of an SQL dump, `(...)` of an INSERT or a line of a COPY: where it ends, and its values."""

from __future__ import annotations

import re

from hoptrace.intake.formats.asterisk_lines import decoded

_LONG = 19
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "0": "", "Z": "\x1a"}
# Possessive throughout: no text without an end is looked at twice.
_TEXT = {True: rb"'(?:[^'\\]++|\\.|'')*+'", False: rb"'(?:[^']++|'')*+'"}
_ROW = {escapes: re.compile(rb"[\s,]*+(\((?:[^'()]++|%b)*+\))" % text, re.DOTALL) for escapes, text in _TEXT.items()}
_VALUES = {
    escapes: re.compile(rf"\s*+(?:'({text[1:-1].decode()})'|([^,']*+))\s*+(?:,|\Z)", re.DOTALL)
    for escapes, text in _TEXT.items()
}
_BETWEEN, _NEAR = frozenset({b"", b",", b" ", b"\n", b",\n", b"\r\n", b",\r\n"}), 4
_COMMAS = frozenset({",", ", "})
_WINDOW, _TRIES = 4_096, 4
"""Plain rows are shorter, and have fewer parentheses in their texts."""
_DOUBTFUL = frozenset("()\\\0")
"""What no plain row has outside of its texts."""

Value = str | int | float | None
Part = tuple[bytes, list[Value] | str, int]
"""The bytes of a row, its values or why it has none, and where to read on."""


def row_at(content: bytes, at: int, escapes: bool, wanted: bool) -> Part | None:
    """The next row of an INSERT, None where none follows or it is broken; one that is not wanted without its values.

    `escapes`: backslashes in texts escape, as MySQL writes them.
    """
    if wanted and (plain := _plain_row(content, at, escapes)) is not None:
        return plain
    match = _ROW[escapes].match(content, at)
    if match is None:
        return None
    return match[1], _values(match[1][1:-1], escapes) if wanted else [], match.end()


def copied_values(line: bytes) -> list[Value]:
    """The values of a line of a COPY."""
    return [None if cell == r"\N" else _unescaped(cell) for cell in decoded(line).split("\t")]


def _plain_row(content: bytes, at: int, escapes: bool) -> Part | None:
    """A row whose quotes show by themselves where its texts are; None where they may not, or it is none.

    Most rows are read by this, in half of the time.
    """
    begin = content.find(b"(", at, at + _NEAR)
    if begin < 0 or content[at:begin] not in _BETWEEN:
        return None
    end = _end(content, begin, escapes)
    text = decoded(content[begin + 1 : end - 1])
    escaped = escapes and "\\" in text
    if not end or (escaped and "\\\\" in text):
        return None
    # No text has a zero character, so that it can stand for an escaped quote.
    values = _divided((text.replace("\\'", "\0") if escaped else text).split("'"))
    if values is not None and escaped:
        values = [_restored(each) if type(each) is str and ("\0" in each or "\\" in each) else each for each in values]
    return None if values is None else (content[begin:end], values, end)


def _restored(text: str) -> str:
    return _unescaped(text.replace("\0", "\\'"))


def _end(content: bytes, begin: int, escapes: bool) -> int:
    """Where a row ends: at its first closing parenthesis behind which no text is open; 0 where that is far."""
    end = begin
    for _ in range(_TRIES):
        end = content.find(b")", end, begin + _WINDOW) + 1
        quotes = content.count(b"'", begin, end) - (content.count(b"\\'", begin, end) if escapes else 0)
        if not end or not quotes % 2:
            return end
    return 0


def _divided(parts: list[str]) -> list[Value] | None:
    """The values of a row that was divided by its quotes; None where a text may have one inside, or anything is odd."""
    if len(parts) < 3 or len(parts) % 2 == 0:
        return None
    texts_alone = set(parts[2:-1:2]) <= _COMMAS
    if not _DOUBTFUL.isdisjoint(parts[0] + parts[-1] if texts_alone else "".join(parts[::2])):
        return None
    *bare, before = parts[0].split(",")
    after, *last = parts[-1].split(",")
    if before.strip() or after.strip() or (last and not last[-1].strip()):
        return None
    inside: list[Value] | None = [*parts[1:-2:2]] if texts_alone else _with_bare(parts[1:-1])
    return None if inside is None else [*map(_bare, bare), *inside, parts[-2], *map(_bare, last)]


def _with_bare(parts: list[str]) -> list[Value] | None:
    """The values of all texts but the last and of what stands between the texts: numbers, NULL."""
    values: list[Value] = []
    for text, between in zip(parts[:-1:2], parts[1::2], strict=True):
        values.append(text)
        before, *bare = between.split(",")
        if before.strip() or not bare or bare.pop().strip():
            return None
        values += map(_bare, bare)
    return values


def _bare(text: str) -> Value:
    text = text.lstrip()
    return _plain(text) if text else text


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
