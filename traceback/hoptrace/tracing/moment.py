"""When a call was set up, as all records of its trail tell together, and how well a reported time fits.

Each record tells a span in which the call reached its carrier: the tick to which its time was cut, or, where the switch
stamps only the final answer, the ringing before it. The spans of a trail narrow each other down; several records cut to
the same second tell no more than one of them. All trails of a batch are matched together (`match_all`); what comes out
for one of them does not depend on the others.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import accumulate, repeat
from typing import NamedTuple

import numpy as np

from hoptrace.linking.kinds import HANDED_ON
from hoptrace.model.arrays import Floats, Int64s
from hoptrace.model.frames import each_once
from hoptrace.tracing.case import Fact
from hoptrace.tracing.reported import CLOSE

LEAST_SPREAD = 0.1
"""Seconds that the scale of a reported time's error has at least."""

LOOSE, LOOSELY = 0.02, 1200.0
"""Share of reports whose time is no more than a hint, and the seconds over which it then lies anywhere."""

AS_LIKELY = 0.05
"""Moments this many times less likely than a trail's likeliest are still ones at which it may have begun."""

STEP, MOST_STEPS = 0.05, 2_000
"""Seconds between the moments that are looked at, and how many of them at most."""

ALIGNED = 16
"""Trails with about as many moments are looked at together; their rows are filled up to a multiple of this."""

TOGETHER = 256
"""So many trails are looked at together at most: bounds the memory."""

TRANSIT = 0.1
"""Seconds by which carriers of one trail get a call at different moments."""

SETTING_UP = 0.5
"""Seconds that a carrier may take to send a call on, beside what refused routes take; a call over six may well take
two or three until a phone rings."""

RANG = {"answered": 30.0, "no_answer": 60.0, "cancelled": 60.0}
REFUSAL = 0.5
"""Seconds before the final answer in which the call came, by how it ended; a refusal comes at once."""

FINAL_AFTER = {**RANG, "unknown": RANG["answered"]}
"""The same where a record does not say how the call ended, but that its time is not the arrival's."""

LOGISTIC = 1.702
"""By so much steeper the logistic curve comes nearest to the normal one."""

FURTHEST = 300.0
"""Exponents beyond which a probability is nothing, or all."""

AT_ONCE = 16
"""Probabilities of so many records are multiplied before they are brought back to a size that a number can hold."""

SHARP = 3.0
"""Seconds: a span up to this wide tells a moment; wider ones only help to choose."""

UNLIKELY = 1e-4
UNLIKELY_AT_THE_END = 1e-6
"""Density (1/s) that is left to moments which a record rules out, for a record may be wrong; the carrier that delivered
the call is nearest to the one who reported it."""


class Match(NamedTuple):
    """How well a reported time fits a trail: `weight` (natural log of a density, 1/s), `residual` s from its time.

    `apart`: seconds between the reported time and the nearest moment at which the trail may well have begun; `open`:
    the seconds over which these moments spread.
    """

    weight: float
    residual: float
    apart: float
    open: float


class Matches(NamedTuple):
    """Match of many trails, an entry each."""

    weight: Floats
    residual: Floats
    apart: Floats
    open: Floats


class Question(NamedTuple):
    """How well does a reported time `at` (epoch s) fit a trail of the statements `facts`, the terminating one first?

    `called`: the number under which the call came to its end. Where a record has another one the call was forwarded
    below it, perhaps after it rang. `close`: seconds by which reports may well be off. `slow`: seconds that
    routes tried in vain may have taken between each record and the next one above; none where it is empty.
    `setting_up`: seconds that a carrier may take to send the call on.
    """

    facts: Sequence[Fact]
    at: float
    called: int | None = None
    close: float = CLOSE
    slow: Sequence[float] = ()
    setting_up: float = SETTING_UP


class Arrivals(NamedTuple):
    """When records say that calls came, an entry a record, as in Fact; `setup` is nan where it is not known.

    `rang`: seconds before the start in which such a call came; `later`: seconds in which a call may have come to its
    end after it came to this carrier.
    """

    setup: Floats
    start: Floats
    tick: Floats
    spread: Floats
    rang: Floats
    later: Floats

    def spans(self) -> Floats:
        """(3, record): the first and last moment at which a call can have come to its end, and how blurred both are."""
        unknown = np.isnan(self.setup)
        first = np.where(unknown, self.start - self.rang, self.setup)
        last = np.where(unknown, self.start + self.tick, self.setup + self.tick + self.later)
        return np.stack([first, last, np.hypot(self.spread, TRANSIT)])


def setting_up(handed_on: float) -> float:
    """Seconds that a carrier may take to send a call on, where a handoff takes `handed_on` s in general."""
    return SETTING_UP + 2 * (handed_on - HANDED_ON)


def match_all(questions: Sequence[Question]) -> list[Match]:
    """The answer to each question."""
    begin = np.cumsum([0, *(len(question.facts) for question in questions)])
    spans = _arrivals(questions, begin).spans()
    at, close = (np.array([getattr(question, name) for question in questions]) for name in ("at", "close"))
    return list(map(Match, *(each.tolist() for each in match_trails(spans, begin, at, close))))


def _arrivals(questions: Sequence[Question], begin: Int64s) -> Arrivals:
    facts = [fact for question in questions for fact in question.facts]
    told = ([getattr(fact, name) for fact in facts] for name in ("setup", "start", "tick", "spread"))
    rang = [FINAL_AFTER.get(fact.outcome or "", REFUSAL) for fact in facts]
    later = np.array([taken for question in questions for taken in _taken(question)], np.float64)
    lengths = np.diff(begin)
    each = np.repeat([question.setting_up for question in questions], lengths)
    later += each * (np.arange(len(facts)) - np.repeat(begin[:-1], lengths))
    ends = ((question.called, fact.called) for question in questions for fact in question.facts)
    later[np.array([end is not None and called != end for end, called in ends], np.bool_)] = RANG["no_answer"]
    setup, start, tick, spread, rung = (np.array(each, np.float64) for each in (*told, rang))
    return Arrivals(setup, start, tick, spread, rung, later)


def _taken(question: Question) -> Iterator[float]:
    """Seconds that refused routes may have taken between each record and the terminating one."""
    return accumulate(question.slow, initial=0.0) if question.slow else repeat(0.0, len(question.facts))


def match_trails(spans: Floats, begin: Int64s, at: Floats, close: Floats) -> Matches:
    """How well reported times fit their trails; `spans` of records, trail n from `begin[n]` to `begin[n + 1]`."""
    lengths = np.diff(begin)
    matches = Matches(*(np.empty(len(at)) for _ in Matches._fields))
    every_length: list[int] = each_once(lengths).tolist()
    for length in every_length:
        places = np.flatnonzero(lengths == length)
        rows: Int64s = np.add.outer(begin[places], np.arange(length))
        found = match_spans(spans[:, rows].swapaxes(0, 1), at[places], close[places])
        for mine, theirs in zip(matches, found, strict=True):
            mine[places] = theirs
    return matches


def match_spans(spans: Floats, at: Floats, close: Floats) -> Matches:
    """How well each reported time fits its trail; `spans` (trail, 3, span): the first and last moment, and the blur.

    All trails have as many spans; `at` and `close` as in Question, one a trail.
    """
    matches = Matches(*(np.empty(len(spans)) for _ in Matches._fields))
    for places, counts in _alike(spans):
        spread = np.maximum(close[places] / 3, LEAST_SPREAD)
        moments, likely = _posterior(spans[places], counts)
        away = at[places, None] - moments
        well = likely >= AS_LIKELY * likely.max(axis=1, keepdims=True)
        matches.weight[places] = np.log((likely * report_density(away, spread[:, None])).sum(axis=1))
        matches.residual[places] = (likely * away).sum(axis=1)
        matches.apart[places] = np.where(well, np.abs(away), np.inf).min(axis=1)
        every = np.arange(len(away))
        # Moments lie in order: the first of these is the furthest from the reported time, the last the nearest.
        first, last = well.argmax(axis=1), well.shape[1] - 1 - well[:, ::-1].argmax(axis=1)
        matches.open[places] = away[every, first] - away[every, last]
    return matches


def report_density(away: Floats, spread: Floats | float) -> Floats:
    """The density (1/s) of a report that is so many seconds off; some are no more than a hint."""
    return (1 - LOOSE) * student_density(away, spread) + LOOSE / LOOSELY


def student_density(away: Floats, scale: Floats | float) -> Floats:
    """The density (1/s) of Student's t (3) of this scale (s): most reports are near, some far off."""
    return 2 / (math.sqrt(3) * math.pi * scale) / (1 + (away / scale) ** 2 / 3) ** 2


def _alike(spans: Floats) -> Iterator[tuple[Int64s, Int64s]]:
    """Trails with about as many moments to look at: their places, and their numbers of moments."""
    low, high = _reach(spans)
    counts = np.ceil((high - low) / _step(low, high)).astype(np.int64)
    wide = -(-counts // ALIGNED)
    for width in each_once(wide):
        chosen = np.flatnonzero(wide == width)
        for start in range(0, len(chosen), TOGETHER):
            part = chosen[start : start + TOGETHER]
            yield part, counts[part]


def _reach(spans: Floats) -> tuple[Floats, Floats]:
    """The first and the last moment that is worth a look, around the sharp spans."""
    first, last, blur = spans[:, 0], spans[:, 1], spans[:, 2]
    widths = last - first + 2 * blur
    sharp = widths <= np.maximum(SHARP, widths.min(axis=1, keepdims=True))
    low = np.where(sharp, first - 4 * blur, np.inf).min(axis=1) - 1.0
    return low, np.where(sharp, last + 4 * blur, -np.inf).max(axis=1) + 1.0


def _step(low: Floats, high: Floats) -> Floats:
    return np.maximum(STEP, (high - low) / MOST_STEPS)


def _posterior(spans: Floats, counts: Int64s) -> tuple[Floats, Floats]:
    """Moments around the sharp spans, and the probability of each given all spans; a row a trail.

    Beyond a trail's number of moments (`counts`) its probability is 0.
    """
    low, high = _reach(spans)
    place = np.arange(-(-int(counts.max()) // ALIGNED) * ALIGNED)
    moments = low[:, None] + _step(low, high)[:, None] * place
    likely = np.where(place < counts[:, None], 1.0, 0.0)
    for span in range(spans.shape[2]):
        told = _density(moments, spans[:, :, span])
        told += UNLIKELY if span else UNLIKELY_AT_THE_END
        likely *= told
        if span % AT_ONCE == AT_ONCE - 1:
            likely /= likely.max(axis=1, keepdims=True)
    likely /= likely.sum(axis=1, keepdims=True)
    return moments, likely


def _density(moments: Floats, spans: Floats) -> Floats:
    """A uniform span with blurred ends, one a row of moments; the logistic curve stands for the normal one.

    The difference of the two ends' curves, 1 / (1 + exp(-x)) at x = `since` and `since` - `wide`, put so that it takes
    one exponential a moment. Worked out in place: there are millions of moments.
    """
    first, last, sigma = (spans[:, what, None] for what in range(3))
    width = np.maximum(last - first, STEP)
    slope = LOGISTIC / sigma
    wide = width * slope
    beyond = moments - (first + width / 2)
    np.abs(beyond, out=beyond)
    beyond *= slope
    beyond -= wide / 2
    if max(beyond[:, 0].max(), beyond[:, -1].max()) > FURTHEST or wide.max() > FURTHEST:
        np.clip(beyond, -FURTHEST, FURTHEST, out=beyond)
    outside, within = np.exp(beyond, out=beyond), np.exp(-wide)
    inside = within / outside
    outside += inside
    outside += 1 + within
    return np.divide((1 - within) / width, outside, out=outside)
