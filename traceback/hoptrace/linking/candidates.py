"""Candidate pairs: which two statements of a call could be the two sides of one handoff at all."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from hoptrace.linking.covered import Covered
from hoptrace.linking.kinds import Kind
from hoptrace.linking.members import KEPT
from hoptrace.model.arrays import Int64s
from hoptrace.model.frames import equals, without

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
    told = without(down.hstack(up).with_columns(**_said()).with_columns(kind=_kind()), _said())
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
    names = carrier, upstream, downstream = _names(known)
    met = [_meeting(*way) for way in ((upstream, carrier), (carrier, downstream), (upstream, downstream))]
    silent = known.select(below=_below(), above=_above())
    below, above = (np.flatnonzero(silent[side].to_numpy()) for side in silent.columns)
    if below.size and above.size:
        came, sent = _callers(known)
        leaps = [_meeting(came[below], caller[above]) for caller in (sent, came)]
        met += [(below[lower], above[upper]) for lower, upper in leaps]
    lower, upper = (np.concatenate(side) for side in zip(*met, strict=True))
    looked_at = _worth_a_look(known["start"].to_numpy(), names, lower, upper)
    size = max(1, known.height)
    pairs = np.sort(lower[looked_at] * size + upper[looked_at])
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    return pairs // size, pairs % size


def _names(known: pl.DataFrame) -> tuple[Int64s, Int64s, Int64s]:
    """Carrier, upstream and downstream of each statement as a number of the call's own."""
    names = pl.concat([known["carrier"], known["upstream"], known["downstream"]]).cast(pl.Categorical)
    carrier, upstream, downstream = _of_calls(known, names.to_physical(), 3)
    return carrier, upstream, downstream


def _callers(known: pl.DataFrame) -> tuple[Int64s, Int64s]:
    """The caller that came in and the one that went out, the same."""
    came, sent = _of_calls(known, pl.concat([known["calling"], known["sent_calling"]]).rank("dense"), 2)
    return came, sent


def _of_calls(known: pl.DataFrame, told: pl.Series, columns: int) -> list[Int64s]:
    """Columns one below the other, of numbers below 2 ** 32, as numbers of each call's own; NOBODY for null."""
    numbers = told.to_numpy()  # with nulls they are floats, and null is none: `fill_null` takes longer than all of this
    own = np.nan_to_num(numbers).astype(np.int64) + np.tile(known["call"].to_numpy() << 32, columns)
    return np.split(np.where(np.isnan(numbers), NOBODY, own), columns)


def _meeting(one: Int64s, other: Int64s) -> tuple[Int64s, Int64s]:
    """The rows of which the lower has at `one` what the upper has at `other`."""
    rows = np.flatnonzero(one != NOBODY)
    lower, upper = equals(one[rows], other)
    return rows[lower], upper


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
    start: npt.NDArray[np.float64], names: tuple[Int64s, Int64s, Int64s], lower: Int64s, upper: Int64s
) -> npt.NDArray[np.bool_]:
    """Two statements within REACH, of two carriers: a carrier hands a call to itself only through another one."""
    carrier, upstream, downstream = names
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
