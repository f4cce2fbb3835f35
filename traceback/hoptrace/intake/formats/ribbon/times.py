"""The times of ACT records: date and clock in the zone that each record names; the tick counter settles folds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hoptrace.intake.local_clock import LocalClock
from hoptrace.intake.reading import ZONE_IN_FILE, Context, Zone
from hoptrace.intake.zone_resolving import Resolved, resolve
from hoptrace.intake.zone_settling import fixed_zone
from hoptrace.intake.zones import Reading, to_utc

_DATE = re.compile(r"(\d\d)/(\d\d)/(\d{4})", re.ASCII)
_CLOCK = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?", re.ASCII)
_LOOSE_DATE = re.compile(r"(\d\d?)/(\d\d?)/(\d{4})", re.ASCII)
_LOOSE_CLOCK = re.compile(r"(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?", re.ASCII)
_NO_HOUR = re.compile(r"\d\d?:\d\d\.\d+", re.ASCII)
"""What a spreadsheet writes of 08:00:01.1: without zeros in front, without seconds, or 00:01.1 without the hour."""
_NODE_ZONE = re.compile(r"((?:GMT|UTC)(?:[+-]\d\d?:?\d\d)?)(?:-(.+))?", re.IGNORECASE)
_REGIONS = {
    "pacific": "America/Los_Angeles",
    "mountain": "America/Denver",
    "central": "America/Chicago",
    "eastern": "America/New_York",
    "atlantic": "America/Halifax",
    "arizona": "America/Phoenix",
    "alaska": "America/Anchorage",
    "hawaii": "Pacific/Honolulu",
    "indiana": "America/Indiana/Indianapolis",
}
_WINTER, _SUMMER = datetime(2026, 1, 15), datetime(2026, 7, 15)  # noqa: DTZ001
_NEAR, _NONE, _WEEK = timedelta(minutes=10), timedelta(), timedelta(days=7)
_MIDNIGHT = "24"
"""Clock times are before it as texts, too."""
_TICKS = 100
"""Ticks of 10 ms a second."""
_CACHE_LIMIT = 5_000


@dataclass(slots=True)
class NodeTimes:
    """Reads the times of a group of ACT files.

    `--timezone` and the profile win, as releases differ in whether they write local time or GMT; else each record's own
    node time zone counts, and the carrier directory where a record has none.
    """

    context: Context
    settled: int = 0
    respelled: int = 0
    """Clock times that are not spelled as the switch does it, those that cannot be read for that too."""
    unknown_names: set[str] = field(default_factory=set[str])
    _clocks: dict[str, LocalClock] = field(default_factory=dict[str, LocalClock])
    _days: dict[str, str | None] = field(default_factory=dict[str, str | None])
    _anchors: dict[str, tuple[datetime, int]] = field(default_factory=dict[str, tuple[datetime, int]])

    def local(self, date: str, clock: str) -> datetime | None:
        """A date mm/dd/yyyy and a clock time hh:mm:ss.d as a naive time; None where they are none."""
        day = self._days.get(date)
        if day is None:
            if len(self._days) >= _CACHE_LIMIT:
                self._days.clear()
            day = self._days[date] = _day(date)
        written = clock if _CLOCK.fullmatch(clock) else self._loose(clock)
        if day is None or written is None or written >= _MIDNIGHT:
            return None
        try:
            return datetime.fromisoformat(day + written)
        except ValueError:  # minutes or seconds that no clock shows
            return None

    def _loose(self, clock: str) -> str | None:
        """A clock time that is spelled as a spreadsheet does it, as the switch would spell it."""
        match = _LOOSE_CLOCK.fullmatch(clock)
        self.respelled += match is not None or _NO_HOUR.fullmatch(clock) is not None
        if match is None:
            return None
        hour, minute, second, fraction = match.groups(default="0")
        return f"{hour:0>2}:{minute}:{second:0>2}.{fraction}"

    def start(self, local: datetime, zone: str, gateway: str, ticks: int | None) -> datetime:
        """A record's start in UTC; in the hour that is repeated as summer time ends the gateway's ticks settle which.

        Raises TimezoneMissing where the record names no zone and none is known.
        """
        clock = self._clock(zone)
        utc, reading = to_utc(local, clock.resolved.tz)
        if reading is Reading.PLAIN:
            if ticks is not None:
                self._anchors[gateway] = (utc, ticks)
            return utc
        anchor = self._anchors.get(gateway)
        if reading is Reading.REPEATED and anchor is not None and ticks is not None:
            expected = anchor[0] + timedelta(seconds=(ticks - anchor[1]) / _TICKS)
            for fold in (0, 1):
                candidate = local.replace(tzinfo=clock.resolved.tz, fold=fold).astimezone(UTC)
                if abs(candidate - expected) <= _NEAR:
                    self.settled += 1
                    return candidate
        return clock.to_utc(local)

    def later(self, local: datetime, zone: str, start_local: datetime, start: datetime) -> datetime | None:
        """A later time of the same record in UTC; in a repeated hour the one nearest to what the clock times show."""
        clock = self._clock(zone)
        time, reading = to_utc(local, clock.resolved.tz)
        if reading is not Reading.PLAIN:
            apart = local - start_local
            near = None if apart < _NONE else (start + apart).timestamp()
            time = clock.to_utc(local, near, after=start)
        return time if _NONE <= time - start < _WEEK else None

    def may_be_later(self, start: datetime, *others: datetime | None) -> int | None:
        """As `LocalClock.may_be_later`."""
        for clock in self._clocks.values():
            if clock.open and (seconds := clock.may_be_later(start, *others)) is not None:
                return seconds
        return None

    @property
    def zone(self) -> Zone:
        """The zones that were used, for the receipt."""
        zones = list(dict.fromkeys(clock.zone for clock in self._clocks.values()))
        if not zones:
            return ZONE_IN_FILE
        return Zone(", ".join(dict.fromkeys(zone.name for zone in zones)), zones[0].how)

    def flags(self) -> list[str]:
        """What the receipt should say of these files' times."""
        found = [text for clock in self._clocks.values() for text in clock.flags()]
        if self.settled:
            found.append(f"times in the hour that is repeated as summer time ends, settled by ticks: {self.settled:,}")
        found += [f"time zone {name}: its offset is used all year" for name in sorted(self.unknown_names)]
        return list(dict.fromkeys(found))

    def _clock(self, text: str) -> LocalClock:
        clock = self._clocks.get(text)
        if clock is None:
            clock = self._clocks[text] = self._make(text)
        return clock

    def _make(self, text: str) -> LocalClock:
        given = self.context.timezone or self.context.profile.time.timezone
        match = None if given else _NODE_ZONE.fullmatch(text.strip())
        offset = fixed_zone(match[1]) if match is not None else None
        if match is None or offset is None:
            return LocalClock(resolve(self.context))
        ahead = offset.utcoffset(None)
        name = _zone_named(match[2] or "", ahead)
        how = f"{text.strip()} in the file's own records"
        if name is not None:
            return LocalClock(Resolved(Zone(name, how), ZoneInfo(name)))
        if match[2]:
            self.unknown_names.add(text.strip())
        return LocalClock(Resolved(Zone(match[1], how), offset))


def _day(text: str) -> str | None:
    """A date as an ISO 8601 time begins, up to the clock."""
    match = _DATE.fullmatch(text) or _LOOSE_DATE.fullmatch(text)
    try:
        return (
            f"{date(int(match[3]), int(match[1]), int(match[2]))}T" if match and 1990 <= int(match[3]) < 2100 else None
        )
    except ValueError:
        return None


def _zone_named(name: str, ahead: timedelta) -> str | None:
    """The IANA zone of a node's zone name, such as Pacific(US) or Berlin, if its winter time is `ahead` of UTC."""
    words = re.findall(r"[A-Za-z]+", name)
    if not words:
        return None
    region = _REGIONS.get(words[0].lower()) if len(words) == 1 or words[1].upper() in ("US", "CANADA") else None
    if region is not None:
        return region if _standard(region) == ahead else None
    city = "_".join(words).lower()
    found = sorted(zone for zone in available_timezones() if zone.lower().rpartition("/")[2] == city and "/" in zone)
    return next((zone for zone in found if _standard(zone) == ahead), None)


def _standard(zone: str) -> timedelta:
    return min(ZoneInfo(zone).utcoffset(day) or timedelta() for day in (_WINTER, _SUMMER))
