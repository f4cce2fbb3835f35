"""What a profile's fields say of the sequence of a file's rows, where some lie in an hour that a zone repeats."""

from __future__ import annotations

from datetime import timedelta, tzinfo
from zoneinfo import ZoneInfo

import polars as pl

from hoptrace.intake.folds import FOLD_ROWS, LOCAL, near_folds
from hoptrace.intake.formats.profiled.durations import seconds
from hoptrace.intake.formats.profiled.fields import CLOCK, ZONE
from hoptrace.intake.formats.profiled.plan import Kind
from hoptrace.intake.formats.profiled.times import read_times
from hoptrace.intake.formats.profiled.zones import Localiser, epochs_of
from hoptrace.intake.profiles.column_rules import Unit
from hoptrace.model.statements import TIME


def fold_rows(fields: pl.DataFrame, kind: Kind, localiser: Localiser, zone: str) -> pl.DataFrame:
    """The FOLD_ROWS of one kind's fields that are near an hour that `zone` repeats; other zones' times are `known`."""
    formats = localiser.rules.formats
    times = read_times(fields["start_time"], formats)
    unit = kind.fields["duration"][0].unit if "duration" in kind.fields else None
    local = pl.repeat(None, fields.height, dtype=LOCAL, eager=True)
    known = times.select(pl.when("zoned").then(pl.col("read").dt.replace_time_zone("UTC")).cast(TIME)).to_series()
    for here, tz in localiser.local_zones(times, fields[ZONE]):
        if isinstance(tz, ZoneInfo) and tz.key == zone:
            local = times["read"].zip_with(here, local)
        else:
            known = _in_zone(times["read"], tz).zip_with(here, known)
    told = fields.select(
        "row",
        local=local,
        answer=_local(fields, kind, "answer_time", formats),
        end=_local(fields, kind, "end_time", formats),
        talk=seconds(pl.col("duration"), unit or Unit.SECONDS),
        known=known,
        epoch=pl.lit(None, pl.Float64),
        id=pl.col("record_id").cast(pl.Int64, strict=False),
    )
    timed = told.cast(FOLD_ROWS).filter(pl.any_horizontal(pl.col("local", "known").is_not_null()))
    return _with_epochs(near_folds(timed, zone), fields, localiser)


def _with_epochs(near: pl.DataFrame, fields: pl.DataFrame, localiser: Localiser) -> pl.DataFrame:
    """The rows with what the profile's clock column says."""
    clock = localiser.rules.clock
    if clock is None or near.is_empty():
        return near
    texts = near.select("row").join(fields.select("row", CLOCK), on="row", how="left", maintain_order="left")[CLOCK]
    return near.with_columns(epoch=pl.Series(epochs_of(texts, clock.means), dtype=pl.Float64))


def _local(fields: pl.DataFrame, kind: Kind, name: str, formats: tuple[str, ...]) -> pl.Series:
    """A later time as it is written, where it is written without a zone."""
    if name not in kind.fields or kind.fields[name][0].after is not None:
        return pl.repeat(None, fields.height, dtype=LOCAL, eager=True)
    return read_times(fields[name], formats).select(pl.when(~pl.col("zoned")).then("read")).to_series()


def _in_zone(read: pl.Series, tz: tzinfo) -> pl.Series:
    """Local times of another zone as UTC, as far as they have one instant only."""
    if not isinstance(tz, ZoneInfo):
        return (read - (tz.utcoffset(None) or timedelta())).dt.replace_time_zone("UTC").cast(TIME)
    there = read.dt.replace_time_zone(tz.key, ambiguous="null", non_existent="null")
    return there.dt.convert_time_zone("UTC").cast(TIME)
