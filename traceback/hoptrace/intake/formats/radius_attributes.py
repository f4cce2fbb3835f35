"""The attributes of RADIUS packets: which are wanted, and their names and values as they are written.

Values that begin with their own name (`h323-gw-id=...`) lose it; AV pairs (`Cisco-AVPair = "call-id=..."`) stand under
the name inside. Names are put into small letters. Only what makes a call is kept of a packet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hoptrace.intake.formats.freeswitch_documents import clean

_MOST_KNOWN = 50_000
_MOST_VALUES = 5_000
_QUOTES = ('"', "'")

_ATTRIBUTE = re.compile(r"[ \t]*([A-Za-z][\w.:-]*)[ \t]*[+:]?=[ \t]*(.*)")
_ESCAPED = re.compile(r"\\([0-7]{3}|.)")
_FEW = 4
PAIRS = "*"
"""Stands for the name of AV pairs, which have names inside of their values."""

_MARK = "\x7f"
_PAIR_NAMES = frozenset({"cisco-avpair", "cisco-command-code", "avpair"})
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


def attributes_of(written: Sequence[str], rows: Sequence[tuple[str, ...]], wanted: Wanted) -> Sequence[dict[str, str]]:
    """The attributes of packets with the same names in the same order, as `attributes_of_one` finds them in each.

    `rows`: the values of each packet; what stands behind the last name counts for nothing.
    """
    columns = _columns(written, rows, wanted) if len(rows) >= _FEW else None
    if columns:
        return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    pairs = [place for place, name in enumerate(written) if wanted.names[name] == PAIRS]
    alike: dict[tuple[str, ...], list[int]] = {}
    for at, values in enumerate(rows):
        alike.setdefault(tuple([values[place].partition("=")[0] for place in pairs]), []).append(at)
    if len(alike) < 2:
        return [attributes_of_one(zip(written, values, strict=False), wanted) for values in rows]
    found: list[dict[str, str]] = [{}] * len(rows)
    for places in alike.values():
        for at, told in zip(places, attributes_of(written, [rows[at] for at in places], wanted), strict=True):
            found[at] = told
    return found


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


def _columns(written: Sequence[str], rows: Sequence[tuple[str, ...]], wanted: Wanted) -> dict[str, list[str]] | None:
    """The attributes of packets as columns; None where they are not as plain and alike as they mostly are."""
    found: dict[str, list[str]] = {}
    for label, texts in zip(written, zip(*rows, strict=True), strict=False):
        column = _column(label, texts, wanted.names)
        if column is None:
            return None
        found.setdefault(*column)
    found.pop("", None)
    return found


def _column(written: str, texts: Sequence[str], names: Names) -> tuple[str, list[str]] | None:
    """What `_attribute` says of texts of one name, None where it has to be asked. They hold no control characters."""
    joined = f"{_MARK}{_MARK.join(texts)}{_MARK}"
    if joined.count(_MARK) != len(texts) + 1 or not joined.isascii():
        return None
    name = names[written]
    begin = f"{_MARK}{texts[0].partition('=')[0] if name == PAIRS else name}="
    own = joined.count(begin)
    if own == len(texts):
        joined = joined.replace(begin, _MARK)
    elif own or name == PAIRS:
        return None
    if name == PAIRS:
        name = names[begin[1:-1]]
        if name in ("", PAIRS):
            return "", []
    values = joined[1:-1].split(_MARK)
    return (name, values) if "" not in values and _are_bare(joined) else None


def _are_bare(joined: str) -> bool:
    """Whether neither spaces nor quotes stand at the ends of texts between marks; mostly one letter says so."""
    if " " in joined and (f"{_MARK} " in joined or f" {_MARK}" in joined):
        return False
    return '"' not in joined and ("'" not in joined or f"{_MARK}'" not in joined)


class Names(dict[str, str]):
    """Names as written to those that are wanted, `*` for AV pairs, empty for all others; each is looked at once."""

    def __missing__(self, written: str) -> str:
        name = written.lower()
        if name in _PAIR_NAMES:
            self[written] = PAIRS
        else:
            plain = name.removeprefix("cisco-").removeprefix("cisco.")
            self[written] = plain if plain in _WANTED else ""
        return self[written]


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
