"""One call record of a Ribbon (Sonus) ACT file: START, STOP or ATTEMPT, each with columns of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hoptrace.intake.formats.resaved import MINUTE, Signs
from hoptrace.intake.formats.ribbon.columns import ATTEMPT, fields_of
from hoptrace.intake.formats.ribbon.headers import (
    CALL_ID,
    FROM,
    REQUEST,
    RESPONSE,
    caller,
    claims,
    forwarder,
    protocol_data,
    sub_field,
    uri,
)
from hoptrace.intake.formats.ribbon.times import NodeTimes
from hoptrace.intake.ledger import lacking
from hoptrace.model.statements import StartBasis

_NUMBERS = ("calling", "called", "dialed", "before")

_NOTHING = frozenset({"", "0.0.0.0", "127.0.0.0", "127.0.0.1", "::"})
_STATUS = re.compile(r"[3-6]\d\d")
_LONGEST_TICKS = 7 * 86_400 * 100
_PORT = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\]):\d{1,5}")


class Record(NamedTuple):
    """One START, STOP or ATTEMPT: times in UTC, `tick` microseconds of the start's last digit.

    `said`: its fields that hold something. A named tuple, for one is made of every row.
    """

    file: int
    row: int
    kind: str
    gateway: str
    id: str
    start: datetime
    tick: int
    answer: datetime | None
    duration: float | None
    end: datetime | None
    called: str
    said: dict[str, str]

    @property
    def place(self) -> tuple[int, int]:
        """File and row."""
        return self.file, self.row


@dataclass(slots=True)
class Odd:
    """What was unusual in one file, for its receipt."""

    durations: int = 0
    signs: Signs = field(default_factory=Signs)


def read_record(where: tuple[int, int], cells: Sequence[str], times: NodeTimes, odd: Odd) -> Record | list[str]:
    """A call record of at least `LEAST` columns, or every reason why it is none; raises TimezoneMissing."""
    said = fields_of(cells)
    local = times.local(said.get("date", ""), said.get("time", ""))
    called = said.get("dialed") or _asked_for(said)
    if local is None or not called:
        return lacking(local, called or None)
    kind, gateway = cells[0], said.get("gateway", "")
    start = times.start(local, said.get("zone", ""), gateway, _whole(said.get("ticks")))
    odd.signs.look(start, [said[name] for name in _NUMBERS if name in said])
    ended = times.local(said.get("end_date") or said["date"], said["end_time"]) if "end_time" in said else None
    end = None if ended is None else times.later(ended, said.get("zone", ""), local, start)
    answer, duration = _answered(kind, said, start, odd)
    about = (kind, gateway, said.get("id", ""), start, _tick(said["time"]))
    return Record(*where, *about, answer, duration, end, called, said)


def _asked_for(said: Mapping[str, str]) -> str | None:
    """The number that a record without a dialed one was called by."""
    return uri(protocol_data(said.get("incoming")), REQUEST) or _number(said, "before") or said.get("called")


def facts_of(record: Record, signers: Mapping[str, str]) -> dict[str, Any]:
    """What a record says of its call, by the names of RAW_CALLS; asked only of those that stand for one."""
    said = record.said
    incoming, outgoing = protocol_data(said.get("incoming")), protocol_data(said.get("outgoing"))
    return {
        "start_time": record.start,
        "start_basis": StartBasis.RECEIVED.value,
        "precision": record.tick,
        "record_id": f"{record.gateway}/{record.id}" if record.id else None,
        "answer_time": record.answer,
        "duration": record.duration,
        "end_time": record.end,
        "called_number": record.called,
        "release_code": _release(record.kind, said, incoming, outgoing),
        "calling_number": said.get("calling") or caller(incoming),
        "redirecting_number": forwarder(incoming),
        "upstream": said.get("in_trunk") or _address(said.get("in_address")),
        "call_id": sub_field(incoming, CALL_ID),
        "egress_calling_number": uri(outgoing, FROM),
        "egress_called_number": uri(outgoing, REQUEST) or said.get("called"),
        "downstream": _downstream(said),
        "egress_call_id": sub_field(outgoing, CALL_ID),
        **claims(said, signers),
    }


def _tick(time: str) -> int:
    return MINUTE if time.count(":") == 1 else 10 ** (6 - len(time.partition(".")[2]))


def _number(said: Mapping[str, str], name: str) -> str | None:
    text = said.get(name)
    return text if text and text != "0" else None


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
    if (setup or 0) >= _LONGEST_TICKS or (service or 0) >= _LONGEST_TICKS:
        odd.durations += 1
        setup, service = (None if ticks is None or ticks >= _LONGEST_TICKS else ticks for ticks in (setup, service))
    answer = None if setup is None else start + timedelta(milliseconds=10 * setup)
    return answer, None if service is None else service / 100


def _release(kind: str, said: Mapping[str, str], incoming: Sequence[str], outgoing: Sequence[str]) -> str | None:
    """The SIP status of a failed attempt, as the next carrier gave it; else the disconnect reason."""
    if kind == ATTEMPT:
        for subs in (outgoing, incoming):
            status = sub_field(subs, RESPONSE)
            if status is not None and _STATUS.fullmatch(status):
                return status
    reason = _whole(said.get("reason"))
    if not reason:
        return None
    return str(reason) if reason < 128 else f"reason {reason}"
