"""A profile proposed for an unknown delimited file, with the evidence for each line of it as comments."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from hoptrace.errors import FormatUnknown, TimezoneMissing
from hoptrace.intake.calls_mapping import import_instead
from hoptrace.intake.detect import LEAST_SURE, readable_head
from hoptrace.intake.drafting_columns import Column, columns_of, day_and_month
from hoptrace.intake.drafting_fields import choices
from hoptrace.intake.drafting_names import Choice
from hoptrace.intake.drafting_shape import FileShape, shape_of
from hoptrace.intake.drafting_times import TIMES
from hoptrace.intake.formats.profiled.reader import Profiled
from hoptrace.intake.looking import detect_file
from hoptrace.intake.profile import Profile, read_profile
from hoptrace.intake.profile_store import free_name
from hoptrace.intake.reading import Context, Source, source_at
from hoptrace.model.carriers import Carrier
from hoptrace.model.statements import Fate


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed profile: its TOML `text`, and what the file's rows became when it was read with it."""

    text: str
    rows: int
    accepted: int
    zone_missing: bool


def draft_profile(path: Path) -> Draft:
    """Propose a profile for a delimited file; it loads, and was tried on the file.

    Raises InputRefused where the file cannot be read, FormatUnknown where it shows no times or no called numbers.
    """
    source = source_at(path)
    _check_delimited(source, path)
    shape = shape_of(source)
    columns = columns_of(shape)
    found = choices(columns)
    joined = _date_and_clock(columns) if "start_time" not in found else None
    _check_found({*found, *(["start_time"] if joined else [])}, path)
    body = "\n".join(_lines(source.name, shape, found, joined))
    tried = _tried(source, read_profile(body, "the draft", path.stem), body)
    head = (
        f"# Tried on {_comment(source.name)}: {tried.accepted:,} of {tried.rows:,} rows became calls.\n"
        "# Nothing is certain: look at what it makes of some rows with `hoptrace profile show`, correct it, and\n"
        "# submit with --format.\n"
    )
    return replace(tried, text=f"{_known(path)}{head}{body}\n")


def _check_delimited(source: Source, path: Path) -> None:
    """Refuse lists of suspicious calls, and JSON."""
    head = readable_head(source)
    if (instead := import_instead(head, path)) is not None:
        raise FormatUnknown(instead)
    if head.lstrip().startswith((b"{", b"[")):
        raise FormatUnknown(
            f"{path} holds JSON, which has names and no columns. Where it is one object a line, write a profile with "
            'format = "canonical" that says under [fields] which names are those of a call, see '
            "docs/formats/canonical.md, and try it with: hoptrace profile show"
        )


def _check_found(fields: Container[str], path: Path) -> None:
    """Refuse a file without the fields that every call has."""
    for name, words in (("start_time", "the time of a call"), ("called_number", "the called number")):
        if name not in fields:
            raise FormatUnknown(
                f"{path}: no column looks like {words}. Write the profile by hand, see docs/formats/profiles.md, and "
                "try it with: hoptrace profile show"
            )


def _known(path: Path) -> str:
    """What to do instead, where a format claims the file."""
    claims = [claim for claim in detect_file(path) if claim.sure > LEAST_SURE]
    if not claims:
        return ""
    title, take = _comment(claims[0].title), _comment(claims[0].take)
    return f"# The file looks like {title}, which is read better without this draft: {take}\n"


def _tried(source: Source, profile: Profile, text: str) -> Draft:
    """The file read with the draft; times without a zone are tried as UTC."""
    reader = Profiled("draft", profile)
    missing = False
    for zone in (None, "UTC"):
        try:
            rows = accepted = 0
            for chunk in reader.read([source], Context(Carrier("draft"), profile, zone)):
                rows += chunk.rows.height
                accepted += int((chunk.rows["fate"] == str(Fate.ACCEPTED)).sum())
        except TimezoneMissing:
            missing = True
            continue
        return Draft(text, rows, accepted, missing)
    raise FormatUnknown(f"{source.name}: the draft cannot read the file.")


def _date_and_clock(columns: Sequence[Column]) -> tuple[Column, Column] | None:
    """A date and a time of day in two columns side by side."""
    for date, clock in pairwise(columns):
        if date.date and clock.clock:
            return date, clock
    return None


def _lines(
    file: str, shape: FileShape, found: dict[str, Choice], joined: tuple[Column, Column] | None
) -> Iterator[str]:
    yield f"name = {_text(free_name(file.split('.', maxsplit=1)[0]))}"
    yield 'format = "delimited"'
    yield from ("", "[file]")
    yield f"delimiter = {_text(shape.delimiter)} # {shape.why[0]}"
    yield f'quoting = "{shape.quoting}" # {shape.why[1]}'
    yield f"header = {'true' if shape.names else 'false'} # {shape.why[2]}"
    yield from ("", "[fields]")
    if joined is not None:
        places = ", ".join(_ref(column, shape) for column in joined)
        yield "# a date and a time of day side by side"
        yield f'start_time = {{ column = [{places}], join = " " }}'
    for name, choice in found.items():
        yield f"# {_comment(choice.why)}"
        yield f"{name} = {_rule(name, choice.column, shape)}"
    if not {"upstream", "downstream"} & set(found):
        yield "# No column looks like a trunk or a neighbour's address: a trace then rests on numbers and times."
    yield from ("", "[time]")
    yield from _time_lines(found, joined)


def _time_lines(found: dict[str, Choice], joined: tuple[Column, Column] | None) -> Iterator[str]:
    times = [found[name].column for name in TIMES if name in found]
    formats = dict.fromkeys(column.time for column in times)
    if joined is not None:
        formats = dict.fromkeys([f"{joined[0].date} {joined[1].clock}", *formats])
    for column in (*(joined or ())[:1], *times):
        other = day_and_month(column)
        if other is not None:
            yield f"# Day and month cannot be told apart in these rows. ASK THE CARRIER: it may be {_text(other)}"
    yield f"formats = [{', '.join(_text(each) for each in formats)}]"
    if joined is not None or not all(column.zoned for column in times):
        yield "# The times have no zone. Say which, or give --timezone, or set it in carriers.csv:"
        yield '# timezone = "America/Chicago"'


def _rule(name: str, column: Column, shape: FileShape) -> str:
    ref = _ref(column, shape)
    if name == "duration" and "clock" in column.kinds:
        return f'{{ column = {ref}, unit = "h:m:s" }}'
    if column.never and name in TIMES:
        return f"{{ column = {ref}, null = [{', '.join(_text(word) for word in column.never)}] }}"
    return ref


def _ref(column: Column, shape: FileShape) -> str:
    """A column by its name where that is the only one, else by its place."""
    plain = [name.strip().lower() for name in shape.names]
    if column.name and plain.count(column.name.strip().lower()) == 1:
        return _text(column.name)
    return str(column.at + 1)


def _text(text: str) -> str:
    # JSON's strings are TOML's, but for one character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    return "".join(letter if letter.isprintable() else "." for letter in text)
