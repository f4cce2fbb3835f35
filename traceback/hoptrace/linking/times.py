"""The weight of two statements' times: of the call's arrival, and of its answer.

Like is compared with like, on the common clock, as far as ticks, spreads and a call's way leave it open.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import polars as pl

from hoptrace.linking.kinds import NEIGHBOURS, Kind, leap_spread
from hoptrace.linking.neighbours import HANDED_ON, middle
from hoptrace.model.arrays import Floats
from hoptrace.model.frames import without

BACKGROUND = 60.0
"""Seconds over which an unrelated call to the same number is as likely at any moment."""

BUSY_WINDOW = 600.0
"""Seconds in which a statement without any rival is the only one by chance."""

LONGEST_RETRY = 8.0
"""Seconds that refused routes may take before the one that went on."""

LONGEST_RING = 60.0
"""Seconds after which a call that nobody answers has been forwarded."""

WORST_TIME = -10.0
"""However far apart two times are, a clock may have jumped: an equal Call-ID still outweighs them."""


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


@cache
def _elsewhere() -> pl.Expr:
    return ~pl.col("kind").is_in(NEIGHBOURS)


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
