"""How a route attempt ended, told from its duration, release code and answer time."""

from __future__ import annotations

from functools import cache, lru_cache

import polars as pl

from hoptrace.intake.distinct import Distinct, as_numbers
from hoptrace.model.statements import Outcome

SHORT_TALK = 0.5
"""Seconds of an answered call of which a switch that counts whole ones wrote 0; a duration of 0 says "not answered"."""

_TALKS = (1.0, 0.0, None)
"""Durations that stand for all others: somebody talked, nobody did, it is not known."""


def outcomes(calls: pl.DataFrame, released: Distinct) -> pl.Series:
    """The `Outcome` of each call (duration, answer_time; `released`: its release_code), in its order.

    Release codes are few, and of duration and answer only a few things count, so that each case is judged once.
    """
    codes, places = released
    cases = pl.DataFrame([calls["duration"], calls["answer_time"], places.alias("code")]).select(_case())
    return as_numbers(_judged(tuple(codes)), calls.height).gather(cases.to_series())


@cache
def _case() -> pl.Expr:
    talk = pl.when(pl.col("duration") > 0).then(0).when(pl.col("duration") == 0).then(1).otherwise(2).cast(pl.UInt32)
    return (pl.col("code") * len(_TALKS) + talk) * 2 + pl.col("answer_time").is_null().cast(pl.UInt32)


@lru_cache(maxsize=1)  # the next block of a file mostly has the same codes
def _judged(codes: tuple[str | None, ...]) -> pl.Series:
    cases = _cases(pl.Series(codes, dtype=pl.String)).with_columns(code_says())
    return cases.select(_outcome().alias("outcome")).to_series()


def _cases(codes: pl.Series) -> pl.DataFrame:
    """Every code with every kind of duration, answered and not, in the order in which `outcomes` counts them."""
    at = pl.int_range(2 * len(_TALKS) * len(codes), eager=True).alias("at")
    talks = pl.Series(_TALKS, dtype=pl.Float64)
    return at.to_frame().select(
        release_code=codes.gather(at // (2 * len(_TALKS))),
        duration=talks.gather(at // 2 % len(_TALKS)),
        answered=pl.col("at") % 2 == 0,
    )


@cache
def code_says() -> list[pl.Expr]:
    """What a release code (SIP status, Q.850 cause, a word) says by itself, as truth values."""
    code = pl.col("release_code").cast(pl.Int64, strict=False)
    word = pl.col("release_code").str.to_uppercase().str.replace_all(r"[^A-Z]", "")
    said = {
        "says_answered": code.is_between(200, 299) | (word == "ANSWERED"),
        "says_busy": code.is_in([486, 600, 17]) | (word == "BUSY"),
        "says_no_answer": code.is_in([408, 480, 18, 19]) | word.is_in(["NOANSWER", "NOTANSWERED", "UNANSWERED"]),
        "says_cancelled": (code == 487) | word.is_in(["CANCEL", "CANCELED", "CANCELLED"]),
        # Q.850 cause 16 ends every call that ended well; without an answer it is the caller who gave up.
        "says_ended": code == 16,
        "says_failed": ((code != 16) & (code > 0))
        | word.is_in(["FAILED", "CONGESTION", "CHANUNAVAIL", "REJECTED", "ERROR"]),
    }
    return [expression.fill_null(value=False).alias(name) for name, expression in said.items()]


@cache
def _outcome() -> pl.Expr:
    said = {name: pl.col(f"says_{name}") for name in ("answered", "busy", "no_answer", "cancelled", "ended", "failed")}
    silent = pl.col("duration").eq_missing(0.0)
    return (
        pl.when((pl.col("duration") > 0) | said["answered"])
        .then(pl.lit(str(Outcome.ANSWERED)))
        .when(said["busy"])
        .then(pl.lit(str(Outcome.BUSY)))
        .when(said["no_answer"])
        .then(pl.lit(str(Outcome.NO_ANSWER)))
        .when(said["cancelled"] | (said["ended"] & silent))
        .then(pl.lit(str(Outcome.CANCELLED)))
        .when(said["failed"])
        .then(pl.lit(str(Outcome.FAILED)))
        .when(pl.col("answered") & ~silent)
        .then(pl.lit(str(Outcome.ANSWERED)))
        .otherwise(pl.lit(str(Outcome.UNKNOWN)))
    )
