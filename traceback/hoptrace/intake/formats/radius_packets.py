"""RADIUS accounting packets out of a file: FreeRADIUS detail text, or JSON objects; attributes may repeat."""

from __future__ import annotations

from collections.abc import Iterator

from hoptrace.intake.formats.radius_attributes import Packet
from hoptrace.intake.formats.radius_json import json_packets
from hoptrace.intake.formats.radius_text import detail_packets


def packets_of(content: bytes) -> Iterator[Packet]:
    """All packets of a file, which is JSON where it begins with a brace."""
    is_json = content.lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(b"{")
    return json_packets(content) if is_json else detail_packets(content)
