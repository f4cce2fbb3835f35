"""JSON objects that differ from others of their file in nothing but the texts between their quotes, and in numbers.

A server writes all packets of a kind alike. So what stands where is found out once for each shape, by Python's parser;
the other objects of a shape are divided at their quotes, which takes a third of the time that parsing takes.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple

from hoptrace.intake.limits import DEEPEST_JSON

_WINDOW = 1 << 16
"""Longer objects are left to the parser."""

_WORTH = 4
"""So many objects of a shape are seen before it is found out: in short files that costs more than it saves."""

_MOST_SHAPES = 500
_MOST_DIGITS = 18
_AROUND = " \t\r\n\ufeff\0,"
_MARK = "\x7f"
_DIGITS = b"0123456789"
_NO_CONTROLS = bytes(range(32, 256))
_HAS_DIGIT = re.compile(r"[0-9]")
_NUMBER = re.compile(r"(\D*)(?<!-)(0|[1-9]\d{0,17})(\D*)", re.ASCII)
"""What stands between two texts, with an integer in it that is written as Python would write it."""

Json = dict[str, Any]
Hook = Callable[[list[tuple[str, Any]]], Json]
Places = Callable[[Sequence[str]], tuple[str, ...]]


class Shape(NamedTuple):
    """`names`: the keys, as written, of the values that are wanted; `values` takes these out of an object's parts."""

    names: tuple[str, ...]
    values: Places


class Shaped(NamedTuple):
    """An object of a known shape: where it ends, its bytes, and the values that are wanted (and more behind them)."""

    end: int
    raw: bytes
    shape: Shape
    values: tuple[str, ...]


@dataclass(slots=True)
class _Structure:
    """Objects with the same outside of their quotes, but for numbers; those that have the same keys are one shape.

    `numbers`: the parts that hold one, and what stands before and behind it; `controls`: how many control characters
    such an object has outside of quotes.
    """

    keys: Places
    numbers: list[tuple[int, str, str]]
    controls: int
    shapes: dict[tuple[str, ...], Shape | None] = field(default_factory=dict[tuple[str, ...], "Shape | None"])

    def with_numbers(self, parts: list[str], digits: int) -> bool:
        """Leave nothing but the numbers in the parts that hold one; False where these are not all `digits`."""
        for place, before, behind in self.numbers:
            part = parts[place]
            number = part[len(before) : len(part) - len(behind)]
            if not number.isdecimal() or len(number) > _MOST_DIGITS or (number[0] == "0" != number):
                return False
            parts[place] = number
            digits -= len(number)
        return digits == 0


class Shapes:
    """The shapes of one text. `hook` makes an object of keys that may repeat; `texts`: what is wanted of one."""

    def __init__(self, text: str, hook: Hook, texts: Callable[[Json], Iterable[tuple[str, str]]]) -> None:
        self._text, self._hook, self._texts = text, hook, texts
        self._structures: dict[bytes, _Structure | None] = {}
        self._met: Counter[bytes] = Counter()
        self._left = _MOST_SHAPES
        self._line = self._brace = 0

    def read(self, at: int) -> Shaped | None:
        """The object that begins at a place, None where its shape is not known."""
        part = self._part(at)
        if not part or "\\" in part:
            return None
        parts = part.split('"')
        between = '"'.join(parts[::2]).encode("utf-8", "surrogateescape")
        kept = between.translate(None, _DIGITS)
        structure = self._structures.get(kept) or self._met_again(kept, part)
        if structure is None:
            return None
        raw = part.encode("utf-8", "surrogateescape")
        # Without a control character in a text, which Python's parser does not let pass.
        if len(raw.translate(None, _NO_CONTROLS)) != structure.controls:
            return None
        if not structure.with_numbers(parts, len(between) - len(kept)):
            return None
        keys = structure.keys(parts)
        if keys not in structure.shapes and self._left:
            self._left -= 1
            structure.shapes[keys] = self._shape(part)
        shape = structure.shapes.get(keys)
        return None if shape is None else Shaped(at + len(part), raw, shape, shape.values(parts))

    def _part(self, at: int) -> str:
        """The text up to the next object, which begins a line or stands right behind this one."""
        if self._text[at] != "{":
            return ""
        if self._line <= at:
            self._line = self._begin("\n{", at)
        if self._brace <= at:
            self._brace = self._begin("}{", at)
        end = min(self._line, self._brace)
        return self._text[at:end].rstrip(_AROUND) if end - at <= _WINDOW else ""

    def _begin(self, sign: str, at: int) -> int:
        found = self._text.find(sign, at)
        return len(self._text) if found < 0 else found + 1

    def _met_again(self, kept: bytes, part: str) -> _Structure | None:
        """The structure of an object, if it was met often enough."""
        if kept in self._structures or not self._left:
            return None
        self._met[kept] += 1
        if self._met[kept] < _WORTH:
            return None
        self._left -= 1
        self._structures[kept] = structure = _structure(part)
        return structure

    def _shape(self, part: str) -> Shape | None:
        """The shape of an object whose structure is known."""
        parts, (template, _) = part.split('"'), _template(part)
        told: Json = json.loads(template, object_pairs_hook=lambda pairs: self._hook(_named(pairs, parts)))
        wanted = list(self._texts(told))
        if any(text[:1] != _MARK for _, text in wanted):  # true or false, which no such value is
            return None
        return Shape(tuple(name for name, _ in wanted), _places([int(text[1:]) for _, text in wanted]))


def _structure(part: str) -> _Structure | None:
    """The structure of an object, None where it is none for Python, or holds what is not read by parts."""
    template, numbers = _template(part)
    keys: list[int] = []
    try:
        if numbers is None or part.count("{") + part.count("[") > DEEPEST_JSON or type(json.loads(part)) is not dict:
            return None
        json.loads(template, object_pairs_hook=lambda pairs: keys.extend(int(key[1:]) for key, _ in pairs))
    except ValueError:
        return None
    between = '"'.join(part.split('"')[::2]).encode("utf-8", "surrogateescape")
    return _Structure(_places(sorted(keys)), numbers, len(between.translate(None, _NO_CONTROLS)))


def _template(part: str) -> tuple[str, list[tuple[int, str, str]] | None]:
    """The object with the place of each text and number in its stead, and the numbers; None where one is odd."""
    parts = part.split('"')
    numbers: list[tuple[int, str, str]] = []
    for place, text in enumerate(parts):
        if place % 2:
            parts[place] = f"{_MARK}{place}"
        elif _HAS_DIGIT.search(text) is not None:
            match = _NUMBER.fullmatch(text)
            if match is None:
                return "", None
            numbers.append((place, match[1], match[3]))
            parts[place] = f'{match[1]}"{_MARK}{place}"{match[3]}'
    return '"'.join(parts), numbers


def _named(pairs: Iterable[tuple[str, Any]], parts: Sequence[str]) -> list[tuple[str, Any]]:
    return [(parts[int(key[1:])], value) for key, value in pairs]


def _places(places: Sequence[int]) -> Places:
    """Takes these parts of an object; two more, so that it is a tuple however few they are."""
    return itemgetter(*places, 0, 0)
