"""Twilio's calls as JSON: the daily files of its bulk exports (log archives), a call a line, and pages of its API."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from hoptrace.intake.formats.json.records import JsonRecords, Kind, Said
from hoptrace.intake.ledger import lacking
from hoptrace.model.statements import StartBasis

_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_LONGEST = 7 * 86_400
_BY_ITS_PROGRAM = "outbound-api"


def twilio_json() -> JsonRecords:
    """The reader of day files of calls, of what `GET .../Calls.json` answers, and of arrays of calls."""
    kind = Kind(
        "Twilio's",
        signs=("sid", "account_sid", "parent_call_sid", "from", "to", "start_time", "end_time", "direction", "status"),
        must=frozenset({"parent_call_sid", "start_time"}),
        page=re.compile(rb'"calls"\s*:\s*\['),
        record=re.compile(rb'"(?:parent_call_sid|parentCallSid|start_time|startTime)"\s*:'),
        frame=re.compile(
            rb'\{\Z|[\]}]|\{\s*"(?:\w+_)?(?:page|page_uri|page_size|uri|start|end|\w*[pP]age(?:Uri|Size))"\s*:'
        ),
        id="sid",
        own=re.compile(rb'"sid"\s*:\s*"CA[0-9a-f]{32}"'),
        call_of=call_of,
    )
    return JsonRecords("twilio_json", "Twilio calls (bulk export, JSON)", kind)


def call_of(said: Said) -> dict[str, Any] | list[str]:
    """The call that a record tells of, or the reasons why it is none. All times are UTC, to the second."""
    start, called = _time(said.get("start_time")), said.get("to")
    if start is None or called is None:
        return lacking(start, called)
    end = _time(said.get("end_time"))
    return {
        "start_time": start,
        "start_basis": StartBasis.RECEIVED.value,
        "precision": 1_000_000 if start.microsecond == 0 else 1,
        "end_time": end if end is not None and end >= start else None,
        "duration": _duration(said.get("duration", "")),
        "calling_number": said.get("from"),
        "called_number": called,
        "redirecting_number": said.get("forwarded_from"),
        # What its API was told to dial, the account placed; a call that another call dialled may come from elsewhere.
        "customer": said.get("account_sid") if said.get("direction") == _BY_ITS_PROGRAM else None,
        "release_code": said.get("status"),
        "record_id": said.get("sid"),
    }


def _time(text: str | None) -> datetime | None:
    """A time with its zone, as ISO 8601 or RFC 2822 spell it; None of others."""
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text) if text[:1].isdigit() else parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return time if time.utcoffset() is not None and _FIRST_YEAR <= time.year < _LAST_YEAR else None


def _duration(text: str) -> float | None:
    known = text.isdecimal() and len(text) < 7 and int(text) <= _LONGEST
    return float(text) if known else None
