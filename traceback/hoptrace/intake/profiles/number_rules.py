"""How numbers are written, and which trunks are the carrier's own."""

from __future__ import annotations

import ipaddress
import re

from pydantic import Field, field_validator

from hoptrace.intake.profiles.part import Part

_PREFIX = re.compile(r"[0-9*#+]+")
_NETWORK = re.compile(r"[0-9.]+/[0-9]+|[0-9a-fA-F:]*:[0-9a-fA-F:.]*/[0-9]+")


def _check_prefixes(prefixes: tuple[str, ...]) -> None:
    for prefix in prefixes:
        if not _PREFIX.fullmatch(prefix.strip()):
            raise ValueError(f"{prefix!r} is not a prefix of a number; write digits, * and # only")


class NumberRules(Part):
    """Digits to take off before a number is read.

    `tech_prefixes` of interconnects, `outside_prefixes` of a PBX, `trunks`: the tech prefixes of one trunk by its name:
    of called numbers that came in over it and of those that were sent out over it. `explicit`: international numbers
    always stand with + or an international prefix, so that a file in which none does was re-saved.
    """

    tech_prefixes: tuple[str, ...] = ()
    outside_prefixes: tuple[str, ...] = ()
    trunks: dict[str, tuple[str, ...]] = Field(default_factory=dict[str, tuple[str, ...]])
    explicit: bool = False

    @field_validator("tech_prefixes", "outside_prefixes")
    @classmethod
    def _are_digits(cls, prefixes: tuple[str, ...]) -> tuple[str, ...]:
        _check_prefixes(prefixes)
        return prefixes

    @field_validator("trunks")
    @classmethod
    def _are_digits_of_trunks(cls, trunks: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for prefixes in trunks.values():
            _check_prefixes(prefixes)
        return trunks

    def of_trunks(self) -> tuple[tuple[str, str], ...]:
        """Every trunk with every one of its tech prefixes."""
        return tuple((trunk, prefix) for trunk, prefixes in self.trunks.items() for prefix in prefixes)


class TrunkRules(Part):
    """`own`: addresses, CIDR blocks or names of the carrier's own subscriber side: a call sent there is delivered."""

    own: tuple[str, ...] = ()

    @field_validator("own")
    @classmethod
    def _are_networks(cls, own: tuple[str, ...]) -> tuple[str, ...]:
        for text in own:
            if _NETWORK.fullmatch(text.strip()):
                try:
                    ipaddress.ip_network(text.strip(), strict=False)
                except ValueError as error:
                    raise ValueError(f"{text!r} is not a valid CIDR block") from error
        return own
