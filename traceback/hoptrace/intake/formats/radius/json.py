"""RADIUS packets that are written as JSON objects, in which attributes repeat: many of one shape at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from hoptrace.intake.formats.json.documents import Document, DocumentReader, text_in
from hoptrace.intake.formats.json.values import Json
from hoptrace.intake.formats.radius.attributes import Packet, Wanted, attributes_of_one
from hoptrace.intake.formats.radius.columns import attributes_of
from hoptrace.intake.formats.radius.shapes import Shape, Shaped, Shapes

_TOGETHER = 512


def json_packets(content: bytes) -> Iterator[Packet]:
    """The packets of a file of JSON objects."""
    documents, batch = DocumentReader(text_in(content), _repeating), _Batch()
    shapes = Shapes(documents.text, _repeating, batch.texts)
    at, number = documents.begin, 0
    while at < len(documents.text):
        number += 1
        shaped = shapes.read(at)
        if shaped is None:
            document, end = documents.read(at, number)
            batch.add(document)
        else:
            end = shaped.end
            batch.add_shaped(number, shaped)
        if number % _TOGETHER == 0:
            yield from batch.packets()
        at = documents.behind(end)
    yield from batch.packets()


class _Batch:
    """Packets on their way, in the order of the file; those of one shape get their attributes together."""

    def __init__(self) -> None:
        self._wanted = Wanted()
        self._packets: list[Packet | tuple[int, bytes]] = []
        self._shapes: dict[int, tuple[Shape, list[int], list[tuple[str, ...]]]] = {}

    def texts(self, said: Json) -> Iterator[tuple[str, str]]:
        """The names and values that are wanted of an object."""
        for written, value in said.items():
            if self._wanted[written] is not None:
                for text in (value,) if type(value) is str else _texts(value):
                    yield written, text

    def add(self, document: Document) -> None:
        """A packet that was parsed."""
        found = attributes_of_one(self.texts(document.data or {}), self._wanted)
        self._packets.append(Packet(document.number, document.raw, found, document.problem))

    def add_shaped(self, number: int, shaped: Shaped) -> None:
        """A packet of a known shape."""
        if id(shaped.shape) not in self._shapes:
            self._shapes[id(shaped.shape)] = (shaped.shape, [], [])
        _, places, rows = self._shapes[id(shaped.shape)]
        places.append(len(self._packets))
        rows.append(shaped.values)
        self._packets.append((number, shaped.raw))

    def packets(self) -> Sequence[Packet]:
        """All that were added since this was asked last."""
        told = self._packets
        for shape, places, rows in self._shapes.values():
            for place, found in zip(places, attributes_of(shape.names, rows, self._wanted), strict=True):
                number, raw, *_ = told[place]
                told[place] = Packet(number, raw, found)
        self._packets, self._shapes = [], {}
        return cast(list[Packet], told)


def _repeating(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which a key that repeats holds the list of its values."""
    found: dict[str, Any] = dict(pairs)
    if len(found) == len(pairs):
        return found
    found.clear()
    for key, value in pairs:
        if key in found:
            before = found[key]
            found[key] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            found[key] = value
    return found


def _texts(value: object) -> Sequence[str]:
    """The values of a name as text; FreeRADIUS' REST module writes `{"type": ..., "value": [...]}`."""
    if type(value) is str:
        return (value,)
    if isinstance(value, dict):
        value = cast(dict[str, object], value).get("value")
        if not isinstance(value, list):
            return _texts(value)
    if isinstance(value, list):
        several = cast(list[object], value)
        if (len(several) == 1 and type(several[0]) is str) or set(map(type, several)) == {str}:
            return cast(list[str], several)
        return [text for each in several if not isinstance(each, list) for text in _texts(each)]
    return () if value is None else (str(value),)
