"""Rows of an Oracle / Acme Packet SBC become calls: start and interim rows go into the stop row of the same attempt.

By columns, but for the choice of each row's attempt, which goes from row to row.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.intake.formats.acme.layout import Kind
from hoptrace.intake.formats.acme.lines import CODES
from hoptrace.intake.formats.acme.records import FAILED, RECORDS
from hoptrace.intake.formats.clocks.columns import micros_of, moment_of
from hoptrace.intake.formats.clocks.times import ClockTimes
from hoptrace.model.arrays import Int64s, Truths
from hoptrace.model.statements import RAW_CALLS, TIME, StartBasis

_STOP = CODES.index(Kind.STOP)
_NAME = pl.coalesce("call_id", "session", "generic").alias("name")
_ANSWERED = pl.col("connect").is_not_null().alias("answered")
_SAYS_NOTHING = pl.DataFrame([[None] for _ in RECORDS], RECORDS)
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
    stood, sessions = _in_sessions(records)
    stops = (stood["kind"].to_numpy() == _STOP).tolist()
    owners = np.array(attempts_of(sessions, stops, stood["egress_call_id"].to_list()), int)
    order = np.argsort(owners, kind="stable")
    owners, stood = owners[order], stood[order]
    begins = np.flatnonzero(np.diff(owners, prepend=-1))
    numbers = np.cumsum(np.diff(owners, prepend=-1) != 0) - 1
    return Calls(_merged(stood, begins), stood["row"].to_numpy(), numbers)


def _in_sessions(records: pl.DataFrame) -> tuple[pl.DataFrame, list[int]]:
    """The rows by session: stop rows say most, then start rows; the answered ones last, and else the later ones.

    A session is known by the ingress Call-ID and the setup time's instant: a Call-ID that is used again for the next
    try of the same caller has another setup time. Beside them of each row the place of its session's first one.
    """
    told = records.select(_NAME, _ANSWERED)
    firsts = dict[tuple[str, int], int]()
    named = enumerate(zip(told["name"].to_list(), records["setup"].to_list(), strict=True))
    sessions = np.array([at if key[0] is None else firsts.setdefault(key, at) for at, key in named], np.int64)
    order = np.lexsort([*(each.to_numpy() for each in (records["row"], told["answered"], records["kind"])), sessions])
    return records[order], sessions[order].tolist()


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
    lacking = [name for name in RECORDS if stood[name].null_count() < stood.height and firsts[name].null_count()]
    if not lacking:
        return firsts
    said = stood.select(pl.col(lacking).is_not_null())
    ended = stood.vstack(_SAYS_NOTHING)
    filled = {name: ended[name][_first_said(said[name].to_numpy(), begins, ends)] for name in lacking}
    return pl.DataFrame({name: filled.get(name, firsts[name]) for name in RECORDS})


def _first_said(said: Truths, begins: Int64s, ends: Int64s) -> Int64s:
    """The first place from each begin on, before the end, where something is said; else the one behind the last."""
    nowhere = len(said)
    places = np.where(said, np.arange(nowhere), nowhere)
    first = np.minimum.accumulate(places[::-1])[::-1][begins]
    return np.where(first < ends, first, nowhere)


def raw_calls(calls: pl.DataFrame, files: pl.Series, rows: pl.Series, times: ClockTimes) -> pl.DataFrame:
    """The calls in the schema RAW_CALLS; `files` and `rows`: their places; `times`: those by which they were read."""
    beside = {"file": files, "row": rows, "may_be_later": _may_be_later(calls, times)}
    return pl.DataFrame(calls.to_dict() | beside).select(_raw_columns())


@cache
def _raw_columns() -> list[pl.Expr]:
    """RAW_CALLS of RECORDS that have the places of calls beside them, and by how much their times may be later."""
    failed = pl.col("release").str.contains(FAILED).fill_null(value=False)
    silent = pl.col("duration").fill_null(0) == 0
    # A failed call's answer time only repeats another of its times.
    answered = pl.when(~(failed & silent)).then("connect")
    never = (pl.col("kind") == _STOP) & answered.is_null() & silent
    told = {
        **{name: pl.col(column) for name, column in _FACTS.items()},
        "call": pl.int_range(pl.len()),
        **{name: pl.col(name) for name in ("file", "row", "may_be_later")},
        "start_time": pl.col("setup").cast(TIME),
        "start_basis": pl.lit(StartBasis.RECEIVED.value),
        "answer_time": answered.cast(TIME),
        "end_time": pl.col("disconnect").cast(TIME),
        "duration": pl.when(never).then(0.0).otherwise("duration"),
        "record_id": _record_id(),
    }
    return [told.get(name, pl.lit(None)).cast(dtype).alias(name) for name, dtype in RAW_CALLS.items()]


def _may_be_later(calls: pl.DataFrame, times: ClockTimes) -> pl.Series:
    later = pl.Series("may_be_later", [None], pl.Int32).new_from_index(0, calls.height)
    moments = [micros_of(moment) for moment in times.open_moments]
    open_ = np.flatnonzero(np.isin(calls["setup"].to_numpy(), np.array(moments, np.int64)))
    if not len(open_):
        return later
    told = calls[open_].select("setup", "connect", "disconnect").rows()
    read = ([None if each is None else moment_of(each) for each in row] for row in told)
    return later.scatter(open_, [times.may_be_later(start, *others) for start, *others in read if start is not None])


def _record_id() -> pl.Expr:
    session = pl.coalesce("session", "generic")
    either = session.is_not_null() | pl.col("sequence").is_not_null()
    return pl.when(either).then(pl.concat_str(session, "sequence", separator="/", ignore_nulls=True))
