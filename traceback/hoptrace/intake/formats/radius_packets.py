"""RADIUS accounting packets out of a file: FreeRADIUS detail text, or JSON objects; attributes may repeat.

Values that begin with their own name (`h323-gw-id=...`) lose it; AV pairs (`Cisco-AVPair = "call-id=..."`) stand under
the name inside. Names are put into small letters. Only what makes a call is kept of a packet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from hoptrace.intake.formats.freeswitch_documents import CUT, clean, documents_of

NO_ATTRIBUTES = "no attributes"
_EPOCH_DIGITS = 10
_NOTHING = ("", "*")
_QUOTES = ('"', "'")

_PACKET = re.compile(rb"[^\s][^\r\n]*(?:(?:\r\n|\n|\r)[ \t]+[^\r\n]+)*")
_ATTRIBUTE = re.compile(r"^[ \t]*([A-Za-z][\w.:-]*)[ \t]*[+:]?=[ \t]*(.*)$", re.MULTILINE)
_ESCAPED = re.compile(r"\\(\d{3}|.)")
_PAIRS = frozenset({"cisco-avpair", "cisco-command-code", "avpair"})
_WANTED = frozenset({
    "acct-status-type", "acct-session-id", "acct-delay-time", "acct-session-time", "acct-terminate-cause",
    "nas-ip-address", "nas-identifier", "called-station-id", "calling-station-id", "timestamp", "event-timestamp",
    "h323-conf-id", "h323-incoming-conf-id", "h323-call-origin", "h323-call-type", "h323-setup-time",
    "h323-connect-time", "h323-disconnect-time", "h323-disconnect-cause", "h323-remote-address", "h323-remote-id",
    "h323-gw-id", "h323-gw-address", "h323-redirect-number", "call-id", "remote-media-address", "disconnect-text",
    "gw-rxd-cdn", "gw-rxd-cgn", "gw-rxd-rdn", "gw-final-xlated-cdn", "gw-final-xlated-cgn", "in-trunkgroup-label",
    "out-trunkgroup-label", "in-carrier-id", "out-carrier-id", "xpgk-record-id", "xpgk-src-number-in",
    "xpgk-src-number-out", "xpgk-dst-number-in", "xpgk-dst-number-out", "xpgk-origination-gateway-ip",
    "xpgk-termination-gateway-ip", "xpgk-local-src-signaling-address", "xpgk-local-dst-signaling-address",
    "acme-session-ingress-callid", "acme-session-egress-callid", "acme-ingress-remote-addr", "acme-egress-remote-addr",
    "acme-originating-trunk-group", "acme-terminating-trunk-group", "acme-session-ingress-realm",
    "acme-session-egress-realm", "acme-sip-diversion", "acme-sip-status", "acme-egress-final-routing-number",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet of a file: `number` from 1, `attributes` by name; `problem` where it cannot be read."""

    number: int
    raw: bytes
    attributes: dict[str, str]
    problem: str | None = None


def packets_of(content: bytes) -> Iterator[Packet]:
    """All packets of a file, which is JSON where it begins with a brace."""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(b"{"):
        yield from _json_packets(content)
    else:
        yield from _detail_packets(content)


def _json_packets(content: bytes) -> Iterator[Packet]:
    names = _Names()
    for document in documents_of(content, _repeating):
        if document.data is None:
            yield Packet(document.number, document.raw, {}, document.problem)
        else:
            yield Packet(document.number, document.raw, _attributes(_flat(document.data.items()), names))


def _repeating(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which a key that repeats holds the list of its values."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            before = found[key]
            found[key] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            found[key] = value
    return found


def _flat(items: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    """Name and text of each value; FreeRADIUS' REST module writes `{"type": ..., "value": [...]}`."""
    for name, value in items:
        if type(value) is str:
            yield name, clean(value) or ""
        elif isinstance(value, dict):
            yield from _flat([(name, cast(dict[str, Any], value).get("value"))])
        elif isinstance(value, list):
            yield from _flat((name, each) for each in cast(list[Any], value) if not isinstance(each, list))
        elif value is not None:
            yield name, str(value)


def _detail_packets(content: bytes) -> Iterator[Packet]:
    complete = content.endswith((b"\n", b"\r"))
    number, raw, names = 0, b"", _Names()
    for match in _PACKET.finditer(content.removeprefix(b"\xef\xbb\xbf")):
        if number:
            yield _detail_packet(number, raw, names, complete=True)
        number, raw = number + 1, match[0]
    if number:
        yield _detail_packet(number, raw, names, complete=complete)


def _detail_packet(number: int, raw: bytes, names: _Names, *, complete: bool) -> Packet:
    """A packet of a detail file; the server writes its Timestamp last, so that one without it and a line end is cut."""
    text = raw.decode("utf-8", "replace")
    if "\r" in text or "\0" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    attributes = _attributes(_ATTRIBUTE.findall(text), names)
    problem = None if attributes else NO_ATTRIBUTES
    if not complete and len(attributes.get("timestamp", "")) < _EPOCH_DIGITS:
        problem = CUT
    return Packet(number, raw, attributes, problem)


class _Names(dict[str, str]):
    """Names as written to those that are wanted, `*` for AV pairs, empty for all others; each is looked at once."""

    def __missing__(self, written: str) -> str:
        name = written.lower()
        if name in _PAIRS:
            self[written] = "*"
        else:
            plain = name.removeprefix("cisco-").removeprefix("cisco.")
            self[written] = plain if plain in _WANTED else ""
        return self[written]


def _attributes(pairs: Iterable[tuple[str, str]], names: _Names) -> dict[str, str]:
    """What is wanted of a packet's attributes; one that repeats keeps its first value."""
    found: dict[str, str] = {}
    for written, quoted in pairs:
        name = names[written]
        if not name or name in found:
            continue
        # Nearly all values are quoted and have nothing escaped inside.
        value = quoted[1:-1] if quoted[:1] == '"' == quoted[-1:] and "\\" not in quoted else _bare(quoted)
        if name == "*":
            inner, _, value = value.partition("=")
            name = names[inner]
            if name in _NOTHING or name in found:
                continue
        elif value.startswith(name) and value[len(name) : len(name) + 1] == "=":
            value = value[len(name) + 1 :]
        if value := value.strip():
            found[name] = value
    return found


def _bare(value: str) -> str:
    """A value without the quotes around it and what was escaped inside them."""
    value = value.strip()
    if value[:1] not in _QUOTES:
        return value
    value = value[1:-1] if value[-1:] == value[0] and len(value) > 1 else value[1:]
    return _ESCAPED.sub(lambda match: match[1] if len(match[1]) == 1 else chr(int(match[1], 8) % 256), value)
