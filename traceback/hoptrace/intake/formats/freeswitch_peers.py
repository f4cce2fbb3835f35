"""Whom a FreeSWITCH leg came from or went to."""

from __future__ import annotations

import re

from hoptrace.intake.formats.freeswitch_legs import Leg

_USER = re.compile(r"(?:\[[^\]]*\]|\{[^}]*\}|<[^>]*>)*(?:user|sofia_contact)/")
_GATEWAY = re.compile(r"sofia/gateway/(?:[^/|,]*::)?([^/|,]+)/([^|,]*)")
_AT_HOST = re.compile(r"sofia/[^/|,]+/([^@|,/]*)@([^|,;]+)")
_PORT = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\]):\d{1,5}")


def upstream_of(leg: Leg) -> str | None:
    """Whom the call came in from: the address of the incoming leg."""
    said = leg.variables.get
    address = said("sip_network_ip") or said("sip_received_ip") or said("network_addr") or leg.profile.address
    return leg.gateway or _host(address)


def downstream_of(leg: Leg) -> str | None:
    """Whom an outgoing leg went to: its gateway, else the address that answered, else the host that was dialled."""
    said = leg.variables.get
    if said("dialed_user"):
        return None
    address = said("sip_reply_host") or said("sip_network_ip") or said("sip_received_ip") or said("sip_req_host")
    return leg.gateway or _host(address or _channel_host(said("channel_name") or leg.profile.channel or ""))


def dialled_by(leg: Leg) -> tuple[str | None, str | None]:
    """Gateway or host, and number, that an incoming leg's own document says it dialled last."""
    dialled = leg.dialled
    if not dialled:
        return _bridged(leg, dialled), None
    if _USER.match(dialled):
        return None, None
    tried: list[tuple[str, str]] = _GATEWAY.findall(dialled)
    if not tried:
        sent: list[tuple[str, str]] = _AT_HOST.findall(dialled)
        return _bridged(leg, dialled), (sent[-1][0] or None) if sent else None
    name, number = tried[-1]
    if leg.answer is not None and any(other != name for other, _ in tried):
        host = _bridged(leg, dialled)
        if host is not None:
            return host, None
    return name, number.partition("@")[0] or None


def _bridged(leg: Leg, dialled: str) -> str | None:
    """The host that a leg was bridged to, else that it dialled."""
    bridged = leg.variables.get("bridge_channel", "")
    return _host(_channel_host(bridged) or _channel_host(dialled)) if bridged or dialled else None


def _host(text: str | None) -> str | None:
    if not text or ":" not in text:
        return text or None
    match = _PORT.fullmatch(text)
    return match[1].strip("[]") if match else text


def _channel_host(channel: str) -> str | None:
    match = _AT_HOST.search(channel) if channel else None
    return match[2] if match else None
