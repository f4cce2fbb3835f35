"""Members: the statements that may belong to a call, one row a call and statement, on one common clock.

Everything that the kernel compares is brought here into the form in which it can be compared: seconds on the network's
common clock (the carrier's clock offset taken off), numbers as keys, Call-IDs and origids as 64-bit hashes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from hoptrace.linking.call_ids import with_call_id_keys, without_base64
from hoptrace.linking.learned import Learned, Timing, timing
from hoptrace.linking.legs import with_legs
from hoptrace.model.arrays import Floats, Int64s
from hoptrace.model.columns import MICROSECOND, Columns, unknown, where_true
from hoptrace.model.frames import changed, equals, rows_at, without
from hoptrace.model.statements import StartBasis

MOST_MEMBERS = 400
"""Statements of one call that are looked at, nearest in time first."""

WANTED = pl.Schema({"call": pl.Int64, "key": pl.Int64, "at": pl.Float64, "window": pl.Float64})
"""What a call asks for: a called number's key around `at` (epoch seconds, common clock), `window` s either way."""


_NOTHING = WANTED.to_frame()
NONE: Int64s = np.empty(0, dtype=np.int64)


def nothing_wanted() -> pl.DataFrame:
    """No rows in the WANTED schema; to make such a frame takes as long as a query."""
    return _NOTHING.clone()


def comparable(statements: pl.DataFrame, learned: Learned) -> pl.DataFrame:
    """Statements in the form in which they are compared; `sid` is the row's number in `statements`.

    `setup`: when the INVITE came (null where the carrier stamps only the final answer); `answer`, `final` (answer of an
    answered call, release of a failed one), all in seconds on the common clock; `tick`: seconds that one tick lasts.
    `offset` is what was taken off the written start; `handed_on`: it went out over a trunk that nobody listed.
    Of statements read at a later time than is written (`later`, see `clocks.repeated_hours`) `repeated` says so.
    """
    keyed = with_call_id_keys(without_base64(statements))
    told = Columns(keyed)
    twice = "later" in keyed.columns
    repeated = keyed["repeated"] if twice else unknown("repeated", pl.String, keyed.height)
    added = [*_written(keyed, told), *_timed(told, timing(keyed, learned), twice=twice), repeated]
    rest = without(keyed, ("later", "repeated")) if twice else keyed
    frame = rest.hstack(added).insert_column(0, pl.Series("sid", np.arange(keyed.height)))
    # Who names a neighbour that handed it the call does not say that its own customer placed it.
    customer = where_true(~told.known("upstream"), keyed["customer"])
    return changed(frame, customer)


def _written(keyed: pl.DataFrame, told: Columns) -> Iterator[pl.Series]:
    """What else is compared of what a statement says."""
    for name, went, came in (("sent", "egress_called", "called"), ("sent_calling", "egress_calling", "calling")):
        yield where_true(told.known(went), keyed[went], keyed[came]).alias(name)
    yield pl.Series("has_sent_cid", told.known("egress_call_id"))
    yield from (_hashed(keyed[name]).alias(key) for name, key in (("orig_id", "oid"), ("signer", "signed_by")))
    yield pl.Series("handed_on", ~told.known("downstream") & told.known("downstream_trunk"))


def _hashed(texts: pl.Series) -> pl.Series:
    """Texts as 64-bit hashes; what is unknown stays unknown (polars hashes null to a number)."""
    if texts.null_count() == texts.len():
        return unknown(texts.name, pl.UInt64, texts.len())
    return texts.hash().zip_with(texts == texts, unknown("", pl.UInt64, 1))  # noqa: PLR0124  # null is not


def _timed(told: Columns, read: Timing, *, twice: bool) -> Iterator[pl.Series]:
    """A statement's times, in seconds on the common clock, and how they are read."""
    later = np.nan_to_num(told.floats("later")) if twice else np.float64(0.0)
    offset = read.offset - later
    start = told.moments("start_time") - offset
    answer, end = (_later_time(told, name, offset, later) for name in ("answer_time", "end_time"))
    precision = told.floats("precision")
    tick = np.fmax(np.where(np.isnan(precision), 1e6, precision) * MICROSECOND, read.cut)
    # Who writes the answer time as start time does so for calls that were answered; others arrived when they started.
    answered, received = told.says("outcome", "answered"), told.says("start_basis", StartBasis.RECEIVED)
    of_answer = read.start_is_answer & answered
    ended = told.known("outcome") & ~told.says("outcome", "unknown")
    arrived = received & ~of_answer & (ended | ~read.start_is_answer)
    final = (told.known("start_basis") & ~received) | of_answer
    first = np.where(final, start, np.nan)
    columns = {
        "offset": offset,
        "spread": read.spread,
        "start": start,
        "answer": np.where(answered & final & np.isnan(answer), start, answer),
        "end": end,
        "tick": tick,
        "setup": np.where(arrived, start, np.nan),
        "final": _first_known(np.where(answered, answer, end), first),
    }
    return (pl.Series(name, column, nan_to_null=True) for name, column in columns.items())


def _first_known(one: Floats, other: Floats) -> Floats:
    return np.where(np.isnan(one), other, one)


def _later_time(told: Columns, name: str, offset: Floats, later: Floats | np.float64) -> Floats:
    """Answer or end; of a statement that is read later than written one that lies behind the repeated hour stays."""
    at = told.moments(name)
    since = np.rint((at - told.moments("start_time")) * 1e6)
    once = (later > 0) & (since >= later * 1e6)
    return at - offset - np.where(once, later, 0.0)


KEPT = (
    "sid",
    "carrier",
    "called",
    "sent",
    "egress_called",
    "calling",
    "sent_calling",
    "upstream",
    "downstream",
    "customer",
    "cid",
    "sent_cid",
    "has_sent_cid",
    "oid",
    "signed_by",
    "attestation",
    "start",
    "offset",
    "setup",
    "answer",
    "end",
    "final",
    "duration",
    "tick",
    "spread",
    "outcome",
    "release_code",
    "handed_on",
)
"""The columns of a member that the kernel reads, beside `call`."""


def members_of(wanted: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """The statements of each call: `call`, the KEPT columns and `leg`, sorted, each statement once a call.

    `wanted` in the WANTED schema; `facts` from `comparable`, their `sid`s one after the other. A statement is found by
    the called number before and after forwarding.
    """
    calls, rows = _found(wanted, facts)
    return with_legs(rows_at(facts[[*KEPT, "downstream_trunk"]], rows).insert_column(0, pl.Series("call", calls)))


def _found(wanted: pl.DataFrame, facts: pl.DataFrame) -> tuple[Int64s, Int64s]:
    """The calls and the rows of their statements, in order."""
    told = Columns(facts)
    ways = [_meeting(wanted, facts, name) for name in ("called", "egress_called") if told.known(name).any()]
    asked, rows = (np.concatenate([NONE, *side]) for side in zip(*ways, strict=True)) if ways else (NONE, NONE)
    calls = wanted["call"].to_numpy()[asked]
    away = np.abs(told.floats("start")[rows] - wanted["at"].to_numpy()[asked])
    within = away <= wanted["window"].to_numpy()[asked]
    calls, rows, away = calls[within], rows[within], away[within]
    places = calls * facts.height + rows
    if not (np.diff(places) > 0).all():
        # A statement that is found by two numbers, or around two moments, counts where it is nearest.
        order = np.lexsort((away, places))
        once = order[np.diff(places[order], prepend=-1) > 0]
        calls, rows, away = calls[once], rows[once], away[once]
    return _nearest(calls, rows, away)


def _meeting(wanted: pl.DataFrame, facts: pl.DataFrame, name: str) -> tuple[Int64s, Int64s]:
    """The rows of what is wanted and of the statements that have its number in a column."""
    (asked, keys), (rows, numbers) = _numbers(wanted["key"]), _numbers(facts[name])
    one, other = equals(keys, numbers)
    return asked[one], rows[other]


def _numbers(column: pl.Series) -> tuple[Int64s, Int64s]:
    """The rows in which a number is told, and the numbers."""
    if not column.null_count():
        return np.arange(column.len()), column.to_numpy()
    known = Columns(column.to_frame()).known(column.name)
    return np.flatnonzero(known), column.filter(pl.Series(known)).to_numpy()


def _nearest(calls: Int64s, rows: Int64s, away: Floats) -> tuple[Int64s, Int64s]:
    """Of a number that is called all the time only the MOST_MEMBERS nearest statements, in the order given."""
    if np.bincount(calls, minlength=1).max() <= MOST_MEMBERS:
        return calls, rows
    order = np.lexsort((rows, away, calls))
    rank = np.empty(calls.size, np.int64)
    rank[order] = np.arange(calls.size) - np.searchsorted(calls, calls)
    return calls[rank < MOST_MEMBERS], rows[rank < MOST_MEMBERS]
