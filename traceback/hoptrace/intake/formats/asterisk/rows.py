"""One row of an Asterisk CDR file: its fields by name, its times parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import Enum

from hoptrace.intake.formats.asterisk.layout import Layout
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


FIELDS = (*DEFAULT_FIELDS, *_OWN)
"""What is looked at of a row, by canonical and by Asterisk's names."""

Places = dict[str, tuple[int, ...]]
"""Where each field stands: the first of these columns that is not empty counts."""


def places_of(layout: Layout, profile: Profile) -> Places:
    """The places of all fields that a layout has; the profile's `fields` before the usual columns."""
    wanted = {name: profile.columns_of(name, usual) for name, usual in DEFAULT_FIELDS.items()}
    wanted.update({name: profile.columns_of(name, (name,)) for name in _OWN})
    found = {name: (layout.index(column) for column in columns) for name, columns in wanted.items()}
    return {name: told for name, places in found.items() if (told := tuple(at for at in places if at is not None))}


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


def clid_number(clid: str) -> str | None:
    """The number in a caller id such as `"Ada" <+12025550123>`."""
    match = _CLID_NUMBER.search(clid)
    return match[1].strip() or None if match else None
