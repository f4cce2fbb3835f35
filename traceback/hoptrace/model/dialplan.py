"""Dial plans: what a carrier's switch may put before a number, and what each country's numbering plan allows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import phonenumbers
from phonenumbers import PhoneMetadata

NANP_CODE = 1
NANP_SHAPE = re.compile("[2-9][0-9]{2}[2-9][0-9]{6}")
_EVERY_INTERNATIONAL_PREFIX = "00"
_COUNTRY_ALIASES = {"UK": "GB", "EL": "GR"}
_WITHOUT_NUMBERS = frozenset({"AQ", "BV", "GS", "HM", "PN", "TF", "UM"})
"""Countries of ISO 3166-1 that have no numbering plan of their own."""


@dataclass(frozen=True, slots=True)
class DialPlan:
    """How one carrier writes numbers: its `country` (ISO 3166-1 alpha-2, empty where unknown) and prefixes.

    `tech_prefixes` are the routing digits of interconnects, `outside_prefixes` the digits that a PBX user dials for a
    line (9), `trunk_prefixes` the routing digits of one trunk each: (trunk, prefix). `carrier_id` keeps the keys of
    internal numbers apart: extension 105 is another phone at each carrier. `home` is the country that a carrier abroad
    mostly sends calls to; `as_at_home`: it was found to write that country's numbers as they are dialled there.
    `of_callers`: prefixes stand before numbers that are dialled, so that what begins like one is read whole if it can.
    """

    country: str = ""
    tech_prefixes: tuple[str, ...] = ()
    outside_prefixes: tuple[str, ...] = ()
    carrier_id: str = ""
    trunk_prefixes: tuple[tuple[str, str], ...] = ()
    home: str = ""
    as_at_home: bool = False
    of_callers: bool = False

    def prefixes(self) -> tuple[str, ...]:
        """Everything that may be taken off, the longest first."""
        every = {prefix.strip() for prefix in (*self.tech_prefixes, *self.outside_prefixes)}
        return tuple(sorted((prefix for prefix in every if prefix), key=lambda prefix: (-len(prefix), prefix)))


@dataclass(frozen=True, slots=True)
class Country:
    """What a country's numbering plan says; `code` is its calling code, 0 where the country is not known."""

    region: str
    code: int
    international_prefix: re.Pattern[str]
    plain_prefixes: tuple[str, ...]
    """Those international prefixes that are digits and leave no doubt; empty where the country's rule is longer."""
    national_prefix: str
    rewrites: bool
    """The national prefix is followed by digits that must be moved or dropped (Brazil, Argentina)."""

    @property
    def is_nanp(self) -> bool:
        """The country is in the North American Numbering Plan."""
        return self.code == NANP_CODE


def country_code(text: str) -> str | None:
    """A country as its ISO 3166-1 alpha-2 code (UK is GB, EL is GR); None where there is no such country."""
    code = _COUNTRY_ALIASES.get(text.strip().upper(), text.strip().upper())
    return code if code in phonenumbers.SUPPORTED_REGIONS or code in _WITHOUT_NUMBERS else None


@cache
def country_of(country: str) -> Country:
    """The numbering plan of a country by its ISO code; for an unknown one, a plan that knows 00 and 011 alone."""
    region = _COUNTRY_ALIASES.get(country.strip().upper(), country.strip().upper())
    metadata = PhoneMetadata.metadata_for_region(region, None) if region else None
    if metadata is None:
        return Country("", 0, re.compile("00|011"), ("00", "011"), "", rewrites=False)
    own = metadata.international_prefix or _EVERY_INTERNATIONAL_PREFIX
    return Country(
        region=region,
        code=int(metadata.country_code or 0),
        international_prefix=re.compile(f"(?:{own})|{_EVERY_INTERNATIONAL_PREFIX}"),
        plain_prefixes=_plain_prefixes(own),
        national_prefix=metadata.national_prefix or "",
        rewrites=metadata.national_prefix_transform_rule is not None,
    )


def _plain_prefixes(own: str) -> tuple[str, ...]:
    if not own.isdigit():
        return ()
    return (own,) if own.startswith(_EVERY_INTERNATIONAL_PREFIX) else (own, _EVERY_INTERNATIONAL_PREFIX)


@cache
def clean_shapes() -> dict[int, str]:
    """By calling code, a regular expression of national numbers that need no second look after `+` and the code.

    Left out are the countries whose own rules rewrite numbers, and the first digits that could be a national prefix
    written after the calling code, as in +44 (0)20.
    """
    shapes = {NANP_CODE: NANP_SHAPE.pattern}
    for code in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE):
        shape = _clean_shape(code)
        if code != NANP_CODE and shape is not None:
            shapes[code] = shape
    return shapes


def _clean_shape(code: int) -> str | None:
    region = phonenumbers.region_code_for_country_code(code)
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    if metadata is None or metadata.general_desc is None or metadata.national_prefix_transform_rule is not None:
        return None
    prefix = metadata.national_prefix_for_parsing or ""
    if re.search(r"\\d|[-.^]", prefix):
        return None
    first = "".join(sorted(set("123456789") - set(prefix)))
    room = 15 - len(str(code))
    lengths = sorted(length for length in metadata.general_desc.possible_length if 1 < length <= room)
    if not first or not lengths:
        return None
    return f"[{first}](?:" + "|".join(f"[0-9]{{{length - 1}}}" for length in lengths) + ")"
