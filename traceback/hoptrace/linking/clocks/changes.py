"""When one clock was set, as the pairs of its carrier's records with its neighbours' tell it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

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
    clock seems fast; `link`: twice the neighbour, and one more where that one handed the call on.
    """

    times: Floats
    own: Floats
    fast: Floats
    link: Int64s


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
    """A step (s), how many neighbours tell it, and by link where the last pairs `before` it lie."""

    step: float
    neighbours: int
    before: Mapping[int, float]


class _Link(NamedTuple):
    """Pairs with one neighbour that went one way: which `rows`, and by how many seconds the clock seems `fast`."""

    rows: list[int]
    fast: list[float]


def greatest_change(told: Told) -> Change | None:
    """The greatest step of a carrier's clock that its pairs tell, if one does."""
    links = _by_link(told)
    changes = (_change(told, links, place) for place in _candidates(told))
    return next((change for change in changes if change is not None), None)


def _by_link(told: Told) -> dict[int, _Link]:
    """The pairs of each link."""
    order = np.argsort(told.link, kind="stable")
    links, begin = np.unique(told.link[order], return_index=True)
    parts = np.split(order, begin[1:])
    return {int(one): _Link(rows.tolist(), told.fast[rows].tolist()) for one, rows in zip(links, parts, strict=False)}


def _candidates(told: Told) -> Iterator[int]:
    """Pairs from which on a link tells another time than before: of each neighbour one in each block, furthest first.

    Each link by itself: what a handoff takes is not the same on all, nor does each have pairs at all times.
    """
    if len(told.fast) < 2 * LEAST_SEEN:
        return
    order = np.argsort(told.link, kind="stable")
    few = sliding_window_view(told.fast[order], LEAST_SEEN)
    middle = np.median(few, axis=1)
    close = np.median(np.abs(few - middle[:, None]), axis=1) <= NEAR
    step = np.abs(middle[LEAST_SEEN:] - middle[:-LEAST_SEEN])
    link, place = told.link[order], order[LEAST_SEEN : len(order) - LEAST_SEEN + 1]
    one = link[: len(step)] == link[-len(step) :]
    far = np.flatnonzero(one & close[LEAST_SEEN:] & close[:-LEAST_SEEN] & (step >= LEAST_STEP))
    far = far[np.argsort(-step[far], kind="stable")]
    _, first = np.unique(np.stack([link[far] // 2, place[far] // _block(told)]), axis=1, return_index=True)
    yield from place[far[np.sort(first)]].tolist()


def _block(told: Told) -> int:
    return max(LEAST_PAIRS, len(told.fast) // MOST_BLOCKS)


def _change(told: Told, links: Mapping[int, _Link], place: int) -> Change | None:
    """The step around a place, if neighbours agree on it and nearly all pairs fit."""
    for _ in range(2):
        agreed = _agreed(links, place)
        if agreed is None:
            return None
        rows, away = _around(told, place, agreed.before)
        if len(rows) < 2 * LEAST_PAIRS:
            return None
        place = int(rows[_parted(away, (0.0, agreed.step))])
    later = rows >= place
    # Of two switches that write by turns some six pairs may be of one by chance.
    if not LEAST_PAIRS <= later.sum() <= len(later) - LEAST_PAIRS:
        return None
    # Of a link with few calls the last ones before may lie long before, and clocks drift.
    level = float(np.median(away[~later]))
    away, step = away - level, float(np.median(away[later])) - level
    if not _is_clear(told.times[rows], away, later, step):
        return None
    pairs, at = min(place, len(told.fast) - place), float(told.times[place - 1] + told.times[place]) / 2
    return Change(agreed.neighbours, pairs, at, _since(told.own[rows], away, step), step, place)


def _around(told: Told, place: int, before: Mapping[int, float]) -> tuple[Int64s, Floats]:
    """The pairs around a place of links that tell a step, and how far each is from where its link's were before it."""
    begin, end = max(0, place - 3 * _block(told) // 2), place + 3 * _block(told) // 2
    rows = begin + np.flatnonzero(np.isin(told.link[begin:end], list(before)))
    return rows, told.fast[rows] - np.array([before[link] for link in told.link[rows].tolist()])


def _is_clear(times: Floats, away: Floats, later: Truths, step: float) -> bool:
    """Whether nearly all pairs before a step tell another time than those after it (`later`), and at once so."""
    before, after = np.abs(away), np.abs(away - step)
    off, other = np.where(later, after, before), np.where(later, before, after)
    fits = min(float(np.mean(off[side] <= 2 * NEAR)) for side in (~later, later))
    astray = max(float(np.mean(other[side] <= 2 * NEAR)) for side in (~later, later))
    line = np.abs(away - _line(times, (0.0, step)))
    drifted = WILDEST_DRIFT * float(np.median(times[later]) - np.median(times[~later])) / DAY
    at_once = abs(step) >= LEAST_STEP + drifted and off.sum() < BETTER_THAN_A_LINE * line.sum()
    return fits >= AGREEING and astray <= MOST_ASTRAY and bool(at_once)


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


def _agreed(links: Mapping[int, _Link], place: int) -> _Agreed | None:
    """The step there, if most neighbours that have pairs on both sides tell it: those of its carrier do."""
    sides = {one: middles for one, link in links.items() if (middles := _middles(link, place)) is not None}
    steps = defaultdict[int, list[float]](list)
    for link, (before, after) in sides.items():
        steps[link // 2].append(after - before)
    told = {other: sum(ways) / len(ways) for other, ways in steps.items()}
    step = median(told.values()) if told else 0.0
    telling = {other for other, own in told.items() if abs(own - step) <= 2 * NEAR}
    if abs(step) < LEAST_STEP or len(telling) < NEIGHBOURS * len(told):
        return None
    return _Agreed(step, len(telling), {link: before for link, (before, _) in sides.items() if link // 2 in telling})


def _middles(link: _Link, place: int) -> tuple[float, float] | None:
    """Where a link's last pairs before a place and its first ones after it lie; None where there are too few."""
    inside = bisect_left(link.rows, place)
    before, after = link.fast[max(0, inside - LEAST_PAIRS) : inside], link.fast[inside : inside + LEAST_PAIRS]
    return (median(before), median(after)) if min(len(before), len(after)) >= LEAST_SEEN else None
