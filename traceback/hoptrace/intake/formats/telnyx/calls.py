"""One of Telnyx' detail records becomes a call. Its times are UTC, to the second; `cli` and `cld` are the numbers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hoptrace.intake.formats.freeswitch.causes import release_code
from hoptrace.intake.formats.json.records import Said
from hoptrace.intake.ledger import lacking
from hoptrace.model.statements import StartBasis

_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_LONGEST = 7 * 86_400
_TELNYX = "telnyx"


def call_of(said: Said) -> dict[str, Any] | list[str]:
    """The call that a record tells of, or the reasons why it is none."""
    start, called = _time(said, "started_at"), said.get("cld")
    if start is None or called is None:
        return lacking(start, called)
    answer, end = (time if time and time >= start else None for time in _times(said))
    return {
        "start_time": start,
        "start_basis": StartBasis.RECEIVED.value,
        "precision": 1_000_000 if start.microsecond == 0 else 1,
        "answer_time": answer,
        "end_time": end,
        "duration": _duration(said, answer, end),
        "calling_number": said.get("cli"),
        "called_number": called,
        "call_id": said.get("sip_call_id"),
        "record_id": said.get("id"),
        "upstream": _TELNYX if said.get("direction") == "inbound" else None,
        "downstream": _TELNYX if said.get("direction") == "outbound" else None,
        "release_code": _release_code(said, answered=answer is not None),
    }


def _times(said: Said) -> tuple[datetime | None, datetime | None]:
    return _time(said, "answered_at"), _time(said, "finished_at")


def _time(said: Said, name: str) -> datetime | None:
    """A time with its zone, as the API writes all of them; None of others."""
    try:
        time = datetime.fromisoformat(said.get(name, ""))
    except ValueError:
        return None
    return time if time.utcoffset() is not None and _FIRST_YEAR <= time.year < _LAST_YEAR else None


def _duration(said: Said, answer: datetime | None, end: datetime | None) -> float | None:
    """Seconds of conversation: as counted, else by the times."""
    text = said.get("call_sec", "")
    if text.isdecimal() and len(text) < 7 and int(text) <= _LONGEST:
        return float(text)
    if answer is None or end is None:
        return None
    return (end - answer) / timedelta(seconds=1)


def _release_code(said: Said, *, answered: bool) -> str | None:
    """Telnyx' switches are FreeSWITCH and use its words."""
    words = {"hangup_cause_q850": said.get("hangup_code", ""), "hangup_cause": said.get("hangup_cause", "")}
    words["sip_invite_failure_status"] = said.get("sip_invite_failure_status", "")
    return release_code(words, answered=answered)
