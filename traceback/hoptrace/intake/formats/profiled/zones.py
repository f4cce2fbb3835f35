"""Zone-less local times of a whole column become UTC; hours that a zone repeats are settled by the file's sequence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import polars as pl

from hoptrace.errors import UnknownTimezone
from hoptrace.intake.folds import Settled
from hoptrace.intake.profiles.time_rules import TimeRules
from hoptrace.intake.reading import ZONE_IN_FILE, Zone
from hoptrace.intake.zone_resolving import Resolved
from hoptrace.intake.zones import parse_zone, to_utc
from hoptrace.model.statements import TIME

_QUARTER, _HOUR = 900_000_000, 3_600_000_000
_NEAR, _SHARP = 60_000_000, 2_000_000
_SECOND_SHARE = 0.05


@dataclass(slots=True)
class Localiser:
    """Makes UTC of one file's times; asks for the file's zone only where a time has none of its own.

    `survey` reads the file's times ahead and settles those in the hours that a zone repeats; it is asked only where
    a start time lies in such an hour, as the rows behind it tell as much as those before.
    """

    rules: TimeRules
    ask: Callable[[], Resolved]
    survey: Callable[[str], Settled]
    resolved: Resolved | None = None
    settled: dict[str, Settled] = field(default_factory=dict[str, Settled])
    counts: dict[str, int] = field(default_factory=dict[str, int])
    hours: pl.DataFrame | None = None
    """`hours_apart` of the rows whose start times were read last."""
    later: pl.Series | None = None
    """By how many seconds the start times that were read last may be later; None where all are settled."""

    @property
    def zone(self) -> Zone:
        """The zone for the receipt."""
        if self.resolved is not None:
            return self.resolved.zone
        return ZONE_IN_FILE

    def utc(
        self, times: pl.DataFrame, zones: pl.Series, beside: pl.Series, epochs: pl.Series | None = None
    ) -> pl.Series:
        """UTC of `read_times`; `zones` are the texts of the rows' own zones.

        `beside`: of start times their row numbers (Int64), of later ones a time in UTC that they cannot lie before.
        `epochs`: of start times what the clock column says (seconds); it tells summer from winter where the zone was
        measured as one offset. Later times of the rows are then read as the start was.
        """
        read, zoned = times["read"], times["zoned"]
        if (zoned | read.is_null()).all():
            self.later = None if beside.dtype == pl.Int64 else self.later
            return read.dt.replace_time_zone("UTC").cast(TIME)
        utc = pl.select(pl.when(zoned).then(read.dt.replace_time_zone("UTC"))).to_series().cast(TIME)
        if beside.dtype == pl.Int64:
            self.later = None
            self.hours = None if epochs is None else hours_apart(read, epochs)
        for here, tz in self.local_zones(times, zones):
            if here.all():
                return self._local(read, tz, beside)
            utc = utc.zip_with(~here, self._local(read.zip_with(here, _nothing(read)), tz, beside))
        return utc

    def local_zones(self, times: pl.DataFrame, zones: pl.Series) -> Iterator[tuple[pl.Series, tzinfo]]:
        """Each zone with the rows whose local times are of it; raises TimezoneMissing where some have none."""
        own = times["letters"] if times["letters"].null_count() < times.height else zones
        read, zoned = times["read"], times["zoned"]
        given = own.is_not_null() & ~zoned
        for name in own.filter(given).unique().sort().to_list():
            tz = self._named(name)
            if tz is not None:
                yield (given & (own == name)).fill_null(value=False), tz
        plain = ~zoned & own.is_null() & read.is_not_null()
        if plain.any():
            yield plain, self._default()

    def flags(self) -> list[str]:
        """What the receipt should say of this file's times."""
        conflict = self.resolved.conflict if self.resolved is not None else None
        folds = [flag for settled in self.settled.values() for flag in settled.flags]
        moved = [f"{text}: {count:,}" for text, count in self.counts.items() if count]
        return [*([conflict] if conflict else []), *folds, *moved]

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

    def _local(self, read: pl.Series, tz: tzinfo, beside: pl.Series) -> pl.Series:
        if not isinstance(tz, ZoneInfo):
            offset = tz.utcoffset(None) or timedelta()
            utc = (read - offset).dt.replace_time_zone("UTC").cast(TIME)
            shown = self.resolved is not None and self.resolved.shown and tz is self.resolved.tz
            return _by_the_hour(utc, self.hours, offset) if shown and self.hours is not None else utc
        first = read.dt.replace_time_zone(tz.key, ambiguous="earliest", non_existent="null")
        last = read.dt.replace_time_zone(tz.key, ambiguous="latest", non_existent="null")
        utc = first.dt.convert_time_zone("UTC")
        repeated = (first != last).fill_null(value=False)
        if repeated.any():
            of_rows = beside.dtype == pl.Int64
            second = (utc < beside).fill_null(value=False)
            if of_rows:
                settled = self._passes(tz.key)
                second = beside.is_in(settled.filter("second")["row"].implode())
                known = beside.is_in(settled.filter(pl.col("second").is_not_null())["row"].implode())
                self._keep_open(repeated & ~known, (last.to_physical() - first.to_physical()) // 1_000_000)
            utc = utc.zip_with(~(repeated & second), last.dt.convert_time_zone("UTC"))
        lost = first.is_null() & read.is_not_null()
        if lost.any():
            moved = [to_utc(local, tz)[0] for local in read.filter(lost).to_list()]
            utc = _put(utc, lost, pl.Series(moved, dtype=pl.Datetime("us", "UTC")))
            told = f"times in the hour that {tz.key} leaves out as summer time begins, shifted"
            self.counts[told] = self.counts.get(told, 0) + len(moved)
        return utc.cast(TIME)

    def _passes(self, zone: str) -> pl.DataFrame:
        if zone not in self.settled:
            self.settled[zone] = self.survey(zone)
        return self.settled[zone].passes

    def _keep_open(self, here: pl.Series, later: pl.Series) -> None:
        if here.any():
            told = later.zip_with(here, pl.repeat(None, here.len(), dtype=later.dtype, eager=True))
            self.later = told if self.later is None else self.later.zip_with(~here, told)


def hours_apart(read: pl.Series, epochs: pl.Series) -> pl.DataFrame:
    """How far local times are ahead of epochs (seconds): `ahead` in whole quarters of an hour, and `sharp`.

    As `intake.zone_measuring.measure` has it; `sharp` where they are so to two seconds. Null where they are not near.
    """
    apart = read.to_physical().rename("apart").to_frame().with_columns(epochs=epochs)
    apart = apart.select(apart=pl.col("apart") - (pl.col("epochs") * 1e6).cast(pl.Int64, strict=False))
    ahead = (pl.col("apart") / _QUARTER).round().cast(pl.Int64) * _QUARTER
    off = (pl.col("apart") - ahead).abs()
    return apart.select(ahead=pl.when(off <= _NEAR).then(ahead), sharp=off <= _SHARP)


def _by_the_hour(utc: pl.Series, hours: pl.DataFrame, offset: timedelta) -> pl.Series:
    """UTC by the measured offset, but of rows whose epochs show an hour more or less by that.

    Epochs of ids may be of an earlier leg: what is not sharp counts only where a twentieth of the rows show the same.
    """
    more = pl.col("ahead") - offset // timedelta(microseconds=1)
    told = hours.select(more=pl.when(more.abs() == _HOUR).then(more).otherwise(0), sharp="sharp")
    often = [each for each in (-_HOUR, _HOUR) if (told["more"] == each).sum() >= _SECOND_SHARE * utc.len()]
    kept = told.select(pl.when(pl.col("sharp") | pl.col("more").is_in(often)).then("more").otherwise(0)).to_series()
    return (utc.to_physical() - kept.fill_null(0)).cast(TIME)


def _nothing(read: pl.Series) -> pl.Series:
    return pl.repeat(None, read.len(), dtype=read.dtype, eager=True)


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
