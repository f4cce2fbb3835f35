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

from hoptrace.linking.clocks.agreeing import LEAST_PAIRS, Told, goes_on
from hoptrace.linking.clocks.changes import Change, greatest_change, to_and_fro
from hoptrace.linking.neighbours import neighbour_pairs, with_residual
from hoptrace.model.arrays import Floats, Int64s

SHARP = 0.5
"""Seconds (1 sigma) that ticks leave open of pairs that can tell a step."""

MOST_STEPS, MOST_OF_ONE = 1_000, 20
"""Steps that are found in all, and of one clock."""

Step = tuple[str, float, float]
"""Whose clock; from when on (epoch s, as it writes the time); seconds that it runs fast beyond its line from then."""


class _Found(NamedTuple):
    """A `change` of a carrier's clock, and its pairs `after` it."""

    change: Change
    after: Int64s


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

    def set_right(self, who: int, found: _Found) -> None:
        """Take a step off a carrier's times."""
        rows, sign = self.rows[who][found.after], self.sign[who][found.after]
        self.came[(sign < 0).astype(np.int64), rows] -= found.change.step

    def change(self, who: int, residual: Floats) -> _Found | None:
        """The greatest step of a carrier's clock that its pairs tell by their residuals, if one does."""
        if who not in self.rows:
            return None
        told, order = self._told(who, residual)
        change = greatest_change(told)
        return None if change is None else _Found(change, order[change.place :])

    def of_its_own(self, who: int, change: Change, residual: Floats) -> bool:
        """Whether it was this clock that was set: what one neighbour alone tells may be that one's, as others show."""
        if len(change.by) > 1 or change.by[0] not in self.rows:
            return True
        return goes_on(self._told(change.by[0], residual)[0], change.at, who) is not False

    def _told(self, who: int, residual: Floats) -> tuple[Told, Int64s]:
        """What a carrier's pairs tell, and their order."""
        at = self.came[(self.sign[who] > 0).astype(np.int64), self.rows[who]]
        order = np.argsort(at, kind="stable")
        fast = self.sign[who][order] * residual[self.rows[who][order]]
        link = 2 * self.other[who] + (self.sign[who] > 0)
        return Told(at[order], self.own[who][order], fast, link[order]), order


def find_steps(facts: pl.DataFrame, offsets: Mapping[str, float], handed_on: float) -> list[Step]:
    """The steps of all clocks, sorted; `facts` (`comparable`) on the clocks of these `offsets`, which do not drift.

    The clock whose step most neighbours tell is taken first, and its pairs are read anew: what is left is the others'.
    """
    pairs = _lone(with_residual(neighbour_pairs(facts), handed_on))
    if pairs.is_empty():
        return []
    names = pl.concat([pairs["u_carrier"], pairs["d_carrier"]]).unique().sort()
    seen, found = _by_carrier(pairs, names), defaultdict[int, list[Change]](list)
    residual = pairs["residual"].to_numpy().copy()
    changes = {who: change for who in seen.rows if (change := seen.change(who, residual)) is not None}
    for _ in range(MOST_STEPS):
        who = _clearest(changes, seen, residual)
        if who is None:
            break
        change, after = changes[who]
        found[who].append(change)
        seen.set_right(who, changes[who])
        residual[seen.rows[who][after]] -= seen.sign[who][after] * change.step
        for one in sorted({who, *seen.other[who].tolist()}):
            anew = seen.change(one, residual)
            changes.pop(one, None)
            if anew is not None and len(found[one]) < MOST_OF_ONE:
                changes[one] = anew
    made = {who: sorted(changes, key=lambda change: change.at) for who, changes in found.items()}
    told = [
        _told(names[who], offsets.get(names[who], 0.0), steps) for who, steps in made.items() if not to_and_fro(steps)
    ]
    return sorted(step for steps in told for step in steps)


def _clearest(changes: Mapping[int, _Found], seen: _Seen, residual: Floats) -> int | None:
    """Whose step most neighbours tell, of those that were set themselves; by two or more it is beyond doubt."""
    ranked = sorted(changes, key=lambda one: (-len(changes[one].change.by), -changes[one].change.pairs, one))
    return next((one for one in ranked if seen.of_its_own(one, changes[one].change, residual)), None)


def _lone(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs with sharp times of which neither record has another counterpart: redials do not move the clock."""
    sharp = pl.col("residual").is_not_null() & (pl.col("sigma") <= SHARP)
    once = (pl.len().over("u_sid") == 1) & (pl.len().over("d_sid") == 1)
    return pairs.filter(once).filter(sharp).sort("at", "d_sid", "u_sid")


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


def _told(name: str, offset: float, made: Sequence[Change]) -> Iterator[Step]:
    """A clock's steps beyond its first time, in order; `offset`: s that it was then taken to be fast."""
    fast = 0.0
    for change in made:
        fast += change.step
        yield name, round(change.since + offset, 3), round(fast, 3)
