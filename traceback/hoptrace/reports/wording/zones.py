"""The local time of a carrier: its own zone where the directory says it, its country's where that has only one."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hoptrace.model.carriers import Carrier
from hoptrace.reports.wording.times import utc_text

NO_PLACE = frozenset({"UTC", "Etc/UTC", "Etc/GMT", "GMT", "Zulu", "Etc/UCT", "UCT", "Universal"})
"""Zones that say nothing beside UTC."""


@cache
def zone_of_country(country: str) -> str | None:
    """The IANA zone of a country that has only one; None for others."""
    from babel.core import get_global

    zones = get_global("territory_zones").get(country, [])
    return zones[0] if len(zones) == 1 else None


def zone_of(carrier: Carrier) -> str | None:
    """The IANA zone in which a carrier's local time is told; None where nobody says it."""
    for name in (carrier.timezone, zone_of_country(carrier.country.upper())):
        if name and _zone(name) is not None:
            return name
    return None


def local_text(moment: datetime | None, zone: str | None) -> str | None:
    """A moment as a zone's clocks showed it, with their offset: "2026-03-04 22:04:05.123 +07:00"; None for UTC."""
    there = _zone(zone) if zone and zone not in NO_PLACE else None
    if moment is None or there is None:
        return None
    local = moment.astimezone(there)
    offset = local.strftime("%z")
    return f"{utc_text(local)} {offset[:3]}:{offset[3:5]}"


@cache
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
