"""Steps: clocks that were set while their carrier wrote records, so that all times from then on are off otherwise.

A switch that lost its time server drifts until somebody sets it right; one that restarts may come up seconds off. No
line fits both sides. Neighbours' records tell the moment, and whose clock it was: the one for which the others agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from hoptrace.linking.clocks.changes import Change, to_and_fro
from hoptrace.linking.clocks.seen import Found, Seen, by_carrier
from hoptrace.linking.neighbours import neighbour_pairs, with_residual
from hoptrace.model.arrays import Floats

SHARP = 0.5
"""Seconds (1 sigma) that ticks leave open of pairs that can tell a step."""

MOST_STEPS, MOST_OF_ONE = 1_000, 20
"""Steps that are found in all, and of one clock."""

Step = tuple[str, float, float]
"""Whose clock; from when on (epoch s, as it writes the time); seconds that it runs fast beyond its line from then."""


class SetClocks(NamedTuple):
    """The `steps` of all clocks, sorted; `either`: carriers whose step may as well be the other one's."""

    steps: list[Step]
    either: list[tuple[str, str]]

    def as_json(self) -> dict[str, Any]:
        """What is kept of it beside the weights; nothing where no clock was set."""
        told = {"steps": [list(step) for step in self.steps], "set_either": [list(pair) for pair in self.either]}
        return {name: rows for name, rows in told.items() if rows}


NO_STEPS = SetClocks([], [])
"""No clock that was set, or none known of yet."""


def find_steps(facts: pl.DataFrame, offsets: Mapping[str, float], handed_on: float) -> SetClocks:
    """The steps of all clocks; `facts` (`comparable`) on the clocks of these `offsets`, which do not drift.

    The clock whose step most neighbours tell is taken first, and its pairs are read anew: what is left is the others'.
    """
    pairs = _lone(with_residual(neighbour_pairs(facts), handed_on))
    if pairs.is_empty():
        return NO_STEPS
    names = pl.concat([pairs["u_carrier"], pairs["d_carrier"]]).unique().sort()
    seen, found = by_carrier(pairs, names), defaultdict[int, list[Change]](list)
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
    return _set_clocks(found, seen, names, offsets)


def _set_clocks(
    found: Mapping[int, Sequence[Change]], seen: Seen, names: pl.Series, offsets: Mapping[str, float]
) -> SetClocks:
    """What was found as it is told, less those that are two switches."""
    made = {who: sorted(changes, key=lambda change: change.at) for who, changes in sorted(found.items())}
    made = {who: changes for who, changes in made.items() if not to_and_fro(changes)}
    steps = [_told(names[who], offsets.get(names[who], 0.0), changes) for who, changes in made.items()]
    either = [(names[who], names[other]) for who in made if (other := seen.either(who)) is not None]
    return SetClocks(sorted(step for of_one in steps for step in of_one), either)


def _clearest(changes: Mapping[int, Found], seen: Seen, residual: Floats) -> int | None:
    """Whose step most neighbours tell, of those that were set themselves; by two or more it is beyond doubt."""
    ranked = sorted(changes, key=lambda one: (-len(changes[one].change.by), -changes[one].change.pairs, one))
    return next((one for one in ranked if seen.of_its_own(one, changes[one].change, residual)), None)


def _lone(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs with sharp times of which neither record has another counterpart: redials do not move the clock."""
    sharp = pl.col("residual").is_not_null() & (pl.col("sigma") <= SHARP)
    once = (pl.len().over("u_sid") == 1) & (pl.len().over("d_sid") == 1)
    return pairs.filter(once).filter(sharp).sort("at", "d_sid", "u_sid")


def _told(name: str, offset: float, made: Sequence[Change]) -> Iterator[Step]:
    """A clock's steps beyond its first time, in order; `offset`: s that it was then taken to be fast."""
    fast = 0.0
    for change in made:
        fast += change.step
        yield name, round(change.since + offset, 3), round(fast, 3)
