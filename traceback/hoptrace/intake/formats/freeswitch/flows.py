"""The call flows of a FreeSWITCH document: caller profiles, those of the other legs, and times."""

from __future__ import annotations

from typing import NamedTuple

from hoptrace.intake.formats.json.values import Json, as_object, as_objects, clean_text


class Profile(NamedTuple):
    """A caller profile: the numbers and the address of a leg, as a leg or its counterpart wrote them."""

    uuid: str | None = None
    calling: str | None = None
    called: str | None = None
    address: str | None = None
    channel: str | None = None
    rdnis: str | None = None


IN_PROFILE = ("uuid", "caller_id_number", "ani", "destination_number", "network_addr", "chan_name", "rdnis")
"""The elements of a caller profile that are looked at."""

CALLFLOW_TIMES = ("created_time", "answered_time", "hangup_time")
"""Those of the call flows, microseconds as text: the first `created_time`, of the others the last that was."""

_, *_LATEST = CALLFLOW_TIMES
_MOST_DIGITS = 6
_NO_PROFILE = Profile()
_NOBODY: frozenset[str] = frozenset()


class CallFlow(NamedTuple):
    """What all call flows of a document say; `times`: as CALLFLOW_TIMES has them.

    `profile` is the leg's own, `originator` that of the leg it was made for; `others` are uuids of other legs.
    """

    profile: Profile = _NO_PROFILE
    originator: Profile | None = None
    others: frozenset[str] = _NOBODY
    times: tuple[str | None, ...] = (None, None, None)


class Told(NamedTuple):
    """What one document tells: its variables, none empty, and its call flows."""

    variables: dict[str, str]
    flow: CallFlow


def call_flow(document: Json) -> CallFlow:
    """The call flows of a document as one."""
    flows = as_objects(document.get("callflow"))
    if len(flows) > 1:
        # FreeSWITCH writes the newest first and numbers them.
        flows.sort(key=lambda flow: index_of(str(flow.get("profile_index", ""))))
    profiles = [as_object(flow.get("caller_profile")) for flow in flows]
    times = [as_object(flow.get("times")) for flow in flows]
    originators, children = _counterparts(profiles, "originator"), _counterparts(profiles, "originatee")
    return CallFlow(
        _profile(profiles[0]) if profiles else _NO_PROFILE,
        _profile(originators[0]) if originators else None,
        _uuids([*originators, *children]) if originators or children else _NOBODY,
        (_created(times[0] if times else {}, document), *[_latest(times, name) for name in _LATEST]),
    )


def index_of(written: str) -> int:
    """The number of a call flow, 0 where it has none."""
    return int(written) if written.isdecimal() and len(written) <= _MOST_DIGITS else 0


def _created(times: Json, document: Json) -> str | None:
    if "created_time" not in times:
        times = as_object(document.get("times"))
    return clean_text(times.get("created_time"))


def _latest(flows: list[Json], name: str) -> str | None:
    """A time of the last call flow that has it."""
    for times in reversed(flows):
        text = clean_text(times[name]) if name in times else None
        if text and text != "0":
            return text
    return None


def _profile(profile: Json) -> Profile:
    uuid, calling, ani, called, address, channel, rdnis = [
        # As `clean_text` has it, without a call for each.
        (value.strip() or None) if type(value) is str and value.isascii() else clean_text(value)
        for value in map(profile.get, IN_PROFILE)
    ]
    return Profile(uuid, calling or ani, called, address, channel, rdnis)


def _counterparts(profiles: list[Json], side: str) -> list[Json]:
    """Profiles of the other legs: `originator` on an outgoing leg, `originatee` on an incoming one."""
    found: list[Json] = []
    for profile in profiles:
        if side in profile:
            holder = as_object(profile[side])
            several = as_objects(holder.get(f"{side}_caller_profiles"))
            found += several or as_objects(holder.get(f"{side}_caller_profile"))
    return found


def _uuids(profiles: list[Json]) -> frozenset[str]:
    return frozenset([uuid for each in profiles if (uuid := clean_text(each.get("uuid")))])
