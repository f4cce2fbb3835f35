"""The call flows of a FreeSWITCH document: caller profiles, those of the other legs, and times."""

from __future__ import annotations

from typing import NamedTuple

from hoptrace.intake.formats.freeswitch_documents import Json, as_object, as_objects, clean_text, text_of


class Profile(NamedTuple):
    """A caller profile: the numbers and the address of a leg, as a leg or its counterpart wrote them."""

    uuid: str | None = None
    calling: str | None = None
    called: str | None = None
    address: str | None = None
    channel: str | None = None
    rdnis: str | None = None


class CallFlow(NamedTuple):
    """What all call flows of a document say; `created`: microseconds since 1970.

    `profile` is the leg's own, `originator` that of the leg it was made for; `others` are uuids of other legs.
    """

    profile: Profile = Profile()
    originator: Profile | None = None
    others: frozenset[str] = frozenset()
    created: str | None = None
    times: tuple[Json, ...] = ()

    def latest(self, name: str) -> str | None:
        """A time of the last call flow that has it."""
        for times in reversed(self.times):
            text = text_of(times.get(name))
            if text and text != "0":
                return text
        return None


def call_flow(document: Json) -> CallFlow:
    """The call flows of a document as one."""
    flows = as_objects(document.get("callflow"))
    if len(flows) > 1:
        # FreeSWITCH writes the newest first and numbers them.
        flows.sort(key=_index)
    profiles = [as_object(flow.get("caller_profile")) for flow in flows]
    times = tuple(as_object(flow.get("times")) for flow in flows)
    originators = [each for profile in profiles for each in _counterparts(profile, "originator")]
    children = [each for profile in profiles for each in _counterparts(profile, "originatee")]
    return CallFlow(
        _profile(profiles[0]) if profiles else Profile(),
        _profile(originators[0]) if originators else None,
        frozenset(uuid for each in (*originators, *children) if (uuid := clean_text(each.get("uuid")))),
        _created(times[0] if times else {}, document),
        times,
    )


def _index(flow: Json) -> int:
    written = str(flow.get("profile_index", ""))[:6]
    return int(written) if written.isdecimal() else 0


def _created(times: Json, document: Json) -> str | None:
    if "created_time" not in times:
        times = as_object(document.get("times"))
    return text_of(times.get("created_time"))


def _profile(profile: Json) -> Profile:
    return Profile(
        clean_text(profile.get("uuid")),
        clean_text(profile.get("caller_id_number")) or clean_text(profile.get("ani")),
        clean_text(profile.get("destination_number")),
        clean_text(profile.get("network_addr")),
        clean_text(profile.get("chan_name")),
        clean_text(profile.get("rdnis")),
    )


def _counterparts(profile: Json, side: str) -> list[Json]:
    """Profiles of the other legs: `originator` on an outgoing leg, `originatee` on an incoming one."""
    if side not in profile:
        return []
    holder = as_object(profile[side])
    return as_objects(holder.get(f"{side}_caller_profiles")) or as_objects(holder.get(f"{side}_caller_profile"))
