"""How a FreeSWITCH leg ended: SIP status, Q.850 cause, or FreeSWITCH's own word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import polars as pl

_STATUS = re.compile(r"(?:sip:)?([3-6]\d\d)")
_STATUSES = ("sip_term_status", "proto_specific_hangup_cause", "sip_invite_failure_status")
WAYS_TO_END = (*_STATUSES, "hangup_cause_q850", "hangup_cause")
"""The variables that say how a leg ended."""

_Q850 = frozenset(map(str, range(1, 128)))
_NO_CODE = frozenset({"0", "NONE", "UNSPECIFIED"})
_CAUSES = {
    "UNALLOCATED_NUMBER": "1",
    "NO_ROUTE_TRANSIT_NET": "2",
    "NO_ROUTE_DESTINATION": "3",
    "CHANNEL_UNACCEPTABLE": "6",
    "NORMAL_CLEARING": "16",
    "USER_BUSY": "17",
    "NO_USER_RESPONSE": "18",
    "NO_ANSWER": "19",
    "SUBSCRIBER_ABSENT": "20",
    "CALL_REJECTED": "21",
    "NUMBER_CHANGED": "22",
    "DESTINATION_OUT_OF_ORDER": "27",
    "INVALID_NUMBER_FORMAT": "28",
    "FACILITY_REJECTED": "29",
    "NORMAL_UNSPECIFIED": "31",
    "NORMAL_CIRCUIT_CONGESTION": "34",
    "NETWORK_OUT_OF_ORDER": "38",
    "NORMAL_TEMPORARY_FAILURE": "41",
    "SWITCH_CONGESTION": "42",
    "REQUESTED_CHAN_UNAVAIL": "44",
    "INCOMPATIBLE_DESTINATION": "88",
    "RECOVERY_ON_TIMER_EXPIRE": "102",
    "INTERWORKING": "127",
    "ORIGINATOR_CANCEL": "487",
}
"""FreeSWITCH's words for Q.850 causes (switch_call_cause_t), for records that have the word alone; 487 is SIP's."""


def release_code(variables: Mapping[str, str], *, answered: bool) -> str | None:
    """SIP status of a refusal, else the Q.850 cause, else FreeSWITCH's word."""
    if not answered:
        for name in _STATUSES:
            if name in variables and (match := _STATUS.fullmatch(variables[name])) is not None:
                return match[1]
    cause = variables.get("hangup_cause_q850", "")
    if cause in _Q850:
        return cause
    if cause.isdecimal() and len(cause) <= 3 and 0 < int(cause) < 128:
        return str(int(cause))
    word = variables.get("hangup_cause", "")
    return _CAUSES.get(word, word) if word and word not in _NO_CODE else None


def with_release_codes(legs: pl.DataFrame) -> pl.DataFrame:
    """Legs with their `release_code`, by columns named as the variables, and by `answer`, null where there was none."""
    ways = legs.select(*WAYS_TO_END, pl.col("answer").is_not_null()).rows()
    codes: dict[tuple[Any, ...], str | None] = {}
    for *texts, answered in dict.fromkeys(ways):  # few legs end in a way of their own
        said = {name: text for name, text in zip(WAYS_TO_END, texts, strict=True) if text}
        codes[*texts, answered] = release_code(said, answered=answered)
    return legs.with_columns(release_code=pl.Series([codes[way] for way in ways], dtype=pl.String))
