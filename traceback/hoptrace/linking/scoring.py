"""The weight of evidence that two statements tell of the same handoff: a log likelihood ratio for each comparison.

Record linkage after Fellegi and Sunter (JASA 64, 1969): every comparison adds ln(P(seen | same) / P(seen | not)).
A pair is (d, u): `d` is the statement of the carrier downstream, `u` that of the carrier upstream. Natural logarithms.
"""

from __future__ import annotations

import math
from enum import StrEnum
from functools import cache

import numpy as np
import polars as pl

from hoptrace.linking.beginnings import weigh_beginnings
from hoptrace.linking.levels import LEVELS, with_levels
from hoptrace.linking.neighbours import HANDED_ON, middle
from hoptrace.linking.weights import SIGNATURE, Weights, weigh_levels
from hoptrace.model.arrays import Floats
from hoptrace.model.frames import without


class Kind(StrEnum):
    """How the two statements of a pair touch."""

    DIRECT = "direct"  # the two carriers are neighbours
    REWRITTEN = "rewritten"  # neighbours, but the called number changed without either saying so
    BRIDGED = "bridged"  # both name the same carrier between them, which has no record of the call
    FORWARDED = "forwarded"  # both name the same carrier between them; it has no record and changed the called number
    GAP = "gap"  # each names another silent carrier, or the upper one nobody: one or more without a record between
    CONFLICT = "conflict"  # fits, but one names the other while the other names somebody else


BACKGROUND = 60.0
"""Seconds over which an unrelated call to the same number is as likely at any moment."""

BUSY_WINDOW = 600.0
"""Seconds in which a statement without any rival is the only one by chance."""

LONGEST_RETRY = 8.0
"""Seconds that refused routes may take before the one that went on."""

LONGEST_RING = 60.0
"""Seconds after which a call that nobody answers has been forwarded."""

REFUSED_BRANCH = -8.0
"""A refused attempt beyond a silent carrier is a branch of a call, not its way."""

WORST_TIME = -10.0
"""However far apart two times are, a clock may have jumped: an equal Call-ID still outweighs them."""

COMPARISONS = ("time", "answer", *LEVELS, "naming", "number")
"""The names of the comparisons; the weight of each stands in the column `w_` + name."""

NEIGHBOURS = (Kind.DIRECT, Kind.REWRITTEN, Kind.CONFLICT)

LEAP_SPREADS = {kind: 0.1 if kind in NEIGHBOURS else 0.5 for kind in Kind}

CHANGED = (Kind.REWRITTEN, Kind.FORWARDED)

NAMING = {"direct": 0.0, "rewritten": -3.0, "bridged": 1.5, "forwarded": -2.0, "gap": -2.0, "conflict": 0.0}
UNNAMED = -2.0
"""Where the lower record does not say who gave it the call, any carrier that hands calls to a silent one may have."""

LEAST_MEETINGS, SAME_MOMENT, MET_AGAIN = 3, 1.0, 4.0
"""Calls to two numbers that met so often, each with at least this weight of time, weigh so much as one call changed."""

LOST_ROW = -2.0
"""A carrier that has submitted records of that time seldom lacks the one row."""


def student(beyond: pl.Expr, width: pl.Expr, scale: pl.Expr, background: pl.Expr) -> pl.Expr:
    """Weight of a residual that lies `beyond` (s) what ticks of `width` (s) explain, against a uniform background (s).

    Student's t with 4 degrees of freedom around a span: within it a cut time tells nothing.
    """
    return (background / (2.67 * scale + width)).log() - 2.5 * (1 + (beyond / scale) ** 2 / 4).log()


def time_weight(apart: float, half: float, scale: float) -> float:
    """What `student` tells of one pair: `apart` s, of which ticks explain `half` s either way; at least WORST_TIME."""
    weight, beyond = math.log(BACKGROUND / (2.67 * scale + half)), abs(apart) - half
    if beyond > 0:
        weight -= 2.5 * math.log(1 + (beyond / scale) ** 2 / 4)
    return weight if weight > WORST_TIME else WORST_TIME


def time_weights(apart: Floats, half: Floats, scale: Floats) -> Floats:
    """`time_weight` of many pairs."""
    beyond = np.maximum(0.0, np.abs(apart) - half)
    weight = np.log(BACKGROUND / (2.67 * scale + half)) - 2.5 * np.log(1 + (beyond / scale) ** 2 / 4)
    return np.maximum(weight, WORST_TIME)


def leap_spread(kind: Kind) -> float:
    """Seconds (1 sigma) that a handoff takes, more where carriers without a record lie between."""
    return LEAP_SPREADS[kind]


@cache
def _scale() -> pl.Expr:
    """Seconds: clocks' spreads, ticks cut off (uniform, hence /12), and the transit delay, wider over a gap."""
    ticks = (pl.col("d_tick") ** 2 + pl.col("u_tick") ** 2) / 12
    return (ticks + pl.col("sharp") ** 2).sqrt()


@cache
def _sharp() -> pl.Expr:
    """The same without the ticks."""
    transit = pl.when("elsewhere").then(leap_spread(Kind.GAP)).otherwise(leap_spread(Kind.DIRECT))
    return (pl.col("d_spread") ** 2 + pl.col("u_spread") ** 2 + transit**2).sqrt()


def _weighed(residual: pl.Expr, background: pl.Expr) -> pl.Expr:
    half = pl.col("half")
    # A route that was refused first takes its time, at the carrier above or at one without a record.
    slow = pl.when(residual > 0).then(pl.col("slow")).otherwise(0.0)
    return student((residual.abs() - half - slow).clip(0.0), half + slow / 4, pl.col("sharp"), background)


@cache
def _slow() -> pl.Expr:
    retried = pl.when(pl.col("u_retry")).then(LONGEST_RETRY).otherwise(0.0)
    return pl.when("elsewhere").then(pl.max_horizontal(retried, 1.0)).otherwise(retried)


@cache
def _background() -> pl.Expr:
    """Seconds over which one statement as good as this is to be expected by chance: fewer where many compete."""
    rivals = pl.len().over("call", "d_sid", "kind")
    lone = (BUSY_WINDOW / rivals).clip(BACKGROUND, BUSY_WINDOW)
    kind = pl.col("kind")
    gap = pl.when(kind == Kind.GAP).then(lone.clip(upper_bound=BUSY_WINDOW / 3))
    return pl.when(kind == Kind.BRIDGED).then(lone).otherwise(gap.otherwise(BACKGROUND))


@cache
def _time(*, alike: bool) -> pl.Expr:
    """Like is compared with like: arrival with arrival, else final answer with final answer, else loosely.

    `alike`: all pairs have like times.
    """
    compared = _weighed(pl.col("compared"), pl.col("background"))
    # A call that is forwarded when nobody answers goes on after it has rung. Where nobody says that it was forwarded,
    # the moments of the answer must tell whether the two are one call at all.
    answers = pl.col("d_answer").is_not_null() & pl.col("u_answer").is_not_null()
    silently = (pl.col("kind") == Kind.FORWARDED) | ((pl.col("kind") == Kind.REWRITTEN) & answers)
    changed = (pl.col("u_sent") != pl.col("u_called")) | silently
    rang = changed & pl.col("arrived").is_between(0.0, LONGEST_RING)
    weight = pl.max_horizontal(compared, pl.when(rang).then(0.0))
    if not alike:
        loosely = student(_ringing(), pl.lit(0.0), pl.col("scale") + 15.0, pl.col("background"))
        weight = pl.coalesce(weight, loosely.clip(upper_bound=0.5))
    return weight.clip(lower_bound=WORST_TIME)


@cache
def _answer() -> pl.Expr:
    """The moment of answer where both tell it, beyond what the arrival already told.

    A call that was forwarded when nobody answered, and that nobody answered there, was given up everywhere at once.
    """
    told = pl.col("d_setup").is_not_null() & pl.col("u_setup").is_not_null()
    background = pl.when("unanswered").then(BACKGROUND).otherwise(10.0)
    most = pl.when("unanswered").then(4.0).otherwise(3.0)
    return pl.when(told).then(_weighed(pl.col("parted"), background).clip(-6.0, most)).fill_null(0.0)


@cache
def _naming() -> pl.Expr:
    """Both name each other, or one does and the other does not know."""
    down_names = pl.col("d_upstream") == pl.col("u_carrier")
    up_names = pl.col("u_downstream") == pl.col("d_carrier")
    both = (down_names & up_names).fill_null(False)
    prior = pl.col("kind").replace_strict(NAMING, return_dtype=pl.Float64)
    direct = pl.col("kind").is_in([Kind.DIRECT, Kind.REWRITTEN])
    lost = pl.col("kind").is_in([Kind.BRIDGED, Kind.FORWARDED]) & pl.col("d_upstream_covered")
    unnamed = (pl.col("kind") == Kind.BRIDGED) & pl.col("d_upstream").is_null()
    named = pl.when(direct & both).then(5.0).when(direct).then(2.0).when(unnamed).then(UNNAMED).otherwise(0.0)
    # A silent carrier may have tried several routes for one call; the refused ones must not take the call from the one
    # that went on. Where the carrier above says that the call failed, it was no branch that failed.
    refused = (pl.col("d_outcome") == "failed") & pl.col("d_downstream").is_null() & (pl.col("kind") == Kind.BRIDGED)
    refused &= (pl.col("u_outcome") != "failed").fill_null(True)
    return (
        prior
        + named
        + pl.when(lost).then(LOST_ROW).otherwise(0.0)
        + pl.when(refused).then(REFUSED_BRANCH).otherwise(0.0)
    )


@cache
def _number() -> pl.Expr:
    """The number that went out is the one that came in; a carrier that says it sent another speaks against it.

    Where nobody says that the number was changed, redials tell: again and again the two met at the same moments.
    """
    changed = pl.col("kind").is_in(CHANGED)
    forwarded_elsewhere = (pl.col("u_sent") != pl.col("d_called")) & ~changed
    redialled = changed & (pl.col("meetings") >= LEAST_MEETINGS)
    return pl.when(forwarded_elsewhere).then(-3.0).when(redialled).then(MET_AGAIN).otherwise(0.0)


def _with_meetings(pairs: pl.DataFrame) -> pl.DataFrame:
    """Timed pairs with `meetings`; 0 where the number did not change on the way, as it seldom does."""
    if not any((pairs["kind"] == kind).any() for kind in CHANGED):
        return pairs.hstack([pl.Series("meetings", np.zeros(pairs.height, np.uint32))])
    told = pairs.filter(_changed()).select("call", "d_sid", "u_sid", meetings=_meetings())
    joined = pairs.join(told, on=["call", "d_sid", "u_sid"], how="left", maintain_order="left")
    return joined.with_columns(pl.col("meetings").fill_null(0))


@cache
def _changed() -> pl.Expr:
    return pl.col("kind").is_in(CHANGED)


@cache
def _meetings() -> pl.Expr:
    """How often calls to the one number went in when calls to the other came out, each statement counted once."""
    one_to_one = ("call", "kind", "d_sid"), ("call", "kind", "u_sid")
    nearest = pl.all_horizontal(pl.col("w_time") == pl.col("w_time").max().over(side) for side in one_to_one)
    ways = ("call", "kind", "u_carrier", "d_carrier", "u_sent", "d_called")
    return (nearest & (pl.col("w_time") >= SAME_MOMENT)).sum().over(ways)


def score(pairs: pl.DataFrame, weights: Weights) -> pl.DataFrame:
    """Pairs (columns `d_*`, `u_*`, `kind`) with a weight for each comparison and their sum, `weight`."""
    weighed = weigh_beginnings(weigh_levels(with_levels(with_time(pairs)), weights))
    told = _with_meetings(weighed).with_columns(_signature(), w_naming=_naming(), w_number=_number())
    return told.with_columns(weight=_sum())


@cache
def _elsewhere() -> pl.Expr:
    return ~pl.col("kind").is_in(NEIGHBOURS)


@cache
def _signature() -> list[pl.Expr]:
    # A false record bears no signature; that speaks for no other call.
    said = pl.col("kind") != Kind.CONFLICT
    return [pl.when(said).then(f"w_{name}").otherwise(0.0).alias(f"w_{name}") for name in SIGNATURE]


@cache
def _sum() -> pl.Expr:
    return pl.sum_horizontal(f"w_{name}" for name in COMPARISONS)


def with_time(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs with the `scale` (s) of their residuals and the weights of time and of the answer, `w_time`, `w_answer`.

    And `elsewhere`: whether they are not neighbours.
    """
    told = pairs.with_columns(elsewhere=_elsewhere()).with_columns(**_of_times()).with_columns(_residuals())
    weight = _time(alike=not told["compared"].null_count())
    return without(told.with_columns(w_time=weight, w_answer=_answer()), _TEMPORARY)


_TEMPORARY = ("slow", "background", "sharp", "half", "arrived", "unanswered", "compared", "parted")


@cache
def _of_times() -> dict[str, pl.Expr]:
    """What the weights of times are made of, worked out once a pair and dropped again."""
    return {
        "slow": _slow(),
        "background": _background(),
        "sharp": _sharp(),
        "half": (pl.col("d_tick") + pl.col("u_tick")) / 2,
        "arrived": middle("d", "setup") - middle("u", "setup") - HANDED_ON,
        "unanswered": (pl.col("kind") == Kind.FORWARDED) & (pl.col("d_outcome") != "answered"),
    }


@cache
def _residuals() -> list[pl.Expr]:
    """Seconds between like times, `compared` (arrivals, else final answers) and `parted` (ends), and their `scale`."""
    final = middle("d", "final") - middle("u", "final") + HANDED_ON
    answer = middle("d", "answer") - middle("u", "answer") + HANDED_ON
    given_up = middle("d", "end") - middle("u", "end")
    return [
        _scale().alias("scale"),
        pl.coalesce("arrived", final).alias("compared"),
        pl.when("unanswered").then(given_up).otherwise(answer).alias("parted"),
    ]


def _ringing() -> pl.Expr:
    """Seconds between times that are not alike, beyond what a phone may ring."""
    late = pl.max_horizontal(middle("d", "start"), middle("u", "start"))
    early = pl.min_horizontal(middle("d", "start"), middle("u", "start"))
    return (late - early - 30.0).clip(0.0)
