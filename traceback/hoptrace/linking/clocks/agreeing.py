"""What the neighbours of one carrier tell of its clock around a moment, and whether they agree that it was set there.

Each link, a neighbour and which of the two handed the calls on, is held against itself: what a handoff takes is not the
same on all, and a link may have nearly all its calls on one side of the moment.
"""

from __future__ import annotations

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


class Links(NamedTuple):
    """The pairs of a carrier's `links`, one link after the other: where each link `begin`s, and where the last ends.

    `rows`: which pairs; `fast`: by how many seconds the clock seems fast; `key`: the rows, more by `amount` (of all
    pairs) for each link that lies before, so that it rises throughout.
    """

    links: Int64s
    begin: Int64s
    rows: Int64s
    fast: Floats
    key: Int64s
    amount: int


class Agreed(NamedTuple):
    """A step (s) as neighbours (`by`) tell it, and by link, in order, where the last pairs `before` it lie."""

    step: float
    by: tuple[int, ...]
    before: Mapping[int, float]


class _Seen(NamedTuple):
    """By how much a link's pairs after a place seem faster than those `before` it (s), over how many of all pairs."""

    reach: int
    before: float
    step: float


def by_link(told: Told) -> Links:
    """The pairs link by link."""
    order, amount = np.argsort(told.link, kind="stable"), len(told.link)
    links, begin, each = np.unique(told.link[order], return_index=True, return_inverse=True)
    return Links(links, np.append(begin, amount), order, told.fast[order], each * amount + order, amount)


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


def agreed(links: Links, place: int) -> Agreed | None:
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
    if (told.link // 2 == but).all():
        return None
    seen = _seen(by_link(told), int(np.searchsorted(told.times, at)))
    others = [around for other, around in _told(seen).items() if other != but]
    return bool(others) and median(abs(around.step) for around in others) < LEAST_STEP


def _told(seen: Mapping[int, _Seen]) -> dict[int, _Seen]:
    """What each neighbour tells: by the one of its links that has its pairs nearest to the place."""
    nearest_last = sorted(seen.items(), key=lambda link: -link[1].reach)
    return {link // 2: around for link, around in nearest_last}


def _seen(links: Links, place: int) -> dict[int, _Seen]:
    """What each link tells by its last pairs before a place and its first ones after it, where these are enough."""
    inside = np.searchsorted(links.key, np.arange(len(links.links)) * links.amount + place)
    begin = np.maximum(links.begin[:-1], inside - LEAST_PAIRS)
    end = np.minimum(links.begin[1:], inside + LEAST_PAIRS)
    enough = np.minimum(inside - begin, end - inside) >= LEAST_SEEN
    begin, inside, end = begin[enough], inside[enough], end[enough]
    before = _middles(links.fast, begin, inside)
    step = _middles(links.fast, inside, end) - before
    reach = links.rows[end - 1] - links.rows[begin]
    told = zip(reach.tolist(), before.tolist(), step.tolist(), strict=True)
    return {link: _Seen(*each) for link, each in zip(links.links[enough].tolist(), told, strict=True)}


def _middles(fast: Floats, begin: Int64s, end: Int64s) -> Floats:
    """The medians of runs of LEAST_PAIRS pairs at most, by where they `begin` and `end`: for many links at once."""
    places = begin[:, None] + np.arange(LEAST_PAIRS)
    known = places < end[:, None]
    runs = np.sort(np.where(known, fast[np.where(known, places, 0)], np.inf), axis=1)
    each, count = np.arange(len(runs)), end - begin
    return (runs[each, (count - 1) // 2] + runs[each, count // 2]) / 2
