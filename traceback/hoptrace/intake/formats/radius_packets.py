"""RADIUS accounting packets out of a file: FreeRADIUS detail text, or JSON objects; attributes may repeat.

Values that begin with their own name (`h323-gw-id=...`) lose it; AV pairs (`Cisco-AVPair = "call-id=..."`) stand under
the name inside. Names are put into small letters. Only what makes a call is kept of a packet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, cast

from hoptrace.intake.formats.freeswitch_documents import CUT, clean, documents_of

NO_ATTRIBUTES = "no attributes"
_EPOCH_DIGITS = 10
_MOST_KNOWN = 50_000
_MOST_VALUES = 5_000
_QUOTES = ('"', "'")

_PACKET = re.compile(rb"[^\s][^\r\n]*(?:(?:\r\n|\n|\r)[ \t]+[^\r\n]+)*")
_ATTRIBUTE = re.compile(r"[ \t]*([A-Za-z][\w.:-]*)[ \t]*[+:]?=[ \t]*(.*)")
_ESCAPED = re.compile(r"\\([0-7]{3}|.)")
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


class Packet(NamedTuple):
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
    wanted = _Wanted()
    for document in documents_of(content, _repeating):
        found: dict[str, str] = {}
        for written, value in (document.data or {}).items():
            known = wanted[written]
            if known is None:
                continue
            for text in (value,) if type(value) is str else _texts(value):
                name, bare = known[text]
                if name not in found:
                    found[name] = bare
        found.pop("", None)
        yield Packet(document.number, document.raw, found, document.problem)


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


def _detail_packets(content: bytes) -> Iterator[Packet]:
    complete = content.endswith((b"\n", b"\r"))
    number, raw, lines = 0, b"", _Lines()
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
        if part[:1].strip() and b"\r" not in part and part.count(b"\n") == part.count(b"\n\t"):
            yield part
        else:
            yield from _PACKET.findall(part)


def _detail_packet(number: int, raw: bytes, lines: _Lines, *, complete: bool) -> Packet:
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


class _Wanted(dict[str, "_Values | None"]):
    """Names as written to what is known of their values; None where they are not wanted."""

    def __init__(self) -> None:
        super().__init__()
        self._names = _Names()

    def __missing__(self, written: str) -> _Values | None:
        self[written] = known = _Values(self._names, written) if self._names[written] else None
        return known


class _Values(dict[str, tuple[str, str]]):
    """The values of a name as written to name and value, the name empty where it is not wanted; most come again."""

    def __init__(self, names: _Names, written: str) -> None:
        super().__init__()
        self._names, self._written = names, written

    def __missing__(self, text: str) -> tuple[str, str]:
        found = _attribute(self._names, self._written, clean(text) or "")
        if len(self) < _MOST_VALUES:
            self[text] = found
        return found


class _Lines(dict[str, tuple[str, str]]):
    """The same for the lines of a detail file."""

    def __init__(self) -> None:
        super().__init__()
        self._names = _Names()

    def __missing__(self, line: str) -> tuple[str, str]:
        match = _ATTRIBUTE.fullmatch(line)
        found = ("", "") if match is None else _attribute(self._names, match[1], match[2])
        if len(self) < _MOST_KNOWN:
            self[line] = found
        return found


def _attribute(names: _Names, written: str, quoted: str) -> tuple[str, str]:
    """Name and value of an attribute; the name is empty where it is not wanted or has no value."""
    name = names[written]
    if not name:
        return "", ""
    # Nearly all values are quoted in text, and have nothing escaped inside; in JSON they are not.
    if quoted[:1] == '"' == quoted[-1:] and "\\" not in quoted:
        value = quoted[1:-1]
    else:
        value = quoted if quoted[:1].isalnum() else _bare(quoted)
    if name == "*":
        inner, _, value = value.partition("=")
        name = names[inner]
        if name == "*":
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
