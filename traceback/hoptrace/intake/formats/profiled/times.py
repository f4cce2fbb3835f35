"""Times as a profile says they are written, by expressions: read, with what the last digit stands for."""

from __future__ import annotations

import re

import polars as pl

from hoptrace.intake.formats.canonical.times import with_time
from hoptrace.intake.profiles.time_rules import EPOCHS, RFC3339

MINUTE = 60_000_000
_FIRST, _LAST = 946_684_800_000_000, 4_102_444_800_000_000  # the years 2000 to 2100, in microseconds
_FRACTION = re.compile(r"%\.\d?f|%[369]f|%f")


def read_times(text: pl.Series, formats: tuple[str, ...]) -> pl.DataFrame:
    """`read` (naive or, where `zoned`, UTC), `tick` (microseconds), `zoned`, `letters` (a zone in letters) of texts.

    The first format that fits counts. What none fits, or lies outside of the years 2000 to 2100, has no `read`.
    """
    found = _empty(text)
    for each in formats:
        open_ = found["read"].is_null() & text.is_not_null()
        if not open_.any():
            break
        every = bool(open_.all())
        told = _read(text if every else text.filter(open_), each)
        found = told if every else _filled(found, told, open_)
    return found


def _empty(text: pl.Series) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "read": pl.repeat(None, text.len(), dtype=pl.Datetime("us"), eager=True),
            "tick": pl.repeat(None, text.len(), dtype=pl.Int64, eager=True),
            "zoned": pl.repeat(False, text.len(), dtype=pl.Boolean, eager=True),
            "letters": pl.repeat(None, text.len(), dtype=pl.String, eager=True),
        }
    )


def _filled(found: pl.DataFrame, told: pl.DataFrame, open_: pl.Series) -> pl.DataFrame:
    """`told` put into the places of `found` that were open."""
    row = pl.int_range(found.height, eager=True)
    kept = found.filter(~open_).with_columns(row.filter(~open_).alias("at"))
    return pl.concat([kept, told.with_columns(row.filter(open_).alias("at"))]).sort("at").drop("at")


def _read(text: pl.Series, form: str) -> pl.DataFrame:
    if form in EPOCHS:
        return _epochs(text, EPOCHS[form])
    if form == RFC3339:
        return _rfc3339(text)
    return _formatted(text, form)


def _epochs(text: pl.Series, unit: int) -> pl.DataFrame:
    """Epochs; only plain digits, so that a date is never one."""
    frame, column = text.rename("text").to_frame(), pl.col("text")
    whole = column.str.extract(r"^([0-9]{1,19})(?:\.[0-9]+)?$", 1).cast(pl.Int64, strict=False)
    micros = whole * unit if unit else whole // 1_000
    tick = pl.lit(max(unit, 1), pl.Int64)
    if unit == EPOCHS["epoch"] and frame.select(column.str.contains(".", literal=True).any()).item():
        digits = column.str.extract(r"\.([0-9]{1,6})").fill_null("")
        micros = micros + digits.str.pad_end(6, "0").cast(pl.Int64)
        tick = pl.lit(10, pl.Int64).pow(6 - digits.str.len_bytes().cast(pl.Int64))
    sound = micros.is_between(_FIRST, _LAST)
    return frame.select(
        read=pl.when(sound).then(micros).cast(pl.Datetime("us")),
        tick=tick.cast(pl.Int64),
        zoned=sound.fill_null(value=False),
        letters=pl.lit(None, pl.String),
    )


def _rfc3339(text: pl.Series) -> pl.DataFrame:
    """RFC 3339 with a zone, or the same without one."""
    times = with_time(text.rename("text").to_frame(), "text")
    read: pl.Expr = pl.col("text_read").dt.replace_time_zone(None)
    zoned = read.is_not_null()
    if (times["text_shape"] == 1).any():
        plain = pl.col("text").str.replace(r"[Tt]", " ").str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False)
        read = pl.coalesce(read, pl.when(pl.col("text_shape") == 1).then(plain.cast(pl.Datetime("us"))))
    return _bounded(times.select(read=read, tick="text_tick", zoned=zoned, letters=pl.lit(None, pl.String)))


def _formatted(text: pl.Series, form: str) -> pl.DataFrame:
    frame = text.rename("text").to_frame().with_columns(letters=pl.lit(None, pl.String))
    if "%Z" in form:
        frame, form = _without_letters(frame, form)
    try:
        read = frame["text"].str.to_datetime(form, strict=False, time_unit="us")
    except pl.exceptions.PolarsError:
        return _empty(text)
    zoned = read.dtype == pl.Datetime("us", "UTC")
    read = read.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if zoned else read
    tick = pl.lit(1_000_000 if "%S" in form or "%T" in form else MINUTE, pl.Int64)
    if _FRACTION.search(form):
        digits = pl.col("text").str.extract(r":[0-9]{2}\.([0-9]{1,9})").fill_null("").str.len_bytes().cast(pl.Int64)
        tick = pl.lit(10, pl.Int64).pow(6 - digits.clip(0, 6))
    return _bounded(
        frame.select(
            read=read.cast(pl.Datetime("us")),
            tick=tick.cast(pl.Int64),
            zoned=pl.lit(zoned) & read.is_not_null(),
            letters=pl.col("letters"),
        )
    )


def _without_letters(frame: pl.DataFrame, form: str) -> tuple[pl.DataFrame, str]:
    """The word at the place of %Z apart from the rest, and the format of the rest."""
    words = form.split()
    at = next(place for place, word in enumerate(words) if "%Z" in word)
    divided = frame.select(words=pl.col("text").str.extract_all(r"\S+"))
    apart = divided.select(
        text=pl.concat_list(pl.col("words").list.slice(0, at), pl.col("words").list.slice(at + 1)).list.join(" "),
        letters=pl.col("words").list.get(at, null_on_oob=True),
    )
    return apart, " ".join(words[:at] + words[at + 1 :])


def _bounded(times: pl.DataFrame) -> pl.DataFrame:
    sound = pl.col("read").to_physical().is_between(_FIRST, _LAST)
    return times.with_columns(read=pl.when(sound).then(pl.col("read")))
