"""A profile: what one carrier's operator chose (columns, zone, dial plan), in a small TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from hoptrace.errors import ProfileInvalid
from hoptrace.intake.profiles.column_rules import ColumnRule, FieldRule, rule_of
from hoptrace.intake.profiles.file_rules import FileRules
from hoptrace.intake.profiles.number_rules import NumberRules, TrunkRules
from hoptrace.intake.profiles.part import Part, Ref
from hoptrace.intake.profiles.problems import problems_of
from hoptrace.intake.profiles.record_rules import CauseRules, DetectRules, LegRules, RecordRules
from hoptrace.intake.profiles.time_rules import TimeRules
from hoptrace.intake.profiles.toml_lines import key_lines

FIELDS = frozenset({
    "start_time", "answer_time", "end_time", "duration", "calling_number", "called_number", "egress_calling_number",
    "egress_called_number", "redirecting_number", "upstream", "customer", "downstream", "call_id", "egress_call_id",
    "attestation", "orig_id", "signer", "identity", "release_code", "record_id", "method", "from_tag", "to_tag",
    "time", "created", "ms_duration", "setuptime", "clid", "channel", "dstchannel", "lastapp", "lastdata",
    "disposition", "uniqueid", "linkedid", "sequence",
})  # fmt: skip
"""What `[fields]` may name: the canonical columns, and what accounting modules and Asterisk have beside them."""

DECLARATIVE = ("delimited", "fixed", "keyvalue")
"""The formats that a profile alone describes."""

PAGE = "See docs/formats/profiles.md for the keys."


class Profile(Part):
    """How to read one carrier's files.

    `format` names the reader. `layouts` gives the column names of headerless files, by layout name; `files` maps a file
    name pattern (fnmatch) or a table name to a layout. `fields` maps a column of the canonical format to the name of
    the carrier's column, or to several of which the first that is not empty counts. The formats delimited, fixed and
    keyvalue have no reader but this: `file`, `records`, `legs`, `dedupe`, `cause` and `detect` are theirs, and their
    `fields` may be places and rules too. `dedupe`: the columns by which a row that is written twice is known.
    """

    name: str = ""
    title: str = ""
    format: str | None = None
    file: FileRules = FileRules()
    layouts: dict[str, tuple[str, ...]] = Field(default_factory=dict[str, tuple[str, ...]])
    files: dict[str, str] = Field(default_factory=dict[str, str])
    records: RecordRules = RecordRules()
    fields: dict[str, FieldRule] = Field(default_factory=dict[str, FieldRule])
    time: TimeRules = TimeRules()
    numbers: NumberRules = NumberRules()
    trunks: TrunkRules = TrunkRules()
    legs: LegRules = LegRules()
    dedupe: tuple[Ref, ...] = ()
    cause: CauseRules = CauseRules()
    detect: DetectRules = DetectRules()

    @property
    def declarative(self) -> bool:
        """Whether the profile alone says how its files are read."""
        return self.format in DECLARATIVE

    def columns_of(self, canonical: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The carrier's columns that may hold a canonical field, best first."""
        named = self.fields.get(canonical)
        if named is None:
            return default
        return tuple(column for column in rule_of(named).columns if isinstance(column, str))

    def rules(self) -> Iterator[tuple[str, ColumnRule]]:
        """All fields, those of layouts too, as rules."""
        for fields in (self.fields, *(layout.fields for layout in self.records.layout)):
            for name, field in fields.items():
                yield name, rule_of(field)


def load_profile(path: Path) -> Profile:
    """Read a profile; raises ProfileInvalid with file, line and key."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ProfileInvalid(f"{path}: there is no such profile.") from None
    except OSError as error:
        raise ProfileInvalid(f"{path}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ProfileInvalid(f"{path}: not a readable TOML file: {error}. Correct it and submit again.") from error
    return read_profile(text, str(path), path.stem)


def read_profile(text: str, where: str, name: str) -> Profile:
    """A profile from its text; `where` is named in errors, `name` is what it is called where it does not say."""
    return profile_of(parsed(text, where), text, where, name)


def parsed(text: str, where: str) -> dict[str, Any]:
    """A TOML text as plain data; raises ProfileInvalid."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileInvalid(f"{where}: not a readable TOML file: {error}. Correct it and submit again.") from error


def profile_of(data: dict[str, Any], text: str, where: str, name: str) -> Profile:
    """A profile from plain data; `text` is where the lines of its keys are looked up."""
    from hoptrace.intake.profiles.soundness import check_whole

    try:
        profile = Profile.model_validate({"name": name, **data})
    except ValidationError as error:
        told = problems_of(error, Profile, key_lines(text), where)
        raise ProfileInvalid(f"{told}. {PAGE}") from error
    check_whole(profile, key_lines(text), where)
    return profile
