"""Members: the statements that may belong to a call, one row a call and statement, on one common clock.

Everything that the kernel compares is brought here into the form in which it can be compared: seconds on the network's
common clock (the carrier's clock offset taken off), numbers as keys, Call-IDs and origids as 64-bit hashes.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from hoptrace.linking.call_ids import with_call_id_keys, without_base64
from hoptrace.linking.learned import Learned, with_clocks
from hoptrace.linking.legs import with_legs
from hoptrace.model.frames import rows_at, without
from hoptrace.model.statements import StartBasis

MOST_MEMBERS = 400
"""Statements of one call that are looked at, nearest in time first."""

WANTED = pl.Schema({"call": pl.Int64, "key": pl.Int64, "at": pl.Float64, "window": pl.Float64})
"""What a call asks for: a called number's key around `at` (epoch seconds, common clock), `window` s either way."""


_NOTHING = WANTED.to_frame()


def nothing_wanted() -> pl.DataFrame:
    """No rows in the WANTED schema; to make such a frame takes as long as a query."""
    return _NOTHING.clone()


def seconds(column: str) -> pl.Expr:
    """A time column as epoch seconds; exact to the microsecond."""
    return pl.col(column).dt.epoch("us").cast(pl.Float64) / 1e6


def _hashed(text: pl.Expr) -> pl.Expr:
    """Text as a 64-bit hash; what is unknown stays unknown (polars hashes null to a number)."""
    return pl.when(text.is_not_null()).then(text.hash())


def comparable(statements: pl.DataFrame, learned: Learned) -> pl.DataFrame:
    """Statements in the form in which they are compared; `sid` is the row's number in `statements`.

    `setup`: when the INVITE came (null where the carrier stamps only the final answer); `answer`, `final` (answer of an
    answered call, release of a failed one), all in seconds on the common clock; `tick`: seconds that one tick lasts.
    `offset` is what was taken off the written start; `handed_on`: it went out over a trunk that nobody listed.
    Of statements read at a later time than is written (`later`, see `hoptrace.linking.repeated_hours`) `repeated` says
    so.
    """
    twice = "later" in statements.columns
    keyed = with_call_id_keys(without_base64(statements)).with_row_index("sid")
    timed = with_clocks(keyed, learned)
    timed = _with_reading(timed) if twice else timed
    told = timed.with_columns(_compared(twice=twice)).with_columns(_moments())
    return without(told, ("cut", "start_is_answer", "later"))


@cache
def _compared(*, twice: bool) -> list[pl.Expr]:
    written_tick = pl.col("precision").fill_null(1_000_000).cast(pl.Float64) / 1e6
    told = {
        # Who names a neighbour that handed it the call does not say that its own customer placed it.
        "customer": pl.when(pl.col("upstream").is_null()).then("customer"),
        "start": seconds("start_time") - pl.col("offset"),
        "answer": _later_time("answer_time", twice=twice),
        "end": _later_time("end_time", twice=twice),
        "tick": pl.max_horizontal(written_tick, "cut"),
        "sent": pl.coalesce("egress_called", "called"),
        "sent_calling": pl.coalesce("egress_calling", "calling"),
        "has_sent_cid": pl.col("egress_call_id").is_not_null(),
        "oid": _hashed(pl.col("orig_id")),
        "signed_by": _hashed(pl.col("signer")),
        "handed_on": pl.col("downstream").is_null() & pl.col("downstream_trunk").is_not_null(),
    }
    repeated = pl.col("repeated") if twice else pl.lit(None, pl.String).alias("repeated")
    return [pl.col("sid").cast(pl.Int64), repeated, *(expr.alias(name) for name, expr in told.items())]


@cache
def _moments() -> list[pl.Expr]:
    answered = pl.col("outcome") == "answered"
    # Who writes the answer time as start time does so for calls that were answered; others arrived when they started.
    received = (pl.col("start_basis") == StartBasis.RECEIVED) & ~(pl.col("start_is_answer") & answered)
    final_start = pl.when(~received).then(pl.col("start"))
    answer = pl.when(answered & ~received).then(pl.coalesce("answer", "start")).otherwise("answer")
    final = pl.when(answered).then(pl.coalesce("answer", final_start)).otherwise(pl.coalesce("end", final_start))
    return [pl.when(received).then(pl.col("start")).alias("setup"), answer.alias("answer"), final.alias("final")]


def _with_reading(timed: pl.DataFrame) -> pl.DataFrame:
    """With `repeated` as the last column; statements that are read later than written have so much less taken off."""
    return timed.with_columns(offset=pl.col("offset") - pl.col("later")).select(pl.exclude("repeated"), "repeated")


def _later_time(name: str, *, twice: bool) -> pl.Expr:
    """Answer or end; of a statement that is read later than written one that lies behind the repeated hour stays."""
    if not twice:
        return seconds(name) - pl.col("offset")
    since = pl.col(name) - pl.col("start_time")
    once = (pl.col("later") > 0) & (since >= pl.duration(seconds="later"))
    return seconds(name) - pl.col("offset") - pl.when(once).then("later").otherwise(0)


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
    found = _found(wanted, facts)
    rows = found["sid"].to_numpy() - (facts["sid"][0] if facts.height else 0)
    return with_legs(rows_at(facts[list(KEPT)], rows).insert_column(0, found["call"]))


def _found(wanted: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """`call` and `sid` of the members, in order."""
    found = wanted.join(facts.select("sid", "start", key="called"), on="key", how="inner")
    once = wanted.select("call").is_unique().all()
    if facts["egress_called"].null_count() < facts.height:
        sent = facts.select("sid", "start", key="egress_called").filter(pl.col("key").is_not_null())
        found, once = pl.concat([found, wanted.join(sent, on="key", how="inner")]), False
    found = found.filter(_within())
    if not once:
        nearest = found.select("call", "sid", away=_away()).sort("call", "away", "sid")
        found = nearest.unique(["call", "sid"], keep="first", maintain_order=True)
    # Of a number that is called all the time only the nearest statements count.
    if np.bincount(found["call"].to_numpy(), minlength=1).max() > MOST_MEMBERS:
        nearest = (found if "away" in found.columns else found.with_columns(away=_away())).sort("call", "away", "sid")
        found = nearest.filter(pl.int_range(pl.len()).over("call") < MOST_MEMBERS)
    return found[["call", "sid"]].sort("call", "sid")


@cache
def _away() -> pl.Expr:
    return (pl.col("start") - pl.col("at")).abs()


@cache
def _within() -> pl.Expr:
    return _away() <= pl.col("window")
