"""Zone-less local times become UTC: which zone, how it was found, and what is odd on the way.

A reader of a zone-less format does three things:

    clock = LocalClock.of(context, measure(pairs))    # once a file; raises TimezoneMissing
    clock.look_ahead(starts, rows)                    # settles hours that are repeated, see `folds`
    start = clock.to_utc(datetime(2026, 11, 23, 17, 58, 46), row=1)
    for text in clock.flags(): ledger.flag(file, text)

or, without the counting, `resolve(context)` and `to_utc(local, tz)`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import Enum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hoptrace.errors import TimezoneMissing, UnknownTimezone
from hoptrace.intake.fold_rows import FoldRow, repeats_any, settled_rows
from hoptrace.intake.reading import Context, Zone

QUARTER = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - compared with local times
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?")
_WIDEST = timedelta(hours=15)
_TOLERANCE = timedelta(minutes=1)
_LEAST_SHARE = 0.5
_SECOND_SHARE = 0.05
_DIRECTORY = "from the carrier directory"


class Reading(Enum):
    """How a local time was read."""

    PLAIN = "plain"
    REPEATED = "repeated"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Measured:
    """Offset of a file's local times from UTC as its own epochs show it.

    `others` are further offsets an hour away that many rows have too: the file crosses a change of summer time. `at` is
    a local time that has `offset`; `agreeing` of `rows` rows have one of these offsets; `by` names the column.
    """

    offset: timedelta
    others: tuple[timedelta, ...]
    at: datetime
    agreeing: int
    rows: int
    by: str

    def __str__(self) -> str:
        return f"measured from the {self.by} of {self.agreeing} of {self.rows} rows"


class Resolved(NamedTuple):
    """The zone for the receipt, the same to compute with, and a contradiction in words where there is one.

    `shown`: the file's own epochs show this offset, where there is no contradiction.
    """

    zone: Zone
    tz: tzinfo
    conflict: str | None = None
    shown: bool = False


def parse_zone(name: str) -> tzinfo:
    """A zone from an IANA name, `UTC`, `Z` or `+HH:MM`; raises UnknownTimezone."""
    text = name.strip()
    if text.upper() in {"UTC", "Z", "GMT"}:
        return UTC
    match = _OFFSET.fullmatch(text)
    if match is not None:
        sign = -1 if match[1] == "-" else 1
        offset = sign * timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        if abs(offset) <= _WIDEST and int(match[3] or 0) < 60:
            return timezone(offset)
    elif text:
        try:
            return ZoneInfo(text)
        except (KeyError, OSError, ValueError):  # unknown, the name of a folder of zones, no name at all
            pass
    raise UnknownTimezone(
        f"{name!r} is no time zone that is known. Give an IANA name such as America/Chicago, or an offset as +05:30."
    )


def measure(pairs: Iterable[tuple[datetime, float]], by: str = "uniqueid") -> Measured | None:
    """The offset of local times (naive) from epochs (seconds UTC) of the same rows; None where they show none.

    Many rows differ by later legs and long queues, so the most frequent whole quarter of an hour counts, and only if
    at least half of the rows have it (or it and its neighbour an hour away, where summer time begins or ends).
    """
    counts: Counter[timedelta] = Counter()
    seen: dict[timedelta, datetime] = {}
    rows = 0
    for local, epoch in pairs:
        rows += 1
        offset = quarter_offset(local, epoch)
        if offset is not None:
            counts[offset] += 1
            seen.setdefault(offset, local)
    if not counts:
        return None
    best = min(counts, key=lambda offset: (-counts[offset], abs(offset), offset))
    hour = timedelta(hours=1)
    others = tuple(o for o in (best - hour, best + hour) if counts[o] >= max(1, _SECOND_SHARE * rows))
    agreeing = sum(counts[o] for o in (best, *others))
    if agreeing < _LEAST_SHARE * rows:
        return None
    return Measured(best, others, seen[best], agreeing, rows, by)


def quarter_offset(local: datetime, epoch: float) -> timedelta | None:
    """Local time minus epoch in whole quarters of an hour; None where they are more than a minute from one."""
    try:
        apart = local - (_EPOCH + timedelta(seconds=epoch))
    except (ValueError, OverflowError):
        return None
    offset = round(apart / QUARTER) * QUARTER
    return offset if abs(apart - offset) <= _TOLERANCE and abs(offset) <= _WIDEST else None


def given_zones(context: Context) -> list[Zone]:
    """The zones that were said beside the file, the one that counts most first."""
    ways = (
        (context.timezone, "given with --timezone"),
        (context.profile.time.timezone, "from the profile"),
        (context.carrier.timezone, _DIRECTORY),
    )
    return [Zone(name, how) for name, how in ways if name]


def resolve(context: Context, measured: Measured | None = None) -> Resolved:
    """The zone of a file's zone-less times; raises TimezoneMissing naming the ways out.

    Asked in this order: what the submitter gave, the profile, the file itself, the carrier directory. A measurement
    that contradicts what was given by more than a minute comes back as `conflict`.
    """
    directory = context.carrier.timezone
    for zone in given_zones(context):
        if zone.how != _DIRECTORY:
            return _named(zone.name, zone.how, measured)
    if measured is not None:
        if directory and _agrees(parse_zone(directory), measured):
            how = f"{measured}, as the carrier directory says"
            return Resolved(Zone(directory, how), parse_zone(directory), shown=True)
        return _from_file(measured, directory)
    if directory:
        return _named(directory, _DIRECTORY, None)
    raise TimezoneMissing(
        f"The times in this file{of_carrier(context)} have no zone and the file does not show it. Give "
        "--timezone (an IANA name or +HH:MM), set time.timezone in the carrier's profile, or timezone in carriers.csv."
    )


def of_carrier(context: Context) -> str:
    """Whose file it is, for a sentence; nothing where it is looked at in nobody's name."""
    return f" of {context.carrier.carrier_id}" if context.carrier.carrier_id else ""


def to_utc(local: datetime, tz: tzinfo) -> tuple[datetime, Reading]:
    """A naive local time as UTC: of a repeated hour the first pass, a missing one by the offset before the change.

    The second rule is that of a clock that was put forward late: 02:30 in a gap from 02:00 to 03:00 becomes 03:30.
    """
    utc = local.replace(tzinfo=tz, fold=0).astimezone(UTC)
    if not isinstance(tz, ZoneInfo):
        return utc, Reading.PLAIN
    second = local.replace(tzinfo=tz, fold=1).astimezone(UTC)
    if second == utc:
        return utc, Reading.PLAIN
    return utc, Reading.REPEATED if second > utc else Reading.MISSING


@dataclass(slots=True)
class LocalClock:
    """Reads one file's local times in one zone and counts what was odd."""

    resolved: Resolved
    offsets: frozenset[timedelta] = frozenset()
    missing: int = 0
    passes: dict[int, bool | None] = field(default_factory=dict[int, "bool | None"])
    told: tuple[str, ...] = ()
    open: dict[datetime, int] = field(default_factory=dict[datetime, int])
    """Times read as the first pass of a repeated hour that nothing settled; by how many seconds the second is later."""
    crossed: set[datetime] = field(default_factory=set[datetime])
    """Times of the second pass, known by a time of the same call in the first."""

    @classmethod
    def of(cls, context: Context, measured: Measured | None = None) -> LocalClock:
        """The clock for a file, see `resolve`."""
        resolved = resolve(context, measured)
        if measured is None or resolved.conflict or isinstance(resolved.tz, ZoneInfo):
            return cls(resolved)
        return cls(resolved, frozenset((measured.offset, *measured.others)) if measured.others else frozenset())

    @property
    def zone(self) -> Zone:
        """The zone and how it was found, for the receipt."""
        return self.resolved.zone

    def look_ahead(self, starts: Iterable[datetime], rows: Callable[[], Sequence[FoldRow]]) -> None:
        """Settle the start times in hours that the zone repeats by the sequence of a file's rows, in their order.

        `rows` is asked for only where one of the starts lies on such a day.
        """
        tz = self.resolved.tz
        if not isinstance(tz, ZoneInfo) or not repeats_any(starts, tz.key):
            return
        settled = settled_rows(rows(), tz.key)
        self.passes, self.told = dict(settled.passes.iter_rows()), settled.flags

    def to_utc(
        self, local: datetime, epoch: float | None = None, row: int | None = None, after: datetime | None = None
    ) -> datetime:
        """A naive local time as UTC; `epoch` (UTC seconds of about the same moment) settles a change of summer time.

        `row`: the time is the start of this row, which `look_ahead` was told of. `after`: a time of the same call
        before which this one does not lie. Of a time that stays open the first candidate is given, see `may_be_later`.
        """
        if epoch is not None and self.offsets:
            offset = quarter_offset(local, epoch)
            if offset is not None and offset in self.offsets:
                return (local - offset).replace(tzinfo=UTC)
        utc, reading = to_utc(local, self.resolved.tz)
        if reading is Reading.PLAIN:
            return utc
        if reading is Reading.REPEATED:
            later = local.replace(tzinfo=self.resolved.tz, fold=1).astimezone(UTC)
            second = self.passes.get(row) if row is not None else None
            if second is not None:
                return later if second else utc
            if epoch is not None:
                return min(utc, later, key=lambda t: abs(t.timestamp() - epoch))
            if after is not None and utc < after <= later:
                self.crossed.add(later)
                return later
            self.open[utc] = round((later - utc).total_seconds())
        else:
            self.missing += 1
        return utc

    def may_be_later(self, start: datetime, *others: datetime | None, row: int | None = None) -> int | None:
        """By how many seconds a start of `to_utc` may have been later, None where it is settled.

        `others`: later times of the same call; one that lies in the second pass with an earlier clock time settles it.
        """
        if not self.open or (row is not None and self.passes.get(row) is not None):
            return None
        if any(other in self.crossed for other in others):
            return None
        return self.open.get(start)

    def flags(self) -> tuple[str, ...]:
        """What the receipt should say of this file's times; of those that stay open the statements tell."""
        name = self.zone.name
        found: list[str] = [*([self.resolved.conflict] if self.resolved.conflict else []), *self.told]
        if self.missing:
            found.append(f"times in the hour that {name} leaves out as summer time begins, shifted: {self.missing}")
        return tuple(found)


def _named(name: str, how: str, measured: Measured | None) -> Resolved:
    tz = parse_zone(name)
    if measured is None or _agrees(tz, measured):
        return Resolved(Zone(name, how), tz, shown=measured is not None)
    return Resolved(
        Zone(name, how),
        tz,
        f"the time zone {name} ({how}) contradicts the file: {_offset_name(measured.offset)} was {measured}",
    )


def _from_file(measured: Measured, directory: str) -> Resolved:
    name = _offset_name(measured.offset)
    conflict = f"the carrier directory says {directory}, but {name} was {measured}" if directory else None
    return Resolved(Zone(name, str(measured)), timezone(measured.offset), conflict, shown=True)


def _agrees(tz: tzinfo, measured: Measured) -> bool:
    offset = measured.at.replace(tzinfo=tz).utcoffset() or timedelta()
    return abs(offset - measured.offset) <= _TOLERANCE


def _offset_name(offset: timedelta) -> str:
    if not offset:
        return "UTC"
    minutes = int(abs(offset).total_seconds()) // 60
    return f"{'-' if offset < timedelta() else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
