"""Which zone a file's zone-less local times are in, and how that was found."""

from __future__ import annotations

from datetime import timedelta, timezone, tzinfo
from typing import NamedTuple

from hoptrace.errors import TimezoneMissing
from hoptrace.intake.reading import Context, Zone
from hoptrace.intake.zone_measuring import TOLERANCE, Measured
from hoptrace.intake.zones import parse_zone

_DIRECTORY = "from the carrier directory"


class Resolved(NamedTuple):
    """The zone for the receipt, the same to compute with, and a contradiction in words where there is one.

    `shown`: the file's own epochs show this offset, where there is no contradiction.
    """

    zone: Zone
    tz: tzinfo
    conflict: str | None = None
    shown: bool = False


def given_zones(context: Context) -> list[Zone]:
    """The zones that were said beside the file, the one that counts most first."""
    ways = (
        (context.timezone, "given with --timezone"),
        (context.profile.time.timezone, "from the profile"),
        (context.carrier.timezone, _DIRECTORY),
    )
    return [Zone(name, how) for name, how in ways if name]


def resolve(context: Context, measured: Measured | None = None) -> Resolved:
    """The zone of a file's zone-less times; raises TimezoneMissing naming the ways out.

    Asked in this order: what the submitter gave, the profile, the file itself, the carrier directory. A measurement
    that contradicts what was given by more than a minute comes back as `conflict`.
    """
    directory = context.carrier.timezone
    for zone in given_zones(context):
        if zone.how != _DIRECTORY:
            return _named(zone.name, zone.how, measured)
    if measured is not None:
        if directory and _agrees(parse_zone(directory), measured):
            how = f"{measured}, as the carrier directory says"
            return Resolved(Zone(directory, how), parse_zone(directory), shown=True)
        return _from_file(measured, directory)
    if directory:
        return _named(directory, _DIRECTORY, None)
    raise TimezoneMissing(
        f"The times in this file{of_carrier(context)} have no zone and the file does not show it. Give "
        "--timezone (an IANA name or +HH:MM), set time.timezone in the carrier's profile, or timezone in carriers.csv."
    )


def of_carrier(context: Context) -> str:
    """Whose file it is, for a sentence; nothing where it is looked at in nobody's name."""
    return f" of {context.carrier.carrier_id}" if context.carrier.carrier_id else ""


def _named(name: str, how: str, measured: Measured | None) -> Resolved:
    tz = parse_zone(name)
    if measured is None or _agrees(tz, measured):
        return Resolved(Zone(name, how), tz, shown=measured is not None)
    return Resolved(
        Zone(name, how),
        tz,
        f"the time zone {name} ({how}) contradicts the file: {_offset_name(measured.offset)} was {measured}",
    )


def _from_file(measured: Measured, directory: str) -> Resolved:
    name = _offset_name(measured.offset)
    conflict = f"the carrier directory says {directory}, but {name} was {measured}" if directory else None
    return Resolved(Zone(name, str(measured)), timezone(measured.offset), conflict, shown=True)


def _agrees(tz: tzinfo, measured: Measured) -> bool:
    # In an hour that comes twice either pass may be the one that was measured.
    passes = (measured.at.replace(tzinfo=tz, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return any(abs(offset - measured.offset) <= TOLERANCE for offset in passes)


def _offset_name(offset: timedelta) -> str:
    if not offset:
        return "UTC"
    minutes = int(abs(offset).total_seconds()) // 60
    return f"{'-' if offset < timedelta() else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
