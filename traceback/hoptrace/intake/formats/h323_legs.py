"""One leg of a call as voice gateways account for it: the attributes of its records become a leg."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from hoptrace.intake.formats.h323_records import Odd, Record
from hoptrace.intake.formats.h323_sides import Layout, Names, Side, layout_of
from hoptrace.intake.formats.stamp_zones import Stamp, StampZones

_LONGEST = 7 * 86_400
_NUMBER = re.compile(r"ton:.*?#:(.*)")
_HEX = re.compile(r"(?:0x)?([0-9a-fA-F]{1,2})|.*\(0x([0-9a-fA-F]{1,2})\)")
_PORT = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?")
_NO_ADDRESS = frozenset({"", "0.0.0.0", "127.0.0.1", "::", "0"})

Said = Mapping[str, str]


class Far(NamedTuple):
    """The other side of the same call, of which some records tell too (Mera, Acme Packet)."""

    calling: str | None = None
    called: str | None = None
    peer: str | None = None
    call_id: str | None = None


_NOTHING = Far()


class Leg(NamedTuple):
    """What all records of one leg say together. Times are in UTC; `begun`: the best known beginning, by `later` seconds
    later if it may be so.

    A named tuple, for one is made of every record.
    """

    rows: tuple[tuple[int, int], ...]
    ids: tuple[str, ...]
    incoming: bool
    begun: datetime
    later: int | None
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
    far: Far

    @property
    def answered(self) -> bool:
        """Whether the leg was answered."""
        return bool(self.duration) or self.answer is not None


def make_leg(record: Record, words: StampZones, odd: Odd) -> Leg | list[str]:
    """The leg of a record, or the reasons why it is no call."""
    said = record.attributes
    incoming = _is_incoming(said)
    layout = layout_of(tuple(said), incoming)
    side = layout.side
    setup = record.stamps.get("h323-setup-time")
    start = words.to_utc(setup, _begun(record, setup, words)) if setup is not None else _from_epoch(record)
    called = _number(said, side.called)
    reasons = [] if start is not None else ["start time not understood"]
    if called is None:
        reasons.append("no called number")
    if start is None or reasons:
        return reasons
    odd.unsynced += False in [stamp.synced for stamp in record.stamps.values()]
    answer = _after(record, "h323-connect-time", words, start)
    end = _after(record, "h323-disconnect-time", words, start)
    duration = _duration(said, answer, end, odd)
    return Leg(
        rows=tuple(record.rows),
        ids=_ids(said, layout.joining),
        incoming=incoming,
        begun=start,
        later=words.may_be_later(start, answer, end) if setup is not None else None,
        tick=setup.tick if setup is not None else 1_000_000,
        received=setup is not None,
        answer=answer if duration != 0 else None,
        end=end,
        duration=duration,
        calling=_number(said, side.calling),
        called=called,
        peer=_peer(said, layout),
        call_id=_first(said, side.call_id),
        redirecting=_number(said, layout.redirecting),
        cause=_cause(said),
        record_id=_first(said, layout.record_id),
        far=_far(said, side) if layout.tells_far else _NOTHING,
    )


def _far(said: Said, side: Side) -> Far:
    return Far(
        calling=_number(said, side.far_calling),
        called=_number(said, side.far_called),
        peer=_address(_first(said, side.far_peer) or "") or _first(said, side.far_trunk),
        call_id=_first(said, side.far_call_id),
    )


def _is_incoming(said: Said) -> bool:
    """As stated; a session border controller accounts for both sides of a call at once, whatever it calls the leg."""
    return said.get("h323-call-origin", "").lower() != "originate" or "acme-session-ingress-callid" in said


def _first(said: Said, names: Names) -> str | None:
    """The first of some attributes, which are there."""
    return said[names[0]] if names else None


def _ids(said: Said, names: Names) -> tuple[str, ...]:
    """What the legs of one call share; ids of nothing but zeros are none."""
    return tuple([said[name].upper() for name in names if said[name].strip("0 -")])


def _from_epoch(record: Record) -> datetime | None:
    """Where a record has no setup time: when the record was made, less what it says that went before."""
    if record.epoch is None:
        return None
    late = _seconds(record.attributes.get("acct-session-time") or "0") or 0.0
    return datetime.fromtimestamp(int(record.epoch - late), UTC)


def _begun(record: Record, setup: Stamp, words: StampZones) -> float | None:
    """About when a leg began by the epoch of its record, where the zone of its times does not tell it all year."""
    if record.epoch is None or setup.zone in words.constant:
        return None
    talk = _seconds(record.attributes.get("acct-session-time", ""))
    by_clock = (list(record.stamps.values())[-1].local - setup.local).total_seconds()
    # A call into or out of an hour that comes twice is longer than its clock times show.
    return None if talk is None else record.epoch - max(talk, by_clock)


def _after(record: Record, name: str, words: StampZones, start: datetime) -> datetime | None:
    """A time that is not before the start."""
    stamp = record.stamps.get(name)
    if stamp is None:
        return None
    constant = stamp.zone in words.constant
    time = words.to_utc(stamp) if constant else words.to_utc(stamp, _near(record, name, stamp, start), start)
    return time if time >= start else None


def _near(record: Record, name: str, stamp: Stamp, start: datetime) -> float | None:
    """About when a later time of a leg was: as long after the start as its clock times are apart, or as was spoken."""
    setup = record.stamps.get("h323-setup-time")
    talk = _seconds(record.attributes.get("acct-session-time", "")) if name == "h323-disconnect-time" else None
    by_clock = (stamp.local - setup.local).total_seconds() if setup is not None else -1.0
    since = max(by_clock, talk or 0.0) if by_clock >= 0 or talk else None
    return None if since is None else start.timestamp() + since


def _duration(said: Said, answer: datetime | None, end: datetime | None, odd: Odd) -> float | None:
    """Seconds of conversation by the times, else as counted; 0 where there was none. A gateway that was not answered
    writes the time of the end as that of the answer."""
    text = said.get("acct-session-time")
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


def _number(said: Said, names: Names) -> str | None:
    """The first number there is; Cisco writes some as `ton:0,npi:0,pi:0,si:1,#:12025550143`."""
    for name in names:
        text = said[name]
        match = _NUMBER.fullmatch(text) if text.startswith("ton:") else None
        number = (match[1] if match else text).strip()
        if number:
            return number
    return None


def _peer(said: Said, layout: Layout) -> str | None:
    """Whom the leg is with. Some name themselves as the remote end, so that the gateway's address is the other's."""
    trunk = _first(said, layout.side.trunk)
    if trunk is not None and said.get("h323-call-type", "").lower() == "telephony":
        return trunk
    own = [said[name] for name in layout.own]
    for name in layout.side.peer:
        address = _address(said[name])
        if address is not None and address not in own:
            return address
    return trunk


@lru_cache(maxsize=4_096)
def _address(text: str) -> str | None:
    match = _PORT.fullmatch(text) if ":" in text or "[" in text else None
    found = match[1].strip("[]") if match else text.strip()
    return None if found in _NO_ADDRESS else found


def _cause(said: Said) -> str | None:
    """SIP status where there is one, else the Q.850 cause, which h323-disconnect-cause gives in hexadecimal digits."""
    status = said.get("acme-sip-status")
    if status is not None and status.isdecimal() and len(status) == 3:
        return status
    text = said.get("h323-disconnect-cause")
    if text is None:
        return said.get("disconnect-text") or said.get("acct-terminate-cause")
    return _q850(text)


@lru_cache(maxsize=1_024)
def _q850(text: str) -> str | None:
    match = _HEX.fullmatch(text)
    if match is None:
        return text
    cause = int(match[1] or match[2], 16)
    return str(cause) if 0 < cause < 128 else None
