"""The weight of two statements' times: of the call's arrival, and of its answer.

Like is compared with like, on the common clock, as far as ticks, spreads and a call's way leave it open.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from hoptrace.linking.delays import Delays
from hoptrace.linking.kinds import HANDED_ON, NEIGHBOURS, Kind, leap_spread, way_of
from hoptrace.model.arrays import Floats, Int64s, Truths
from hoptrace.model.columns import Columns

BACKGROUND = 60.0
"""Seconds over which an unrelated call to the same number is as likely at any moment."""

BUSY_WINDOW = 600.0
"""Seconds in which a statement without any rival is the only one by chance."""

LONGEST_RING = 60.0
"""Seconds after which a call that nobody answers has been forwarded."""

LOOSE = 15.0
"""Seconds (1 sigma) by which times that are not alike differ beyond what a phone may ring."""

SHARP = 2.0
"""Seconds of tick and spread up to which a moment of the answer speaks for itself."""

WORST_TIME = -10.0
"""However far apart two times are, a clock may have jumped: an equal Call-ID still outweighs them."""


def student(beyond: Floats, width: Floats | float, scale: Floats, background: Floats | float) -> Floats:
    """Weight of a residual that lies `beyond` (s) what ticks of `width` (s) explain, against a uniform background (s).

    Student's t with 4 degrees of freedom around a span: within it a cut time tells nothing.
    """
    return np.log(background / (2.67 * scale + width)) - 2.5 * np.log(1 + (beyond / scale) ** 2 / 4)


def time_weight(apart: float, half: float, scale: float, slow: float = 0.0) -> float:
    """What `student` tells of one pair: `apart` s, of which ticks explain `half` s either way; at least WORST_TIME.

    Routes that were refused first explain `slow` s more of a downstream time that is late.
    """
    slow = slow if apart > 0 else 0.0
    weight, beyond = math.log(BACKGROUND / (2.67 * scale + half + slow / 4)), abs(apart) - half - slow
    if beyond > 0:
        weight -= 2.5 * math.log(1 + (beyond / scale) ** 2 / 4)
    return weight if weight > WORST_TIME else WORST_TIME


def time_weights(apart: Floats, half: Floats, scale: Floats) -> Floats:
    """`time_weight` of many pairs."""
    return np.maximum(student(np.maximum(0.0, np.abs(apart) - half), half, scale, BACKGROUND), WORST_TIME)


def middles(columns: Columns, side: str, moment: str) -> Floats:
    """A time that was cut to its tick stands for the middle of the tick; NaN where it is not known."""
    return columns.floats(f"{side}_{moment}") + columns.floats(f"{side}_tick") / 2


def with_time(pairs: pl.DataFrame, handed_on: float, delays: Delays) -> pl.DataFrame:
    """Pairs with the columns of `of_times`."""
    told = of_times(Columns(pairs), handed_on, delays)
    return pairs.hstack([pl.Series(name, column) for name, column in told.items()])


def of_times(pairs: Columns, handed_on: float, delays: Delays) -> dict[str, Floats]:
    """The `scale` (s) of pairs' residuals and the weights of time and of the answer, `w_time`, `w_answer`.

    `handed_on`: seconds that a handoff takes; `delays`: those that single carriers take beyond it.
    """
    times = _Times(pairs, handed_on, delays)
    return {"scale": times.scale, "w_time": times.arrival(), "w_answer": times.answer()}


def compare_answers(pairs: Columns) -> Truths:
    """Where the weight of time compares two moments of the answer that speak for themselves.

    A switch stamps only the answer, and both sides know sharply when it came. That moment is the same for all carriers
    of a call, whatever routes were tried before: no time of arrival is better, nor makes up for answers that differ.
    """
    told = ~(pairs.known("d_setup") & pairs.known("u_setup"))
    for side in ("d", "u"):
        sharp = pairs.floats(f"{side}_tick") + pairs.floats(f"{side}_spread") < SHARP
        told &= sharp & pairs.known(f"{side}_answer") & pairs.says(f"{side}_outcome", "answered")
    return told


@dataclass(frozen=True)
class _Times:
    """What the weights of times are made of: an array of a value for each pair, worked out once."""

    columns: Columns
    handed_on: float
    delays: Delays

    def arrival(self) -> Floats:
        """Arrival is compared with arrival, else final answer with final answer, else loosely."""
        columns, final = self.columns, self._apart("final") + HANDED_ON
        compared = self._weighed(np.where(np.isnan(self._arrived), final, self._arrived), self._background)
        # A call that is forwarded when nobody answers goes on after it has rung. Where nobody says that it was
        # forwarded, the moments of the answer must tell whether the two are one call at all.
        answers = columns.known("d_answer") & columns.known("u_answer")
        silently = self._is(Kind.FORWARDED) | (self._is(Kind.REWRITTEN) & answers)
        changed = columns.differ("u_sent", "u_called") | silently
        rang = changed & (self._arrived >= 0.0) & (self._arrived <= LONGEST_RING)
        weight = np.fmax(compared, np.where(rang, 0.0, np.nan))
        unlike = np.isnan(weight)
        if unlike.any():
            loosely = student(self._ringing(), 0.0, self.scale + LOOSE, self._background)
            weight = np.where(unlike, np.minimum(loosely, 0.5), weight)
        return np.maximum(weight, WORST_TIME)

    def answer(self) -> Floats:
        """The moment of answer where both tell it, beyond what the arrival already told.

        A call that was forwarded when nobody answered, and that nobody answered there, was given up everywhere at once.
        """
        columns = self.columns
        unanswered = self._is(Kind.FORWARDED) & columns.known("d_outcome") & ~columns.says("d_outcome", "answered")
        parted = np.where(unanswered, self._apart("end"), self._apart("answer") + HANDED_ON)
        weight = self._weighed(parted, np.where(unanswered, BACKGROUND, 10.0))
        told = columns.known("d_setup") & columns.known("u_setup") & ~np.isnan(weight)
        return np.where(told, np.clip(weight, -6.0, np.where(unanswered, 4.0, 3.0)), 0.0)

    @cached_property
    def scale(self) -> Floats:
        """Seconds: clocks' spreads, ticks cut off (uniform, hence /12), and the transit delay, wider over a gap."""
        ticks = (self._tick("d") ** 2 + self._tick("u") ** 2) / 12
        return np.sqrt(ticks + self._sharp**2)

    @cached_property
    def _sharp(self) -> Floats:
        """The same without the ticks."""
        transit = np.where(self._elsewhere, leap_spread(Kind.GAP), leap_spread(Kind.DIRECT))
        down, up = self.columns.floats("d_spread"), self.columns.floats("u_spread")
        return np.sqrt(down**2 + up**2 + transit**2 + self._delayed(1) ** 2)

    @cached_property
    def _half(self) -> Floats:
        return (self._tick("d") + self._tick("u")) / 2

    @cached_property
    def _arrived(self) -> Floats:
        return (
            self._apart("setup")
            - np.where(self._elsewhere, way_of(neighbours=False, handed_on=self.handed_on), self.handed_on)
            - self._delayed(0)
        )

    def _delayed(self, what: int) -> Floats | float:
        """Seconds that the upper carrier keeps a call beyond what a handoff takes (0), or their spread (1)."""
        told: Floats | float = 0.0
        for carrier, delay in self.delays.items():
            told = np.where(self.columns.says("u_carrier", carrier), delay[what], told)
        return told

    @cached_property
    def _elsewhere(self) -> Truths:
        """Where the two are not neighbours."""
        return ~self.columns.says_any("kind", NEIGHBOURS)

    @cached_property
    def _slow(self) -> Floats:
        retried = self.columns.floats("u_slow")
        return np.where(self._elsewhere, np.maximum(retried, 1.0), retried)

    @cached_property
    def _background(self) -> Floats:
        """Seconds over which one statement as good as this is to be expected by chance: fewer where many compete."""
        bridged, gap = self._is(Kind.BRIDGED), self._is(Kind.GAP)
        background = np.full(bridged.size, BACKGROUND)
        for kind, most in ((bridged, BUSY_WINDOW), (gap, BUSY_WINDOW / 3)):
            if kind.any():
                lone = np.clip(BUSY_WINDOW / _rivals(self.columns, kind), BACKGROUND, BUSY_WINDOW)
                background[kind] = np.minimum(lone, most)
        return background

    def _weighed(self, residual: Floats, background: Floats) -> Floats:
        # A route that was refused first takes its time, at the carrier above or at one without a record.
        slow = np.where(residual > 0, self._slow, 0.0)
        beyond = np.maximum(np.abs(residual) - self._half - slow, 0.0)
        return student(beyond, self._half + slow / 4, self._sharp, background)

    def _ringing(self) -> Floats:
        """Seconds between times that are not alike, beyond what a phone may ring."""
        down, up = (middles(self.columns, side, "start") for side in ("d", "u"))
        return np.maximum(np.maximum(down, up) - np.minimum(down, up) - 30.0, 0.0)

    def _apart(self, moment: str) -> Floats:
        return middles(self.columns, "d", moment) - middles(self.columns, "u", moment)

    def _tick(self, side: str) -> Floats:
        return self.columns.floats(f"{side}_tick")

    def _is(self, kind: Kind) -> Truths:
        return self.columns.says("kind", kind)


def _rivals(columns: Columns, kind: Truths) -> Int64s:
    """Of pairs of one kind, how many share the lower statement with each, itself counted."""
    calls, sids = columns.whole("call")[kind], columns.whole("d_sid")[kind]
    _, statement, count = np.unique(calls * (sids.max() + 1) + sids, return_inverse=True, return_counts=True)
    return count[statement]
