"""One call record of a Ribbon (Sonus) ACT file: START, STOP or ATTEMPT, each with columns of its own.

Columns are those of Ribbon's CDR field descriptions, numbered from 1; later releases add columns at the end only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from hoptrace.intake.formats.resaved import MINUTE, Signs
from hoptrace.intake.formats.ribbon_times import NodeTimes

START, STOP, ATTEMPT = "START", "STOP", "ATTEMPT"
NO_CALL = ("INTERMEDIATE", "REBOOT", "SWITCHOVER", "SW_CHANGE", "EVENT", "RECORDING")
"""Records that tell of no call, or of one that its START and STOP tell of."""

COLUMNS: dict[str, dict[str, int]] = {
    START: {
        **{"gateway": 2, "id": 3, "ticks": 4, "zone": 5, "date": 6, "time": 7, "setup_ticks": 10},
        **{"calling": 15, "called": 16, "before": 19, "route": 26, "out_address": 28, "in_trunk": 29, "incoming": 42},
        **{"dialed": 50, "out_trunk": 54, "outgoing": 55, "in_address": 103},
    },
    STOP: {
        **{"gateway": 2, "id": 3, "ticks": 4, "zone": 5, "date": 6, "time": 7, "setup_ticks": 10, "end_date": 11},
        **{"end_time": 12, "service_ticks": 14, "reason": 15, "calling": 20, "called": 21, "before": 24, "route": 31},
        **{"out_address": 33, "in_trunk": 34, "incoming": 52, "dialed": 60, "out_trunk": 68, "outgoing": 69},
        **{"in_address": 126, "in_identity": 299, "out_identity": 300},
    },
    ATTEMPT: {
        **{"gateway": 2, "id": 3, "ticks": 4, "zone": 5, "date": 6, "time": 7, "end_time": 10, "reason": 12},
        **{"calling": 17, "called": 18, "before": 21, "route": 28, "out_address": 30, "in_trunk": 31, "incoming": 45},
        **{"dialed": 53, "out_trunk": 58, "outgoing": 59, "end_date": 105, "in_address": 116},
        **{"in_identity": 216, "out_identity": 217},
    },
}
LEAST = {START: 55, STOP: 69, ATTEMPT: 59}
"""So many columns a record has at least: up to the egress protocol's own data."""

_NUMBERS = ("calling", "called", "dialed", "before")
NO_CALLED, NO_TIME = "no called number", "start time not understood"

_CALL_ID, _FORWARDER, _REQUEST, _FROM, _RESPONSE = 1, 7, 8, 12, 18
"""Sub-fields of the protocol data of SIP (from 0): Call-ID, P-K-CallForwardingLast, request URI, From URI, response."""

_NOTHING = frozenset({"", "0.0.0.0", "127.0.0.0", "127.0.0.1", "::"})
_STATUS = re.compile(r"[3-6]\d\d")
_ATTEST = re.compile(r"\battest:\s*\"?([ABC])\b")
_ORIG_ID = re.compile(r"\borigid:\s*\"?([0-9A-Za-z-]{8,64})")
_URL = re.compile(r"\bx5u:\s*\"?(https?://[^;}\",]+)")
_LONGEST_TICKS = 7 * 86_400 * 100
_PORT = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\]):\d{1,5}")


class Record(NamedTuple):
    """One START, STOP or ATTEMPT: times in UTC, numbers and ids as written; `duration` in seconds.

    A named tuple, for one is made of every row.
    """

    file: int
    row: int
    kind: str
    gateway: str
    id: str
    start: datetime
    tick: int
    answer: datetime | None
    end: datetime | None
    duration: float | None
    calling: str | None
    called: str
    egress_calling: str | None
    egress_called: str | None
    redirecting: str | None
    upstream: str | None
    downstream: str | None
    call_id: str | None
    egress_call_id: str | None
    release: str | None
    attestation: str | None
    orig_id: str | None
    signer: str | None

    @property
    def place(self) -> tuple[int, int]:
        """File and row."""
        return self.file, self.row


@dataclass(slots=True)
class Odd:
    """What was unusual in one file, for its receipt."""

    durations: int = 0
    signs: Signs = field(default_factory=Signs)


def read_record(
    where: tuple[int, int], cells: Sequence[str], times: NodeTimes, signers: Mapping[str, str], odd: Odd
) -> Record | list[str]:
    """A call record of at least `LEAST` columns, or every reason why it is none; raises TimezoneMissing."""
    kind, width = cells[0], len(cells)
    said = {name: text for name, place in COLUMNS[kind].items() if place <= width and (text := cells[place - 1])}
    incoming, outgoing = _protocol(said.get("incoming")), _protocol(said.get("outgoing"))
    local = times.local(said.get("date", ""), said.get("time", ""))
    called = said.get("dialed") or _uri(incoming, _REQUEST) or _number(said, "before") or said.get("called")
    if local is None or not called:
        return [reason for missing, reason in ((local is None, NO_TIME), (not called, NO_CALLED)) if missing]
    gateway = said.get("gateway", "")
    start = times.start(local, said.get("zone", ""), gateway, _whole(said.get("ticks")))
    ended = times.local(said.get("end_date") or said["date"], said.get("end_time", ""))
    odd.signs.look(start, (said.get(name) for name in _NUMBERS))
    answer, duration = _answered(kind, said, start, odd)
    attestation, orig_id, signer = _claims(said, signers)
    return Record(
        *where,
        kind=kind,
        gateway=gateway,
        id=said.get("id", ""),
        start=start,
        tick=MINUTE if said["time"].count(":") == 1 else 10 ** (6 - len(said["time"].partition(".")[2])),
        answer=answer,
        end=None if ended is None else times.later(ended, said.get("zone", ""), local, start),
        duration=duration,
        calling=said.get("calling") or _uri(incoming, _FROM),
        called=called,
        egress_calling=_uri(outgoing, _FROM),
        egress_called=_uri(outgoing, _REQUEST) or said.get("called"),
        redirecting=_forwarder(incoming),
        upstream=said.get("in_trunk") or _address(said.get("in_address")),
        downstream=_downstream(said),
        call_id=_sub(incoming, _CALL_ID),
        egress_call_id=_sub(outgoing, _CALL_ID),
        release=_release(kind, said, incoming, outgoing),
        attestation=attestation,
        orig_id=orig_id,
        signer=signer,
    )


def _protocol(text: str | None) -> list[str]:
    """The sub-fields of SIP protocol data; those of other protocols mean other things and are left alone."""
    subs = text.split(",") if text else []
    return subs if subs and subs[0].upper().startswith("SIP") else []


def _sub(subs: Sequence[str], place: int) -> str | None:
    if place >= len(subs) or not subs[place]:
        return None
    text = subs[place]
    return text.replace("%2C", ",").replace("%22", '"').strip() if "%" in text else text.strip()


def _uri(subs: Sequence[str], place: int) -> str | None:
    """A URI without the parameters behind its host, such as dtg and methods; those of the user part stay."""
    text = _sub(subs, place)
    if text is None:
        return None
    user, at, host = text.partition("@")
    return f"{user}@{host.partition(';')[0]}" if at else text


def _number(said: Mapping[str, str], name: str) -> str | None:
    text = said.get(name)
    return text if text and text != "0" else None


def _forwarder(incoming: Sequence[str]) -> str | None:
    text = _sub(incoming, _FORWARDER)
    return text if text and any(character.isdigit() for character in text) else None


def _address(text: str | None) -> str | None:
    if text is None or text in _NOTHING:
        return None
    match = _PORT.fullmatch(text)
    return match[1].strip("[]") if match is not None else text


def _downstream(said: Mapping[str, str]) -> str | None:
    """The egress trunk group, else that of the selected route (GATEWAY:TRUNK_GROUP), else the address."""
    route = said.get("route", "").partition(":")[2]
    return said.get("out_trunk") or route or _address(said.get("out_address"))


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 19 else None


def _answered(kind: str, said: Mapping[str, str], start: datetime, odd: Odd) -> tuple[datetime | None, float | None]:
    """Answer time and seconds of conversation; ticks are 10 ms."""
    if kind == ATTEMPT:
        return None, 0.0
    setup, service = _whole(said.get("setup_ticks")), _whole(said.get("service_ticks"))
    if any(ticks is not None and ticks >= _LONGEST_TICKS for ticks in (setup, service)):
        odd.durations += 1
        setup, service = (None if ticks is None or ticks >= _LONGEST_TICKS else ticks for ticks in (setup, service))
    answer = None if setup is None else start + timedelta(milliseconds=10 * setup)
    return answer, None if service is None else service / 100


def _release(kind: str, said: Mapping[str, str], incoming: Sequence[str], outgoing: Sequence[str]) -> str | None:
    """The SIP status of a failed attempt, as the next carrier gave it; else the disconnect reason."""
    if kind == ATTEMPT:
        for subs in (outgoing, incoming):
            status = _sub(subs, _RESPONSE)
            if status is not None and _STATUS.fullmatch(status):
                return status
    reason = _whole(said.get("reason"))
    if not reason:
        return None
    return str(reason) if reason < 128 else f"reason {reason}"


def _claims(said: Mapping[str, str], signers: Mapping[str, str]) -> tuple[str | None, str | None, str | None]:
    """Attestation, origid and signer of the Identity header that came in, else of the one that was sent (from 12.0)."""
    for name in ("in_identity", "out_identity"):
        text = said.get(name, "")
        attest = _ATTEST.search(text) if "attest" in text else None
        if attest is not None:
            orig_id, url = _ORIG_ID.search(text), _URL.search(text)
            return attest[1], orig_id[1] if orig_id else None, signers.get(url[1]) if url else None
    return None, None, None
