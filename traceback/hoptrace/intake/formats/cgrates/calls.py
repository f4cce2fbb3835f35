"""The runs in which CGRateS rated one call become one statement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hoptrace.intake.fold_rows import FoldRow
from hoptrace.intake.ledger import Ledger, lacking
from hoptrace.intake.local_clock import LocalClock
from hoptrace.intake.profile import Profile
from hoptrace.model.statements import StartBasis

FIELDS = frozenset({"CGRID", "OriginID", "SetupTime", "AnswerTime", "Destination", "Account", "Tenant", "RequestType"})
"""Names of which a record has at least one."""

_COLUMNS: dict[str, tuple[str, ...]] = {
    "start_time": ("SetupTime", "AnswerTime"),
    "answer_time": ("AnswerTime",),
    "duration": ("Usage",),
    "calling_number": ("CLI", "Caller", "CallerNumber", "calling_number", "Subject"),
    "called_number": ("Destination",),
    "upstream": ("Account",),
    "downstream": ("Route", "RouteID", "Supplier"),
    "call_id": ("call_id", "SIPCallID", "OriginID"),
    "release_code": ("DisconnectCause",),
    "record_id": ("CGRID", "OriginID"),
}
_SUPPLIER_RUNS = frozenset({"*supplier", "supplier", "*suppliers", "suppliers", "*route", "*vendor"})
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,6}))?")
_PART = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|us|µs|ns|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_NUMBER = re.compile(r"\+?\d{5,}|anonymous|restricted|unavailable", re.IGNORECASE)
_LONGEST = 7 * 86_400
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@dataclass(slots=True)
class Runs:
    """All records of one call; the fields of the first that has them count, `supplier` is that of a supplier's run."""

    rows: list[tuple[int, int]]
    fields: dict[str, str]
    supplier: str | None = None

    def add(self, place: tuple[int, int], fields: dict[str, str]) -> None:
        """One more record of the call."""
        self.rows.append(place)
        if fields.get("RunID", "").lower() in _SUPPLIER_RUNS:
            self.supplier = self.supplier or fields.get("Account")
            fields = {name: text for name, text in fields.items() if name not in ("Account", "Subject")}
        self.fields = {**fields, **self.fields} if self.fields else fields

    @property
    def is_local(self) -> bool:
        """Whether a time of the call has no zone."""
        return any(_is_local(self.fields.get(name)) for name in ("SetupTime", "AnswerTime"))


def fold_row(at: int, runs: Runs) -> FoldRow | None:
    """What the call at this place of the group tells of its sequence."""
    setup, answer = (parse_time(runs.fields.get(name)) for name in ("SetupTime", "AnswerTime"))
    begun = setup or answer
    return None if begun is None else FoldRow(at, begun, answer, talk=_duration(runs.fields.get("Usage")))


Columns = Mapping[str, tuple[str, ...]]
"""The fields of a record in which a canonical one may stand, best first."""


def columns_of(profile: Profile) -> Columns:
    """The profile's columns, else the usual ones."""
    return {name: profile.columns_of(name, usual) for name, usual in _COLUMNS.items()}


def enter(runs: Runs, columns: Columns, clock: LocalClock | None, ledger: Ledger, at: int = 0) -> None:
    """Put a call into the ledger, or reject its rows; `at` is the place of which `clock` knows by `fold_row`."""
    fields, said = runs.fields, _said(runs.fields, columns)
    start = next(
        (time for column in columns["start_time"] if (time := _utc(fields.get(column), clock, row=at)) is not None),
        None,
    )
    if start is None or said["called_number"] is None:
        for row in runs.rows:
            ledger.reject(*row, *lacking(start, said["called_number"]))
        return
    answer = _utc(said["answer_time"], clock, start.timestamp())
    duration = _duration(said["duration"])
    calling = said.pop("calling_number")
    facts: dict[str, Any] = said
    facts.update(
        start_time=start,
        start_basis=StartBasis.RECEIVED.value,
        answer_time=answer if answer is not None and answer >= start and duration != 0 else None,
        end_time=answer + timedelta(seconds=duration) if answer is not None and duration else None,
        duration=0.0 if answer is None and not duration else duration,
        precision=1_000_000,
        may_be_later=clock.may_be_later(start, row=at) if clock is not None else None,
        calling_number=calling if calling is not None and _NUMBER.fullmatch(calling) else None,
        downstream=said["downstream"] or runs.supplier,
    )
    ledger.call(runs.rows, **facts)


def _said(fields: Mapping[str, str], columns: Columns) -> dict[str, str | None]:
    """The text of each canonical field: of the first of its columns that has one."""
    said: dict[str, str | None] = {}
    for name, names in columns.items():
        said[name] = None
        for column in names:
            if text := fields.get(column):
                said[name] = text
                break
    return said


def parse_time(text: str | None) -> datetime | None:
    """A time as RFC 3339 or as digits (`20260302140001`), naive where it has no zone; None for year 1 and no time."""
    if not text:
        return None
    match = _COMPACT.fullmatch(text) if text[4:5] != "-" else None
    try:
        if match is not None:
            *parts, fraction = match.groups()
            year, month, day, hour, minute, second = (int(part) for part in parts)
            micro = int((fraction or "").ljust(6, "0"))
            time = datetime(year, month, day, hour, minute, second, micro)  # noqa: DTZ001 - its zone comes later
        else:
            time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if _FIRST_YEAR <= time.year < _LAST_YEAR else None


def _is_local(text: str | None) -> bool:
    if text is None or text.endswith("Z"):  # all of most files, which need not be read for that
        return False
    time = parse_time(text)
    return time is not None and time.tzinfo is None


def _utc(
    text: str | None, clock: LocalClock | None, near: float | None = None, row: int | None = None
) -> datetime | None:
    time = parse_time(text)
    if time is None or time.tzinfo is not None:
        return time.astimezone(UTC) if time is not None else None
    return clock.to_utc(time, near, row) if clock is not None else None


def _duration(text: str | None) -> float | None:
    """Seconds of Usage: nanoseconds as a number, or a duration of Go (`1m12.5s`); None where it is neither."""
    if text is None:
        return None
    if text.isdecimal():
        seconds = int(text[:20]) / 1e9
    elif "".join(match[0] for match in _PART.finditer(text)) == text:
        seconds = sum(float(value) * _SECONDS[unit] for value, unit in _PART.findall(text))
    else:
        return None
    return seconds if seconds <= _LONGEST else None
