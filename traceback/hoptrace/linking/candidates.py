"""Candidate pairs: which two statements of a call could be the two sides of one handoff at all."""

from __future__ import annotations

from functools import cache

import polars as pl

from hoptrace.linking.covered import Covered
from hoptrace.linking.members import KEPT
from hoptrace.linking.scoring import Kind

REACH = 180.0
"""Seconds: two statements of one handoff never start further apart than this on the common clock."""

COVERAGE = {"upstream_covered": "upstream", "downstream_covered": "downstream"}
"""Whether the neighbours that a statement names have records of that time at all."""


def candidate_pairs(members: pl.DataFrame, covered: Covered) -> pl.DataFrame:
    """All pairs (`call`, `d_*`, `u_*`, `kind`) that could be one handoff, and those that contradict each other.

    `covered`: which carriers have submitted records that cover the call's time. A handoff needs
    both sides to name each other, or one side with the other silent about it. Bridges over carriers without a record
    need both sides to name one. Pairs of kind CONFLICT fit in numbers and time while one side names the other and the
    other names somebody else.
    """
    known = covered.flagged(members, COVERAGE)
    met = _met(known)
    down, up = known.select(_side("d")), known.select(_retry().alias("u_retry"), *_side("u"))
    both = met.join(down, on=["call", "d_sid"]).join(up, on=["call", "u_sid"])
    return both.with_columns(**_said()).with_columns(kind=_kind()).drop(_said()).filter(_possible())


@cache
def _possible() -> pl.Expr:
    """A pair of some kind; a leap over a gap is none between carriers that should have records."""
    kind = pl.col("kind")
    return kind.is_not_null() & ((kind != Kind.GAP) | ~(pl.col("d_upstream_covered") | pl.col("u_downstream_covered")))


@cache
def _retry() -> pl.Expr:
    """Whether another attempt of the same ingress failed: the way on then began later than the ingress.

    Both attempts tell the time of the ingress, and no record which of them was first.
    """
    failed = (pl.col("outcome") != "answered").fill_null(value=False).cast(pl.Int64)
    return (failed.sum().over("call", "leg") > failed) | (pl.col("leg") != pl.col("sid"))


def _met(known: pl.DataFrame) -> pl.DataFrame:
    """(`call`, `d_sid`, `u_sid`) of all pairs worth a look: they meet in a name, or leap between unknown carriers.

    A busy number has thousands of statements, so pairs are found by the names and never all with all.
    """
    down, up = known.select(_meeting("d")), known.select(_meeting("u"))
    ways = [(down, "d_upstream", up, "u_carrier"), (down, "d_carrier", up, "u_downstream")]
    ways.append((down, "d_upstream", up, "u_downstream"))
    silent_below, silent_above = down.filter(_silent_below()), up.filter(_silent_above())
    if silent_below.height and silent_above.height:
        ways += [(silent_below, "d_calling", silent_above, name) for name in ("u_sent_calling", "u_calling")]
    met = [
        lower.join(upper, left_on=["call", one], right_on=["call", other], coalesce=False).select(_looked_at())
        for lower, one, upper, other in ways
    ]
    found = pl.concat(met)
    return found.filter(_worth_a_look()).select("call", "d_sid", "u_sid").unique().sort("call", "d_sid", "u_sid")


@cache
def _side(side: str) -> tuple[pl.Expr, ...]:
    return pl.col("call"), *(pl.col(name).alias(f"{side}_{name}") for name in (*KEPT, *COVERAGE))


@cache
def _meeting(side: str) -> tuple[pl.Expr, ...]:
    """What statements are met by."""
    names = ("sid", "carrier", "start", "upstream", "downstream", "calling", "sent_calling", "customer", *COVERAGE)
    return pl.col("call"), *(pl.col(name).alias(f"{side}_{name}") for name in names)


@cache
def _silent_below() -> pl.Expr:
    # A statement of an own customer's call still meets who says that it handed the call over: a contradiction.
    unnamed = pl.col("d_upstream").is_null() & pl.col("d_customer").is_null()
    return unnamed | (pl.col("d_upstream").is_not_null() & ~pl.col("d_upstream_covered"))


@cache
def _silent_above() -> pl.Expr:
    return pl.col("u_downstream").is_not_null() & ~pl.col("u_downstream_covered")


@cache
def _looked_at() -> list[str]:
    sides = (f"{side}_{name}" for side in ("d", "u") for name in ("sid", "carrier", "start"))
    return ["call", *sides, "d_upstream", "u_downstream"]


@cache
def _worth_a_look() -> pl.Expr:
    """Two statements within REACH, of two carriers: a carrier hands a call to itself only through another one."""
    hairpin = (pl.col("d_upstream") == pl.col("u_downstream")).fill_null(False)
    return (
        (pl.col("d_sid") != pl.col("u_sid"))
        & ((pl.col("d_carrier") != pl.col("u_carrier")) | hairpin)
        & ((pl.col("d_start") - pl.col("u_start")).abs() <= REACH)
    )


@cache
def _said() -> dict[str, pl.Expr]:
    """What decides the kind of a pair, worked out once a pair and dropped again."""
    same_caller = (pl.col("d_calling") > 0) & (
        (pl.col("d_calling") == pl.col("u_sent_calling")) | (pl.col("d_calling") == pl.col("u_calling"))
    )
    back = (pl.col("u_upstream") == pl.col("d_carrier")) & (pl.col("d_downstream") == pl.col("u_carrier"))
    answers_differ = (pl.col("d_outcome") == "answered") != (pl.col("u_outcome") == "answered")
    return {
        "continuous": (pl.col("u_sent") == pl.col("d_called")) | (pl.col("u_called") == pl.col("d_called")),
        "same_caller": same_caller,
        "down_names": (pl.col("d_upstream") == pl.col("u_carrier")).fill_null(False),
        "up_names": (pl.col("u_downstream") == pl.col("d_carrier")).fill_null(False),
        "down_silent": pl.col("d_upstream").is_null() & pl.col("d_customer").is_null(),
        "up_silent": pl.col("u_downstream").is_null(),
        "same_between": pl.col("d_upstream") == pl.col("u_downstream"),
        "answers_differ": answers_differ.fill_null(False),
        # Of two that handed the call on the other way, none got it back from the other without saying so.
        "back": back.fill_null(value=False),
    }


@cache
def _kind() -> pl.Expr:
    continuous, same_caller, down_names, up_names = map(pl.col, ("continuous", "same_caller", "down_names", "up_names"))
    down_silent, up_silent, same_between = map(pl.col, ("down_silent", "up_silent", "same_between"))
    answers_differ, back = pl.col("answers_differ"), pl.col("back")
    both_name = pl.col("d_upstream").is_not_null() & ~up_silent
    direct = (down_names & up_names) | (down_names & up_silent) | (up_names & down_silent)
    return (
        pl.when(continuous & direct)
        .then(pl.lit(str(Kind.DIRECT)))
        .when(~continuous & down_names & up_names & same_caller)
        .then(pl.lit(str(Kind.REWRITTEN)))
        .when(continuous & (down_names | up_names))
        .then(pl.lit(str(Kind.CONFLICT)))
        .when(continuous & same_between)
        .then(pl.lit(str(Kind.BRIDGED)))
        .when(continuous & same_caller & down_silent & ~up_silent & ~pl.col("u_downstream_covered") & ~back)
        .then(pl.lit(str(Kind.BRIDGED)))
        .when(~continuous & same_caller & same_between & ~answers_differ)
        .then(pl.lit(str(Kind.FORWARDED)))
        .when(continuous & same_caller & both_name & ~answers_differ)
        .then(pl.lit(str(Kind.GAP)))
    )
