"""One row of a list of suspicious calls becomes a call of the contract, or the reasons why it is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from hoptrace.intake.calls_mapping import CallsProfile
from hoptrace.intake.fold_rows import FoldRow, repeats_any, settled_rows
from hoptrace.intake.ledger import NO_CALLED
from hoptrace.intake.zones import Reading, parse_zone, to_utc
from hoptrace.model.dialplan import DialPlan
from hoptrace.model.numbers import NumberKind, normalise
from hoptrace.model.times import read_time, rfc3339

SECOND = "-second"
"""What is put behind the reference of a call whose time came twice, where it stands with the second time."""

NO_ZONE = "the time has no zone: give --timezone or a time with an offset"
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class ImportedCall:
    """A row of the contract's calls.csv: `start_time` RFC 3339, numbers as +E.164."""

    call_ref: str
    start_time: str
    calling_number: str
    called_number: str
    terminating_carrier: str
    campaign: str


@dataclass(slots=True)
class RowReader:
    """Reads the rows of one file; counts times in an hour that summer time's beginning leaves out.

    `told`: what the sequence of the rows settles of an hour that its end repeats; `passes` by row, None where nothing
    tells: then the call has a second time as well, which is in `second`.
    """

    columns: dict[str, tuple[str, ...]]
    profile: CallsProfile
    plan: DialPlan
    stem: str
    zone: tzinfo | None
    missing: int = 0
    told: tuple[str, ...] = ()
    passes: dict[int, bool | None] = field(default_factory=dict[int, "bool | None"])
    second: dict[int, ImportedCall] = field(default_factory=dict[int, "ImportedCall"])

    @classmethod
    def of(cls, columns: dict[str, tuple[str, ...]], profile: CallsProfile, plan: DialPlan, stem: str) -> RowReader:
        """A reader; raises UnknownTimezone."""
        name = profile.time.timezone
        return cls(columns, profile, plan, stem, parse_zone(name) if name else None)

    def look_ahead(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Settle which pass of a repeated hour each row is of by the sequence of all rows, before they are read."""
        if not isinstance(self.zone, ZoneInfo):
            return
        form = self.profile.time.format
        times = [(number, parse_time(self._text(cells, "start_time"), form)) for number, cells in enumerate(rows, 1)]
        order = [FoldRow(number, time) for number, time in times if time is not None]
        if repeats_any((row.start for row in order), self.zone.key):
            settled = settled_rows(order, self.zone.key)
            self.passes, self.told = dict(settled.passes.iter_rows()), settled.flags

    def read(self, number: int, cells: Mapping[str, str]) -> ImportedCall | list[str]:
        """The call of a row, or all reasons why it is none. A row without a reference is named after file and row."""
        reasons: list[str] = []
        start = self._time(number, cells, reasons)
        called = self._called(self._text(cells, "called_number"), reasons)
        if start is None or called is None or reasons:
            return reasons
        fixed = self.profile.fixed
        call = ImportedCall(
            call_ref=self._text(cells, "call_ref") or f"{self.stem}-{number}",
            start_time=rfc3339(start),
            calling_number=written(self._text(cells, "calling_number"), self.plan),
            called_number=called,
            terminating_carrier=self._text(cells, "terminating_carrier") or fixed.terminating_carrier or "",
            campaign=self._text(cells, "campaign") or fixed.campaign or "",
        )
        if number in self.passes and self.passes[number] is None:
            later = self._repeated(start)
            self.second[number] = replace(call, call_ref=f"{call.call_ref}{SECOND}", start_time=rfc3339(later))
        return call

    def _repeated(self, first: datetime) -> datetime:
        """The second time of an hour that comes twice, of its first one."""
        return first.astimezone(self.zone).replace(fold=1).astimezone(UTC)

    def _text(self, cells: Mapping[str, str], name: str) -> str:
        return " ".join(cells[column] for column in self.columns[name] if column in cells)

    def _called(self, text: str, reasons: list[str]) -> str | None:
        number = normalise(text, self.plan)
        if number.kind is NumberKind.E164:
            return f"+{number.key}"
        if number.kind is NumberKind.MISSING:
            reasons.append(NO_CALLED)
        else:
            reasons.append("the called number is no telephone number")
        return None

    def _time(self, number: int, cells: Mapping[str, str], reasons: list[str]) -> datetime | None:
        text = self._text(cells, "start_time")
        time = parse_time(text, self.profile.time.format)
        if time is None:
            reasons.append("time not understood: give its format in a profile" if text else "no time")
            return None
        if time.tzinfo is not None:
            return time.astimezone(UTC)
        if self.zone is None:
            reasons.append(NO_ZONE)
            return None
        utc, reading = to_utc(time, self.zone)
        self.missing += reading is Reading.MISSING
        return self._repeated(utc) if self.passes.get(number) else utc


def parse_time(text: str, form: str | None) -> datetime | None:
    """A time by `form` (strptime), else as ISO 8601 or an epoch of seconds or milliseconds; naive without a zone."""
    try:
        if form is not None:
            time = datetime.strptime(text, form)  # noqa: DTZ007 - its zone is looked at by who asked
        elif text.replace(".", "", 1).isdecimal() and len(text.partition(".")[0]) in (10, 13):
            seconds = float(text) / (1000 if len(text.partition(".")[0]) == 13 else 1)
            time = datetime.fromtimestamp(seconds, UTC)
        else:
            time = read_time(text)
    except (ValueError, OverflowError, OSError):
        return None
    return time if _FIRST_YEAR <= time.year < _LAST_YEAR else None


def written(text: str, plan: DialPlan) -> str:
    """A number as +E.164, `anonymous` where it is withheld, as it stands where it is neither; empty where missing."""
    number = normalise(text, plan)
    if number.kind is NumberKind.E164:
        return f"+{number.key}"
    if number.kind is NumberKind.MISSING:
        return ""
    return "anonymous" if number.kind is NumberKind.WITHHELD else text
