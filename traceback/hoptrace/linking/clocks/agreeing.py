"""What the neighbours of one carrier tell of its clock around a moment, and whether they agree that it was set there.

Each link, a neighbour and which of the two handed the calls on, is held against itself: what a handoff takes is not the
same on all, and a link may have nearly all its calls on one side of the moment.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from hoptrace.model.arrays import Floats, Int64s

LEAST_STEP = 2.0
"""Seconds: less is a switch that keeps calls for longer at times, and lines and spreads allow for it."""

LEAST_PAIRS, LEAST_SEEN = 12, 4
"""Matched pairs by which a clock's time is told on either side, and by which one link's is."""

NEAR = 0.7
"""Seconds (median) that pairs lie apart at most where they tell a clock's time."""

NEIGHBOURS = 0.6
"""Share of the neighbours that are seen on both sides which must tell a step."""


class Told(NamedTuple):
    """What the pairs of a carrier tell, in the order of the others' clocks, a pair in each row.

    `times`: when, by these; `own`: when its own record starts, as it writes the time; `fast`: by how many seconds its
    clock seems fast; `link`: twice the neighbour, and one more where that one handed the call on.
    """

    times: Floats
    own: Floats
    fast: Floats
    link: Int64s


class Link(NamedTuple):
    """The pairs of a link: which `rows`, and by how many seconds the clock seems `fast`."""

    rows: list[int]
    fast: list[float]


class Agreed(NamedTuple):
    """A step (s) as neighbours (`by`) tell it, and by link where the last pairs `before` it lie."""

    step: float
    by: tuple[int, ...]
    before: Mapping[int, float]


class _Seen(NamedTuple):
    """By how much a link's pairs after a place seem faster than those `before` it (s), over how many of all pairs."""

    reach: int
    before: float
    step: float


def by_link(told: Told) -> dict[int, Link]:
    """The pairs of each link."""
    order = np.argsort(told.link, kind="stable")
    links, begin = np.unique(told.link[order], return_index=True)
    parts = np.split(order, begin[1:])
    return {int(one): Link(rows.tolist(), told.fast[rows].tolist()) for one, rows in zip(links, parts, strict=True)}


def candidates(told: Told, block: int) -> list[int]:
    """Pairs from which on a link tells another time than before: of each neighbour one in each block, furthest first.

    `block`: how many pairs are in one. There must be eight pairs or more.
    """
    order = np.argsort(told.link, kind="stable")
    link, few = told.link[order], sliding_window_view(told.fast[order], LEAST_SEEN)
    middle = np.median(few, axis=1)
    close = np.median(np.abs(few - middle[:, None]), axis=1) <= NEAR
    step = np.abs(middle[LEAST_SEEN:] - middle[:-LEAST_SEEN])
    one = link[: len(step)] == link[-len(step) :]
    far = np.flatnonzero(one & close[LEAST_SEEN:] & close[:-LEAST_SEEN] & (step >= LEAST_STEP))
    far = far[np.argsort(-step[far], kind="stable")]
    place = order[far + LEAST_SEEN]
    _, first = np.unique(np.stack([link[far] // 2, place // block]), axis=1, return_index=True)
    return place[np.sort(first)].tolist()


def agreed(links: Mapping[int, Link], place: int) -> Agreed | None:
    """The step before a pair, if most neighbours that have pairs on both sides tell it: those of its carrier do."""
    seen = _seen(links, place)
    told = _told(seen)
    step = median(around.step for around in told.values()) if told else 0.0
    by = tuple(other for other, around in told.items() if abs(around.step - step) <= 2 * NEAR)
    if abs(step) < LEAST_STEP or len(by) < NEIGHBOURS * len(told):
        return None
    # Of a carrier that keeps calls for seconds now and then only those that it handed on seem late: both ways count.
    return Agreed(step, by, {link: around.before for link, around in seen.items() if link // 2 in by})


def goes_on(told: Told, at: float, but: int) -> bool | None:
    """Whether neighbours `but` one tell that a clock was not set at a time; None where there are none."""
    links = {one: link for one, link in by_link(told).items() if one // 2 != but}
    if not links:
        return None
    others = _told(_seen(links, int(np.searchsorted(told.times, at)))).values()
    return bool(others) and median(abs(around.step) for around in others) < LEAST_STEP


def _told(seen: Mapping[int, _Seen]) -> dict[int, _Seen]:
    """What each neighbour tells: by the one of its links that has its pairs nearest to the place."""
    nearest_last = sorted(seen.items(), key=lambda link: -link[1].reach)
    return {link // 2: around for link, around in nearest_last}


def _seen(links: Mapping[int, Link], place: int) -> dict[int, _Seen]:
    """What each link tells that has enough pairs on either side of a place."""
    return {one: around for one, link in links.items() if (around := _around(link, place)) is not None}


def _around(link: Link, place: int) -> _Seen | None:
    """What a link's last pairs before a place and its first ones after it tell; None where there are too few."""
    inside = bisect_left(link.rows, place)
    begin, end = max(0, inside - LEAST_PAIRS), min(len(link.rows), inside + LEAST_PAIRS)
    if min(inside - begin, end - inside) < LEAST_SEEN:
        return None
    before = median(link.fast[begin:inside])
    return _Seen(link.rows[end - 1] - link.rows[begin], before, median(link.fast[inside:end]) - before)
