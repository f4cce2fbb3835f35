"""The times of accounting rows: epochs, Julian days and date texts become microseconds UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hoptrace.errors import TimezoneMissing, UnknownTimezone
from hoptrace.intake.reading import ZONE_IN_FILE, Context, Zone
from hoptrace.intake.zone_resolving import of_carrier

SECOND = 1_000_000

_EPOCH_TEXT = re.compile(r"(\d{1,19})(?:\.(\d+))?")
_DATE_TEXT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s*(Z|[+-]\d\d:?\d\d)?", re.ASCII | re.IGNORECASE
)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)", re.ASCII)
_EARLIEST = 631_152_000 * SECOND  # 1990: before that no such record was written
_LATEST = 4_102_444_800 * SECOND  # 2100
_JULIAN_EPOCH = 2_440_587.5  # the Julian day of 1970-01-01T00:00Z
_JULIAN_SPAN = (2_400_000.0, 2_500_000.0)
_SCHEMA_DEFAULT = "2000-01-01 00:00:00"  # what the acc_cdrs table holds where nothing was stored
_CACHE_LIMIT = 10_000


class Stamp(NamedTuple):
    """A moment in microseconds since 1970 UTC, and the microseconds that one tick of its written form lasts."""

    micros: int
    tick: int


@dataclass(slots=True)
class TimeReader:
    """Reads the times of one group of files; the zone is looked up only once a time without one turns up."""

    context: Context
    zone: Zone = ZONE_IN_FILE
    repeated: dict[int, int] = field(default_factory=dict[int, int])
    """Times read as the first pass of an hour that the zone repeats; and how much later the second is."""
    missing: set[int] = field(default_factory=set[int])
    """Times in an hour that the zone leaves out, as they were shifted."""
    _tzinfo: tzinfo | None = None
    _seen: dict[str, Stamp | None] = field(default_factory=dict[str, Stamp | None])

    def read(self, cell: object, where: str) -> Stamp | None:
        """The moment that a cell says, None where it says none; `where` names the file in a refusal.

        Raises TimezoneMissing at the first time without a zone, where no zone is known.
        """
        if type(cell) is str and cell in self._seen:
            return self._seen[cell]
        if isinstance(cell, float) and _JULIAN_SPAN[0] < cell < _JULIAN_SPAN[1]:
            return _julian(cell)
        if isinstance(cell, bool) or not isinstance(cell, str | int | float):
            return None
        text = str(cell).strip()
        if text in self._seen:
            return self._seen[text]
        if len(self._seen) >= _CACHE_LIMIT:
            self._seen.clear()
        stamp = self._seen[text] = self._text(text, where)
        return stamp

    def _text(self, text: str, where: str) -> Stamp | None:
        number = _EPOCH_TEXT.fullmatch(text)
        if number is not None:
            return _epoch(number[1], number[2] or "")
        date = _DATE_TEXT.fullmatch(text)
        if date is None or text == _SCHEMA_DEFAULT:
            return None
        fraction = date[7] or ""
        try:
            year, month, day, hour, minute, second = (int(part) for part in date.groups()[:6])
            moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
            written = _zone_of(date[8]) if date[8] else None
        except (ValueError, UnknownTimezone):
            return None
        micros = int(fraction[:6].ljust(6, "0"))
        if written is not None:
            return _within(_micros(moment.replace(tzinfo=written)) + micros, _tick(fraction))
        return self._local(moment.replace(tzinfo=self._zone(where)), micros, _tick(fraction))

    def _local(self, moment: datetime, micros: int, tick: int) -> Stamp | None:
        """A local time, remembered where the zone has it twice or not at all."""
        stamp = _within(_micros(moment) + micros, tick)
        shift = _micros(moment.replace(fold=1)) - _micros(moment)
        if stamp is not None and shift > 0:
            self.repeated[stamp.micros] = shift
        elif stamp is not None and shift:
            self.missing.add(stamp.micros)
        return stamp

    @property
    def key(self) -> str | None:
        """The IANA name of the zone of local times, None where it is none or not known yet."""
        return self._tzinfo.key if isinstance(self._tzinfo, ZoneInfo) else None

    def local(self, at: datetime) -> datetime:
        """A moment as the clock of the zone of local times shows it."""
        return at.astimezone(self._tzinfo).replace(tzinfo=None)

    def _zone(self, where: str) -> tzinfo:
        if self._tzinfo is None:
            self.zone = _choose(self.context, where)
            self._tzinfo = _zone_of(self.zone.name)
        return self._tzinfo


_UNIX = datetime(1970, 1, 1, tzinfo=UTC)


def _micros(moment: datetime) -> int:
    return round((moment - _UNIX).total_seconds()) * SECOND


def _choose(context: Context, where: str) -> Zone:
    ways = (
        (context.timezone, "given with --timezone"),
        (context.profile.time.timezone, f"from the profile {context.profile.name}".rstrip()),
        (context.carrier.timezone, "from the carrier directory"),
    )
    for name, how in ways:
        if name:
            return Zone(name, how)
    raise TimezoneMissing(
        f"{where}: its times have no zone. Say it in one of three ways: submit with --timezone ZONE, put timezone under"
        f" [time] into the profile, or fill the column timezone{of_carrier(context)} in carriers.csv."
    )


def _zone_of(name: str) -> tzinfo:
    if name in ("Z", "z"):
        return UTC
    offset = _OFFSET.fullmatch(name)
    try:
        if offset is None:
            return ZoneInfo(name)
        shift = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-shift if offset[1] == "-" else shift)
    except (KeyError, ValueError, OSError):
        raise UnknownTimezone(f"{name!r} is no time zone: give an IANA name (America/Chicago) or +HH:MM.") from None


def _epoch(whole: str, fraction: str) -> Stamp | None:
    scale = {13: 1_000, 16: 1}.get(len(whole))
    if scale is not None and not fraction:  # milliseconds or microseconds since 1970
        return _within(int(whole) * scale, scale)
    return _within(int(whole) * SECOND + int(fraction[:6].ljust(6, "0")), _tick(fraction))


def _julian(day: float) -> Stamp | None:
    # A double holds a Julian day to some 40 microseconds, so milliseconds are what can be meant.
    return _within(round((day - _JULIAN_EPOCH) * 86_400_000) * 1_000, SECOND)


def _tick(fraction: str) -> int:
    # Zeros only are how a whole second is printed from a floating-point number (acc writes 9.000000).
    return SECOND if not fraction.strip("0") else max(1, SECOND // 10 ** len(fraction))


def _within(micros: int, tick: int) -> Stamp | None:
    return Stamp(micros, tick) if _EARLIEST <= micros < _LATEST else None
