"""RADIUS accounting of voice gateways: FreeRADIUS detail files and JSON, with h323 attributes; Cisco, Mera, Acme."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.asterisk_lines import content_of
from hoptrace.intake.formats.h323_calls import chunk_of
from hoptrace.intake.formats.h323_records import Names, Places, Record, Said, together
from hoptrace.intake.formats.radius_packets import Packet, packets_of
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.reading import Chunk, Context, Detection, Source

_STATUS = re.compile(rb"acct-status-type", re.IGNORECASE)
_VOICE = re.compile(
    rb"h323-(?:setup-time|conf-id|call-origin|connect-time)|xpgk-[a-z]+|gw-rxd-cdn|acme-session-ingress-callid",
    re.IGNORECASE,
)
_ORDER = {"start": 1, "1": 1, "interim-update": 2, "alive": 2, "3": 2, "stop": 3, "2": 3, "failed": 3, "15": 3}
_INTERIM = 2
_NAMING = (
    *("acct-status-type", "acct-session-id", "nas-ip-address"),
    *("h323-conf-id", "h323-setup-time", "h323-call-origin"),
)
_NO_CALL = frozenset({"accounting-on", "accounting-off", "7", "8", "on", "off"})

Key = tuple[str, ...]


class _Heard(NamedTuple):
    """A packet of a leg: its order among start, interim and stop, its number there, and where it stands."""

    order: int
    number: int
    place: tuple[int, int]
    said: Said


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
        found += _enter(packet, (source.index, number), group)
    if number and not found:
        raise InputRefused(
            f"{source.name}: no packet with an Acct-Status-Type. Give the right --format, see docs/formats/radius.md."
        )


def _enter(packet: Packet, place: tuple[int, int], group: _Group) -> bool:
    """Enter a packet; whether it has a status."""
    group.ledger.row(*place, packet.raw)
    status, *named = _naming(packet.said.names)(packet.said.values)
    order = _ORDER.get(status.lower())
    if packet.problem is not None:
        group.ledger.reject(*place, packet.problem)
    elif order is None:
        if status.lower() in _NO_CALL:
            group.ledger.skip(*place)
        else:
            group.ledger.reject(*place, "no Acct-Status-Type of a call")
    elif packet.raw in group.seen or not _belongs(packet.said, _key(named, place), (order, place), group):
        group.ledger.duplicate(*place)
    group.seen.add(packet.raw)
    return bool(status)


@lru_cache(maxsize=1_024)
def _naming(names: Names) -> Places:
    """What takes the status of a packet and what names its leg out of the values; empty what is not there."""
    return itemgetter(*[names.index(name) if name in names else -1 for name in _NAMING])


def _key(named: Sequence[str], place: tuple[int, int]) -> Key:
    """What names a leg. Session numbers begin again after a restart, so they count beside ids or times only."""
    session, gateway, conference, setup, origin = named
    return (session, gateway, conference or setup, origin) if session else ("", *map(str, place))


def _belongs(said: Said, key: Key, at: tuple[int, tuple[int, int]], group: _Group) -> bool:
    """Put a packet to its leg; False where it is one that was sent again (a later Acct-Delay-Time changes nothing)."""
    order, place = at
    session = group.sessions.setdefault(key, [])
    if session:
        orders = group.said.setdefault(key, {session[0].order})
        if order in orders and order != _INTERIM:
            return False
        orders.add(order)
    session.append(_Heard(order, len(session), place, said))
    return True


def _record(session: list[_Heard]) -> Record:
    """All packets of a leg as one; what comes later counts more, and the last one stands for it."""
    if len(session) == 1:
        (only,) = session
        return Record(only.said, (only.place,))
    in_order = sorted(session, key=lambda each: each[:2])
    return Record(together([each.said for each in in_order]), tuple([each.place for each in reversed(in_order)]))
