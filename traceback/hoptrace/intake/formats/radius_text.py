"""RADIUS packets as FreeRADIUS writes them into `detail` files: a line of date, and an attribute a line below it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hoptrace.intake.formats.freeswitch_documents import CUT
from hoptrace.intake.formats.h323_records import Said
from hoptrace.intake.formats.radius_attributes import Packet, attribute
from hoptrace.intake.formats.radius_names import Names

NO_ATTRIBUTES = "no attributes"
_EPOCH_DIGITS = 10
_MOST_KNOWN = 50_000

_PACKET = re.compile(rb"[^\s][^\r\n]*(?:(?:\r\n|\n|\r)[ \t]+[^\r\n]+)*")
_ATTRIBUTE = re.compile(r"[ \t]*([A-Za-z][\w.:-]*)[ \t]*[+:]?=[ \t]*(.*)")


def detail_packets(content: bytes) -> Iterator[Packet]:
    """The packets of a detail file."""
    complete = content.endswith((b"\n", b"\r"))
    number, raw, lines = 0, b"", _Lines()
    for packet in _split(content.removeprefix(b"\xef\xbb\xbf")):
        if number:
            yield _packet(number, raw, lines, complete=True)
        number, raw = number + 1, packet
    if number:
        yield _packet(number, raw, lines, complete=complete)


def _split(content: bytes) -> Iterator[bytes]:
    """The packets of a detail file: a line that is not indented and the indented ones below it."""
    for part in content.split(b"\n\n"):
        # Nearly every part is one packet, with but indented lines below the first; that is seen quicker than found.
        if part[:1].strip() and b"\r" not in part and part.count(b"\n") == part.count(b"\n\t"):
            yield part
        else:
            yield from _PACKET.findall(part)


def _packet(number: int, raw: bytes, lines: _Lines, *, complete: bool) -> Packet:
    """A packet of a detail file; the server writes its Timestamp last, so that one without it and a line end is cut."""
    text = raw.decode("utf-8", "replace")
    if "\r" in text or "\0" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    attributes: dict[str, str] = {}
    for line in text.split("\n"):
        name, value = lines[line]
        if name and name not in attributes:
            attributes[name] = value
    problem = None if attributes else NO_ATTRIBUTES
    if not complete and len(attributes.get("timestamp", "")) < _EPOCH_DIGITS:
        problem = CUT
    return Packet(number, raw, Said.of(attributes), problem)


class _Lines(dict[str, tuple[str, str]]):
    """Lines to the name and value of an attribute, the name empty where it is not wanted; most come again."""

    def __init__(self) -> None:
        super().__init__()
        self._names = Names()

    def __missing__(self, line: str) -> tuple[str, str]:
        match = _ATTRIBUTE.fullmatch(line)
        found = ("", "") if match is None else attribute(self._names, match[1], match[2])
        if len(self) < _MOST_KNOWN:
            self[line] = found
        return found
