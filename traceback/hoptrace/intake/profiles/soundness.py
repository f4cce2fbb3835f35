"""What one key alone cannot tell: whether the parts of a profile fit together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoptrace.errors import ProfileInvalid
from hoptrace.intake.profiles.column_rules import rule_of
from hoptrace.intake.profiles.part import Ref, refs
from hoptrace.intake.profiles.problems import meant
from hoptrace.intake.profiles.toml_lines import Path, line_of

if TYPE_CHECKING:
    from hoptrace.intake.profile import Profile

READABLE = frozenset({
    "start_time", "answer_time", "end_time", "duration", "calling_number", "called_number", "egress_calling_number",
    "egress_called_number", "redirecting_number", "upstream", "customer", "downstream", "call_id", "egress_call_id",
    "attestation", "orig_id", "signer", "identity", "release_code", "record_id",
})  # fmt: skip
"""The fields that a declarative profile may fill."""

NEEDED = ("start_time", "called_number")


def check_whole(profile: Profile, lines: dict[Path, int], where: str) -> None:
    """Raise ProfileInvalid where parts of a profile contradict each other or its format."""
    told: list[str] = []
    for path, words in _all(profile):
        line = line_of(lines, path)
        told.append(f"{where}, line {line}: {words}" if line else f"{where}: {words}")
    if told:
        raise ProfileInvalid(f"{'; '.join(told)}. See docs/formats/profiles.md for the keys.")


def _all(profile: Profile) -> Iterator[tuple[Path, str]]:
    from hoptrace.intake.profiles.shipped import shipped_names

    if profile.declarative:
        return _contradictions(profile)
    # What is laid over a shipped profile is whole only together with it, and is looked at again then.
    return _field_names(profile) if profile.format in shipped_names() else _of_coded_reader(profile)


def _field_names(profile: Profile) -> Iterator[tuple[Path, str]]:
    for name in sorted(set(profile.fields) - READABLE):
        yield ("fields", name), f"fields: there is no field {name!r}{meant(name, sorted(READABLE))}"


def _of_coded_reader(profile: Profile) -> Iterator[tuple[Path, str]]:
    from hoptrace.intake.profile import DECLARATIVE, FIELDS

    for name, field in profile.fields.items():
        if name not in FIELDS:
            yield ("fields", name), f"fields: there is no field {name!r}{meant(name, sorted(FIELDS))}"
        elif not isinstance(field, str) and not (isinstance(field, tuple) and all(isinstance(c, str) for c in field)):
            formats = ", ".join(DECLARATIVE)
            yield ("fields", name), f"fields.{name}: places and rules are for the formats {formats} only"


def _contradictions(profile: Profile) -> Iterator[tuple[Path, str]]:
    yield from _fields(profile)
    yield from _layouts(profile)
    yield from _legs(profile)
    yield from _columns(profile)


def _fields(profile: Profile) -> Iterator[tuple[Path, str]]:
    layouts = profile.records.layout
    for name in NEEDED:
        everywhere = bool(layouts) and all(name in layout.fields for layout in layouts)
        if name not in profile.fields and not everywhere:
            yield ("fields",), f"fields: {name} is missing; name the column that holds it"
    for at, layout in enumerate(layouts):
        for name in sorted(set(layout.fields) - READABLE):
            words = f"there is no field {name!r}{meant(name, sorted(READABLE))}"
            yield ("records", "layout", at, "fields", name), f"records.layout.{at}.fields: {words}"
    yield from _field_names(profile)
    spans, times = {"answer_time", "end_time"}, {"start_time", "answer_time", "end_time"}
    for name, rule in profile.rules():
        if rule.after is not None and (name not in spans or rule.after not in times - {name} or rule.unit is None):
            words = 'only answer_time and end_time can be a span; it needs unit, and after = "start_time" or the other'
            yield ("fields", name), f"fields.{name}: {words}"
        if rule.unit is not None and rule.after is None and name != "duration":
            yield ("fields", name), f"fields.{name}: only a duration has a unit, and a time with after"


def _layouts(profile: Profile) -> Iterator[tuple[Path, str]]:
    known = sorted(profile.layouts)
    for at, layout in enumerate(profile.records.layout):
        if layout.names is not None and layout.names not in profile.layouts:
            words = f"there is no layout {layout.names!r} in [layouts]{meant(layout.names, known)}"
            yield ("records", "layout", at, "names"), f"records.layout.{at}.names: {words}"
        if not layout.types and not layout.columns:
            yield ("records", "layout", at), f"records.layout.{at}: give types or columns, or it would fit every row"
        if layout.types and profile.records.type is None:
            yield ("records", "layout", at), "records.type: name the column that tells the type of a row"
    if (profile.records.call or profile.records.skip) and profile.records.type is None:
        yield ("records",), "records.type: name the column that tells the type of a row"


def _legs(profile: Profile) -> Iterator[tuple[Path, str]]:
    legs = profile.legs
    if legs.rule == "joined":
        if legs.id is None or legs.direction is None or not legs.incoming or not legs.outgoing:
            yield ("legs",), "legs: joined legs need id, direction, and the words incoming and outgoing"
    elif legs.direction is not None:
        yield ("legs",), 'legs: direction is for rule = "joined"'


def _columns(profile: Profile) -> Iterator[tuple[Path, str]]:
    if profile.format == "fixed" and not profile.file.columns:
        yield ("file",), "file.columns: a fixed-width file needs them, such as called = [25, 40]"
    if profile.format == "delimited":
        return
    names = set(profile.file.columns)
    for path, column in _every_column(profile):
        key = ".".join(path)
        if isinstance(column, int):
            yield path, f"{key}: a {profile.format} file has columns by name only"
        elif profile.format == "fixed" and column not in names:
            yield path, f"{key}: there is no column {column!r} in file.columns{meant(column, sorted(names))}"


def _every_column(profile: Profile) -> Iterator[tuple[tuple[str, ...], Ref]]:
    """Every column that a profile names, with the key that names it."""
    time, zone = profile.time, profile.time.zone
    named: list[tuple[tuple[str, ...], tuple[Ref, ...]]] = []
    named += [(("fields", name), rule.columns) for name, rule in profile.rules()]
    named += [(("fields", name), (rule.when.column,)) for name, rule in profile.rules() if rule.when is not None]
    named.append((("dedupe",), profile.dedupe))
    named.append((("time", "zone"), () if zone is None else rule_of(zone).columns))
    named.append((("time", "clock"), () if time.clock is None else (time.clock.column,)))
    named.append((("records", "type"), refs(profile.records.type)))
    named.append((("legs", "id"), refs(profile.legs.id)))
    named.append((("legs", "direction"), refs(profile.legs.direction)))
    for path, columns in named:
        for column in columns:
            yield path, column
