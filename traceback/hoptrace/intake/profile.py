"""A profile: what one carrier's operator chose (columns, zone, dial plan), in a small TOML file."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hoptrace.errors import ProfileInvalid


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TimeRules(_Part):
    """`timezone`: IANA name or +HH:MM of zone-less times."""

    timezone: str | None = None


class NumberRules(_Part):
    """Digits to take off before a number is read: `tech_prefixes` of interconnects, `outside_prefixes` of a PBX."""

    tech_prefixes: tuple[str, ...] = ()
    outside_prefixes: tuple[str, ...] = ()


class TrunkRules(_Part):
    """`own`: addresses, CIDR blocks or names of the carrier's own subscriber side: a call sent there is delivered."""

    own: tuple[str, ...] = ()


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
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ProfileInvalid(f"{path}: not a readable TOML file: {error}. Mend it and submit again.") from error
    try:
        return Profile.model_validate({"name": path.stem, **data})
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ProfileInvalid(f"{path}: {problems}. See docs/formats/profiles.md for the keys.") from error
