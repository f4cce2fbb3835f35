"""Asterisk's channel names and dial strings: which trunk, which number."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CHANNEL = re.compile(r"([A-Za-z][A-Za-z0-9_]*)/(.+)", re.DOTALL)
_SUFFIX = re.compile(r"-[0-9a-fA-F]{8}(;[12])?$")
_SHORT_SUFFIX = re.compile(r"-[0-9a-fA-F]{1,8}$")
_PORT = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\]):\d{1,5}$")
_SHORT = frozenset({"IAX2", "DAHDI", "ZAP", "OOH323", "H323"})
SYMBOLIC = frozenset({"s", "h", "i", "t", "o", "a", "fax", "~~s~~"})


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a dial string names: the trunk or peer, and the number where there is one."""

    trunk: str | None
    number: str | None


def is_local(channel: str) -> bool:
    """Whether a channel is an internal Local channel, one half of a pair `;1` and `;2`."""
    return channel[:6].lower() == "local/"


def local_pair(channel: str) -> str:
    """The name that both halves of a Local channel share."""
    return channel[:-2] if channel.endswith((";1", ";2")) else channel


def trunk_of(channel: str) -> str | None:
    """The trunk, peer or address in a channel name such as `PJSIP/tg-east-01-0000002f`; None for Local channels."""
    match = _CHANNEL.fullmatch(channel)
    if match is None or is_local(channel):
        return None
    technology = match[1].upper()
    name = (_SHORT_SUFFIX if technology in _SHORT else _SUFFIX).sub("", match[2])
    # Behind a slash stands what was dialled over it: `DAHDI/i1/12025550123`, Grandstream's `PJSIP/trunk_1/12025550123`.
    name = name.split("/", 1)[0]
    return without_port(name) or None


def without_port(address: str) -> str:
    """An IP address without its port; anything else as it is."""
    match = _PORT.fullmatch(address)
    return match[1].strip("[]") if match else address


def is_symbolic(extension: str) -> bool:
    """Whether an extension is a place in the dial plan (`s`, `h`, `i`, `t`) and no number."""
    return extension in SYMBOLIC


def dial_target(lastdata: str, dstchannel_trunk: str | None) -> Target:
    """Trunk and number of Dial's arguments, as `PJSIP/+12025550123@tg-east,90` or `SIP/tg-east/12025550123&...`.

    Where several are dialled at once, the one of the trunk that the record names; else the first.
    """
    targets = _targets(lastdata)
    for target in targets:
        if dstchannel_trunk is not None and target.trunk == dstchannel_trunk:
            return target
    first = targets[0]
    if dstchannel_trunk is None:
        return first
    return Target(dstchannel_trunk, first.number if len(targets) == 1 else None)


def dials_numbers(lastdata: str) -> bool:
    """Whether Dial's arguments name a number; where it rings telephones only these and their addresses stand there."""
    return any(target.number is not None and target.trunk != _user(target.number) for target in _targets(lastdata))


def _user(number: str) -> str:
    return number.partition(":")[2].partition("@")[0]


def _targets(lastdata: str) -> list[Target]:
    return [_target(part) for part in re.split(r"[,|]", lastdata, maxsplit=1)[0].split("&")]


def _target(part: str) -> Target:
    match = _CHANNEL.fullmatch(part.strip())
    if match is None or is_local(part):
        return Target(None, None)
    name = match[2]
    head, slash, tail = name.partition("/")
    if slash:
        if tail.startswith(("sip:", "sips:", "tel:")):
            return Target(without_port(head.rpartition("@")[2]) or None, tail)
        return Target(without_port(head.rpartition("@")[2]) or None, tail.partition("/")[0].partition("@")[0] or None)
    user, at, host = name.rpartition("@")
    if at:
        return Target(without_port(host) or None, user.partition(":")[0] or None)
    return Target(without_port(name) or None, None)
