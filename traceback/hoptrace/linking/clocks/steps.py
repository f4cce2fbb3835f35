"""Steps: clocks that were set while their carrier wrote records, so that all times from then on are off otherwise.

A switch that lost its time server drifts until somebody sets it right; one that restarts may come up seconds off. No
line fits both sides. Neighbours' records tell the moment, and whose clock it was: the one for which the others agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.linking.learned import DAY
from hoptrace.linking.neighbours import neighbour_pairs, with_residual
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

SHARP = 0.5
"""Seconds (1 sigma) that ticks leave open of pairs that can tell a step."""

MOST_STEPS, MOST_OF_ONE = 1_000, 20
"""Steps that are found in all, and of one clock."""

Step = tuple[str, float, float]
"""Whose clock; from when on (epoch s, as it writes the time); seconds that it runs fast beyond its line from then."""


class _Change(NamedTuple):
    """A change in a carrier's residuals by `step` s, as so many neighbours tell.

    `at`: when, by the others' clocks; `since`: from when on, as the carrier writes the time, but for the offset that it
    was taken to have; `after`: its pairs from then on; `pairs`: how many lie on the side that has fewer.
    """

    neighbours: int
    pairs: int
    at: float
    since: float
    step: float
    after: Int64s


class _Told(NamedTuple):
    """A step (s), and the neighbours that tell it, with where the last pairs with each lie `before` it."""

    step: float
    before: Mapping[int, float]


@dataclass(frozen=True)
class _Seen:
    """Pairs by carrier: of each its `rows`, and `sign`: 1 where it is the lower one, else -1; who is the `other` one.

    `own`: when its own record of a pair starts, as it tells the time. `came`: by pair, when the lower and the upper
    record start, less the steps that were found so far. The other one's says in which order a carrier's pairs were
    made: a clock that is set back tells some times twice.
    """

    rows: Mapping[int, Int64s]
    sign: Mapping[int, Floats]
    other: Mapping[int, Int64s]
    own: Mapping[int, Floats]
    came: Floats

    def set_right(self, who: int, change: _Change) -> None:
        """Take a step off a carrier's times."""
        rows, sign = self.rows[who][change.after], self.sign[who][change.after]
        self.came[(sign < 0).astype(np.int64), rows] -= change.step

    def order(self, who: int) -> tuple[Int64s, Floats]:
        """A carrier's pairs in order of time, and the others' times of them."""
        at = self.came[(self.sign[who] > 0).astype(np.int64), self.rows[who]]
        order = np.argsort(at, kind="stable")
        return order, at[order]


def find_steps(facts: pl.DataFrame, offsets: Mapping[str, float], handed_on: float) -> list[Step]:
    """The steps of all clocks, sorted; `facts` (`comparable`) on the clocks of these `offsets`, which do not drift.

    The clock whose step most neighbours tell is taken first, and its pairs are read anew: what is left is the others'.
    """
    pairs = _lone(with_residual(neighbour_pairs(facts), handed_on))
    if pairs.is_empty():
        return []
    names = pl.concat([pairs["u_carrier"], pairs["d_carrier"]]).unique().sort()
    seen, found = _by_carrier(pairs, names), defaultdict[int, list[_Change]](list)
    residual = _centred(pairs["residual"].to_numpy(), pairs)
    changes = {who: change for who in seen.rows if (change := _change(seen, who, residual)) is not None}
    for _ in range(MOST_STEPS):
        if not changes:
            break
        who = max(changes, key=lambda one: (changes[one].neighbours, changes[one].pairs, -one))
        change = changes[who]
        found[who].append(change)
        rows = seen.rows[who]
        seen.set_right(who, change)
        beyond = np.zeros(len(rows))
        beyond[change.after] = change.step
        residual[rows] = _centred(residual[rows] - seen.sign[who] * beyond, pairs[rows])
        for one in sorted({who, *seen.other[who].tolist()}):
            anew = _change(seen, one, residual)
            changes.pop(one, None)
            if anew is not None and len(found[one]) < MOST_OF_ONE:
                changes[one] = anew
    told = [_told(names[who], offsets.get(names[who], 0.0), made) for who, made in found.items()]
    return sorted(step for steps in told for step in steps)


def _lone(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs with sharp times of which neither record has another counterpart: redials do not move the clock."""
    sharp = pl.col("residual").is_not_null() & (pl.col("sigma") <= SHARP)
    once = (pl.len().over("u_sid") == 1) & (pl.len().over("d_sid") == 1)
    return pairs.filter(once).filter(sharp).sort("at", "d_sid", "u_sid")


def _centred(residual: Floats, pairs: pl.DataFrame) -> Floats:
    """Residuals around the middle one of their two carriers: how far off offsets are matters not, only what changes."""
    told = pairs.select("u_carrier", "d_carrier", residual=pl.Series(residual))
    away = pl.col("residual") - pl.col("residual").median().over("u_carrier", "d_carrier")
    return told.select(away).to_series().to_numpy().copy()


def _by_carrier(pairs: pl.DataFrame, names: pl.Series) -> _Seen:
    """The pairs of each carrier that has enough of them."""
    code = {name: place for place, name in enumerate(names)}
    up, down = (pairs[f"{side}_carrier"].replace_strict(code, return_dtype=pl.Int64).to_numpy() for side in "ud")
    who, rows = np.concatenate([down, up]), np.tile(np.arange(pairs.height), 2)
    order = np.lexsort((rows, who))
    carriers, begin = np.unique(who[order], return_index=True)
    each = {int(one): part for one, part in zip(carriers, np.split(order, begin[1:]), strict=True)}
    each = {one: part for one, part in each.items() if len(part) >= 3 * LEAST_PAIRS}
    sign, other = np.where(np.arange(len(who)) < pairs.height, 1.0, -1.0), np.concatenate([up, down])
    came = np.stack([pairs["d_start"].to_numpy(), pairs["u_start"].to_numpy()])
    own = came.ravel()
    return _Seen(
        {one: rows[part] for one, part in each.items()},
        {one: sign[part] for one, part in each.items()},
        {one: other[part] for one, part in each.items()},
        {one: own[part] for one, part in each.items()},
        came,
    )


def _change(seen: _Seen, who: int, residual: Floats) -> _Change | None:
    """The greatest step of a carrier's clock that its pairs tell, if one does."""
    if who not in seen.rows:
        return None
    order, times = seen.order(who)
    rows, own, other = seen.rows[who][order], seen.own[who][order], seen.other[who][order]
    fast = seen.sign[who][order] * residual[rows]
    size = max(LEAST_PAIRS, len(rows) // MOST_BLOCKS)
    count = len(rows) // size
    blocks = fast[: count * size].reshape(count, size)
    middle = np.median(blocks, axis=1)
    close = np.median(np.abs(blocks - middle[:, None]), axis=1) <= NEAR
    # The block between two may lie on both sides.
    step, apart = middle[2:] - middle[:-2], times[2 * size :: size][: count - 2] - times[::size][: count - 2]
    clear = close[2:] & close[:-2] & (np.abs(step) >= LEAST_STEP + WILDEST_DRIFT * apart / DAY)
    candidates = np.flatnonzero(clear)
    for block in candidates[np.argsort(-np.abs(step[candidates]), kind="stable")].tolist():
        span = slice(block * size, (block + 3) * size)
        levels = float(middle[block]), float(middle[block + 2])
        inside = _located(fast[span], levels)
        told = None if inside is None else _agreed(other, fast, span.start + inside)
        if inside is None or told is None:
            continue
        place = span.start + inside
        here, away = _from_before(other[span], fast[span], told.before)
        later = here >= inside
        # Of two switches that write by turns some six pairs may be of one by chance.
        enough = LEAST_PAIRS <= later.sum() <= len(here) - LEAST_PAIRS
        if enough and _is_clear(times[span][here], away, later, told.step):
            pairs, at = min(place, len(fast) - place), float(times[place - 1] + times[place]) / 2
            since = _since(own[span][here], away, told.step)
            return _Change(len(told.before), pairs, at, since, told.step, order[place:])
    return None


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


def _agreed(other: Int64s, fast: Floats, place: int) -> _Told | None:
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
    return _Told(step, before)


def _middles(before: Floats, after: Floats) -> tuple[float, float]:
    """Where the last pairs before a step and the first ones after it lie; NaN where there are too few."""
    if min(len(before), len(after)) < LEAST_SEEN:
        return np.nan, np.nan
    return float(np.median(before[-LEAST_PAIRS:])), float(np.median(after[:LEAST_PAIRS]))


def _told(name: str, offset: float, made: Sequence[_Change]) -> Iterator[Step]:
    """A clock's steps beyond its first time; `offset`: s that it was taken to be fast when they were found."""
    fast = 0.0
    for change in sorted(made, key=lambda change: change.at):
        fast += change.step
        yield name, round(change.since + offset, 3), round(fast, 3)
