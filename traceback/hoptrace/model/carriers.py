"""Carriers and how one carrier's own trunk names and addresses map to its neighbours."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import datetime

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Carrier:
    """One row of carriers.csv; `country` is ISO 3166-1 alpha-2, `timezone` an IANA name."""

    carrier_id: str
    name: str = ""
    country: str = ""
    ocn: str = ""
    spc: str = ""
    rmd_number: str = ""
    frn: str = ""
    contact_email: str = ""
    timezone: str = ""
    aliases: dict[str, str] = field(default_factory=dict[str, str])
    listed: bool = True
    """False once a newer directory no longer lists the carrier, while records still name it."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """One row of trunks.csv: exactly one of `peer` (a carrier_id) and `customer` is set."""

    carrier_id: str
    trunk: str
    peer: str | None = None
    customer: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    def network(self) -> Network | None:
        """The trunk as an IP network where it is an address or a CIDR block, else None."""
        try:
            return ipaddress.ip_network(self.trunk.strip(), strict=False)
        except ValueError:
            return None
