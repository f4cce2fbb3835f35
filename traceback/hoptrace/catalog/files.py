"""carriers.csv and trunks.csv as checked rows; every refusal names file and line."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hoptrace.catalog.row_files import Row
from hoptrace.model.carriers import Carrier, Trunk
from hoptrace.model.dialplan import country_code
from hoptrace.model.times import ZONES_OF_MACHINES, read_time

CARRIER_TEXTS = ("name", "country", "ocn", "spc", "rmd_number", "frn", "contact_email", "timezone")
TRUNK_REQUIRED = ("carrier_id", "trunk")
TRUNK_OPTIONAL = ("peer", "customer", "valid_from", "valid_to")

_LOOKS_LIKE_IPV4 = re.compile(r"[0-9]+(?:\.[0-9]+){3}")


def parse_carrier(row: Row) -> Carrier:
    """One row of carriers.csv; raises DirectoryInvalid."""
    cells = row.cells
    if "carrier_id" not in cells:
        raise row.refuse("carrier_id is empty.")
    country = country_code(cells["country"]) if "country" in cells else ""
    if country is None:
        raise row.refuse(f"country {cells['country']!r} is not a two-letter ISO 3166-1 code such as US.")
    zone = cells.get("timezone", "")
    if zone and not _is_zone(zone):
        raise row.refuse(f"timezone {zone!r} is not an IANA time zone (write for example America/Chicago).")
    texts: dict[str, Any] = {name: cells.get(name, "") for name in CARRIER_TEXTS} | {"country": country}
    aliases = {name: value for name, value in cells.items() if name not in {"carrier_id", *CARRIER_TEXTS}}
    return Carrier(carrier_id=cells["carrier_id"], **texts, aliases=aliases)


def parse_trunk(row: Row) -> Trunk:
    """One row of trunks.csv; raises DirectoryInvalid."""
    cells = row.cells
    for name in TRUNK_REQUIRED:
        if name not in cells:
            raise row.refuse(f"{name} is empty.")
    if ("peer" in cells) == ("customer" in cells):
        raise row.refuse("exactly one of peer and customer must be given.")
    trunk = Trunk(
        carrier_id=cells["carrier_id"],
        trunk=cells["trunk"],
        peer=cells.get("peer"),
        customer=cells.get("customer"),
        valid_from=_time(row, "valid_from"),
        valid_to=_time(row, "valid_to"),
    )
    address, slash, bits = trunk.trunk.partition("/")
    if not slash and _LOOKS_LIKE_IPV4.fullmatch(trunk.trunk) and trunk.network() is None:
        raise row.refuse(f"{trunk.trunk!r} is not a valid IP address.")
    if slash and bits.isdigit() and trunk.network() is None and address.replace(".", "").replace(":", "").isalnum():
        raise row.refuse(f"{trunk.trunk!r} is not a valid CIDR block.")
    if trunk.valid_from is not None and trunk.valid_to is not None and trunk.valid_from >= trunk.valid_to:
        raise row.refuse("valid_from is not before valid_to.")
    return trunk


def _is_zone(name: str) -> bool:
    if name in ZONES_OF_MACHINES:
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _time(row: Row, column: str) -> datetime | None:
    text = row.cells.get(column)
    if text is None:
        return None
    try:
        time = read_time(text)
    except ValueError:
        raise row.refuse(f"{column} {text!r} is not an RFC 3339 time or date.") from None
    if time.tzinfo is None:
        # A bare date is a day in UTC; a bare time of day could mean anything.
        if len(text) > len("2026-01-31"):
            raise row.refuse(f"{column} {text!r} has no time zone. Write for example 2026-01-31T00:00:00Z.")
        return time.replace(tzinfo=UTC)
    # A time at the very end of the calendar is written for "always", and need not be one in UTC.
    return time.astimezone(UTC) if 1 < time.year < 9999 else time.replace(tzinfo=UTC)
