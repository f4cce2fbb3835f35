"""Plain BER values of TS 32.298, read by tables that are made of pycrate's modules as records need them.

pycrate reads bit by bit. Here whole octets are read, and only where there can be no doubt: known tags, definite
lengths, nothing in fragments, sizes and values within their constraints. Everything else raises ValueError or
LookupError and is for pycrate to decode or to refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from hoptrace.intake.formats.tgpp.values import (
    Read,
    read_boolean,
    read_enumerated,
    read_integer,
    read_octets,
    read_text,
)

_CONSTRUCTED, _LONG_TAG, _LONG = 0x20, 0x1F, 0x80


class Components:
    """The components of a type by their identifier octets, each with its name and what reads it.

    `kind` is pycrate's object of the type. The table is made when the first value is met, as types may hold themselves.
    """

    def __init__(self, kind: Any) -> None:
        self._kind = kind

    @cached_property
    def by_tag(self) -> dict[int, tuple[str, Read]]:
        """A component that is a CHOICE without a tag stands under the tags of all that it offers."""
        return {tag: (name, read) for name, each in _parts(self._kind) for tag, read in _readers(each)}

    def one(self, content: bytes, at: int, end: int) -> tuple[str, Any]:
        """Name and value of the only component between two places."""
        tag, begin, stop = _value(content, at)
        if stop != end:
            raise ValueError("not one value")
        name, read = self.by_tag[tag]
        return name, read(content, begin, stop)


def _value(content: bytes, at: int) -> tuple[int, int, int]:
    """The value at a place: its identifier octets as one number, beginning and end of its content (X.690 8.1)."""
    tag = content[at]
    at += 1
    if tag & _LONG_TAG == _LONG_TAG:
        octet = _LONG
        while octet & _LONG:
            octet = content[at]
            tag, at = tag << 8 | octet, at + 1
    size = content[at]
    at += 1
    if size >= _LONG:
        octets = size & ~_LONG
        if not 0 < octets <= 4:
            raise ValueError("no plain length")
        size, at = int.from_bytes(content[at : at + octets], "big"), at + octets
    return tag, at, at + size


def _values(content: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The values between two places."""
    while at < end:
        tag, begin, at = _value(content, at)
        yield tag, begin, at
    if at != end:
        raise ValueError("longer than what it is in")


def _parts(kind: Any) -> Iterator[tuple[str, Any]]:
    if kind.TYPE in ("SEQUENCE OF", "SET OF"):
        yield "", kind._cont
    else:
        yield from kind._cont.items()


def _readers(kind: Any) -> Iterator[tuple[int, Read]]:
    """What reads a type, by the identifier octets that its values may have; nothing for types that are in doubt."""
    if len(kind._tagc) == 1 and kind.TYPE in _MAKERS:
        yield _identifier(kind), _MAKERS[kind.TYPE](kind)
    elif not kind._tagc and kind.TYPE == "CHOICE":
        for name, each in kind._cont.items():
            for tag, read in _readers(each):
                yield tag, _named(name, read)


def _named(name: str, read: Read) -> Read:
    return lambda content, at, end: (name, read(content, at, end))


def _identifier(kind: Any) -> int:
    """The identifier octets of a type's values as one number."""
    tag_class, number = kind._tagc[0]
    first: int = tag_class << 6 | (_CONSTRUCTED if kind.TYPE in _HOLDING else 0)
    if number < _LONG_TAG:
        return first | number
    if number < _LONG:
        return (first | _LONG_TAG) << 8 | number
    return ((first | _LONG_TAG) << 8 | _LONG | number >> 7) << 8 | number & ~_LONG


def _choice(kind: Any) -> Read:
    return Components(kind).one


def _set(kind: Any) -> Read:
    inside, needed = Components(kind), set(kind._root_mand)

    def read(content: bytes, at: int, end: int) -> dict[str, Any]:
        """The components between two places, by name; each may stand anywhere."""
        found: dict[str, Any] = {}
        by_tag = inside.by_tag
        while at < end:
            tag, size = content[at], content[at + 1]
            if size < _LONG and tag & _LONG_TAG != _LONG_TAG:  # as most are, for which a call would cost more than this
                begin, at = at + 2, at + 2 + size
            else:
                tag, begin, at = _value(content, at)
            name, component = by_tag[tag]
            found[name] = component(content, begin, at)
        if at != end:
            raise ValueError("longer than what it is in")
        if not needed <= found.keys():
            raise ValueError("a component is missing")
        return found

    return read


def _sequence(kind: Any) -> Read:
    read_set, places = _set(kind), {name: at for at, name in enumerate(kind._cont)}

    def read(content: bytes, at: int, end: int) -> dict[str, Any]:
        """The same, in the order in which they are defined; raises ValueError."""
        found = read_set(content, at, end)
        order = [places[name] for name in found]
        if order != sorted(order) or len(order) != sum(1 for _ in _values(content, at, end)):
            raise ValueError("components are not in their order")
        return found

    return read


def _several(kind: Any) -> Read:
    inside, sizes = Components(kind), kind._const_sz

    def read(content: bytes, at: int, end: int) -> list[Any]:
        """The values between two places; raises ValueError where they are too few or too many."""
        values = list(_values(content, at, end))
        if sizes is not None and len(values) not in sizes:
            raise ValueError("not as many as there must be")
        return [inside.by_tag[tag][1](content, begin, stop) for tag, begin, stop in values]

    return read


_HOLDING = frozenset({"CHOICE", "SET", "SEQUENCE", "SET OF", "SEQUENCE OF"})
_MAKERS: dict[str, Callable[[Any], Read]] = {
    "CHOICE": _choice,
    "SET": _set,
    "SEQUENCE": _sequence,
    "SET OF": _several,
    "SEQUENCE OF": _several,
    "OCTET STRING": read_octets,
    "GraphicString": read_text,
    "UTF8String": read_text,
    "IA5String": read_text,
    "INTEGER": read_integer,
    "ENUMERATED": read_enumerated,
    "BOOLEAN": read_boolean,
}
"""What makes the reader of a type; others are rare in records, and pycrate's."""
