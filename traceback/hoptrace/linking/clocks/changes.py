"""When one clock was set, as the pairs of its carrier's records with its neighbours' tell it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from hoptrace.linking.clocks.agreeing import (
    LEAST_PAIRS,
    LEAST_STEP,
    NEAR,
    Agreed,
    Links,
    Told,
    agreed,
    by_link,
    candidates,
)
from hoptrace.linking.learned import DAY
from hoptrace.model.arrays import Floats, Int64s, Truths

MOST_BLOCKS = 100
"""Blocks of pairs, one after the other, into which a carrier's are divided at most."""

WILDEST_DRIFT = 10.0
"""Seconds a day that a clock may run fast or slow: what it comes to between the pairs before and after is no step."""

AGREEING = 0.7
"""Share of the pairs on either side which must tell a step."""

MOST_ASTRAY = 0.1
"""Share of the pairs on either side that may tell the other side's time: two switches of one carrier, whose clocks are
apart, write by turns at all times, and now and then one of them writes more."""

TO_AND_FRO = 4
"""Changes in a row between the same two times that are two switches of one carrier, which write by turns."""

BETTER_THAN_A_LINE = 0.5
"""How far pairs may be off a step, as a share of what they are off a straight line: a clock that runs so fast that it
goes seconds within some pairs was not set."""

ROUNDS = 6
"""In which the place of a step is sought by what it is, and what it is by its place, at most."""


class Change(NamedTuple):
    """A change of a clock by `step` s before the pair at `place`, as so many neighbours tell (`by`).

    `at`: when, by the others' clocks; `since`: from when on, as the carrier writes the time, but for the offset that it
    was taken to have; `pairs`: how many lie on the side that has fewer.
    """

    by: tuple[int, ...]
    pairs: int
    at: float
    since: float
    step: float
    place: int


class _Placed(NamedTuple):
    """A step before a `place`; `rows`: the pairs around it of its links; `away`: how far from theirs before (s)."""

    place: int
    by: tuple[int, ...]
    rows: Int64s
    away: Floats


def greatest_change(told: Told) -> Change | None:
    """The greatest step of a carrier's clock that its pairs tell, if one does."""
    block, links = max(LEAST_PAIRS, len(told.fast) // MOST_BLOCKS), by_link(told)
    placed = (_placed(told, links, place, 3 * block // 2) for place in candidates(told, block))
    changes = (_change(told, one) for one in placed if one is not None)
    return next((change for change in changes if change is not None), None)


def to_and_fro(changes: Sequence[Change]) -> bool:
    """Whether the changes of a clock, in order, are those of two switches that write by turns."""
    steps = [change.step for change in changes]
    rows = (steps[begin : begin + TO_AND_FRO] for begin in range(len(steps) - TO_AND_FRO + 1))
    return any(all(abs(one + other) <= 2 * NEAR for one, other in pairwise(row)) for row in rows)


def _placed(told: Told, links: Links, place: int, reach: int, rounds: int = ROUNDS) -> _Placed | None:
    """Where the step around a place is, by the pairs within `reach`; None where neighbours do not agree on one."""
    step = agreed(links, place)
    if step is None:
        return None
    rows, away = _away(told, slice(max(0, place - reach), place + reach), step)
    if len(rows) < 2 * LEAST_PAIRS:
        return None
    found = _Placed(int(rows[_parted(away, step.step)]), step.by, rows, away)
    return found if found.place == place or rounds == 1 else _placed(told, links, found.place, reach, rounds - 1)


def _away(told: Told, span: slice, step: Agreed) -> tuple[Int64s, Floats]:
    """The pairs in a span of links that tell a step, and how far each is from where its link's were before it."""
    links, before = np.array(list(step.before)), np.array(list(step.before.values()))
    rows = span.start + np.flatnonzero(np.isin(told.link[span], links))
    return rows, told.fast[rows] - before[np.searchsorted(links, told.link[rows])]


def _change(told: Told, placed: _Placed) -> Change | None:
    """The step at a place, if nearly all pairs fit."""
    place, by, rows, away = placed
    later = rows >= place
    # Of two switches that write by turns some six pairs may be of one by chance.
    if not LEAST_PAIRS <= later.sum() <= len(later) - LEAST_PAIRS:
        return None
    # The last ones before it of a link with few calls may be long before, and clocks drift.
    level = float(np.median(away[~later]))
    away, step = away - level, float(np.median(away[later])) - level
    if not _is_clear(told.times[rows], away, later, step):
        return None
    pairs, at = min(place, len(told.fast) - place), float(told.times[place - 1] + told.times[place]) / 2
    return Change(by, pairs, at, _since(told.own[rows], away, step), step, place)


def _is_clear(times: Floats, away: Floats, later: Truths, step: float) -> bool:
    """Whether nearly all pairs before a step tell another time than those after it (`later`), and at once so."""
    before, after = np.abs(away), np.abs(away - step)
    off, other = np.where(later, after, before), np.where(later, before, after)
    fits = min(float(np.mean(off[side] <= 2 * NEAR)) for side in (~later, later))
    astray = max(float(np.mean(other[side] <= 2 * NEAR)) for side in (~later, later))
    line = np.abs(away - _line(times, step))
    drifted = WILDEST_DRIFT * float(np.median(times[later]) - np.median(times[~later])) / DAY
    at_once = abs(step) >= LEAST_STEP + drifted and off.sum() < BETTER_THAN_A_LINE * line.sum()
    return fits >= AGREEING and astray <= MOST_ASTRAY and bool(at_once)


def _line(times: Floats, step: float) -> Floats:
    """A clock that went straight by a step, from amid the first third of these pairs to amid the last."""
    third = len(times) // 3
    begin, end = (float(np.median(part)) for part in (times[:third], times[-third:]))
    return step * (times - begin) / max(end - begin, 1.0)


def _parted(away: Floats, step: float) -> int:
    """Before which of these pairs to put a step so that all together are off least."""
    before, after = np.abs(away), np.abs(away - step)
    off = np.concatenate([[0.0], np.cumsum(before)]) + np.concatenate([np.cumsum(after[::-1])[::-1], [0.0]])
    inside = slice(LEAST_PAIRS // 2, len(away) - LEAST_PAIRS // 2 + 1)
    return int(np.argmin(off[inside])) + LEAST_PAIRS // 2


def _since(own: Floats, away: Floats, step: float) -> float:
    """From which of its own times on a clock tells the time of after a step."""
    order = np.argsort(own, kind="stable")
    place = _parted(away[order], step)
    return float(own[order][place - 1] + own[order][place]) / 2
