"""BroadWorks' records become calls: a user's record alone, or the two records of a call between two own users."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from hoptrace.intake.formats.broadworks.records import Direction, Record, parse_time
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.reading import Zone
from hoptrace.intake.zones import at_offset
from hoptrace.model.statements import StartBasis

_PORT = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\]|[A-Za-z][\w.-]*):\d{1,5}")
_LONGEST = 7 * 86_400
_LOOKED_AT = 2_000
_NONE = timedelta()
_AGREES = timedelta(minutes=2)


class Clock:
    """Whether the times of a file are GMT, as the specification says, or of the user's zone, as some systems write.

    BroadWorks puts its local clock into the SIP Call-IDs that it makes, beside which the start time shows what it is.
    """

    def __init__(self, records: Sequence[Record]) -> None:
        gmt = local = 0
        for record in records[:_LOOKED_AT]:
            ahead, offset = record.ahead, record.offset
            if ahead is not None and offset is not None and abs(offset) > _AGREES:
                gmt += abs(ahead - offset) <= _AGREES
                local += abs(ahead) <= _AGREES
        self._is_local = local > gmt
        self.votes = max(gmt, local)

    def to_utc(self, time: datetime, record: Record) -> datetime:
        """A time of a record in UTC."""
        return at_offset(time, (record.offset or _NONE) if self._is_local else _NONE)

    @property
    def zone(self) -> Zone:
        """For the receipt."""
        if self._is_local:
            return Zone("the user's", f"the call ids of {self.votes} records show that times are not GMT")
        shown = f", as the call ids of {self.votes} records show" if self.votes else ", as BroadWorks specifies"
        return Zone("UTC", f"times are GMT{shown}")


def enter_calls(records: Sequence[Record], clock: Clock, ledger: Ledger) -> Counter[int]:
    """Put all records into the ledger as calls; gives how many of each file have no direction that can be told."""
    unclear: Counter[int] = Counter()
    for one, other in _paired(records):
        if other is None:
            unclear[one.rows[0][0]] += one.direction is Direction.UNKNOWN
            ledger.call(list(one.rows), **{**_common(one, clock), **_sides(one)})
        else:
            ledger.call([*one.rows, *other.rows], **{**_common(one, clock), **_on_net(one, other)})
    return unclear


def _paired(records: Sequence[Record]) -> Iterator[tuple[Record, Record | None]]:
    """Each record with the one of the other party, where that is an own user too; the originating one first."""
    by_local: dict[str, Record] = {}
    for record in records:
        if record.direction is Direction.TERMINATING and (local := record.get("localCallId")):
            by_local.setdefault(local, record)
    taken: set[int] = set()
    pairs: dict[int, Record] = {}
    for record in records:
        other = by_local.get(record.get("remoteCallId") or "")
        if other is None or record.direction is not Direction.ORIGINATING or id(other) in taken:
            continue
        if other.get("remoteCallId") in (None, record.get("localCallId")):
            taken.add(id(other))
            pairs[id(record)] = other
    for record in records:
        if id(record) not in taken:
            yield record, pairs.get(id(record))


def _common(record: Record, clock: Clock) -> dict[str, Any]:
    start = clock.to_utc(record.start, record)
    answered = record.fields.get("answerIndicator", "").lower() == "yes"
    answer = _later(record, "answerTime", clock, start) if answered else None
    end = _later(record, "releaseTime", clock, start)
    lasted = (end - answer).total_seconds() if end is not None and answer is not None else None
    return {
        "start_time": start,
        "start_basis": str(StartBasis.RECEIVED),
        "answer_time": answer,
        "end_time": end,
        "duration": 0.0 if not answered else lasted if lasted is not None and 0 <= lasted <= _LONGEST else None,
        "precision": record.tick,
        "calling_number": record.get("callingNumber") or _withheld(record.get("callingPresentationIndicator")),
        "called_number": record.get("calledNumber") or record.get("dialedDigits"),
        "release_code": _cause(record.get("terminationCause")),
        "record_id": record.get("eventCounter") or record.get("recordId") or record.get("localCallId"),
    }


def _withheld(presentation: str | None) -> str | None:
    """Who withholds the number is not the same as nobody: Anonymous, Anonymous-Name, Anonymous-URI, Anonymous-User."""
    return "anonymous" if (presentation or "").lower().startswith("anonymous") else None


def _sides(record: Record) -> dict[str, Any]:
    """Who was on which side; of a user that is neither party nothing is said."""
    route, forwarded_by = _host(record.get("route")), record.get("redirectingNumber")
    if record.direction is Direction.TERMINATING:
        ids = {"call_id": record.get("networkCallID"), "egress_call_id": record.get("accessCallID")}
        return {"upstream": route, "redirecting_number": forwarded_by, **ids}
    if record.direction is Direction.UNKNOWN:
        return {}
    egress = {
        "egress_called_number": record.get("networkTranslatedNumber"),
        "egress_call_id": record.get("networkCallID"),
        "downstream": route,
    }
    if forwarded_by is not None:
        # The user forwarded a call that somebody else placed: it is no customer that placed one.
        target = egress["egress_called_number"] or record.get("calledNumber")
        before = record.get("originalCalledNumber") or forwarded_by
        return {**egress, "called_number": before, "egress_called_number": target, "redirecting_number": forwarded_by}
    return {**egress, "customer": _customer(record), "call_id": record.get("accessCallID")}


def _on_net(record: Record, other: Record) -> dict[str, Any]:
    """The call of one own user to another: nobody else took part."""
    if record.get("redirectingNumber") is not None:
        return {"redirecting_number": record.get("redirectingNumber"), "egress_call_id": other.get("accessCallID")}
    ids = {"call_id": record.get("accessCallID"), "egress_call_id": other.get("accessCallID")}
    return {"customer": _customer(record), **ids}


def _customer(record: Record) -> str | None:
    return record.get("userId") or record.get("trunkGroupName") or record.get("userNumber")


def _later(record: Record, name: str, clock: Clock, start: datetime) -> datetime | None:
    time = parse_time(record.fields.get(name, ""))
    found = clock.to_utc(time, record) if time is not None else None
    return found if found is not None and found >= start else None


def _cause(text: str | None) -> str | None:
    """`016` is Q.850 cause 16; a SIP status stays as it is."""
    if text is None or not text.isdecimal() or len(text) > 3:
        return text
    return str(int(text)) if int(text) else None


def _host(text: str | None) -> str | None:
    match = _PORT.fullmatch(text) if text else None
    return match[1].strip("[]") if match else text
