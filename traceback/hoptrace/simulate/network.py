"""The carriers of a world and who is connected with whom."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx

from hoptrace.simulate.kinds import ASTERISKS, CANONICAL, PROXIES, FileKind, Role
from hoptrace.simulate.numbers import Dialling


@dataclass(frozen=True, slots=True)
class Customer:
    """A carrier's own customer: its reference, the address or trunk it calls from, how it dials."""

    reference: str
    trunk: str
    dialling: Dialling


@dataclass(frozen=True, slots=True)
class SimCarrier:
    """One carrier: `dialling` is how it writes numbers towards its neighbours, `timezone` the zone of its files.

    `sip_uris`: its canonical files give numbers as SIP URIs.
    """

    index: int
    carrier_id: str
    name: str
    role: Role
    country: str
    address: str
    files: FileKind
    timezone: str
    dialling: Dialling
    customers: tuple[Customer, ...]
    sip_uris: bool = False

    @property
    def ocn(self) -> str:
        """An invented company number; only domestic carriers have one."""
        return f"{9000 + self.index:04d}" if self.country == "US" else ""

    @property
    def keeps_call_id(self) -> bool:
        """Whether it is a proxy, which passes the SIP Call-ID on, or ends and restarts it."""
        return self.files in PROXIES

    @property
    def names_trunks(self) -> bool:
        """Whether its files name neighbours by trunk name and not by address."""
        return self.files in ASTERISKS or (self.files in CANONICAL and self.index % 3 == 1)


@dataclass(frozen=True, slots=True)
class Network:
    """Carriers by index, and the graph of their links (nodes are indices)."""

    carriers: tuple[SimCarrier, ...]
    links: nx.Graph[int]

    def of(self, *roles: Role) -> tuple[SimCarrier, ...]:
        """The carriers of some roles."""
        return tuple(carrier for carrier in self.carriers if carrier.role in roles)

    def neighbours(self, carrier: int) -> tuple[int, ...]:
        """The carriers that one is connected with, sorted."""
        return tuple(sorted(self.links.neighbors(carrier)))
