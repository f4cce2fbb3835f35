"""Zone-less local times of a whole column become UTC, and hours that a zone repeats are settled by their order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import polars as pl

from hoptrace.errors import UnknownTimezone
from hoptrace.intake.profiles.time_rules import TimeRules
from hoptrace.intake.reading import ZONE_IN_FILE, Zone
from hoptrace.intake.zones import Resolved, parse_zone, to_utc
from hoptrace.model.statements import TIME

_BACK = timedelta(minutes=30)
"""A start time that lies so far before one above it, in an hour that is repeated, is of the second pass."""


@dataclass(slots=True)
class Localiser:
    """Makes UTC of one file's times; asks for the file's zone only where a time has none of its own."""

    rules: TimeRules
    ask: Callable[[], Resolved]
    resolved: Resolved | None = None
    latest: datetime | None = None
    counts: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def zone(self) -> Zone:
        """The zone for the receipt."""
        if self.resolved is not None:
            return self.resolved.zone
        return ZONE_IN_FILE

    def utc(self, times: pl.DataFrame, zones: pl.Series, after: pl.Series | None = None) -> pl.Series:
        """UTC of `read_times`; `zones` are the texts of the rows' own zones, `after` a time that cannot be later."""
        own = times["letters"] if times["letters"].null_count() < times.height else zones
        read, zoned = times["read"], times["zoned"]
        if (zoned | read.is_null()).all():
            return read.dt.replace_time_zone("UTC").cast(TIME)
        given = own.is_not_null() & ~zoned
        utc = pl.select(pl.when(zoned).then(read.dt.replace_time_zone("UTC"))).to_series().cast(TIME)
        for name in own.filter(given).unique().sort().to_list():
            here = given & (own == name)
            tz = self._named(name)
            if tz is not None:
                utc = utc.zip_with(~here.fill_null(value=False), self._local(read, tz, after))
        plain = ~zoned & own.is_null() & read.is_not_null()
        if plain.any():
            utc = utc.zip_with(~plain, self._local(read, self._default(), after))
        return utc

    def flags(self) -> list[str]:
        """What the receipt should say of this file's times."""
        conflict = self.resolved.conflict if self.resolved is not None else None
        return ([conflict] if conflict else []) + [f"{text}: {count:,}" for text, count in self.counts.items() if count]

    def _default(self) -> tzinfo:
        if self.resolved is None:
            self.resolved = self.ask()
        return self.resolved.tz

    def _named(self, text: str) -> tzinfo | None:
        if self.rules.zone_means != "name":
            return _minutes(text, 1 if self.rules.zone_means == "minutes_east" else -1)
        try:
            return parse_zone(self.rules.zones.get(text, text))
        except UnknownTimezone:
            return None

    def _local(self, read: pl.Series, tz: tzinfo, after: pl.Series | None) -> pl.Series:
        if not isinstance(tz, ZoneInfo):
            offset = tz.utcoffset(None) or timedelta()
            return (read - offset).dt.replace_time_zone("UTC").cast(TIME)
        first = read.dt.replace_time_zone(tz.key, ambiguous="earliest", non_existent="null")
        last = read.dt.replace_time_zone(tz.key, ambiguous="latest", non_existent="null")
        utc = first.dt.convert_time_zone("UTC")
        repeated = (first != last).fill_null(value=False)
        if repeated.any():
            second = self._second_pass(read, repeated) if after is None else (utc < after).fill_null(value=False)
            utc = utc.zip_with(~(repeated & second), last.dt.convert_time_zone("UTC"))
            if after is None:
                self._count_repeated(int((repeated & second).sum()), int(repeated.sum()), tz.key)
        lost = first.is_null() & read.is_not_null()
        if lost.any():
            moved = [to_utc(local, tz)[0] for local in read.filter(lost).to_list()]
            utc = _put(utc, lost, pl.Series(moved, dtype=pl.Datetime("us", "UTC")))
            told = f"times in the hour that {tz.key} leaves out as summer time begins, shifted"
            self.counts[told] = self.counts.get(told, 0) + len(moved)
        return utc.cast(TIME)

    def _second_pass(self, read: pl.Series, repeated: pl.Series) -> pl.Series:
        """Rows of a repeated hour below one that is much later by the same clock: the clock was put back between."""
        here = read.filter(repeated)
        so_far = here.cum_max()
        if self.latest is not None:
            so_far = pl.select(pl.max_horizontal(so_far, pl.lit(self.latest, pl.Datetime("us")))).to_series()
        back = (here < so_far - _BACK).cum_max()
        top = here.max()
        if isinstance(top, datetime):
            self.latest = max(top, self.latest or top)
        return _put(pl.repeat(False, read.len(), dtype=pl.Boolean, eager=True), repeated, back)

    def _count_repeated(self, second: int, every: int, zone: str) -> None:
        told = f"times in the hour that {zone} repeats as summer time ends, read as the first"
        self.counts[told] = self.counts.get(told, 0) + every - second
        if second:
            settled = f"times in the hour that {zone} repeats, read as the second as the rows' order shows"
            self.counts[settled] = self.counts.get(settled, 0) + second


def _minutes(text: str, sign: int) -> tzinfo | None:
    try:
        minutes = round(float(text))
    except (ValueError, OverflowError):
        return None
    return timezone(sign * timedelta(minutes=minutes)) if abs(minutes) <= 15 * 60 else None


def _put(column: pl.Series, where: pl.Series, values: pl.Series) -> pl.Series:
    """`values` in the places of `column` that are true in `where`."""
    places = where.arg_true()
    return column.scatter(places, values)


def epochs_of(texts: pl.Series, means: str) -> list[float | None]:
    """The moments (epoch seconds) that a clock column shows: epochs, or version-1 UUIDs (RFC 9562, section 5.1)."""
    if means == "uuid1":
        return [_uuid_epoch(text) for text in texts.to_list()]
    divisor = 1_000 if means == "epoch_ms" else 1
    return [None if value is None else value / divisor for value in texts.cast(pl.Float64, strict=False).to_list()]


def _uuid_epoch(text: str | None) -> float | None:
    from uuid import UUID

    try:
        uuid = UUID(text or "")
    except ValueError:
        return None
    if uuid.version != 1:
        return None
    begun = datetime(1582, 10, 15, tzinfo=UTC)
    return (begun + timedelta(microseconds=uuid.time // 10)).timestamp()
