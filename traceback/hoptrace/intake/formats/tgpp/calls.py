"""The facts of a 3GPP record as RAW_CALLS has them: circuit-switched gateways and IMS border nodes (TS 32.298)."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from hoptrace.intake.ledger import lacking
from hoptrace.intake.outcomes import SHORT_TALK
from hoptrace.model.statements import StartBasis

Fields = Mapping[str, Any]
_NIBBLES = str.maketrans("abcde", "*#abc", "f")
"""What hexadecimal digits above 9 mean in telephony BCD; f fills up."""
_SWAPPED = bytes(octet << 4 & 0xF0 | octet >> 4 for octet in range(256))
"""Octets with their halves swapped, as the first digit is in the lower one."""
_DAY = timedelta(days=1)
_NO_HOUR = "24"
"""Later releases of Python read it as the next day's midnight."""
_INTERNATIONAL = 1
_LONGEST = 7 * 86_400
_NATIONAL = 9
"""So many last digits of two spellings of a number are the same."""
_KEY = (
    *("recordingEntity", "callReference", "seizureTime", "seizureTimestamp", "answerTime", "session-Id"),
    *("iMS-Charging-Identifier", "serviceRequestTimeStamp", "mscOutgoingTKGP"),
)
"""What partial records of a call have in common; another trunk group out is another route that was tried."""
_MOMENTS = tuple((f"{name}Time", f"{name}Timestamp") for name in ("seizure", "answer", "release"))


def facts_of(kind: str, fields: Fields) -> dict[str, Any] | list[str]:
    """RAW_CALLS columns of a record (`kind` is the name of its choice), or the reasons why it is no call."""
    facts = _ims(kind, fields) if "serviceRequestTimeStamp" in fields or "session-Id" in fields else _cs(kind, fields)
    return lacking(facts["start_time"], facts["called_number"]) or facts


def key_of(kind: str, fields: Fields) -> tuple[object, ...]:
    """What the partial records of one call share."""
    return (kind, *map(fields.get, _KEY))


def _cs(kind: str, fields: Fields) -> dict[str, Any]:
    """A record of the circuit-switched domain: both trunk groups, times to the second."""
    seizure, answer, release = (timestamp(fields.get(name) or fields.get(other)) for name, other in _MOMENTS)
    duration = fields.get("callDuration")
    served = number(fields.get("servedMSISDN"))
    calling = number(fields.get("callingNumber"))
    own_calls, own_called = kind == "moCallRecord", kind == "mtCallRecord"
    # A call that a subscriber forwards has a record as of one that it placed, but with the number of who did.
    placed = own_calls and (calling is None or calling[-_NATIONAL:] == (served or "")[-_NATIONAL:])
    return {
        **_times(seizure or answer, answer, release, received=seizure is not None),
        "duration": 0.0 if answer is None else _seconds(duration),
        "precision": 1_000_000,
        "calling_number": calling or (served if own_calls else None),
        "called_number": served if own_called else number(fields.get("calledNumber")),
        "egress_called_number": number(fields.get("translatedNumber")),
        "upstream": None if own_calls else _trunk(fields.get("mscIncomingTKGP")),
        "downstream": None if own_called else _trunk(fields.get("mscOutgoingTKGP")),
        "customer": served if placed else None,
        "redirecting_number": served if own_calls and not placed else None,
        "release_code": _diagnostics(fields.get("diagnostics")),
        "record_id": _hex(fields.get("callReference")),
    }


def _ims(kind: str, fields: Fields) -> dict[str, Any]:
    """A record of an IMS node: addresses, operators on both sides, times to the millisecond where they are given."""
    request, start, end = (
        _fine(fields, name)
        for name in ("serviceRequestTimeStamp", "serviceDeliveryStartTimeStamp", "serviceDeliveryEndTimeStamp")
    )
    answer = start if kind != "bGCFRecord" else None
    fraction = "serviceRequestTimeStampFraction" in fields
    out = kind == "mGCFRecord" and fields.get("role-of-Node") == "originating"
    seconds = (end - answer).total_seconds() if answer is not None and end is not None else None
    return {
        **_times(request or answer, answer, end, received=request is not None),
        "duration": seconds if seconds is not None and 0 <= seconds <= _LONGEST else _unanswered(kind, answer),
        "precision": 1_000 if fraction else 1_000_000,
        "calling_number": _party(fields.get("list-Of-Calling-Party-Address")),
        "called_number": _party([fields["called-Party-Address"]] if "called-Party-Address" in fields else None),
        "call_id": None if out else fields.get("session-Id"),
        "egress_call_id": fields.get("session-Id") if out else None,
        **_neighbours(fields),
        "release_code": _release(fields, answer),
        "record_id": _hex(fields.get("iMS-Charging-Identifier")) or fields.get("session-Id"),
    }


def _unanswered(kind: str, answer: datetime | None) -> float | None:
    """0 where the node knows that nobody answered; a BGCF does not see how the call went on."""
    return 0.0 if answer is None and kind != "bGCFRecord" else None


def _neighbours(fields: Fields) -> dict[str, str | None]:
    """Trunk groups of an MGCF, else the neighbour node of an NNI, else the operators that the two sides name."""
    operators = _first(fields.get("interOperatorIdentifiers"))
    trunks: Fields = fields.get("trunkGroupID") or {}
    if isinstance(trunks, tuple):  # a choice of one of the two
        trunks = dict([cast(tuple[str, Any], trunks)])
    found = {
        "upstream": trunks.get("incoming") or operators.get("originatingIOI"),
        "downstream": trunks.get("outgoing") or operators.get("terminatingIOI"),
    }
    nni = _first(fields.get("nNI-Information"))
    address = _address(nni.get("neighbourNodeAddress"))
    if address is not None and nni.get("sessionDirection") in ("inbound", "outbound"):
        found["upstream" if nni["sessionDirection"] == "inbound" else "downstream"] = address
    return found


def _times(start: datetime | None, answer: datetime | None, end: datetime | None, *, received: bool) -> dict[str, Any]:
    return {
        "start_time": start,
        "start_basis": (StartBasis.RECEIVED if received else StartBasis.FINAL).value,
        "answer_time": answer if answer is not None and start is not None and answer >= start else None,
        "end_time": end if end is not None and start is not None and end >= start else None,
    }


def timestamp(raw: object) -> datetime | None:
    """A TimeStamp, nine octets: YYMMDDhhmmss in BCD, the sign as a letter, hhmm of the offset; in UTC."""
    return _moment(raw) if isinstance(raw, bytes) else None


@lru_cache(maxsize=8_192)
def _moment(raw: bytes) -> datetime | None:
    """A second is written for many calls of a busy node, and by the release of one as by the seizure of others."""
    if len(raw) != 9 or raw[6:7] not in (b"+", b"-"):
        return None
    digits, offset = raw[:6].hex(), _offset(raw[6:])
    if offset is None or not digits.isdecimal() or digits[6:8] == _NO_HOUR:
        return None
    try:
        return datetime.fromisoformat(f"20{digits[:6]}T{digits[6:]}Z") - offset
    except ValueError:
        return None


@lru_cache(maxsize=1_024)
def _offset(raw: bytes) -> timedelta | None:
    """How far a zone is ahead of UTC: the sign as a letter, then hhmm in BCD."""
    digits = raw[1:].hex()
    if not digits.isdecimal():
        return None
    offset = timedelta(0, 0, 0, 0, int(digits[2:]), int(digits[:2]))
    if offset >= _DAY:
        return None
    return -offset if raw[:1] == b"-" else offset


def number(raw: object) -> str | None:
    """A directory number: type of number, perhaps a presentation octet, then digits in telephony BCD."""
    if not isinstance(raw, bytes) or len(raw) < 2:
        return None
    text = (raw[1:] if raw[0] & 0x80 else raw[2:]).translate(_SWAPPED).hex()
    if not text.isdecimal():
        text = text.translate(_NIBBLES)
    if not text:
        return None
    return f"+{text}" if (raw[0] >> 4) & 7 == _INTERNATIONAL else text


def _fine(fields: Fields, name: str) -> datetime | None:
    time, fraction = timestamp(fields.get(name)), fields.get(f"{name}Fraction")
    if time is not None and isinstance(fraction, int) and 0 <= fraction < 1_000:
        return time + timedelta(milliseconds=fraction)
    return time


def _party(addresses: object) -> str | None:
    """The first address that is a telephone number, else the first of all."""
    if not isinstance(addresses, list):
        return None
    pairs = [cast(tuple[str, Any], each) for each in cast(list[object], addresses) if isinstance(each, tuple)]
    texts = [(kind, str(value)) for kind, value in pairs if value]
    best = next((text for kind, text in texts if kind in ("tEL-URI", "iSDN-E164")), None)
    return best or (texts[0][1] if texts else None)


def _trunk(choice: object) -> str | None:
    return str(cast(tuple[str, Any], choice)[1]) or None if isinstance(choice, tuple) else None


def _diagnostics(choice: object) -> str | None:
    """A Q.850 cause of the release, where the record has one."""
    if not isinstance(choice, tuple):
        return None
    kind, value = cast(tuple[str, Any], choice)
    known = kind in ("gsm0408Cause", "itu-tQ767Cause") and isinstance(value, int)
    return str(value & 0x7F) if known and value & 0x7F else None


def _release(fields: Fields, answer: datetime | None) -> str | None:
    """SIP status or ISUP cause; 200 where the service was delivered."""
    code = str(fields.get("serviceReasonReturnCode", ""))
    cause = _first(fields.get("iSUPCause")).get("iSUPCauseValue")
    if len(code) == 3 and code.isdecimal():
        return code
    if isinstance(cause, int) and 0 < cause < 128:
        return str(cause)
    return "200" if answer is not None else None


def _first(value: object) -> Fields:
    """A sequence, or the first of several; empty where there is none."""
    if isinstance(value, list):
        value = next(iter(cast(list[object], value)), None)
    return cast(Fields, value) if isinstance(value, dict) else {}


def _address(choice: object) -> str | None:
    """An IP address, as text or as octets, inside one or two choices."""
    while isinstance(choice, tuple):
        choice = cast(tuple[str, object], choice)[1]
    if isinstance(choice, bytes) and len(choice) in (4, 16):
        return str(ipaddress.ip_address(choice))
    return choice if isinstance(choice, str) and choice else None


def _seconds(value: object) -> float | None:
    """What an answered call's whole seconds say."""
    return float(value or SHORT_TALK) if isinstance(value, int) and 0 <= value <= _LONGEST else None


def _hex(raw: object) -> str | None:
    return raw.hex() if isinstance(raw, bytes) and raw else None
