"""One leg of a FreeSWITCH call: its ids, times, numbers, addresses and end, out of a document or a row.

The names are those of FreeSWITCH's channel variables and caller profiles.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from hoptrace.intake.formats.freeswitch_causes import release_code
from hoptrace.intake.formats.freeswitch_flows import CallFlow, Profile
from hoptrace.intake.formats.freeswitch_times import Odd, Times, duration
from hoptrace.intake.formats.freeswitch_variables import NAMING

_CALLED = ("sip_req_user", "sip_to_user", "destination_number")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Leg(NamedTuple):
    """What is said of one leg. `file`, `row`: where; times in microseconds since 1970; `duration` seconds of talk;
    `later` by how many seconds it may have begun later.

    A named tuple, for one is made of every row.
    """

    file: int
    row: int
    uuid: str | None
    outbound: bool
    linked: frozenset[str]
    start: int
    tick: int
    answer: int | None
    end: int | None
    duration: float | None
    profile: Profile
    originator: Profile | None
    variables: Mapping[str, str]
    later: int | None = None

    # No variable is empty, so that the first of several that is there is found by `or`.

    @property
    def calling(self) -> str | None:
        """The calling number of this leg."""
        said = self.variables.get
        return self.profile.calling or said("sip_from_user") or said("caller_id_number")

    @property
    def called(self) -> str | None:
        """The called number of this leg: whom the request named, before the dial plan changed it."""
        said = self.variables.get
        return said("sip_req_user") or said("sip_to_user") or self.profile.called or said("destination_number")

    @property
    def redirecting(self) -> str | None:
        """The number that forwarded the call."""
        said = self.variables.get
        return said("sip_h_Diversion") or said("sip_redirected_by") or self.profile.rdnis

    @property
    def gateway(self) -> str | None:
        """The gateway that the leg went over."""
        return self.variables.get("sip_gateway_name") or self.variables.get("sip_gateway")

    @property
    def release_code(self) -> str | None:
        """SIP status of a refusal, else the Q.850 cause, else FreeSWITCH's word."""
        return release_code(self.variables, answered=self.answer is not None)

    @property
    def dialled(self) -> str:
        """The dial string of the last bridge."""
        said = self.variables
        if said.get("last_app") == "bridge":
            return said.get("last_arg", "")
        if said.get("current_application") == "bridge":
            return said.get("current_application_data", "")
        return ""


def make_leg(
    where: tuple[int, int], variables: Mapping[str, str], flow: CallFlow, times: Times, odd: Odd
) -> Leg | list[str]:
    """The leg of which these variables (none empty), call flows and times tell, or the reasons why it is no call."""
    start, tick, answer, end, later = times
    reasons = [] if start is not None else ["start time not understood"]
    if not flow.profile.called and all(name not in variables for name in _CALLED):
        reasons.append("no called number")
    if start is None or reasons:
        return reasons
    uuid = variables.get("uuid") or flow.profile.uuid
    return Leg(
        *where,
        uuid,
        _is_outbound(variables, flow.originator),
        _linked(variables, flow.others, uuid),
        start,
        tick,
        answer if answer is not None and answer >= start else None,
        end if end is not None and end >= start else None,
        duration(variables, answer, end, odd),
        flow.profile,
        flow.originator,
        variables,
        later,
    )


def _linked(variables: Mapping[str, str], others: frozenset[str], uuid: str | None) -> frozenset[str]:
    """The uuids of other legs that a leg names."""
    linked = set(others)
    for name in NAMING:
        if name in variables:
            linked.update(_UUID.findall(variables[name]))
    linked.discard(uuid or "")
    return frozenset(linked)


def _is_outbound(variables: Mapping[str, str], originator: Profile | None) -> bool:
    direction = variables.get("direction")
    if direction in ("inbound", "outbound"):
        return direction == "outbound"
    return originator is not None or "originating_leg_uuid" in variables
