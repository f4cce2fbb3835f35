"""One mod_json_cdr document is one leg: its ids, times, numbers, addresses and end.

The names are those of FreeSWITCH's channel variables and caller profiles; `*_uepoch` are microseconds UTC, 0 = never.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hoptrace.intake.formats.freeswitch_documents import (
    Json,
    as_object,
    as_objects,
    clean,
    decoded_variables,
    text_of,
)

_FIRST, _LAST = 946_684_800_000_000, 4_102_444_800_000_000
_LONGEST = 7 * 86_400
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_USER = re.compile(r"(?:\[[^\]]*\]|\{[^}]*\}|<[^>]*>)*(?:user|sofia_contact)/")
_STATUS = re.compile(r"(?:sip:)?([3-6]\d\d)")
READ = (
    "answer_epoch",
    "answer_uepoch",
    "billmsec",
    "billsec",
    "billusec",
    "bleg_uuid",
    "bridge_channel",
    "bridge_uuid",
    "caller_id_number",
    "channel_name",
    "current_application",
    "current_application_data",
    "destination_number",
    "dialed_user",
    "direction",
    "end_epoch",
    "end_uepoch",
    "hangup_cause",
    "hangup_cause_q850",
    "last_app",
    "last_arg",
    "last_bridge_to",
    "network_addr",
    "originated_legs",
    "originating_leg_uuid",
    "originator",
    "proto_specific_hangup_cause",
    "signal_bond",
    "sip_call_id",
    "sip_from_user",
    "sip_gateway",
    "sip_gateway_name",
    "sip_h_Diversion",
    "sip_h_Identity",
    "sip_h_identity",
    "sip_identity",
    "sip_invite_failure_status",
    "sip_network_ip",
    "sip_received_ip",
    "sip_redirected_by",
    "sip_reply_host",
    "sip_req_host",
    "sip_req_user",
    "sip_term_status",
    "sip_to_user",
    "start_epoch",
    "start_uepoch",
    "uuid",
)
"""The channel variables that are looked at, of some two hundred that a document has."""

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

_NAMING = (
    *("bridge_uuid", "originating_leg_uuid", "originator", "signal_bond", "last_bridge_to", "originated_legs"),
    "bleg_uuid",
)
"""The variables that name other legs of a call."""
_NO_CODE = frozenset({"0", "NONE", "UNSPECIFIED"})


@dataclass(frozen=True, slots=True)
class Profile:
    """A caller profile: the numbers and the address of a leg, as a leg or its counterpart wrote them."""

    uuid: str | None
    calling: str | None
    called: str | None
    address: str | None
    channel: str | None
    rdnis: str | None


@dataclass(frozen=True, slots=True)
class Leg:
    """What one document says. `file`, `row`: where it stands; times UTC; `duration` seconds of conversation."""

    file: int
    row: int
    uuid: str | None
    outbound: bool
    linked: frozenset[str]
    start: datetime
    tick: int
    answer: datetime | None
    end: datetime | None
    duration: float | None
    profile: Profile
    originator: Profile | None
    variables: Mapping[str, str]

    def first(self, *names: str) -> str | None:
        """The first of some variables that is not empty."""
        return next((value for name in names if (value := self.variables.get(name))), None)

    @property
    def calling(self) -> str | None:
        """The calling number of this leg."""
        return self.profile.calling or self.first("sip_from_user", "caller_id_number")

    @property
    def called(self) -> str | None:
        """The called number of this leg: whom the request named, before the dial plan changed it."""
        return self.first("sip_req_user", "sip_to_user") or self.profile.called or self.first("destination_number")

    @property
    def redirecting(self) -> str | None:
        """The number that forwarded the call."""
        return self.first("sip_h_Diversion", "sip_redirected_by") or self.profile.rdnis

    @property
    def release_code(self) -> str | None:
        """SIP status of a refusal, else the Q.850 cause, else FreeSWITCH's word."""
        for name in ("sip_term_status", "proto_specific_hangup_cause", "sip_invite_failure_status"):
            match = _STATUS.fullmatch(self.variables.get(name, ""))
            if match is not None and not self.answer:
                return match[1]
        cause = self.variables.get("hangup_cause_q850", "")
        if cause.isdecimal() and len(cause) <= 3 and 0 < int(cause) < 128:
            return str(int(cause))
        word = self.variables.get("hangup_cause", "")
        return _CAUSES.get(word, word) if word and word not in _NO_CODE else None

    @property
    def is_local_user(self) -> bool:
        """Whether the call was sent to a user that is registered here."""
        return _USER.match(self.dialled) is not None

    @property
    def dialled(self) -> str:
        """The dial string of the last bridge."""
        if self.variables.get("last_app") == "bridge":
            return self.variables.get("last_arg", "")
        if self.variables.get("current_application") == "bridge":
            return self.variables.get("current_application_data", "")
        return ""


@dataclass(slots=True)
class Odd:
    """Values of a file that were left out because they cannot be."""

    durations: int = 0


def make_leg(where: tuple[int, int], document: Json, odd: Odd) -> Leg | list[str]:
    """A document's leg, or the reasons why it is no call."""
    variables = _strings(decoded_variables(as_object(document.get("variables"))))
    flows = _in_order(as_objects(document.get("callflow")))
    profiles = [as_object(flow.get("caller_profile")) for flow in flows]
    times = {**as_object(document.get("times")), **as_object(flows[0].get("times") if flows else None)}
    first = _profile(profiles[0] if profiles else {})
    originators = [p for profile in profiles for p in _counterparts(profile, "originator")]
    start, tick = _start(variables, times)
    answer = _epoch(variables, "answer") or _micro(_latest(flows, "answered_time"))
    end = _epoch(variables, "end") or _micro(_latest(flows, "hangup_time"))
    reasons = [] if start is not None else ["start time not understood"]
    called = variables.get("sip_req_user") or variables.get("sip_to_user") or first.called
    if not called and not variables.get("destination_number"):
        reasons.append("no called number")
    if start is None or reasons:
        return reasons
    originator = _profile(originators[0]) if originators else None
    children = [p for profile in profiles for p in _counterparts(profile, "originatee")]
    linked = {text_of(p.get("uuid")) for p in (*originators, *children)} | _uuids(variables)
    uuid = variables.get("uuid") or first.uuid
    return Leg(
        *where,
        uuid=uuid,
        outbound=_is_outbound(variables, originator),
        linked=frozenset(other for other in linked if other and other != uuid),
        start=start,
        tick=tick,
        answer=answer if answer is not None and answer >= start else None,
        end=end if end is not None and end >= start else None,
        duration=_duration(variables, answer, end, odd),
        profile=first,
        originator=originator,
        variables=variables,
    )


def _strings(variables: Json) -> dict[str, str]:
    return {name: text for name in READ if name in variables and (text := clean(text_of(variables[name])))}


def _in_order(flows: list[Json]) -> list[Json]:
    """Call flows, the first one first: FreeSWITCH writes the newest first and numbers them."""
    return sorted(
        flows, key=lambda flow: int(index) if (index := str(flow.get("profile_index", ""))[:6]).isdigit() else 0
    )


def _profile(profile: Json) -> Profile:
    calling = text_of(profile.get("caller_id_number")) or text_of(profile.get("ani"))
    return Profile(
        uuid=text_of(profile.get("uuid")),
        calling=clean(calling),
        called=clean(text_of(profile.get("destination_number"))),
        address=clean(text_of(profile.get("network_addr"))),
        channel=clean(text_of(profile.get("chan_name"))),
        rdnis=clean(text_of(profile.get("rdnis"))),
    )


def _counterparts(profile: Json, side: str) -> list[Json]:
    """Profiles of the other legs: `originator` on an outgoing leg, `originatee` on an incoming one."""
    holder = as_object(profile.get(side))
    return as_objects(holder.get(f"{side}_caller_profiles")) or as_objects(holder.get(f"{side}_caller_profile"))


def _uuids(variables: Mapping[str, str]) -> set[str | None]:
    return {found for name in _NAMING for found in _UUID.findall(variables.get(name, ""))}


def _is_outbound(variables: Mapping[str, str], originator: Profile | None) -> bool:
    direction = variables.get("direction")
    if direction in ("inbound", "outbound"):
        return direction == "outbound"
    return originator is not None or "originating_leg_uuid" in variables


def _start(variables: Mapping[str, str], times: Json) -> tuple[datetime | None, int]:
    start = _micro(variables.get("start_uepoch")) or _micro(text_of(times.get("created_time")))
    if start is not None:
        return start, 1
    return _second(variables.get("start_epoch")), 1_000_000


def _epoch(variables: Mapping[str, str], name: str) -> datetime | None:
    return _micro(variables.get(f"{name}_uepoch")) or _second(variables.get(f"{name}_epoch"))


def _latest(flows: list[Json], name: str) -> str | None:
    times = [text for flow in flows if (text := text_of(as_object(flow.get("times")).get(name))) and text != "0"]
    return times[-1] if times else None


def _micro(text: str | None) -> datetime | None:
    if text is None or not text.isdecimal() or not _FIRST <= int(text[:20]) < _LAST:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(text))


def _second(text: str | None) -> datetime | None:
    return _micro(f"{text}000000") if text is not None and text.isdecimal() else None


def _duration(variables: Mapping[str, str], answer: datetime | None, end: datetime | None, odd: Odd) -> float | None:
    """Seconds of conversation by the finest of FreeSWITCH's counters; 0 where the leg was not answered."""
    if answer is None:
        return 0.0
    for name, unit in (("billusec", 1_000_000), ("billmsec", 1_000), ("billsec", 1)):
        text = variables.get(name)
        if text is None:
            continue
        if text.isdecimal() and len(text) < 19 and int(text) / unit <= _LONGEST:
            return int(text) / unit
        odd.durations += 1
        break
    return (end - answer).total_seconds() if end is not None and end >= answer else None
