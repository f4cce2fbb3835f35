"""Candidate pairs: which two statements of a call could be the two sides of one handoff at all."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from hoptrace.linking.covered import Covered
from hoptrace.linking.members import KEPT
from hoptrace.linking.scoring import Kind
from hoptrace.model.arrays import Int64s

REACH = 180.0
"""Seconds: two statements of one handoff never start further apart than this on the common clock."""

NOBODY = -1
"""The number of a name that is not told."""


COVERAGE = {"upstream_covered": "upstream", "downstream_covered": "downstream"}
"""Whether the neighbours that a statement names have records of that time at all."""


def candidate_pairs(members: pl.DataFrame, covered: Covered) -> pl.DataFrame:
    """All pairs (`call`, `d_*`, `u_*`, `kind`) that could be one handoff, and those that contradict each other.

    They lie by call, `d_sid` and `u_sid`. `covered`: which carriers have submitted records that cover the call's time.
    A handoff needs both sides to name each other, or one side with the other silent about it. Bridges over carriers
    without a record need both sides to name one. Pairs of kind CONFLICT fit in numbers and time while one side names
    the other and the other names somebody else.
    """
    known = covered.flagged(in_order(members), COVERAGE)
    lower, upper = _met(known)
    retry = _retry() if (known["leg"] != known["sid"]).any() else pl.lit(value=False)
    down, up = known.select(_side("d"))[lower], known.select(retry.alias("u_retry"), *_side("u")[1:])[upper]
    told = down.hstack(up).with_columns(**_said()).with_columns(kind=_kind()).drop(_said())
    possible = told.select(_possible().fill_null(value=False)).to_series()
    return told if possible.all() else told.filter(possible)


def in_order(members: pl.DataFrame) -> pl.DataFrame:
    """Members by call and sid, as those of one reading lie already."""
    calls, sids = members["call"].to_numpy(), members["sid"].to_numpy()
    later, same = calls[1:] > calls[:-1], calls[1:] == calls[:-1]
    return members if (later | (same & (sids[1:] > sids[:-1]))).all() else members.sort("call", "sid")


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


def _met(known: pl.DataFrame) -> tuple[Int64s, Int64s]:
    """The rows of all pairs worth a look, in order: they meet in a name, or leap between unknown carriers.

    A busy number has thousands of statements, so pairs are found by the names and never all with all.
    """
    rows = pl.Series(np.arange(known.height))
    carrier, upstream, downstream = _names(known)
    ways = [(rows, upstream, rows, carrier), (rows, carrier, rows, downstream), (rows, upstream, rows, downstream)]
    silent_below, silent_above = (rows.filter(known.select(which()).to_series()) for which in (_below, _above))
    if len(silent_below) and len(silent_above):
        mine, sent, came = (known.select("call", key=name) for name in ("calling", "sent_calling", "calling"))
        ways += [(silent_below, mine, silent_above, caller) for caller in (sent, came)]
    met = [_meeting(*way) for way in ways]
    lower, upper = (np.concatenate([each[side].to_numpy() for each in met]) for side in ("d", "u"))
    looked_at = _worth_a_look(known["start"].to_numpy(), (carrier, upstream, downstream), lower, upper)
    size = max(1, known.height)
    pairs = np.sort(lower[looked_at] * size + upper[looked_at])
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    return pairs // size, pairs % size


def _names(known: pl.DataFrame) -> tuple[pl.DataFrame, ...]:
    """Carrier, upstream and downstream of each statement as a number (`key`) of the call's own; null for nobody."""
    names = pl.concat([known["carrier"], known["upstream"], known["downstream"]])
    told = names.cast(pl.Categorical).to_physical().cast(pl.Int64)
    calls = known["call"] * (1 << 32)
    return tuple((told.slice(part * known.height, known.height) + calls).to_frame("key") for part in range(3))


def _meeting(lower: pl.Series, one: pl.DataFrame, upper: pl.Series, other: pl.DataFrame) -> pl.DataFrame:
    """The rows (`d`, `u`) of which the lower has at `one` what the upper has at `other`."""
    down, up = (
        told[rows].with_columns(rows.alias(side)) for rows, told, side in ((lower, one, "d"), (upper, other, "u"))
    )
    return down.join(up, on=one.columns)


@cache
def _side(side: str) -> tuple[pl.Expr, ...]:
    return pl.col("call"), *(pl.col(name).alias(f"{side}_{name}") for name in (*KEPT, *COVERAGE))


@cache
def _below() -> pl.Expr:
    """Whether nobody with records says who handed the call to a statement."""
    # A statement of an own customer's call still meets who says that it handed the call over: a contradiction.
    unnamed = pl.col("upstream").is_null() & pl.col("customer").is_null()
    return unnamed | (pl.col("upstream").is_not_null() & ~pl.col("upstream_covered"))


@cache
def _above() -> pl.Expr:
    """Whether nobody with records says that a statement's call came to it: the next one is silent, or unlisted."""
    return (pl.col("downstream").is_not_null() & ~pl.col("downstream_covered")) | (
        pl.col("downstream").is_null() & pl.col("handed_on")
    )


def _worth_a_look(
    start: npt.NDArray[np.float64], names: tuple[pl.DataFrame, ...], lower: Int64s, upper: Int64s
) -> npt.NDArray[np.bool_]:
    """Two statements within REACH, of two carriers: a carrier hands a call to itself only through another one."""
    carrier, upstream, downstream = (name["key"].fill_null(NOBODY).to_numpy() for name in names)
    hairpin = (upstream[lower] == downstream[upper]) & (upstream[lower] != NOBODY)
    apart = (carrier[lower] != carrier[upper]) | hairpin
    return (lower != upper) & apart & (np.abs(start[lower] - start[upper]) <= REACH)


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
def _over_unlisted() -> pl.Expr:
    """The upper statement's call went on over a trunk that nobody listed, the lower one's came from a silent carrier.

    That one may be the carrier at which the trunk ends.
    """
    named = pl.col("d_upstream").is_not_null() & ~pl.col("d_upstream_covered")
    return pl.col("u_downstream").is_null() & pl.col("u_handed_on") & named


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
        .when(continuous & same_caller & (both_name | (_over_unlisted() & ~back)) & ~answers_differ)
        .then(pl.lit(str(Kind.GAP)))
    )
