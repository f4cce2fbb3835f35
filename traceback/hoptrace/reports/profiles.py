"""Who reads a report: the profile that a report is made for decides what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hoptrace.errors import UsageError


class Reader(StrEnum):
    """The kinds of readers."""

    INVESTIGATOR = "investigator"
    """Whoever runs the traces: sees everything."""
    REGULATOR = "regulator"
    """Everything but customers, and those too where the settings allow it."""
    CARRIER = "carrier"
    """One carrier: its own hop and its direct neighbours of each call, and the call's two numbers."""
    PUBLIC = "public"
    """Anybody: no numbers, customers, references or times of day."""


@dataclass(frozen=True, slots=True)
class Profile:
    """For whom a report is made; `carrier_id` is set for a carrier alone."""

    reader: Reader = Reader.INVESTIGATOR
    carrier_id: str | None = None
    customers_allowed: bool = False
    """Whether the workspace's settings let a regulator see who the carriers' customers are."""

    @property
    def name(self) -> str:
        """As it is written on the command line."""
        return str(self.reader) if self.carrier_id is None else f"{self.reader}:{self.carrier_id}"

    @property
    def sees_customers(self) -> bool:
        """Whether the carriers' customers are told."""
        return self.reader is Reader.INVESTIGATOR or (self.reader is Reader.REGULATOR and self.customers_allowed)

    @property
    def sees_numbers(self) -> bool:
        """Whether any telephone number is told."""
        return self.reader is not Reader.PUBLIC

    @property
    def sees_all_hops(self) -> bool:
        """Whether every carrier of a path is told, and not only a carrier's neighbours."""
        return self.reader is not Reader.CARRIER

    @property
    def sees_records(self) -> bool:
        """Whether the sentences that speak of single records are told."""
        return self.reader in (Reader.INVESTIGATOR, Reader.REGULATOR)

    def sees_inside(self, carrier_id: str) -> bool:
        """Whether what only this carrier and the investigators know of it is told: its files, its clock."""
        return self.sees_records or self.carrier_id == carrier_id


INVESTIGATOR = Profile()


def read_profile(text: str, *, customers_allowed: bool = False) -> Profile:
    """The profile that `investigator`, `regulator`, `carrier:ID` or `public` names; raises UsageError."""
    kind, _, carrier_id = text.strip().partition(":")
    readers = {reader.value: reader for reader in Reader}
    reader = readers.get(kind.strip().lower())
    if reader is None or bool(carrier_id.strip()) != (reader is Reader.CARRIER):
        raise UsageError(
            f"There is no profile {text!r}. A report is for investigator, regulator, carrier:ID (with the carrier's "
            "id after the colon) or public."
        )
    return Profile(reader, carrier_id.strip() or None, customers_allowed)
