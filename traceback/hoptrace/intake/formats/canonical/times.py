"""Times of canonical rows (RFC 3339, section 5.6) by expressions: UTC microseconds, and what the last digit is."""

from __future__ import annotations

import polars as pl

from hoptrace.intake.formats.canonical.stamps import read_stamps
from hoptrace.model.statements import TIME

_CLOCK = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
_OFFSET = r"(?:Z|[+-](?:0[0-9]|1[0-5]):?[0-5][0-9])$"
_UTC_TIME = _CLOCK + "Z$"
_WHOLE_SECONDS = len("2026-11-24T02:03:04Z")
_DIGITS = 6
_SHAPE = pl.Int32


def with_time(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Adds `<name>_read` (UTC), `<name>_tick` (microseconds that its last digit stands for) and `<name>_shape`.

    T and Z in either case, or a space for the T. `shape`: 0 no time, 1 no zone, 2 sound, null where nothing is written.
    Times in UTC with the same number of digits throughout are read at once, the others one way for all spellings.
    """
    text = frame[name].rename("text")
    length = _usual_length(text)
    stamps = None if length is None else read_stamps(text, length)
    if length is None:
        times = read_any(text)
    elif stamps is not None:
        times = _sound(stamps, _digits(length))
    else:
        alike = (text.str.len_bytes() == length) & text.str.contains(_UTC_TIME)
        times = read_alike(text, length) if alike.all() else _mixed(text, alike, length)
    return frame.hstack(times.rename(lambda column: f"{name}_{column}"))


def read_alike(text: pl.Series, length: int) -> pl.DataFrame:
    """`read`, `tick`, `shape` of spellings with Z and `length` bytes, all with the same number of digits."""
    column = pl.col("text")
    digits = _digits(length)
    kept = min(digits, _DIGITS)
    read = column.str.slice(0, 19).str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False, time_unit="us")
    if digits:
        micros = column.str.slice(_WHOLE_SECONDS, kept).cast(pl.Int64) * 10 ** (_DIGITS - kept)
        read = (read.to_physical() + micros).cast(pl.Datetime("us"))
    times = text.to_frame().select(
        read=read.dt.replace_time_zone("UTC"),
        tick=pl.lit(10 ** (_DIGITS - kept), pl.Int64),
        shape=pl.when(column.is_not_null()).then(pl.lit(2, _SHAPE)),
    )
    if times["read"].null_count() == text.null_count():
        return times
    lost = pl.col("read").is_null() & pl.col("shape").is_not_null()
    return times.with_columns(shape=pl.when(lost).then(pl.lit(0, _SHAPE)).otherwise("shape"))


def _digits(length: int) -> int:
    """How many digits stand behind the point of a time of so many bytes."""
    return max(length - _WHOLE_SECONDS - 1, 0)


def _sound(stamps: pl.Series, digits: int) -> pl.DataFrame:
    """`read`, `tick`, `shape` of times that were read as microseconds (null: nothing is written)."""
    read = stamps.cast(TIME).alias("read")
    sound = pl.lit(2, _SHAPE)
    # What is the same in all rows stays one value.
    return read.to_frame().with_columns(
        tick=pl.lit(10 ** (_DIGITS - min(digits, _DIGITS)), pl.Int64),
        shape=pl.when(pl.col("read").is_not_null()).then(sound) if read.null_count() else sound,
    )


def read_any(text: pl.Series) -> pl.DataFrame:
    """`read`, `tick`, `shape` of every spelling."""
    frame, column = text.to_frame(), pl.col("text")
    if frame.select(column.str.contains("[tz ]").any()).item():
        column = column.str.to_uppercase().str.replace(" ", "T", literal=True)
    if frame.select(column.str.ends_with("Z").all()).item():
        offset = pl.lit(0, pl.Int64)
    else:
        signed = column.str.extract(r"([+-][0-9]{2}:?[0-9]{2})$").str.replace(":", "", literal=True).cast(pl.Int64)
        minutes = (signed.abs() // 100 * 60 + signed.abs() % 100) * signed.sign()
        offset = pl.when(column.str.ends_with("Z")).then(0).otherwise(minutes)
    digits = pl.lit("")
    if frame.select(column.str.contains(".", literal=True).any()).item():
        digits = column.str.extract(r"\.([0-9]{1,9})").fill_null("")
    micros = digits.str.pad_end(_DIGITS, "0").str.slice(0, _DIGITS).cast(pl.Int64)
    clock = column.str.slice(0, 19).str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False, time_unit="us")
    sound, zoneless = column.str.contains(_CLOCK + _OFFSET), column.str.contains(_CLOCK + "$")
    shape = pl.when(clock.is_null()).then(0).when(sound).then(2).when(zoneless).then(1).otherwise(0)
    read = clock + pl.duration(microseconds=micros) - pl.duration(minutes=offset)
    tick = pl.lit(10, pl.Int64).pow(_DIGITS - digits.str.len_bytes().cast(pl.Int64).clip(0, _DIGITS))
    return frame.select(
        read=pl.when(shape == 2).then(read.dt.replace_time_zone("UTC")).cast(TIME),
        tick=tick.cast(pl.Int64),
        shape=pl.when(column.is_not_null()).then(shape).cast(_SHAPE),
    )


def _usual_length(text: pl.Series) -> int | None:
    """The length in bytes of the first time that is written with a Z, which most others have too."""
    first = text.first(ignore_nulls=True)
    return len(first.encode()) if isinstance(first, str) and first.endswith("Z") else None


def _mixed(text: pl.Series, alike: pl.Series, length: int) -> pl.DataFrame:
    """Those that are alike, and apart from them the others."""
    plain = alike.fill_null(value=True)
    row = pl.int_range(text.len(), eager=True).alias("row")
    usual = read_alike(text.filter(plain), length).with_columns(row.filter(plain))
    others = read_any(text.filter(~plain)).with_columns(row.filter(~plain))
    return pl.concat([usual, others]).sort("row").drop("row")
