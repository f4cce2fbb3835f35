"""One row of an Asterisk CDR file: its fields by name, its times parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from hoptrace.intake.formats.asterisk_layout import Layout, epoch_of
from hoptrace.intake.profile import Profile

NOTHING = frozenset({"", "NULL", "null", "None", "\\N", "(null)", "<null>", "(none)"})
_NO_TIME = ("0000-00-00", "0001-01-01", "1970-01-01 00:00:00")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d{2})(?::(\d{2}))?")
_YEAR_FIRST = re.compile(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2}) (\d{1,2}):(\d{2})(?::(\d{2}))?")
_CLID_NUMBER = re.compile(r"<([^<>]*)>\s*\"?$")
_FIRST_YEAR, _LAST_YEAR = 2000, 2100

DEFAULT_FIELDS: dict[str, tuple[str, ...]] = {
    "start_time": ("start",),
    "answer_time": ("answer",),
    "end_time": ("end",),
    "duration": ("billsec",),
    "calling_number": ("src",),
    "called_number": ("did", "dst"),
    "upstream": ("src_trunk_name", "channel"),
    "downstream": ("dst_trunk_name", "dstchannel"),
    "redirecting_number": ("rdnis", "redirecting"),
    "call_id": ("call_id",),
    "egress_call_id": (),
    "egress_calling_number": ("outbound_cnum",),
    "egress_called_number": (),
    "customer": (),
    "attestation": (),
    "orig_id": (),
    "signer": (),
    "release_code": ("hangupcause",),
    "record_id": (),
}
_OWN = ("clid", "channel", "dstchannel", "lastapp", "lastdata", "disposition", "uniqueid", "linkedid", "sequence")


class DateOrder(Enum):
    """Which comes first in dates with slashes and the year last; unknown where no date of the file tells."""

    DAY = "day"
    MONTH = "month"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Cdr:
    """One row: `fields` by canonical and by Asterisk's name where not empty; local times naive, others UTC."""

    row: int
    start: datetime
    answer: datetime | None
    end: datetime | None
    fields: dict[str, str]
    epoch: int | None

    def get(self, name: str) -> str | None:
        """A field's text, None where empty."""
        return self.fields.get(name)

    def text(self, name: str) -> str:
        """A field's text, empty where empty."""
        return self.fields.get(name, "")

    @property
    def is_attempt(self) -> bool:
        """Whether the row tells of a channel that was dialled."""
        return "downstream" in self.fields or self.text("lastapp").lower() == "dial"


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field of a layout stands: the first column that is not empty counts."""

    single: tuple[tuple[str, int], ...]
    several: tuple[tuple[str, tuple[int, ...]], ...]

    @classmethod
    def of(cls, layout: Layout, profile: Profile) -> Columns:
        """The places of all fields that a layout has; the profile's `fields` before the usual columns."""
        wanted = {name: profile.columns_of(name, usual) for name, usual in DEFAULT_FIELDS.items()}
        wanted.update({name: profile.columns_of(name, (name,)) for name in _OWN})
        found: list[tuple[str, tuple[int, ...]]] = []
        for name, columns in wanted.items():
            places = tuple(at for column in columns if (at := layout.index(column)) is not None)
            if places:
                found.append((name, places))
        return cls(
            tuple((name, places[0]) for name, places in found if len(places) == 1),
            tuple((name, places) for name, places in found if len(places) > 1),
        )

    def read(self, cells: Sequence[str]) -> dict[str, str]:
        """The fields of a row that are not empty."""
        fields = {name: value for name, at in self.single if (value := cells[at].strip()) not in NOTHING}
        for name, places in self.several:
            value = next((value for at in places if (value := cells[at].strip()) not in NOTHING), None)
            if value is not None:
                fields[name] = value
        return fields


def date_order(values: Iterable[str]) -> DateOrder:
    """Whether dates such as 1/9/2017 put the day or the month first, by those that can only be one of the two."""
    day = month = False
    for value in values:
        match = _SLASHED.fullmatch(value) if "/" in value else None
        if match is not None:
            day = day or int(match[1]) > 12
            month = month or int(match[2]) > 12
    if day == month:
        return DateOrder.UNKNOWN
    return DateOrder.DAY if day else DateOrder.MONTH


def is_slashed(value: str) -> bool:
    """Whether a time is written with slashes and the year last, which Asterisk never does itself."""
    return _SLASHED.fullmatch(value) is not None


def parse_time(text: str, order: DateOrder) -> datetime | None:
    """A time as written: naive where it has no zone, UTC where it has one or is an epoch; None where it is none."""
    if text.startswith(_NO_TIME):
        return None
    try:
        time = _parsed(text, order)
    except (ValueError, OverflowError, OSError):
        return None
    return time if time is not None and _FIRST_YEAR <= time.year < _LAST_YEAR else None


def make_cdr(row: int, fields: dict[str, str], order: DateOrder) -> Cdr | str:
    """A row's record, or the reason why it is none."""
    if "start_time" not in fields:
        return "no start time"
    start = parse_time(fields["start_time"], order)
    if start is None:
        unclear = order is DateOrder.UNKNOWN and is_slashed(fields["start_time"])
        return "day or month first is not clear" if unclear else "start time not understood"
    if "calling_number" not in fields and (number := _clid_number(fields.get("clid", ""))):
        fields["calling_number"] = number
    answer, end = (_alike(start, fields.get(name, ""), order) for name in ("answer_time", "end_time"))
    return Cdr(row, start, answer, end, fields, epoch_of(fields.get("uniqueid", "")))


def _alike(start: datetime, text: str, order: DateOrder) -> datetime | None:
    """A later time of the row, None where it has none or one that cannot be compared with its start."""
    time = parse_time(text, order) if text else None
    return time if time is not None and (time.tzinfo is None) is (start.tzinfo is None) else None


def _parsed(text: str, order: DateOrder) -> datetime | None:
    if len(text) >= 19 and text[4] == "-":
        time = datetime.fromisoformat(text)
        return time.astimezone(UTC) if time.tzinfo is not None else time
    match = _YEAR_FIRST.fullmatch(text)
    if match is not None:
        return _local([int(part or 0) for part in match.groups()])
    match = _SLASHED.fullmatch(text)
    if match is not None and order is not DateOrder.UNKNOWN:
        first, second, year, *clock = (int(part or 0) for part in match.groups())
        day, month = (first, second) if order is DateOrder.DAY else (second, first)
        return _local([year, month, day, *clock])
    if text.replace(".", "", 1).isdigit() and len(text.partition(".")[0]) == 10:
        return datetime.fromtimestamp(float(text), UTC)
    return None


def _local(parts: list[int]) -> datetime:
    year, month, day, hour, minute, second = parts
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - a local time, its zone comes later


def _clid_number(clid: str) -> str | None:
    match = _CLID_NUMBER.search(clid)
    return match[1].strip() or None if match else None
