"""Pairs of records as each carrier sees them: what they tell of its clock, and whether it was set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
import polars as pl

from hoptrace.linking.clocks.agreeing import LEAST_PAIRS, Told, goes_on
from hoptrace.linking.clocks.changes import Change, greatest_change
from hoptrace.model.arrays import Floats, Int64s

Values = TypeVar("Values", Int64s, Floats)


class Found(NamedTuple):
    """A `change` of a carrier's clock, and its pairs `after` it."""

    change: Change
    after: Int64s


@dataclass(frozen=True)
class Seen:
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

    def set_right(self, who: int, found: Found) -> None:
        """Take a step off a carrier's times."""
        rows, sign = self.rows[who][found.after], self.sign[who][found.after]
        self.came[(sign < 0).astype(np.int64), rows] -= found.change.step

    def change(self, who: int, residual: Floats) -> Found | None:
        """The greatest step of a carrier's clock that its pairs tell by their residuals, if one does."""
        if who not in self.rows:
            return None
        told, order = self._told(who, residual)
        change = greatest_change(told)
        return None if change is None else Found(change, order[change.place :])

    def of_its_own(self, who: int, change: Change, residual: Floats) -> bool:
        """Whether it was this clock that was set: what one neighbour alone tells may be that one's, as others show."""
        other, *more = change.by
        return (
            bool(more) or other not in self.rows or goes_on(self._told(other, residual)[0], change.at, who) is not False
        )

    def either(self, who: int) -> int | None:
        """The one neighbour of a carrier that has no other one either: whose clock it was is open."""
        other = int(self.other[who][0])
        alone = other in self.other and bool(np.all(self.other[who] == other) and np.all(self.other[other] == who))
        return other if alone else None

    def _told(self, who: int, residual: Floats) -> tuple[Told, Int64s]:
        """What a carrier's pairs tell, and their order."""
        at = self.came[(self.sign[who] > 0).astype(np.int64), self.rows[who]]
        order = np.argsort(at, kind="stable")
        fast = self.sign[who][order] * residual[self.rows[who][order]]
        link = 2 * self.other[who] + (self.sign[who] > 0)
        return Told(at[order], self.own[who][order], fast, link[order]), order


def by_carrier(pairs: pl.DataFrame, names: pl.Series) -> Seen:
    """The pairs (`with_residual`) of each carrier that has enough of them, by its place in `names`."""
    code = {name: place for place, name in enumerate(names)}
    up, down = (pairs[f"{side}_carrier"].replace_strict(code, return_dtype=pl.Int64).to_numpy() for side in "ud")
    who, rows = np.concatenate([down, up]), np.tile(np.arange(pairs.height), 2)
    order = np.lexsort((rows, who))
    carriers, begin = np.unique(who[order], return_index=True)
    each = {int(one): part for one, part in zip(carriers, np.split(order, begin[1:]), strict=True)}
    each = {one: part for one, part in each.items() if len(part) >= 3 * LEAST_PAIRS}
    sign: Floats = np.where(np.arange(len(who)) < pairs.height, 1.0, -1.0)
    came: Floats = np.stack([pairs["d_start"].to_numpy(), pairs["u_start"].to_numpy()])
    own: Floats = came.ravel()
    other: Int64s = np.concatenate([up, down])
    return Seen(_parted(rows, each), _parted(sign, each), _parted(other, each), _parted(own, each), came)


def _parted(told: Values, each: Mapping[int, Int64s]) -> dict[int, Values]:
    """What is told of all pairs, by carrier."""
    return {one: told[part] for one, part in each.items()}
