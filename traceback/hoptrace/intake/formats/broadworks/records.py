"""One record of BroadWorks' accounting: its fields by the names of the XML form, and its times.

Names and CSV positions are those of the BroadWorks Accounting CDR Interface Specification, releases 14 to 22.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from hoptrace.intake.ledger import lacking

COLUMNS = {
    "recordId": 0,
    "serviceProvider": 1,
    "type": 2,
    "userNumber": 3,
    "direction": 5,
    "callingNumber": 6,
    "callingPresentationIndicator": 7,
    "calledNumber": 8,
    "startTime": 9,
    "userTimeZone": 10,
    "answerIndicator": 11,
    "answerTime": 12,
    "releaseTime": 13,
    "terminationCause": 14,
    "dialedDigits": 17,
    "networkTranslatedNumber": 20,
    "route": 23,
    "networkCallID": 24,
    "accessDeviceAddress": 26,
    "accessCallID": 27,
    "originalCalledNumber": 35,
    "redirectingNumber": 38,
    "localCallId": 44,
    "remoteCallId": 45,
    "userId": 120,
}
"""Where each field stands in the CSV form, from 0."""

FIELDS = frozenset({*COLUMNS, "trunkGroupName", "systemTimeZone", "eventCounter", "systemId"})
LEAST_COLUMNS = 28

_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,6}))?", re.ASCII)
_ZONE = re.compile(r"[01]([+-])(\d\d)(\d\d)(\d\d)", re.ASCII)
_RECORD_ID = re.compile(r"(.*?)\d{14}\.\d{3}([01][+-]\d{6})", re.ASCII)
_CALL_ID = re.compile(r"BW(\d\d)(\d\d)(\d\d)\d{3}(\d\d)(\d\d)(\d\d)", re.ASCII)
_ESCAPED = re.compile(r"\\(.)")
_COMMA = "\0"
_NO_DIGIT = re.compile(r"\D")
_NATIONAL = 10
"""So many last digits of two spellings of a number are the same."""
_NO_CALL = frozenset({"start", "end", "failover"})
_ONGOING = frozenset({"long duration", "interim"})
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_USUAL = len("20260302140001.247")


class Kind(Enum):
    """What a record tells of: a call, a call that goes on, nothing of a call; or something unknown."""

    CALL = "call"
    ONGOING = "ongoing"
    NO_CALL = "no call"
    UNKNOWN = "unknown"


class Direction(Enum):
    """Which side of the call the record's user is on."""

    ORIGINATING = "originating"
    TERMINATING = "terminating"
    UNKNOWN = "unknown"


class Record(NamedTuple):
    """A record of a call: `fields` by name, none empty; `start` as written; one is made of every row."""

    rows: tuple[tuple[int, int], ...]
    fields: dict[str, str]
    start: datetime
    tick: int
    direction: Direction

    def get(self, name: str) -> str | None:
        """A field, None where it is empty."""
        return self.fields.get(name)

    @property
    def offset(self) -> timedelta | None:
        """The offset of the user's zone, else of the system's, from UTC."""
        return zone_offset(self.fields.get("userTimeZone") or self.fields.get("systemTimeZone") or "")

    @property
    def ahead(self) -> timedelta | None:
        """How far the local clock that BroadWorks writes into its SIP Call-IDs is ahead of the written start time."""
        for name in ("accessCallID", "networkCallID"):
            match = _CALL_ID.match(self.fields.get(name, ""))
            if match is None:
                continue
            hour, minute, second, day, month, year = (int(part) for part in match.groups())
            try:
                local = datetime(2000 + year, month, day, hour, minute, second)  # noqa: DTZ001 - compared with another
            except ValueError:
                continue
            return local - self.start
        return None


def kind_of(word: str) -> Kind:
    """What a record of this type tells of."""
    word = word.strip().lower()
    if word == "normal":
        return Kind.CALL
    if word in _ONGOING:
        return Kind.ONGOING
    return Kind.NO_CALL if word in _NO_CALL else Kind.UNKNOWN


def csv_fields(cells: Sequence[str]) -> dict[str, str]:
    """The fields of a CSV row that are not empty; the zone of the system is taken out of the record id."""
    width = len(cells)
    fields = {name: text for name, at in COLUMNS.items() if at < width and (text := cells[at].strip())}
    match = _RECORD_ID.fullmatch(fields.get("recordId", ""))
    if match is not None:
        fields["recordId"], fields["systemTimeZone"] = match[1], match[2]
    return fields


def split_escaped(line: str) -> list[str]:
    """The cells of a line in which a comma inside a value is written `\\,` and a backslash `\\\\`."""
    if "\\" not in line:
        return line.split(",")
    if "\\\\" not in line and _COMMA not in line:
        cells = line.replace("\\,", _COMMA).split(",")
        return [
            _ESCAPED.sub(r"\1", cell).replace(_COMMA, ",") if "\\" in cell or _COMMA in cell else cell for cell in cells
        ]
    parts = re.split(r"(?<!\\)((?:\\\\)*),", line)
    cells = ["".join(parts[at : at + 2]) for at in range(0, len(parts), 2)]
    return [_ESCAPED.sub(r"\1", cell) if "\\" in cell else cell for cell in cells]


def make_record(place: tuple[int, int], fields: dict[str, str]) -> Record | list[str]:
    """The record of a row's fields, or the reasons why it is none."""
    start = parse_time(fields.get("startTime", ""))
    called = fields.get("calledNumber") or fields.get("dialedDigits") or None
    if start is None or called is None:
        return lacking(start, called)
    fraction = fields["startTime"].partition(".")[2]
    return Record((place,), fields, start, 10 ** (6 - len(fraction)), _direction(fields))


def _direction(fields: dict[str, str]) -> Direction:
    """As stated, else by which party the user is."""
    said = fields.get("direction", "").lower()
    if said in ("originating", "terminating"):
        return Direction(said)
    user, calling, called = [
        _national(fields.get(name, "")) for name in ("userNumber", "callingNumber", "calledNumber")
    ]
    if not user or calling == called or user not in (calling, called):
        return Direction.UNKNOWN
    return Direction.ORIGINATING if user == calling else Direction.TERMINATING


def _national(number: str) -> str:
    digits = number.removeprefix("+")
    if not digits.isdecimal():
        digits = _NO_DIGIT.sub("", number)
    return digits[-_NATIONAL:]


def parse_time(text: str) -> datetime | None:
    """A time such as `20260302140001.247`, as written; None where it is none."""
    if (
        len(text) == _USUAL
        and text.startswith("20")
        and text[:14].isdecimal()
        and text[14] == "."
        and text[15:].isdecimal()
    ):
        try:
            return datetime.fromisoformat(f"{text[:8]}T{text[8:]}")
        except ValueError:  # digits of other alphabets, or no time of day
            pass
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    *parts, fraction = match.groups()
    year, month, day, hour, minute, second = (int(part) for part in parts)
    if not _FIRST_YEAR <= year < _LAST_YEAR:
        return None
    try:
        return datetime(year, month, day, hour, minute, second, int((fraction or "").ljust(6, "0")))  # noqa: DTZ001
    except ValueError:
        return None


@lru_cache(maxsize=1_024)
def zone_offset(text: str) -> timedelta | None:
    """The offset in `1-070000`: whether summer time is on, then hours, minutes, seconds from UTC."""
    match = _ZONE.fullmatch(text)
    if match is None:
        return None
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]), seconds=int(match[4]))
    return -offset if match[1] == "-" else offset
