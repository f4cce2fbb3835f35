"""Rows of an Oracle / Acme Packet SBC become calls: start and interim rows go into the stop row of the same attempt.

By columns, but for the choice of each row's attempt, which goes from row to row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.intake.formats.acme_layout import Kind
from hoptrace.intake.formats.acme_lines import CODES
from hoptrace.intake.formats.acme_records import RECORDS
from hoptrace.intake.formats.clock_columns import micros_of, moment_of
from hoptrace.intake.formats.clock_times import ClockTimes
from hoptrace.model.arrays import Int64s
from hoptrace.model.statements import RAW_CALLS, TIME, StartBasis

_STOP = CODES.index(Kind.STOP)
_FACTS = {
    "precision": "tick",
    "calling_number": "calling",
    "called_number": "called",
    "egress_called_number": "final_number",
    "redirecting_number": "diversion",
    "release_code": "release",
    **{name: name for name in ("upstream", "downstream", "call_id", "egress_call_id", "attestation")},
}
"""Columns of RAW_CALLS, and those of RECORDS that they are."""


class Calls(NamedTuple):
    """`calls`: RECORDS, one a call, with what its rows say; `rows` and `numbers`: which call each row went into."""

    calls: pl.DataFrame
    rows: Int64s
    numbers: Int64s


def calls_of(records: pl.DataFrame) -> Calls:
    """The calls of RECORDS: one for each route attempt of a session, sessions in the order of their first rows."""
    stood = _in_sessions(records)
    owners = np.array(attempts_of(*(stood[name].to_list() for name in ("session_of", "stop", "egress_call_id"))), int)
    order = np.argsort(owners, kind="stable")
    owners, stood = owners[order], stood.select(RECORDS.names())[order]
    begins = np.flatnonzero(np.diff(owners, prepend=-1))
    numbers = np.cumsum(np.diff(owners, prepend=-1) != 0) - 1
    return Calls(_merged(stood, begins), stood["row"].to_numpy(), numbers)


def _in_sessions(records: pl.DataFrame) -> pl.DataFrame:
    """The rows by session: stop rows say most, then start rows; the answered ones last, and else the later ones.

    A session is known by the ingress Call-ID and the setup time's instant: a Call-ID that is used again for the next
    try of the same caller has another setup time. `session_of`: the place of its first row.
    """
    named = records.with_columns(
        name=pl.coalesce("call_id", "session", "generic"), at=pl.int_range(pl.len(), dtype=pl.Int64)
    )
    first = pl.when(pl.col("name").is_null()).then("at").otherwise(pl.col("at").min().over("name", "setup"))
    told = named.with_columns(session_of=first, stop=pl.col("kind") == _STOP)
    keys = ("row", pl.col("connect").is_not_null(), "kind", "session_of")
    order = np.lexsort([told.select(key).to_series().to_numpy() for key in keys])
    return told[order]


def attempts_of(sessions: Sequence[int], stops: Sequence[bool], egresses: Sequence[str | None]) -> list[int]:
    """Of each row the first row of its route attempt, of which there is one for each egress Call-ID that a row names.

    Rows stand by session and as `_in_sessions` has them. Those that name no egress Call-ID go into the attempt that was
    answered or else tried last. Several stop rows with the same egress Call-ID, or none, are attempts of their own.
    """
    owners: list[int] = []
    by_egress: dict[str, int] = {}
    unnamed: list[int] = []  # those without an egress Call-ID, the likeliest last
    session, last = -1, -1
    for row, (of, stop, egress) in enumerate(zip(sessions, stops, egresses, strict=True)):
        if of != session:
            session, last, by_egress, unnamed = of, -1, {}, []
        owner = -1
        if not stop:
            owner = last if egress is None else by_egress.get(egress, -1)
            if egress is not None and owner < 0 and unnamed:
                owner = unnamed.pop()
        if owner < 0:
            owner = last = row
            if egress is None:
                unnamed.append(row)
        owners.append(owner)
        if egress is not None:
            by_egress[egress] = owner
    return owners


def _merged(stood: pl.DataFrame, begins: Int64s) -> pl.DataFrame:
    """The first row of each attempt, with what it does not say from the others; attempts stand one after another."""
    firsts = stood[begins]
    if len(begins) == stood.height:
        return firsts
    ends = np.append(begins[1:], stood.height)
    lacking = [name for name in RECORDS if firsts[name].null_count()]
    return firsts.with_columns(_first_said(stood[name], begins, ends) for name in lacking)


def _first_said(column: pl.Series, begins: Int64s, ends: Int64s) -> pl.Series:
    """The first value that is not null from each begin on, before the end."""
    nowhere = column.len()
    places = np.where(column.is_not_null().to_numpy(), np.arange(nowhere), nowhere)
    said = np.minimum.accumulate(places[::-1])[::-1][begins]
    return column.gather(pl.Series(said).set(pl.Series(said >= ends), None))


def raw_calls(calls: pl.DataFrame, places: pl.DataFrame, times: ClockTimes) -> pl.DataFrame:
    """The calls in the schema RAW_CALLS; `places`: `file` and `row` of each; `times`: those by which they were read."""
    failed = pl.col("release").str.contains(r"^[3456]..$").fill_null(value=False)
    silent = pl.col("duration").fill_null(0) == 0
    # A failed call's answer time only repeats another of its times.
    answered = pl.when(~(failed & silent)).then("connect")
    never = (pl.col("kind") == _STOP) & answered.is_null() & silent
    told = {
        **{name: pl.col(column) for name, column in _FACTS.items()},
        "call": pl.int_range(pl.len()),
        "file": pl.lit(places["file"]),
        "row": pl.lit(places["row"]),
        "start_time": pl.col("setup").cast(TIME),
        "start_basis": pl.lit(StartBasis.RECEIVED.value),
        "answer_time": answered.cast(TIME),
        "end_time": pl.col("disconnect").cast(TIME),
        "duration": pl.when(never).then(0.0).otherwise("duration"),
        "may_be_later": pl.lit(_may_be_later(calls, times)),
        "record_id": _record_id(),
    }
    return calls.select(told.get(name, pl.lit(None)).cast(dtype).alias(name) for name, dtype in RAW_CALLS.items())


def _may_be_later(calls: pl.DataFrame, times: ClockTimes) -> pl.Series:
    later = pl.Series("may_be_later", [None], pl.Int32).new_from_index(0, calls.height)
    open_ = calls["setup"].is_in([micros_of(moment) for moment in times.open_moments]).arg_true()
    if open_.is_empty():
        return later
    told = calls[open_].select("setup", "connect", "disconnect").rows()
    moments = ([None if each is None else moment_of(each) for each in row] for row in told)
    return later.scatter(open_, [times.may_be_later(start, *others) for start, *others in moments if start is not None])


def _record_id() -> pl.Expr:
    session = pl.coalesce("session", "generic")
    either = session.is_not_null() | pl.col("sequence").is_not_null()
    return pl.when(either).then(pl.concat_str(session, "sequence", separator="/", ignore_nulls=True))
