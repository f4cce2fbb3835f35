"""One mod_json_cdr document is one leg: its ids, times, numbers, addresses and end.

The names are those of FreeSWITCH's channel variables and caller profiles; `*_uepoch` are microseconds UTC, 0 = never.
"""

from __future__ import annotations

import base64
import binascii
import json
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
_GATEWAY = re.compile(r"sofia/gateway/(?:[^/|,]*::)?([^/|,]+)/([^|,]*)")
_AT_HOST = re.compile(r"sofia/[^/|,]+/([^@|,/]*)@([^|,;]+)")
_USER = re.compile(r"(?:\[[^\]]*\]|\{[^}]*\}|<[^>]*>)*(?:user|sofia_contact)/")
_STATUS = re.compile(r"(?:sip:)?([3-6]\d\d)")
_PORT = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\]):\d{1,5}")
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
        return word if word and word not in _NO_CODE else None

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


def upstream_of(leg: Leg) -> str | None:
    """Whom the call came in from: the address of the incoming leg."""
    gateway = leg.first("sip_gateway_name", "sip_gateway")
    return gateway or _host(leg.first("sip_network_ip", "sip_received_ip", "network_addr") or leg.profile.address)


def downstream_of(leg: Leg) -> str | None:
    """Whom an outgoing leg went to: its gateway, else the address that answered, else the host that was dialled."""
    if leg.first("dialed_user"):
        return None
    gateway = leg.first("sip_gateway_name", "sip_gateway")
    address = leg.first("sip_reply_host", "sip_network_ip", "sip_received_ip", "sip_req_host")
    return gateway or _host(address or _channel_host(leg.first("channel_name") or leg.profile.channel or ""))


def dialled_by(leg: Leg) -> tuple[str | None, str | None]:
    """Gateway or host, and number, that an incoming leg's own document says it dialled last."""
    if leg.is_local_user:
        return None, None
    tried: list[tuple[str, str]] = _GATEWAY.findall(leg.dialled)
    host = _host(_channel_host(leg.first("bridge_channel") or "") or _channel_host(leg.dialled))
    if not tried:
        sent: list[tuple[str, str]] = _AT_HOST.findall(leg.dialled)
        return host, (sent[-1][0] or None) if sent else None
    names = {name for name, _ in tried}
    if len(names) > 1 and leg.answer is not None and host is not None:
        return host, None
    name, number = tried[-1]
    return name, number.partition("@")[0] or None


def passport_of(identity: str | None) -> tuple[str | None, str | None]:
    """Attestation and origid of a full PASSporT in an Identity header (RFC 8224, RFC 8588), unverified."""
    parts = (identity or "").partition(";")[0].strip().split(".")
    if len(parts) != 3:
        return None, None
    try:
        claims = as_object(json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))))
    except (ValueError, binascii.Error, RecursionError):
        return None, None
    attest, origid = text_of(claims.get("attest")), text_of(claims.get("origid"))
    return (attest if attest in ("A", "B", "C") else None), clean(origid)


def _strings(variables: Json) -> dict[str, str]:
    return {key: text for key, value in variables.items() if (text := clean(text_of(value)))}


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
    named = ("bridge_uuid", "originating_leg_uuid", "originator", "signal_bond", "last_bridge_to", "originated_legs")
    return {found for name in named for found in _UUID.findall(variables.get(name, ""))}


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


def _host(text: str | None) -> str | None:
    match = _PORT.fullmatch(text) if text else None
    return match[1].strip("[]") if match else text or None


def _channel_host(channel: str) -> str | None:
    match = _AT_HOST.search(channel)
    return match[2] if match else None
