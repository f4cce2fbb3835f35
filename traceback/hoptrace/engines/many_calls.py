"""The calls of a file as columns, in the order of the lake: parts are cut from them without an object for each call."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import polars as pl

from hoptrace.engines.call_columns import read_columns
from hoptrace.engines.calls import (
    FEW,
    MINUTE,
    NO_SECONDS,
    OPTIONAL,
    REQUIRED,
    all_reported,
    moment,
    number_key,
    read_calls,
)
from hoptrace.errors import UsageError
from hoptrace.model.dialplan import DialPlan
from hoptrace.model.numbers import NumberKind, normalise_column
from hoptrace.model.verdicts import ReportedCall
from hoptrace.tracing.plain.answers import REPORTS, reports_of
from hoptrace.tracing.reported import Written

_FIELDS = tuple(field.name for field in fields(ReportedCall))

_READ = ("at", "called", "calling", "written")
"""What the time and the numbers of a call were read as: columns of REPORTS."""

CALLS = pl.Schema({"place": pl.Int64, **dict.fromkeys(_FIELDS, pl.String), **{name: REPORTS[name] for name in _READ}})
"""A row a call: its place in the file, the fields of a ReportedCall, and what its time and numbers were read as."""

_DAY = 86_400
_TIME = (
    r"^(?:19[7-9]|20[0-9])[0-9]-[0-9]{2}-[0-9]{2}[T ][0-2][0-9]:[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$"
)
"""Times as nearly all are written; `moment` reads every other spelling."""

_FRACTION = r"\.([0-9]+)"
"""The digits of a second's fraction, of which those behind the sixth are left out."""


def calls_by_lake(path: Path, home_country: str) -> pl.DataFrame:
    """The calls of a file (CALLS), by UTC day and called number as the lake is sorted.

    Raises InputRefused as `read_calls` does; that reads a file of few calls, or with something out of the ordinary.
    """
    calls = read_columns(path, REQUIRED, OPTIONAL)
    told = None if calls is None else _read(calls, home_country)
    if calls is None or told is None:
        read = read_calls(path, home_country)
        calls = pl.DataFrame([_cells(call) for call in read], dict.fromkeys(_FIELDS, pl.String), orient="row")
        told = reports_of(all_reported(read, home_country)).select(_READ)
    numbered = calls.with_columns(place=pl.int_range(pl.len(), dtype=pl.Int64)).hstack(told)
    return by_lake(numbered).select(CALLS.names())


def by_lake(calls: pl.DataFrame) -> pl.DataFrame:
    """Calls (`at`, `called`) by UTC day and called number, as the lake is sorted; else in their order."""
    return calls.sort(pl.col("at") // _DAY, "called", maintain_order=True)


def reported_calls(calls: pl.DataFrame) -> list[ReportedCall]:
    """Rows of CALLS as objects."""
    return [ReportedCall(*cells) for cells in calls.select(_FIELDS).iter_rows()]


def reports_in(calls: pl.DataFrame) -> pl.DataFrame:
    """Rows of CALLS in the kernel's form (REPORTS)."""
    return calls.select(*_READ, terminating="terminating_carrier").select(REPORTS.names())


def _cells(call: ReportedCall) -> tuple[str | None, ...]:
    return tuple(getattr(call, name) for name in _FIELDS)


def _read(calls: pl.DataFrame, home_country: str) -> pl.DataFrame | None:
    """What calls are read as (_READ); None where they are few, a call_ref stands twice, or a time or number is none."""
    if calls.height <= FEW or calls["call_ref"].is_duplicated().any():
        return None
    try:
        at, called = _moments(calls["start_time"]), _keys(calls["called_number"], home_country)
    except UsageError:
        return None
    return pl.DataFrame(
        [at, called, _callers(calls["calling_number"], home_country), _written(calls["start_time"], at)]
    )


def _moments(texts: pl.Series) -> pl.Series:
    """RFC 3339 times as epoch seconds (`at`), the same as `moment` of each; raises UsageError."""
    text = pl.col("text")
    local = text.str.slice(0, 10) + pl.lit("T") + text.str.slice(11, 8)
    offset = (text.str.slice(-5, 2).cast(pl.Int64, strict=False) * 60) + text.str.slice(-2).cast(pl.Int64, strict=False)
    sign = pl.when(text.str.slice(-6, 1) == "-").then(-60).otherwise(60)
    seconds = local.str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False, time_unit="ms").dt.epoch("s")
    ahead = pl.when(text.str.ends_with("Z")).then(0).otherwise(offset * sign)
    fraction = text.str.extract(_FRACTION).str.head(6).str.pad_end(6, "0").cast(pl.Int64).fill_null(0)
    usual = pl.when(text.str.contains(_TIME)).then((seconds - ahead) * 1_000_000 + fraction)
    micros = texts.alias("text").to_frame().select(usual).to_series()
    # By NumPy, which divides as Python does; Polars multiplies by the reciprocal.
    at = pl.Series("at", micros.fill_null(0).to_numpy() / 1e6)
    odd = micros.is_null().arg_true()
    return at.scatter(odd, [moment(each) for each in texts.gather(odd)]) if len(odd) else at


def _written(texts: pl.Series, at: pl.Series) -> pl.Series:
    """How times are written (`written`), the same as `hoptrace.engines.calls.written` of each."""
    full = np.flatnonzero(at.to_numpy() % MINUTE == 0)
    told = np.full(len(at), Written.SECONDS, np.int64)
    told[full] = np.where(texts.gather(full).str.contains(NO_SECONDS), Written.MINUTE, Written.FULL_MINUTE)
    return pl.Series("written", told)


def _keys(texts: pl.Series, home_country: str) -> pl.Series:
    """The keys of called numbers (`called`); raises UsageError."""
    read = normalise_column(texts, DialPlan(country=home_country))
    usual = pl.when(pl.col("kind") == str(NumberKind.E164)).then(pl.col("key"))
    keys = read.select(called=usual).to_series()
    if not keys.null_count():
        return keys
    odd = {text: number_key(text, home_country) for text in texts.filter(keys.is_null()).unique()}
    return keys.fill_null(texts.replace_strict(odd, default=None, return_dtype=pl.Int64))


def _callers(texts: pl.Series, home_country: str) -> pl.Series:
    """The keys of calling numbers (`calling`); null where one is masked or not told."""
    read = normalise_column(texts, DialPlan(country=home_country))
    return read.select(calling=pl.when(pl.col("kind") != str(NumberKind.MASKED)).then("key")).to_series()
