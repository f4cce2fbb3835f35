"""Which channel variable each column of a mod_cdr_csv file holds: by a profile, or one of the templates it ships with.

A template is the operator's to change. Those that FreeSWITCH ships are known again only where times, hangup cause and
uuid stand in their places; every other one has to be named in a profile.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePath

from hoptrace.errors import InputRefused, ProfileInvalid
from hoptrace.intake.profile import Profile

_CORE = (
    *("caller_id_name", "caller_id_number", "destination_number", "context", "start_stamp", "answer_stamp"),
    *("end_stamp", "duration", "billsec", "hangup_cause", "uuid", "bleg_uuid", "accountcode"),
)
SHIPPED = {
    "sql": _CORE,
    "example": (*_CORE, "read_codec", "write_codec"),
    "snom": (
        *(*_CORE, "read_codec", "write_codec", "sip_user_agent", "call_clientcode", "sip_rtp_rxstat"),
        *("sip_rtp_txstat", "sofia_record_file"),
    ),
}
"""The templates of FreeSWITCH's own cdr_csv.conf.xml that begin alike, by their names there."""

NEIGHBOURS = frozenset({
    "sip_network_ip", "sip_received_ip", "network_addr", "sip_gateway_name", "sip_gateway", "sip_reply_host",
    "sip_req_host", "channel_name", "bridge_channel", "last_arg",
})  # fmt: skip
"""The variables that can name a neighbour."""

UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TIME = re.compile(r"\d{1,4}[-/]\d{1,2}[-/]\d{1,4} \d{1,2}:\d\d(?::\d\d)?")
_CAUSE = re.compile(r"[A-Z][A-Z0-9_]{3,}")
_USUAL = re.compile("\0".join([
    *(_TIME.pattern, f"(?:{_TIME.pattern})?", _TIME.pattern, "-*[0-9]+", "-*[0-9]+", _CAUSE.pattern, UUID.pattern),
]))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Template:
    """The variables of a file's columns in their order; `why` says how they were found."""

    variables: tuple[str, ...]
    why: str


def of_profile(profile: Profile, file_name: str) -> Template | None:
    """The template that a profile gives for a file, None where it gives none; raises ProfileInvalid."""
    if not profile.layouts:
        return None
    for pattern, name in profile.files.items():
        if fnmatchcase(PurePath(file_name).name, pattern):
            if name not in profile.layouts:
                said = f"files.{pattern} names layout {name}, which is not there"
                raise ProfileInvalid(f"profile {profile.name}: {said}.")
            return _named(profile, name)
    if len(profile.layouts) == 1:
        return _named(profile, next(iter(profile.layouts)))
    return None


def shipped(rows: Sequence[Sequence[str]]) -> Template | None:
    """The shipped template that rows of one width are written by; None where they are not."""
    for name, variables in SHIPPED.items():
        if rows and len(variables) == len(rows[0]) and sum(map(fits, rows)) * 10 >= len(rows) * 9:
            return Template(variables, f"FreeSWITCH's template {name}")
    return None


def fits(cells: Sequence[str]) -> bool:
    """Whether times, counters, cause and uuid stand where the shipped templates put them."""
    if len(cells) < len(_CORE):
        return False
    if _USUAL.fullmatch("\0".join(cells[4:11])) is not None:  # nearly always, in a third of the time
        return True
    return (
        _TIME.fullmatch(cells[4]) is not None
        and _TIME.fullmatch(cells[6]) is not None
        and (not cells[5] or _TIME.fullmatch(cells[5]) is not None)
        and cells[7].lstrip("-").isdigit()
        and cells[8].lstrip("-").isdigit()
        and _CAUSE.fullmatch(cells[9]) is not None
        and UUID.fullmatch(cells[10]) is not None
    )


def looks_like_freeswitch(cells: Sequence[str]) -> bool:
    """Whether a row of whatever template has a time, a hangup cause and a uuid of FreeSWITCH."""
    return all(any(test.fullmatch(cell) for cell in cells) for test in (_TIME, _CAUSE, UUID))


def unknown_template(file_name: str, widths: Sequence[int]) -> InputRefused:
    """The refusal of a file whose template nobody named."""
    seen = ", ".join(map(str, sorted(widths)[:5])) or "no"
    return InputRefused(
        f"{file_name}: rows of {seen} columns, which no template that FreeSWITCH ships has. Name the variables "
        'of the template in a profile, format = "freeswitch_csv" and [layouts] master = ["caller_id_name", ...], and '
        "submit with --format profile.toml, see docs/formats/freeswitch.md."
    )


def _named(profile: Profile, name: str) -> Template:
    variables = tuple(text.strip().removeprefix("${").removesuffix("}") for text in profile.layouts[name])
    if "uuid" not in variables and "destination_number" not in variables:
        raise ProfileInvalid(
            f"profile {profile.name}: layouts.{name} names neither uuid nor destination_number. Name the channel "
            "variables in the order of the template, as caller_id_number, destination_number, start_stamp."
        )
    return Template(variables, f"layout {name} of the profile")
