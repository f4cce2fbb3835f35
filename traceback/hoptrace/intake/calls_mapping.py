"""Which column of a list of suspicious calls is which: the contract's names, a mapping, a known complaint file."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hoptrace.catalog.files import CARRIER_TEXTS, TRUNK_OPTIONAL, TRUNK_REQUIRED
from hoptrace.catalog.row_files import separator_in
from hoptrace.errors import ColumnMissing, ProfileInvalid

REQUIRED = ("start_time", "called_number")
FIELDS = ("call_ref", "start_time", "calling_number", "called_number", "terminating_carrier", "campaign")
"""The columns of the contract's calls.csv, in its order."""


class _Part(BaseModel):
    """A part of a profile of calls: nothing beside its fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Columns(_Part):
    """The file's column for each of the contract's; `start_time` may be two, date and time, which are put together."""

    call_ref: str | None = None
    start_time: str | tuple[str, ...] | None = None
    calling_number: str | None = None
    called_number: str | None = None
    terminating_carrier: str | None = None
    campaign: str | None = None


class Times(_Part):
    """`timezone` of times without one; `format` (strptime) of times that are not ISO 8601 or epochs."""

    timezone: str | None = None
    format: str | None = None


class Fixed(_Part):
    """What is the same for all calls of the file and stands in no column."""

    terminating_carrier: str | None = None
    campaign: str | None = None


class CallsProfile(_Part):
    """How to read one kind of list, from a small TOML file with `[columns]`, `[time]` and `[fixed]`."""

    name: str = ""
    columns: Columns = Field(default_factory=Columns)
    time: Times = Field(default_factory=Times)
    fixed: Fixed = Field(default_factory=Fixed)


def load_calls_profile(path: Path) -> CallsProfile:
    """Read a profile; raises ProfileInvalid with file and key."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return CallsProfile.model_validate({"name": path.stem, **data})
    except OSError as error:
        raise ProfileInvalid(f"{path}: cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileInvalid(f"{path}: not a readable TOML file: {error}. Correct it and import again.") from error
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise ProfileInvalid(f"{path}: {problems}. See docs/calls-import.md for the keys.") from error


@dataclass(frozen=True, slots=True)
class Complaints:
    """A public file of complaints: it tells who called and when about, never who was called."""

    kind: str
    title: str
    signs: frozenset[str]
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


COMPLAINTS = (
    Complaints(
        "ftc",
        "FTC Do Not Call complaints",
        frozenset({"company_phone_number", "violation_date", "subject"}),
        {
            "calling_number": ("company_phone_number",),
            "time": ("violation_date", "created_date"),
            "campaign": ("subject",),
            "area_code": ("consumer_area_code",),
            "state": ("consumer_state",),
        },
    ),
    Complaints(
        "fcc",
        "FCC unwanted calls",
        frozenset({"caller_id_number", "method", "issue"}),
        {
            "calling_number": ("caller_id_number",),
            "time": ("issue_date", "date_of_issue", "issue_time", "time_of_issue"),
            "campaign": ("issue", "type_of_property_goods_or_services", "type_of_call_or_messge"),
            "callback_number": ("advertiser_business_phone_number", "advertiser_business_number"),
            "state": ("state",),
        },
    ),
    Complaints(
        "callers",
        "Lists of callers",
        frozenset({"phone_e164", "scam_category"}),
        {"calling_number": ("phone_e164",), "campaign": ("scam_category",)},
    ),
)
"""Known by their headers, in small letters with underscores; `type_of_call_or_messge` is the official spelling.

The FCC's columns have other names in the file that people download (Date of Issue) than in its interface (issue_date).
"""


def complaints_of(header: Sequence[str]) -> Complaints | None:
    """The complaint file that a header is of, None where it is none."""
    names = {plain(name) for name in header}
    return next((each for each in COMPLAINTS if each.signs <= names), None)


def header_in(head: bytes) -> list[str]:
    """The first row of a delimited file, whatever its lines end with; empty where there is none."""
    text = io.StringIO(head.decode("utf-8-sig", "replace").replace("\0", ""), newline=None)
    first = text.readline()
    try:
        return next(csv.reader(chain([first], text), delimiter=separator_in(first)), list[str]())
    except csv.Error:
        return []


def import_instead(head: bytes, file: object) -> str | None:
    """What to do with a file that begins as complaints do, or as a list of our own: it is no carrier's records."""
    header = header_in(head)
    complaints = complaints_of(header)
    if complaints is None:
        return _own_list({plain(name) for name in header}, file)
    return (
        f"{file} looks like {complaints.title}: suspicious calls, and no records of a carrier. Import it with: "
        f"hoptrace calls import {file} --out calls.csv"
    )


def _own_list(names: set[str], file: object) -> str | None:
    """The same of calls.csv, carriers.csv and trunks.csv, which are easily confused with a carrier's file."""
    if names <= set(FIELDS) and {"call_ref", *REQUIRED} <= names:
        return f"{file} is a list of calls to trace. Trace them with: hoptrace trace --calls {file} --out results.jsonl"
    if names <= {*TRUNK_REQUIRED, *TRUNK_OPTIONAL} and names.issuperset(TRUNK_REQUIRED):
        return f"{file} is a list of trunks. Load it with: hoptrace carriers load carriers.csv --trunks {file}"
    known = names.intersection(CARRIER_TEXTS)
    if "carrier_id" in names and len(known) > 1 and not any("call" in name for name in names):
        return f"{file} is a carrier directory. Load it with: hoptrace carriers load {file}"
    return None


def plain(name: str) -> str:
    """A column's name in small letters with underscores."""
    return re.sub(r"\W+", "_", name.strip().lower()).strip("_")


def columns_for(header: Sequence[str], profile: CallsProfile, file: str) -> dict[str, tuple[str, ...]]:
    """The file's columns for each field of the contract; raises ColumnMissing with the ways out."""
    found: dict[str, tuple[str, ...]] = {}
    for name in FIELDS:
        told: str | tuple[str, ...] | None = getattr(profile.columns, name)
        if told is None:
            found[name] = (name,) if name in header else ()
            continue
        found[name] = (told,) if isinstance(told, str) else told
        missing = [column for column in found[name] if column not in header]
        if missing:
            raise ColumnMissing(f"{file}: there is no column {missing[0]!r} for {name}; it has {_listed(header)}.")
    lacking = [name for name in REQUIRED if not found[name]]
    if lacking:
        raise ColumnMissing(
            f"{file}: no column is known for {' and '.join(lacking)}; it has {_listed(header)}. Name it with "
            f"{' '.join(OPTIONS[name] for name in lacking)}, or give --profile with a [columns] table, see "
            "docs/calls-import.md."
        )
    return found


OPTIONS = {"start_time": "--time-column NAME", "called_number": "--called-column NAME"}
"""How the command line names the required columns."""


def _listed(header: Sequence[str]) -> str:
    return ", ".join(header)[:500] or "no header"
