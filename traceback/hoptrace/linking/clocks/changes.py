"""When one clock was set, as the pairs of its carrier's records with its neighbours' tell it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from hoptrace.linking.learned import DAY
from hoptrace.model.arrays import Floats, Int64s, Truths

LEAST_STEP = 2.0
"""Seconds: less is a switch that keeps calls for longer at times, and lines and spreads allow for it."""

LEAST_PAIRS = 12
"""Matched pairs by which a clock's time is told on either side."""

MOST_BLOCKS = 100
"""Blocks of pairs, one after the other, into which a carrier's are divided at most."""

WILDEST_DRIFT = 10.0
"""Seconds a day that a clock may run fast or slow: what it comes to between two blocks is no step."""

NEAR = 0.7
"""Seconds (median) that the pairs of a block lie apart at most where they tell a clock's time."""

AGREEING, NEIGHBOURS = 0.7, 0.6
"""Share of the pairs on either side, and of the neighbours that are seen on both, which must tell a step."""

MOST_ASTRAY = 0.1
"""Share of the pairs on either side that may tell the other side's time: two switches of one carrier, whose clocks are
apart, write by turns at all times, and now and then one of them writes more."""

BETTER_THAN_A_LINE = 0.5
"""How far pairs may be off a step, as a share of what they are off a straight line: a clock that runs so fast that it
goes seconds within some pairs was not set."""

LEAST_SEEN = 4
"""Pairs with a neighbour on either side from which it is asked."""


class Told(NamedTuple):
    """What the pairs of a carrier tell, in the order of the others' clocks, a pair in each row.

    `times`: when, by these; `own`: when its own record starts, as it writes the time; `fast`: by how many seconds its
    clock seems fast; `other`: the neighbour.
    """

    times: Floats
    own: Floats
    fast: Floats
    other: Int64s


class Change(NamedTuple):
    """A change of a clock by `step` s before the pair at `place`, as so many neighbours tell.

    `at`: when, by the others' clocks; `since`: from when on, as the carrier writes the time, but for the offset that it
    was taken to have; `pairs`: how many lie on the side that has fewer.
    """

    neighbours: int
    pairs: int
    at: float
    since: float
    step: float
    place: int


class _Agreed(NamedTuple):
    """A step (s), and the neighbours that tell it, with where the last pairs with each lie `before` it."""

    step: float
    before: Mapping[int, float]


def greatest_change(told: Told) -> Change | None:
    """The greatest step of a carrier's clock that its pairs tell, if one does."""
    changes = (_change(told, span, levels) for span, levels in _candidates(told))
    return next((change for change in changes if change is not None), None)


def _candidates(told: Told) -> Iterator[tuple[slice, tuple[float, float]]]:
    """Where three blocks of pairs lie so that the first and the last tell times (s) far apart, the furthest first."""
    size = max(LEAST_PAIRS, len(told.fast) // MOST_BLOCKS)
    count = len(told.fast) // size
    blocks = told.fast[: count * size].reshape(count, size)
    middle = np.median(blocks, axis=1)
    close = np.median(np.abs(blocks - middle[:, None]), axis=1) <= NEAR
    # The block between two may lie on both sides.
    step, begin = middle[2:] - middle[:-2], told.times[::size]
    apart = begin[2:][: count - 2] - begin[: count - 2]
    clear = close[2:] & close[:-2] & (np.abs(step) >= LEAST_STEP + WILDEST_DRIFT * apart / DAY)
    candidates = np.flatnonzero(clear)
    for block in candidates[np.argsort(-np.abs(step[candidates]), kind="stable")].tolist():
        yield slice(block * size, (block + 3) * size), (float(middle[block]), float(middle[block + 2]))


def _change(told: Told, span: slice, levels: tuple[float, float]) -> Change | None:
    """The step amid some pairs from one level to the other, if neighbours agree on it and nearly all pairs fit."""
    inside = _located(told.fast[span], levels)
    if inside is None:
        return None
    place = span.start + inside
    agreed = _agreed(told.other, told.fast, place)
    if agreed is None:
        return None
    here, away = _from_before(told.other[span], told.fast[span], agreed.before)
    later = here >= inside
    # Of two switches that write by turns some six pairs may be of one by chance.
    enough = LEAST_PAIRS <= later.sum() <= len(here) - LEAST_PAIRS
    if not enough or not _is_clear(told.times[span][here], away, later, agreed.step):
        return None
    pairs, at = min(place, len(told.fast) - place), float(told.times[place - 1] + told.times[place]) / 2
    since = _since(told.own[span][here], away, agreed.step)
    return Change(len(agreed.before), pairs, at, since, agreed.step, place)


def _located(fast: Floats, levels: tuple[float, float]) -> int | None:
    """Before which of these pairs, by time, a clock went from one level to the other; None where too few lie there."""
    place = _parted(fast, levels)
    before, after = (np.abs(fast - level) for level in levels)
    fits = min(np.mean(side <= 2 * NEAR) for side in (before[:place], after[place:]))
    return place if fits >= AGREEING else None


def _from_before(other: Int64s, fast: Floats, before: Mapping[int, float]) -> tuple[Int64s, Floats]:
    """Which pairs are with neighbours that tell a step, and how far each is from where that one's were before it."""
    here = np.flatnonzero(np.isin(other, list(before)))
    return here, fast[here] - np.array([before[one] for one in other[here].tolist()])


def _is_clear(times: Floats, away: Floats, later: Truths, step: float) -> bool:
    """Whether nearly all pairs before a step tell another time than those after it (`later`), and at once so."""
    before, after = np.abs(away), np.abs(away - step)
    off, other = np.where(later, after, before), np.where(later, before, after)
    astray = max(float(np.mean(other[side] <= 2 * NEAR)) for side in (~later, later))
    line = np.abs(away - _line(times, (0.0, step)))
    return astray <= MOST_ASTRAY and bool(off.sum() < BETTER_THAN_A_LINE * line.sum())


def _line(times: Floats, levels: tuple[float, float]) -> Floats:
    """A clock that went straight from one level, amid the first third of these pairs, to the other amid the last."""
    third = len(times) // 3
    begin, end = (float(np.median(part)) for part in (times[:third], times[-third:]))
    return levels[0] + (levels[1] - levels[0]) * (times - begin) / max(end - begin, 1.0)


def _parted(fast: Floats, levels: tuple[float, float]) -> int:
    """Before which of these pairs to go from one level to the other, so that all together are off least."""
    before, after = (np.abs(fast - level) for level in levels)
    off = np.concatenate([[0.0], np.cumsum(before)]) + np.concatenate([np.cumsum(after[::-1])[::-1], [0.0]])
    inside = slice(LEAST_PAIRS // 2, len(fast) - LEAST_PAIRS // 2 + 1)
    return int(np.argmin(off[inside])) + LEAST_PAIRS // 2


def _since(own: Floats, away: Floats, step: float) -> float:
    """From which of its own times on a clock tells the time of after a step."""
    order = np.argsort(own, kind="stable")
    place = _parted(away[order], (0.0, step))
    return float(own[order][place - 1] + own[order][place]) / 2


def _agreed(other: Int64s, fast: Floats, place: int) -> _Agreed | None:
    """The step there, if most neighbours that have pairs on both sides tell it: those of its carrier do."""
    sides = {
        int(one): _middles(fast[:place][other[:place] == one], fast[place:][other[place:] == one])
        for one in np.unique(other)
    }
    steps = {one: after - before for one, (before, after) in sides.items() if not np.isnan(after - before)}
    if not steps:
        return None
    step = float(np.median(list(steps.values())))
    before = {one: sides[one][0] for one, own in steps.items() if abs(own - step) <= 2 * NEAR}
    if abs(step) < LEAST_STEP or len(before) < NEIGHBOURS * len(steps):
        return None
    return _Agreed(step, before)


def _middles(before: Floats, after: Floats) -> tuple[float, float]:
    """Where the last pairs before a step and the first ones after it lie; NaN where there are too few."""
    if min(len(before), len(after)) < LEAST_SEEN:
        return np.nan, np.nan
    return float(np.median(before[-LEAST_PAIRS:])), float(np.median(after[:LEAST_PAIRS]))
