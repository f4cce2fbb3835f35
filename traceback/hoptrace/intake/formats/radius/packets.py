"""RADIUS accounting packets out of a file: FreeRADIUS detail text, or JSON objects; attributes may repeat."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hoptrace.intake.formats.json.parsing import CUT
from hoptrace.intake.formats.radius.attributes import Lines, Packet
from hoptrace.intake.formats.radius.json import json_packets

NO_ATTRIBUTES = "no attributes"
_EPOCH_DIGITS = 10

_BLANKS = b" \t\r\n"
"""What may stand between packets; other white space, as damage leaves it, is kept with the row."""

_PACKET = re.compile(rb"[^ \t\r\n][^\r\n]*(?:(?:\r\n|\n|\r)[ \t]+[^\r\n]+)*")


def packets_of(content: bytes) -> Iterator[Packet]:
    """All packets of a file, which is JSON where it begins with a brace."""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(b"{"):
        yield from json_packets(content)
    else:
        yield from _detail_packets(content)


def _detail_packets(content: bytes) -> Iterator[Packet]:
    complete = content.endswith((b"\n", b"\r"))
    number, raw, lines = 0, b"", Lines()
    for packet in _split(content.removeprefix(b"\xef\xbb\xbf")):
        if number:
            yield _detail_packet(number, raw, lines, complete=True)
        number, raw = number + 1, packet
    if number:
        yield _detail_packet(number, raw, lines, complete=complete)


def _split(content: bytes) -> Iterator[bytes]:
    """The packets of a detail file: a line that is not indented and the indented ones below it."""
    for part in content.split(b"\n\n"):
        # Nearly every part is one packet, with but indented lines below the first; that is seen quicker than found.
        if part[:1].strip(_BLANKS) and b"\r" not in part and part.count(b"\n") == part.count(b"\n\t"):
            yield part
        else:
            yield from _PACKET.findall(part)


def _detail_packet(number: int, raw: bytes, lines: Lines, *, complete: bool) -> Packet:
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
    return Packet(number, raw, attributes, problem)
