"""The calls of a file as columns, in the order of the lake: parts are cut from them without an object for each call."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import polars as pl

from hoptrace.engines.call_columns import read_columns
from hoptrace.engines.calls import FEW, OPTIONAL, REQUIRED, all_reported, moment, number_key, read_calls
from hoptrace.errors import UsageError
from hoptrace.model.dialplan import DialPlan
from hoptrace.model.numbers import NumberKind, normalise_column
from hoptrace.model.verdicts import ReportedCall

_FIELDS = tuple(field.name for field in fields(ReportedCall))

CALLS = pl.Schema({"place": pl.Int64, **dict.fromkeys(_FIELDS, pl.String)})
"""A row a call: its place in the file, and the fields of a ReportedCall."""

_WHERE = pl.Schema({"day": pl.Int64, "key": pl.Int64})
"""Where a call lies in the lake: its UTC day since 1970, and the called number."""

_DAY = 86_400
_TIME = (
    r"^(?:19[7-9]|20[0-9])[0-9]-[0-9]{2}-[0-9]{2}[T ][0-2][0-9]:[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$"
)
"""Times as nearly all are written; `moment` reads every other spelling."""


def calls_by_lake(path: Path, home_country: str) -> pl.DataFrame:
    """The calls of a file (CALLS), by UTC day and called number as the lake is sorted.

    Raises InputRefused as `read_calls` does; that reads a file of few calls, or with something out of the ordinary.
    """
    calls = read_columns(path, REQUIRED, OPTIONAL)
    where = None if calls is None else _where(calls, home_country)
    if calls is None or where is None:
        read = read_calls(path, home_country)
        calls = pl.DataFrame([_cells(call) for call in read], dict.fromkeys(_FIELDS, pl.String), orient="row")
        told = all_reported(read, home_country)
        where = pl.DataFrame([(int(one.at // _DAY), one.called) for one in told], _WHERE, orient="row")
    numbered = calls.with_columns(place=pl.int_range(pl.len(), dtype=pl.Int64))
    return numbered.hstack(where).sort("day", "key", "place").select(CALLS.names())


def reported_calls(calls: pl.DataFrame) -> list[ReportedCall]:
    """Rows of CALLS as objects."""
    return [ReportedCall(*cells) for cells in calls.select(_FIELDS).iter_rows()]


def _cells(call: ReportedCall) -> tuple[str | None, ...]:
    return tuple(getattr(call, name) for name in _FIELDS)


def _where(calls: pl.DataFrame, home_country: str) -> pl.DataFrame | None:
    """Where calls lie (_WHERE); None where they are few, a call_ref stands twice, or a time or number is none."""
    if calls.height <= FEW or calls["call_ref"].is_duplicated().any():
        return None
    try:
        return pl.DataFrame([_days(calls["start_time"]), _keys(calls["called_number"], home_country)])
    except UsageError:
        return None


def _days(texts: pl.Series) -> pl.Series:
    """The UTC days of RFC 3339 times; raises UsageError."""
    text = pl.col("text")
    local = text.str.slice(0, 10) + pl.lit("T") + text.str.slice(11, 8)
    offset = (text.str.slice(-5, 2).cast(pl.Int64, strict=False) * 60) + text.str.slice(-2).cast(pl.Int64, strict=False)
    sign = pl.when(text.str.slice(-6, 1) == "-").then(-60).otherwise(60)
    seconds = local.str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False, time_unit="ms").dt.epoch("s")
    ahead = pl.when(text.str.ends_with("Z")).then(0).otherwise(offset * sign)
    usual = pl.when(text.str.contains(_TIME)).then((seconds - ahead).floordiv(_DAY))
    read = texts.alias("text").to_frame().select("text", day=usual)
    odd = read.filter(pl.col("day").is_null())["text"].unique()
    if odd.is_empty():
        return read["day"]
    days = pl.DataFrame({"text": odd, "other": [int(moment(each) // _DAY) for each in odd]})
    joined = read.join(days, on="text", how="left", maintain_order="left")
    return joined.select(day=pl.coalesce("day", "other")).to_series()


def _keys(texts: pl.Series, home_country: str) -> pl.Series:
    """The keys of called numbers; raises UsageError."""
    read = normalise_column(texts, DialPlan(country=home_country))
    usual = pl.when(pl.col("kind") == str(NumberKind.E164)).then(pl.col("key"))
    keys = read.select(key=usual).to_series()
    if not keys.null_count():
        return keys
    odd = {text: number_key(text, home_country) for text in texts.filter(keys.is_null()).unique()}
    return keys.fill_null(texts.replace_strict(odd, default=None, return_dtype=pl.Int64))
