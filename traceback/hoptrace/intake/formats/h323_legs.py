"""One leg of a call as voice gateways account for it: attributes by their RADIUS names become a leg.

The names are those of RFC 2866, of Cisco's voice VSAs and AV pairs, of Mera MVTS (`xpgk-*`) and of Acme Packet, in
small letters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from hoptrace.intake.formats.h323_times import parse_stamp
from hoptrace.intake.formats.zone_words import Stamp, ZoneWords

JOINING = ("h323-conf-id", "h323-incoming-conf-id", "xpgk-record-id")
_OWN = ("nas-ip-address", "xpgk-local-src-signaling-address", "xpgk-local-dst-signaling-address", "nas-identifier")
_LONGEST = 7 * 86_400
_NUMBER = re.compile(r"ton:.*?#:(.*)")
_HEX = re.compile(r"(?:0x)?([0-9a-fA-F]{1,2})|.*\(0x([0-9a-fA-F]{1,2})\)")
_PORT = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?")
_NO_ADDRESS = frozenset({"", "0.0.0.0", "127.0.0.1", "::", "0"})

_CALLING = {True: ("gw-rxd-cgn", "xpgk-src-number-in"), False: ("gw-final-xlated-cgn", "xpgk-src-number-out")}
_CALLED = {
    True: ("gw-rxd-cdn", "xpgk-dst-number-in"),
    False: ("gw-final-xlated-cdn", "xpgk-dst-number-out", "acme-egress-final-routing-number"),
}
_PEER = {
    True: ("xpgk-origination-gateway-ip", "acme-ingress-remote-addr", "h323-remote-address", "remote-media-address"),
    False: ("xpgk-termination-gateway-ip", "acme-egress-remote-addr", "h323-remote-address", "remote-media-address"),
}
_TRUNK = {
    True: ("in-trunkgroup-label", "in-carrier-id", "acme-originating-trunk-group", "acme-session-ingress-realm"),
    False: ("out-trunkgroup-label", "out-carrier-id", "acme-terminating-trunk-group", "acme-session-egress-realm"),
}
_CALL_ID = {True: ("acme-session-ingress-callid", "call-id"), False: ("acme-session-egress-callid", "call-id")}


class Leg(NamedTuple):
    """What all records of one leg say together. Times are as written, `start` the best known beginning in UTC.

    `far_*` are of the other side of the same call where one record tells of both (Mera, Acme Packet). A named tuple,
    for one is made of every record.
    """

    rows: tuple[tuple[int, int], ...]
    ids: tuple[str, ...]
    incoming: bool
    begun: datetime
    tick: int
    received: bool
    answer: datetime | None
    end: datetime | None
    duration: float | None
    calling: str | None
    called: str | None
    peer: str | None
    call_id: str | None
    redirecting: str | None
    cause: str | None
    record_id: str | None
    far_calling: str | None
    far_called: str | None
    far_peer: str | None
    far_call_id: str | None

    @property
    def answered(self) -> bool:
        """Whether the leg was answered."""
        return bool(self.duration) or self.answer is not None


@dataclass(slots=True)
class Odd:
    """What was odd in a file, counted."""

    durations: int = 0
    unsynced: int = 0

    def flags(self) -> tuple[str, ...]:
        """The same as sentences for the receipt."""
        found: list[str] = []
        if self.durations:
            found.append(f"durations that the times contradict, left out: {self.durations}")
        if self.unsynced:
            found.append(f"times that the gateway marks as not set by NTP: {self.unsynced}")
        return tuple(found)


@dataclass(slots=True)
class Record:
    """All that was said of one leg: `attributes` by name, never empty; the first of `rows` stands for it."""

    attributes: dict[str, str]
    rows: list[tuple[int, int]]
    epoch: float | None = None
    stamps: dict[str, Stamp] = field(default_factory=dict[str, Stamp])

    def __post_init__(self) -> None:
        said = self.attributes
        for name in ("h323-setup-time", "h323-connect-time", "h323-disconnect-time"):
            text = said.get(name)
            if text is not None and (stamp := parse_stamp(text)) is not None:
                self.stamps[name] = stamp

    def timed(self) -> list[tuple[Stamp, float | None]]:
        """Its times; the last of them beside the epoch of the record."""
        found = list(self.stamps.values())
        return [(stamp, self.epoch if stamp is found[-1] else None) for stamp in found]

    def first(self, *names: str) -> str | None:
        """The first of some attributes that is there."""
        said = self.attributes
        for name in names:
            if name in said:
                return said[name]
        return None


def make_leg(record: Record, words: ZoneWords, odd: Odd) -> Leg | list[str]:
    """The leg of a record, or the reasons why it is no call."""
    origin = record.first("h323-call-origin")
    # A session border controller accounts for both sides of a call at once, whatever it calls the leg.
    incoming = origin is None or origin.lower() != "originate" or "acme-session-ingress-callid" in record.attributes
    setup = record.stamps.get("h323-setup-time")
    start = words.to_utc(setup) if setup is not None else _from_epoch(record)
    called = _number(record, *_CALLED[incoming], "called-station-id")
    reasons = [] if start is not None else ["start time not understood"]
    if called is None:
        reasons.append("no called number")
    if start is None or reasons:
        return reasons
    odd.unsynced += any(not stamp.synced for stamp in record.stamps.values())
    answer, end = _answer_and_end(record, words, start)
    duration = _duration(record, answer, end, odd)
    return Leg(
        rows=tuple(record.rows),
        ids=_ids(record),
        incoming=incoming,
        begun=start,
        tick=setup.tick if setup is not None else 1_000_000,
        received=setup is not None,
        answer=answer if duration != 0 else None,
        end=end,
        duration=duration,
        calling=_number(record, *_CALLING[incoming], "calling-station-id"),
        called=called,
        peer=_peer(record, incoming),
        call_id=record.first(*_CALL_ID[incoming]),
        redirecting=_number(record, "gw-rxd-rdn", "h323-redirect-number", "acme-sip-diversion"),
        cause=_cause(record),
        record_id=record.first("acct-session-id", "xpgk-record-id"),
        far_calling=_number(record, *_CALLING[not incoming][1:]),
        far_called=_number(record, *_CALLED[not incoming][1:]),
        far_peer=_far_peer(record, not incoming),
        far_call_id=record.first(_CALL_ID[not incoming][0]),
    )


def _ids(record: Record) -> tuple[str, ...]:
    """What the legs of one call share; ids of nothing but zeros are none."""
    found = [record.attributes.get(name) for name in JOINING]
    return tuple(text.upper() for text in found if text and text.strip("0 -"))


def _from_epoch(record: Record) -> datetime | None:
    """Where a record has no setup time: when the record was made, less what it says that went before."""
    if record.epoch is None:
        return None
    late = _seconds(record.first("acct-session-time") or "0") or 0.0
    return datetime.fromtimestamp(int(record.epoch - late), UTC)


def _answer_and_end(record: Record, words: ZoneWords, start: datetime) -> tuple[datetime | None, datetime | None]:
    connect, disconnect = (record.stamps.get(f"h323-{name}-time") for name in ("connect", "disconnect"))
    answer = words.to_utc(connect) if connect is not None else None
    end = words.to_utc(disconnect) if disconnect is not None else None
    return answer if answer is not None and answer >= start else None, end if end is not None and end >= start else None


def _duration(record: Record, answer: datetime | None, end: datetime | None, odd: Odd) -> float | None:
    """Seconds of conversation by the times, else as counted; 0 where there was none. A gateway that was not answered
    writes the time of the end as that of the answer."""
    text = record.first("acct-session-time")
    counted = _seconds(text) if text is not None else None
    odd.durations += text is not None and counted is None
    if end is None:
        return counted
    if answer is None:
        return counted or 0.0
    if answer > end:
        return counted
    lasted = (end - answer).total_seconds()
    if counted is not None and lasted and abs(lasted - counted) > max(2.0, 0.1 * lasted):
        odd.durations += 1
    return lasted


def _seconds(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value <= _LONGEST else None


def _number(record: Record, *names: str) -> str | None:
    """The first number there is; Cisco writes some as `ton:0,npi:0,pi:0,si:1,#:12025550143`."""
    for name in names:
        text = record.attributes.get(name)
        if not text:
            continue
        match = _NUMBER.fullmatch(text) if text.startswith("ton:") else None
        number = (match[1] if match else text).strip()
        if number:
            return number
    return None


def _peer(record: Record, incoming: bool) -> str | None:
    """Whom the leg is with. Some name themselves as the remote end, so that the gateway's address is the other's."""
    said = record.attributes
    own = [said[name] for name in _OWN if name in said]
    trunk = record.first(*_TRUNK[incoming])
    if trunk is not None and said.get("h323-call-type", "").lower() == "telephony":
        return trunk
    names = _PEER[incoming]
    if "xpgk-dst-number-in" in said or "xpgk-dst-number-out" in said or "xpgk-record-id" in said:
        names = (*names, "h323-gw-address", "h323-remote-id", "h323-gw-id")
    for name in names:
        address = _address(said.get(name, ""))
        if address is not None and address not in own:
            return address
    return trunk


def _far_peer(record: Record, incoming: bool) -> str | None:
    """The neighbour of the other side, by the two attributes that say which side they are of."""
    found = _address(record.first(*_PEER[incoming][:2]) or "")
    return found or record.first(*_TRUNK[incoming][2:])


def _address(text: str) -> str | None:
    match = _PORT.fullmatch(text) if ":" in text or "[" in text else None
    found = match[1].strip("[]") if match else text.strip()
    return None if found in _NO_ADDRESS else found


def _cause(record: Record) -> str | None:
    """SIP status where there is one, else the Q.850 cause, which h323-disconnect-cause gives in hexadecimal digits."""
    status = record.first("acme-sip-status")
    if status is not None and status.isdecimal() and len(status) == 3:
        return status
    text = record.first("h323-disconnect-cause")
    match = _HEX.fullmatch(text) if text else None
    if match is None:
        return text or record.first("disconnect-text", "acct-terminate-cause")
    cause = int(match[1] or match[2], 16)
    return str(cause) if 0 < cause < 128 else None
