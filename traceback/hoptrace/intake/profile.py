"""A profile: what one carrier's operator chose (columns, zone, dial plan), in a small TOML file."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from hoptrace.errors import ProfileInvalid, UnknownTimezone

FIELDS = frozenset({
    "start_time", "answer_time", "end_time", "duration", "calling_number", "called_number", "egress_calling_number",
    "egress_called_number", "redirecting_number", "upstream", "customer", "downstream", "call_id", "egress_call_id",
    "attestation", "orig_id", "signer", "identity", "release_code", "record_id", "method", "from_tag", "to_tag",
    "time", "created", "ms_duration", "setuptime", "clid", "channel", "dstchannel", "lastapp", "lastdata",
    "disposition", "uniqueid", "linkedid", "sequence",
})  # fmt: skip
"""What `[fields]` may name: the canonical columns, and what accounting modules and Asterisk have beside them."""

_PREFIX = re.compile(r"[0-9*#+]+")
_NETWORK = re.compile(r"[0-9.]+/[0-9]+|[0-9a-fA-F:]*:[0-9a-fA-F:.]*/[0-9]+")
_IN_WORDS = {
    "extra_forbidden": "there is no such key",
    "tuple_type": 'it must be a list, such as ["a", "b"]',
    "string_type": 'it must be text, such as "a"',
    "dict_type": "it must be a table",
    "model_type": "it must be a table",
}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TimeRules(_Part):
    """`timezone`: IANA name or +HH:MM of zone-less times."""

    timezone: str | None = None

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, name: str | None) -> str | None:
        from hoptrace.intake.zones import parse_zone  # it needs the profile itself

        if name is not None:
            try:
                parse_zone(name)
            except UnknownTimezone as error:
                raise ValueError(str(error)) from error
        return name


class NumberRules(_Part):
    """Digits to take off before a number is read: `tech_prefixes` of interconnects, `outside_prefixes` of a PBX."""

    tech_prefixes: tuple[str, ...] = ()
    outside_prefixes: tuple[str, ...] = ()

    @field_validator("tech_prefixes", "outside_prefixes")
    @classmethod
    def _are_digits(cls, prefixes: tuple[str, ...]) -> tuple[str, ...]:
        for prefix in prefixes:
            if not _PREFIX.fullmatch(prefix.strip()):
                raise ValueError(f"{prefix!r} is no prefix of a number; write digits, * and # only")
        return prefixes


class TrunkRules(_Part):
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
                    raise ValueError(f"{text!r} is no valid CIDR block") from error
        return own


class Profile(_Part):
    """How to read one carrier's files.

    `format` names the reader. `layouts` gives the column names of headerless files, by layout name; `files` maps a file
    name pattern (fnmatch) or a table name to a layout. `fields` maps a canonical column (contract.md) to the name of
    the carrier's column, or to several of which the first that is not empty counts.
    """

    name: str = ""
    format: str | None = None
    layouts: dict[str, tuple[str, ...]] = Field(default_factory=dict[str, tuple[str, ...]])
    files: dict[str, str] = Field(default_factory=dict[str, str])
    fields: dict[str, str | tuple[str, ...]] = Field(default_factory=dict[str, str | tuple[str, ...]])
    time: TimeRules = TimeRules()
    numbers: NumberRules = NumberRules()
    trunks: TrunkRules = TrunkRules()

    @field_validator("fields")
    @classmethod
    def _are_fields(cls, fields: dict[str, Any]) -> dict[str, Any]:
        for name in fields:
            if name not in FIELDS:
                known = sorted(FIELDS)
                near = [field for field in known if field.startswith(name)] or get_close_matches(name, known, n=1)
                hint = f"; did you mean {near[0]}" if near else ""
                raise ValueError(f"there is no field {name!r}{hint}")
        return fields

    def columns_of(self, canonical: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The carrier's columns that may hold a canonical field, best first."""
        named = self.fields.get(canonical)
        if named is None:
            return default
        return (named,) if isinstance(named, str) else named


def load_profile(path: Path) -> Profile:
    """Read a profile; raises ProfileInvalid with file and key."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProfileInvalid(f"{path}: there is no such profile.") from None
    except OSError as error:
        raise ProfileInvalid(f"{path}: cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileInvalid(f"{path}: not a readable TOML file: {error}. Mend it and submit again.") from error
    try:
        return Profile.model_validate({"name": path.stem, **data})
    except ValidationError as error:
        problems = "; ".join(sorted({_in_words(**problem) for problem in error.errors()}))
        raise ProfileInvalid(f"{path}: {problems}. See docs/formats/profiles.md for the keys.") from error


def _in_words(*, loc: tuple[Any, ...], type: str, msg: str, **_: Any) -> str:  # noqa: A002
    """One problem that pydantic found, as key and words. A value that may be text or a list is told of once."""
    keys = [str(part) for part in loc if part not in {"str", "tuple[str, ...]"}]
    return f"{'.'.join(keys)}: {_IN_WORDS.get(type, msg.removeprefix('Value error, '))}".rstrip(".")
