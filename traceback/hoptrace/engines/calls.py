"""Reported calls: calls.csv read and checked, numbers and times brought into the kernel's form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from hoptrace.catalog.row_files import Row, read_rows
from hoptrace.errors import InputRefused, UsageError
from hoptrace.model.dialplan import DialPlan
from hoptrace.model.numbers import NumberKind, normalise, normalise_column
from hoptrace.model.times import read_time
from hoptrace.model.verdicts import ReportedCall
from hoptrace.tracing.reported import Reported, Written

REQUIRED = ("call_ref", "start_time", "called_number")
FEW = 50
"""Calls whose numbers are read one by one."""

MINUTE = 60
"""Seconds."""

NO_SECONDS = r"^[0-9-]+[Tt ][0-9]{2}(?::?[0-9]{2})?(?:[Zz]|[+-].*)$"
"""A time that is written without seconds, or without minutes."""

_FIRST_YEAR, _LAST_YEAR = 1970, 2100
OPTIONAL = ("calling_number", "terminating_carrier", "campaign")


def read_calls(path: Path, home_country: str) -> list[ReportedCall]:
    """The calls of a calls.csv (or .csv.gz, .csv.zst, .ndjson, .parquet), in its order.

    Raises InputRefused with file and line: a missing column or cell, a call_ref twice, a time without zone, a number
    that is none.
    """
    if path.is_dir():
        raise InputRefused(f"{path} is a directory. Name the file with the calls to trace.")
    rows, calls = list[Row](), list[ReportedCall]()
    seen: set[str] = set()
    for row in read_rows(path, REQUIRED, OPTIONAL):
        call = _call(row)
        if call.call_ref in seen:
            raise _refuse(row, f"call_ref {call.call_ref!r} appears twice; it must be unique.")
        seen.add(call.call_ref)
        rows.append(row)
        calls.append(call)
    _check(rows, calls, home_country)
    return calls


def reported(call: ReportedCall, home_country: str) -> Reported:
    """A reported call in the kernel's form; raises UsageError where time or number cannot be used."""
    return all_reported([call], home_country)[0]


def all_reported(calls: Sequence[ReportedCall], home_country: str) -> list[Reported]:
    """Reported calls in the kernel's form, in order; raises UsageError as `reported` does, of the first bad one."""
    called = _read(calls, "called_number", home_country)
    calling = _read(calls, "calling_number", home_country)
    return [
        Reported(
            at=moment(call.start_time),
            called=key if kind is NumberKind.E164 and key is not None else number_key(call.called_number, home_country),
            calling=caller if kind_of is not NumberKind.MASKED else None,
            terminating=call.terminating_carrier,
            written=written(call.start_time),
        )
        for call, (key, kind), (caller, kind_of) in zip(calls, called, calling, strict=True)
    ]


def _read(calls: Sequence[ReportedCall], name: str, home_country: str) -> list[tuple[int | None, NumberKind]]:
    """The key and kind of a number of each call; of a few calls one by one, which loads fewer numbering plans."""
    plan = DialPlan(country=home_country)
    texts: list[str | None] = [getattr(call, name) for call in calls]
    if len(texts) <= FEW:
        numbers = [normalise(text, plan) for text in texts]
        return [(number.key, number.kind) for number in numbers]
    read = normalise_column(pl.Series(texts, dtype=pl.String), plan)
    kinds = {str(kind): kind for kind in NumberKind}
    return [(key, kinds[kind]) for key, kind in read.select("key", "kind").iter_rows()]


def _check(rows: Sequence[Row], calls: Sequence[ReportedCall], home_country: str) -> None:
    """Raises InputRefused at the first row whose time or number cannot be used."""
    try:
        all_reported(calls, home_country)
    except UsageError:
        for row, call in zip(rows, calls, strict=True):
            try:
                reported(call, home_country)
            except UsageError as error:
                raise _refuse(row, str(error)) from error


def number_key(text: str, home_country: str) -> int:
    """The key of a telephone number that somebody asks about; raises UsageError where it is none."""
    number = normalise(text, DialPlan(country=home_country))
    if number.kind is not NumberKind.E164 or number.key is None:
        raise UsageError(f"{text!r} is not a telephone number. Write it with its country code, such as +12025550143.")
    return number.key


def moment(text: str) -> float:
    """Epoch seconds of an RFC 3339 time; raises UsageError where it is none or has no zone."""
    try:
        time = read_time(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a time. Write it as 2026-11-02T14:30:00-05:00.") from None
    if not _FIRST_YEAR <= time.year <= _LAST_YEAR:
        raise UsageError(f"The time {text!r} is not between the years {_FIRST_YEAR} and {_LAST_YEAR}.")
    if time.tzinfo is None:
        raise UsageError(f"The time {text!r} has no time zone. Write {text}Z (UTC) or an offset, {text}-05:00.")
    return time.timestamp()


def written(text: str) -> Written:
    """How an RFC 3339 time is written; one without seconds may be read too."""
    if moment(text) % MINUTE:
        return Written.SECONDS
    return Written.MINUTE if re.match(NO_SECONDS, text) else Written.FULL_MINUTE


def _call(row: Row) -> ReportedCall:
    for name in REQUIRED:
        if name not in row.cells:
            raise _refuse(row, f"{name} is empty.")
    return ReportedCall(**{name: row.cells.get(name) for name in (*REQUIRED, *OPTIONAL)})  # type: ignore[arg-type]


def _refuse(row: Row, problem: str) -> InputRefused:
    return InputRefused(f"{row.where}: {problem} Nothing was traced; correct the file and try again.")
