"""Times that begin with the clock: `15:54:56.868 PST DEC 18 2017`, as Cisco's h323 attributes have them.

Session border controllers write them too: Oracle's without a weekday, AudioCodes' with one. A `*` or `.` in front says
that the clock was not synchronised (Cisco: NTP not in sync, not set).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from hoptrace.intake.local_clock import LocalClock
from hoptrace.intake.reading import Context, Zone
from hoptrace.intake.zone_settling import ZoneWords, as_one, fixed_zone
from hoptrace.intake.zones import at_offset

_CLOCK = re.compile(r"([*.]?)(\d\d?):(\d\d):(\d\d)(?:\.(\d{1,6}))?", re.ASCII)
_DATE = re.compile(
    r"(?:(?P<zone>\S+)\s+)??(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)\s+)?"
    r"(?P<month>JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[A-Z]*\s+(?P<day>\d\d?)\s+(?P<year>\d{4})",
    re.ASCII | re.IGNORECASE,
)
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_FIRST_YEAR, _LAST_YEAR = 2000, 2099
UNSURE_TICK = 1_000_000
"""Microseconds: a time of a clock that was not synchronised counts no sharper than to the second."""
_CACHE_LIMIT = 10_000


class Stamp(NamedTuple):
    """A moment in UTC and the microseconds that one tick of its written form lasts."""

    at: datetime
    tick: int


class Day(NamedTuple):
    """The day of a time: `utc` is its midnight in UTC where its zone word means the same everywhere."""

    midnight: datetime
    zone: str | None
    utc: datetime | None


@dataclass(slots=True)
class ClockTimes:
    """Reads the times of one group of files; a zone is looked for only once a time without one turns up."""

    context: Context
    unsynchronised: int = 0
    words: ZoneWords = field(init=False)
    _clock: LocalClock | None = None
    _seconds: dict[str, int] = field(default_factory=dict[str, int])
    _days: dict[str, Day | None] = field(default_factory=dict[str, Day | None])

    def __post_init__(self) -> None:
        self.words = ZoneWords(self.context)

    def read(self, text: str, zone: str = "", after: datetime | None = None) -> Stamp | None:
        """The moment that a text says, None where it says none; `zone`: of the row, where the time has none itself.

        `after`: a time of the same call before which this one does not lie.

        Raises TimezoneMissing at the first time without a zone where none is known.
        """
        clock, _, rest = text.partition(" ")
        told = self.clock(clock)
        day = self.day(rest) if told is not None else None
        if told is None or day is None:
            return None
        since, tick = told
        at = day.utc + since if day.utc is not None else self._utc(day.midnight + since, day.zone, zone, after)
        return None if at is None else Stamp(at, tick)

    def may_be_later(self, start: datetime, *others: datetime | None) -> int | None:
        """As `LocalClock.may_be_later`."""
        return self._clock.may_be_later(start, *others) if self._clock is not None else None

    @property
    def open_moments(self) -> Collection[datetime]:
        """The starts that `may_be_later` may say more of."""
        return self._clock.open.keys() if self._clock is not None else ()

    @property
    def zone(self) -> Zone:
        """The zones that the times do not state by themselves, for the receipt."""
        return as_one([*([] if self._clock is None else [self._clock.zone]), *self.words.zones()])

    def flags(self) -> list[str]:
        """What the receipt should say of these files' times."""
        found = list(self._clock.flags()) if self._clock is not None else []
        if self.unsynchronised:
            found.append(f"times marked as of a clock that was not synchronised: {self.unsynchronised:,}")
        if self.words.ambiguous:
            found.append(
                f"zone words that mean several zones ({', '.join(self.words.ambiguous)}): say which with --timezone, "
                "or fill timezone or country of the carrier in carriers.csv"
            )
        return found

    def clock(self, text: str) -> tuple[timedelta, int] | None:
        """The time since midnight, and the microseconds of one tick."""
        seconds, fraction = self._seconds.get(text[:8]), text[9:]
        if seconds is not None and len(fraction) == 3 and text[8] == "." and fraction.isascii() and fraction.isdigit():
            return timedelta(0, seconds, int(fraction) * 1_000), 1_000
        match = _CLOCK.fullmatch(text)
        if match is None:
            return None
        mark, hour, minute, second, fraction = match.groups(default="")
        if int(hour) > 23 or int(minute) > 59 or int(second) > 59:
            return None
        self.unsynchronised += bool(mark)
        seconds = int(hour) * 3600 + int(minute) * 60 + int(second)
        if not mark and len(hour) == 2:
            self._seconds[text[:8]] = seconds  # there are no more than a day has
        tick = 10 ** (6 - len(fraction))
        return timedelta(0, seconds, int(fraction.ljust(6, "0"))), max(tick, UNSURE_TICK) if mark else tick

    def _utc(self, local: datetime, own: str | None, of_row: str, after: datetime | None) -> datetime | None:
        """In the zone beside the time, where it is known; else in the row's, else in the carrier's."""
        word = own or of_row
        offset = self.words.offset(word, local) if word else None
        if offset is not None:
            return at_offset(local, offset)
        return None if own else self.local_clock().to_utc(local, after=after)

    def local_clock(self) -> LocalClock:
        """The clock of times without a zone; raises TimezoneMissing."""
        if self._clock is None:
            self._clock = LocalClock.of(self.context)
        return self._clock

    def day(self, text: str) -> Day | None:
        """The day that stands behind the clock, zone word and all; None where it is none."""
        if text in self._days:
            return self._days[text]
        if len(self._days) >= _CACHE_LIMIT:
            self._days.clear()
        day = self._days[text] = _day_of(text)
        return day


def looks_like_time(text: str) -> bool:
    """Whether a text has this form."""
    clock, _, rest = text.partition(" ")
    return _CLOCK.fullmatch(clock) is not None and is_day(rest)


@lru_cache(maxsize=1_024)
def is_day(text: str) -> bool:
    """Files have few days; what is no day is read again, it is in few rows."""
    return _DATE.fullmatch(text) is not None


def _day_of(text: str) -> Day | None:
    match = _DATE.fullmatch(text.strip())
    if match is None or not _FIRST_YEAR <= int(match["year"]) <= _LAST_YEAR:
        return None
    try:
        midnight = datetime(int(match["year"]), _MONTHS.index(match["month"].upper()) + 1, int(match["day"]))  # noqa: DTZ001
    except ValueError:
        return None
    fixed = fixed_zone(match["zone"]) if match["zone"] else None
    return Day(midnight, match["zone"], None if fixed is None else midnight.replace(tzinfo=fixed).astimezone(UTC))
