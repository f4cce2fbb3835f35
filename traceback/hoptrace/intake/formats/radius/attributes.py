"""The attributes of RADIUS packets: which are wanted, and their names and values as they are written.

Values that begin with their own name (`h323-gw-id=...`) lose it; AV pairs (`Cisco-AVPair = "call-id=..."`) stand under
the name inside. Names are put into small letters. Only what makes a call is kept of a packet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from hoptrace.intake.formats.json.values import clean
from hoptrace.intake.formats.radius.names import PAIRS, Names

_MOST_KNOWN = 50_000
_MOST_VALUES = 5_000
_QUOTES = ('"', "'")

_ATTRIBUTE = re.compile(r"[ \t]*([A-Za-z][\w.:-]*)[ \t]*[+:]?=[ \t]*(.*)")
_ESCAPED = re.compile(r"\\([0-7]{3}|.)")


class Packet(NamedTuple):
    """One packet of a file: `number` from 1, `attributes` by name; `problem` where it cannot be read."""

    number: int
    raw: bytes
    attributes: dict[str, str]
    problem: str | None = None


def attributes_of_one(texts: Iterable[tuple[str, str]], wanted: Wanted) -> dict[str, str]:
    """The attributes of a packet by its wanted names and values as written, in order; the first of each counts."""
    found: dict[str, str] = {}
    for written, text in texts:
        known = wanted[written]
        if known is not None:
            name, bare = known[text]
            if name not in found:
                found[name] = bare
    found.pop("", None)
    return found


class Wanted(dict[str, "_Values | None"]):
    """Names as written to what is known of their values; None where they are not wanted."""

    def __init__(self) -> None:
        super().__init__()
        self.names = Names()

    def __missing__(self, written: str) -> _Values | None:
        self[written] = known = _Values(self.names, written) if self.names[written] else None
        return known


class _Values(dict[str, tuple[str, str]]):
    """The values of a name as written to name and value, the name empty where it is not wanted; most come again."""

    def __init__(self, names: Names, written: str) -> None:
        super().__init__()
        self.names, self._written = names, written

    def __missing__(self, text: str) -> tuple[str, str]:
        found = _attribute(self.names, self._written, clean(text) or "")
        if len(self) < _MOST_VALUES:
            self[text] = found
        return found


class Lines(dict[str, tuple[str, str]]):
    """The same for the lines of a detail file."""

    def __init__(self) -> None:
        super().__init__()
        self.names = Names()

    def __missing__(self, line: str) -> tuple[str, str]:
        match = _ATTRIBUTE.fullmatch(line)
        found = ("", "") if match is None else _attribute(self.names, match[1], match[2])
        if len(self) < _MOST_KNOWN:
            self[line] = found
        return found


def _attribute(names: Names, written: str, quoted: str) -> tuple[str, str]:
    """Name and value of an attribute; the name is empty where it is not wanted or has no value."""
    name = names[written]
    if not name:
        return "", ""
    # Nearly all values are quoted in text, and have nothing escaped inside; in JSON they are not.
    if quoted[:1] == '"' == quoted[-1:] and "\\" not in quoted:
        value = quoted[1:-1]
    else:
        value = quoted if quoted[:1].isalnum() else _bare(quoted)
    if name == PAIRS:
        inner, _, value = value.partition("=")
        name = names[inner]
        if name == PAIRS:
            return "", ""
    elif value.startswith(name) and value[len(name) : len(name) + 1] == "=":
        value = value[len(name) + 1 :]
    value = value.strip()
    return (name, value) if value else ("", "")


def _bare(value: str) -> str:
    """A value without the quotes around it and what was escaped inside them."""
    value = value.strip()
    if value[:1] not in _QUOTES:
        return value
    value = value[1:-1] if value[-1:] == value[0] and len(value) > 1 else value[1:]
    return _ESCAPED.sub(lambda match: match[1] if len(match[1]) == 1 else chr(int(match[1], 8) % 256), value)
