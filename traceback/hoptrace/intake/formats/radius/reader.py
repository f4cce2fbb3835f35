"""RADIUS accounting of voice gateways: FreeRADIUS detail files and JSON, with h323 attributes; Cisco, Mera, Acme."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.h323.calls import chunk_of
from hoptrace.intake.formats.h323.records import Record
from hoptrace.intake.formats.radius.packets import Packet, packets_of
from hoptrace.intake.formats.text.content import content_of
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.reading import Chunk, Context, Detection, Source

_STATUS = re.compile(rb"acct-status-type", re.IGNORECASE)
_VOICE = re.compile(
    rb"h323-(?:setup-time|conf-id|call-origin|connect-time)|xpgk-[a-z]+|gw-rxd-cdn|acme-session-ingress-callid",
    re.IGNORECASE,
)
_ORDER = {"start": 1, "1": 1, "interim-update": 2, "alive": 2, "3": 2, "stop": 3, "2": 3, "failed": 3, "15": 3}
_INTERIM = 2
_NO_CALL = frozenset({"accounting-on", "accounting-off", "7", "8", "on", "off"})

Key = tuple[str, ...]


class _Heard(NamedTuple):
    """A packet of a leg: its order among start, interim and stop, its number there, and where it stands."""

    order: int
    number: int
    place: tuple[int, int]
    attributes: dict[str, str]


@dataclass(slots=True)
class _Group:
    """What the files of one group have told so far; `said`: the orders that legs of several packets have."""

    ledger: Ledger = field(default_factory=Ledger)
    sessions: dict[Key, list[_Heard]] = field(default_factory=dict[Key, list[_Heard]])
    said: dict[Key, set[int]] = field(default_factory=dict[Key, set[int]])
    seen: set[bytes] = field(default_factory=set[bytes])


class RadiusAccounting:
    """Reads RADIUS accounting packets; starts and stops, and the legs of a call, may lie in different files."""

    name = "radius"
    title = "RADIUS accounting (detail text or JSON) of voice gateways"
    grouped = True
    needs_profile = False
    rows_are_lines = False

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims accounting packets that have attributes of calls."""
        del source
        if _STATUS.search(head) is None:
            return None
        signs = sorted({match.decode().lower() for match in _VOICE.findall(head)})
        if not signs:
            return None
        kind = "JSON" if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else "text"
        return Detection(self.name, 0.96, f"accounting packets as {kind} with {', '.join(signs[:4])}")

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk for the group; raises InputRefused where a file has no packet, TimezoneMissing."""
        group = _Group()
        for source in sources:
            _read_file(source, group)
        records = [_record(session) for session in group.sessions.values()]
        yield chunk_of(records, context, group.ledger, "Timestamp")


def _read_file(source: Source, group: _Group) -> None:
    found = number = 0
    for packet in packets_of(content_of(source)):
        number = packet.number
        found += "acct-status-type" in packet.attributes
        _enter(packet, (source.index, number), group)
    if number and not found:
        raise InputRefused(
            f"{source.name}: no packet with an Acct-Status-Type. Give the right --format, see docs/formats/radius.md."
        )


def _enter(packet: Packet, place: tuple[int, int], group: _Group) -> None:
    group.ledger.row(*place, packet.raw)
    status = packet.attributes.get("acct-status-type", "").lower()
    if packet.problem is not None:
        group.ledger.reject(*place, packet.problem)
    elif status in _NO_CALL:
        group.ledger.skip(*place)
    elif status not in _ORDER:
        group.ledger.reject(*place, "no Acct-Status-Type of a call")
    elif packet.raw in group.seen or not _belongs(packet, place, _ORDER[status], group):
        group.ledger.duplicate(*place)
    group.seen.add(packet.raw)


def _belongs(packet: Packet, place: tuple[int, int], order: int, group: _Group) -> bool:
    """Put a packet to its leg; False where it is one that was sent again (a later Acct-Delay-Time changes nothing)."""
    key = _key(packet.attributes, place)
    session = group.sessions.setdefault(key, [])
    if session:
        said = group.said.setdefault(key, {session[0].order})
        if order in said and order != _INTERIM:
            return False
        said.add(order)
    session.append(_Heard(order, len(session), place, packet.attributes))
    return True


def _key(said: dict[str, str], place: tuple[int, int]) -> Key:
    """What names a leg. Session numbers begin again after a restart, so they count beside ids or times only."""
    session, conference = said.get("acct-session-id"), said.get("h323-conf-id")
    if session is None:
        return ("", *map(str, place))
    beside = (conference or said.get("h323-setup-time", ""), said.get("h323-call-origin", ""))
    return (session, said.get("nas-ip-address", ""), *beside)


def _record(session: list[_Heard]) -> Record:
    """All packets of a leg as one; what comes later counts more, and the last one stands for it."""
    if len(session) == 1:
        (only,) = session
        return Record(only.attributes, (only.place,), _epoch(only.attributes))
    together: dict[str, str] = {}
    in_order = sorted(session, key=lambda each: each[:2])
    for each in in_order:
        together.update(each.attributes)
    return Record(together, tuple([each.place for each in reversed(in_order)]), _epoch(together))


def _epoch(said: dict[str, str]) -> float | None:
    """When the event of the last packet was: when the server wrote it, less what the gateway says it waited."""
    written, late = said.get("timestamp", ""), said.get("acct-delay-time")
    if not (written.isdecimal() and len(written) == 10):
        return None
    waited = int(late) if late is not None and late.isdecimal() and len(late) < 7 else 0
    return float(written) - waited
