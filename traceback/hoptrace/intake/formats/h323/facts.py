"""What the attributes of gateways' records say beside times, by columns: of records alike what stands where is known.

Attributes are never empty, and no white space is around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from operator import contains
from typing import Any, NamedTuple

from hoptrace.intake.formats.h323.sides import Layout, Names, layout_of
from hoptrace.intake.formats.h323.stamps import TIMES

_HEX = re.compile(r"(?:0x)?([0-9a-fA-F]{1,2})|.*\(0x([0-9a-fA-F]{1,2})\)")
_PORT = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?")
_NO_ADDRESS = frozenset({"", "0.0.0.0", "127.0.0.1", "::", "0"})
_STATUS_DIGITS = 3

Texts = Sequence[str | None]
Columns = Mapping[str, Sequence[str]]


class Facts(NamedTuple):
    """Columns of what records say of a leg: a text or None for each. `setup`, `connect`, `disconnect`: empty for none.

    `ids`: what the legs of one call share. `counted`: seconds as the gateway counted them. `far_*`: of the other side
    of the same call, of which some records tell too (Mera, Acme Packet).
    """

    incoming: Sequence[bool]
    ids: Sequence[tuple[str, ...]]
    setup: Sequence[str]
    connect: Sequence[str]
    disconnect: Sequence[str]
    counted: Texts
    calling: Texts
    called: Texts
    peer: Texts
    call_id: Texts
    redirecting: Texts
    cause: Texts
    record_id: Texts
    far_calling: Texts
    far_called: Texts
    far_peer: Texts
    far_call_id: Texts


def facts_of(records: Sequence[Mapping[str, str]]) -> Facts:
    """What records say, in their order; those that have the same attributes are read together."""
    alike: dict[tuple[Names, bool], list[int]] = {}
    for at, said in enumerate(records):
        alike.setdefault((tuple(said), _is_incoming(said)), []).append(at)
    rows: list[tuple[Any, ...]] = [()] * len(records)
    for (names, incoming), places in alike.items():
        columns = dict(zip(names, zip(*[records[at].values() for at in places], strict=True), strict=True))
        facts = _facts(columns, layout_of(names, incoming), [incoming] * len(places))
        for at, row in zip(places, zip(*facts, strict=True), strict=True):
            rows[at] = row
    return Facts(*zip(*rows, strict=True))


def _facts(columns: Columns, layout: Layout, incoming: Sequence[bool]) -> Facts:
    side, nothing = layout.side, [None] * len(incoming)
    return Facts(
        incoming,
        _ids([columns[name] for name in layout.joining]) if layout.joining else [()] * len(incoming),
        *[columns.get(name) or [""] * len(incoming) for name in TIMES],
        counted=columns.get("acct-session-time") or nothing,
        calling=_numbers(columns, side.calling) or nothing,
        called=_numbers(columns, side.called) or nothing,
        peer=_peers(columns, layout) or nothing,
        call_id=_first(columns, side.call_id) or nothing,
        redirecting=_numbers(columns, layout.redirecting) or nothing,
        cause=_causes(columns) or nothing,
        record_id=_first(columns, layout.record_id) or nothing,
        far_calling=_numbers(columns, side.far_calling) or nothing,
        far_called=_numbers(columns, side.far_called) or nothing,
        far_peer=_far_peers(columns, side.far_peer, side.far_trunk) or nothing,
        far_call_id=_first(columns, side.far_call_id) or nothing,
    )


def _is_incoming(said: Mapping[str, str]) -> bool:
    """As stated; a session border controller accounts for both sides of a call at once, whatever it calls the leg."""
    return said.get("h323-call-origin", "").lower() != "originate" or "acme-session-ingress-callid" in said


def _first(columns: Columns, names: Names) -> Texts | None:
    """The first of some attributes, which are there; None where none is."""
    return columns[names[0]] if names else None


def _ids(columns: Sequence[Sequence[str]]) -> Sequence[tuple[str, ...]]:
    """What the legs of one call share; ids of nothing but zeros are none."""
    named = [[text.upper() if text.strip("0 -") else "" for text in column] for column in columns]
    if not any("" in column for column in named):
        return list(zip(*named, strict=True))
    return [tuple(filter(None, ids)) for ids in zip(*named, strict=True)]


def _numbers(columns: Columns, names: Names) -> Texts | None:
    """The first number there is; Cisco writes some as `ton:0,npi:0,pi:0,si:1,#:12025550143`."""
    found: Texts | None = None
    for name in names:
        numbers = [_bare(text) if text.startswith("ton:") else text for text in columns[name]]
        found = numbers if found is None else [one or other for one, other in zip(found, numbers, strict=True)]
        if "" not in found:
            return found
    return None if found is None else [number or None for number in found]


def _bare(text: str) -> str:
    _, mark, number = text.partition("#:")
    return number.strip() if mark and "\n" not in text else text


def _peers(columns: Columns, layout: Layout) -> Texts | None:
    """Whom legs are with. Some name themselves as the remote end, so that the gateway's address is the other's."""
    trunks = _first(columns, layout.side.trunk)
    addresses: Texts | None = None
    for others in _addresses(columns, layout):
        addresses = others if addresses is None else _filled(addresses, others)
        if None not in addresses:
            break
    kinds = columns.get("h323-call-type")
    if trunks is None or addresses is None:
        return addresses if trunks is None else trunks
    peers = _filled(addresses, trunks)
    if kinds is None:
        return peers
    return [
        trunk if kind.lower() == "telephony" else peer for trunk, kind, peer in zip(trunks, kinds, peers, strict=True)
    ]


def _addresses(columns: Columns, layout: Layout) -> Iterator[Texts]:
    """The addresses of each attribute that may name the other end, but for the gateway's own."""
    own = list(zip(*[columns[name] for name in layout.own], strict=True))
    for name in layout.side.peer:
        found: Texts = list(map(_address, columns[name]))
        if any(map(contains, own, found)):
            found = [None if text in mine else text for text, mine in zip(found, own, strict=True)]
        yield found


def _far_peers(columns: Columns, peers: Names, trunks: Names) -> Texts | None:
    first, trunk = _first(columns, peers), _first(columns, trunks)
    if first is None:
        return trunk
    addresses = list(map(_address, first))
    return addresses if trunk is None else _filled(addresses, trunk)


def _filled(texts: Texts, others: Texts) -> Texts:
    return [text or other for text, other in zip(texts, others, strict=True)]


@lru_cache(maxsize=4_096)
def _address(text: str) -> str | None:
    match = _PORT.fullmatch(text) if ":" in text or "[" in text else None
    found = match[1].strip("[]") if match else text
    return None if found in _NO_ADDRESS else found


def _causes(columns: Columns) -> Texts | None:
    """SIP status where there is one, else the Q.850 cause, which h323-disconnect-cause gives in hexadecimal digits."""
    hexadecimal = columns.get("h323-disconnect-cause")
    if hexadecimal is not None:
        causes: Texts | None = list(map(_q850, hexadecimal))
    else:
        causes = columns.get("disconnect-text") or columns.get("acct-terminate-cause")
    statuses = columns.get("acme-sip-status")
    if statuses is None:
        return causes
    sound = [status if status.isdecimal() and len(status) == _STATUS_DIGITS else None for status in statuses]
    return sound if causes is None else _filled(sound, causes)


@lru_cache(maxsize=1_024)
def _q850(text: str) -> str | None:
    match = _HEX.fullmatch(text)
    if match is None:
        return text
    cause = int(match[1] or match[2], 16)
    return str(cause) if 0 < cause < 128 else None
