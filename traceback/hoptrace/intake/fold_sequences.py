"""Rows in one order: which of two candidate instants each open row can have, given those before and behind it.

A switch writes its rows in order of start or of end, an export turns that round, and ids count up. Each of these is a
guess about a file. The rows whose instant is known show how far the file strays from it (`slack`); the guess that is
strayed from least counts, and those that are equally good must agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

_EARLIEST, _LATEST = -(2**62), 2**62
_LEAST_SLACK = 2_000_000
"""Times are rounded, and rows of one second stand in any order."""
_FEW, _SLACK_OF_FEW = 10, 60_000_000
"""So few known rows do not show how strict the order is: a minute is allowed for then."""
_STRETCHED = (1, 2, 4)
"""Rows may stray further in the repeated hour than the known ones do."""


def settled(guesses: Iterable[pl.DataFrame]) -> tuple[dict[int, bool], bool]:
    """For each open row's `at` whether it is of the second pass, as far as the best guesses agree; and if any held.

    A guess is a frame in a supposed order of time: `at` (the row), `first` and `last` (its candidates), `known` (its
    instant, null where it is open), all in microseconds. `held` is False where the rows follow none of the orders.
    """
    found: list[tuple[int, dict[int, bool]]] = []
    for guess in guesses:
        strays = _strays(guess)
        placed = _placed(guess, strays)
        if placed is not None:
            found.append((strays, placed))
    if not found:
        return {}, False
    least = min(strays for strays, _ in found)
    best = [placed for strays, placed in found if strays == least]
    agreed = {at: second for at, second in best[0].items() if all(each.get(at) == second for each in best[1:])}
    return agreed, True


def _strays(guess: pl.DataFrame) -> int:
    """How far a known row lies before an earlier one at most."""
    known = guess["known"].drop_nulls()
    furthest = (known.cum_max() - known).max()
    return furthest if isinstance(furthest, int) else 0


def _placed(guess: pl.DataFrame, strays: int) -> dict[int, bool] | None:
    """The open rows that have one candidate only; None where no choice of candidates is in this order."""
    known = guess["known"]
    few = known.len() - known.null_count() < _FEW
    slack = max(strays, _SLACK_OF_FEW if few else _LEAST_SLACK)
    walk = _walk_of(guess)
    most = int(walk["length"].max() or 0) // 2  # type: ignore[arg-type]
    for factor in _STRETCHED:
        if slack * factor <= most and (told := _walked(walk, slack * factor)) is not None:
            return told
    return None


def _walk_of(guess: pl.DataFrame) -> pl.DataFrame:
    """The open rows, each with the latest known instant before it (`low`) and the earliest one behind it (`high`)."""
    low = pl.col("known").fill_null(_EARLIEST).cum_max().shift(1, fill_value=_EARLIEST)
    high = pl.col("known").fill_null(_LATEST).cum_min(reverse=True).shift(-1, fill_value=_LATEST)
    bounded = guess.with_columns(low=low, high=high, length=pl.col("last") - pl.col("first"))
    return bounded.filter(pl.col("known").is_null())


def _walked(walk: pl.DataFrame, slack: int) -> dict[int, bool] | None:
    first, last = walk["first"].to_list(), walk["last"].to_list()
    earliest = _pushed(first, last, walk["low"].to_list(), slack)
    # Backwards in time the same holds with all signs turned.
    latest = _pushed(_turned(last), _turned(first), _turned(walk["high"].to_list()), slack)
    if earliest is None or latest is None:
        return None
    told: dict[int, bool] = {}
    for at, one, other, begin in zip(walk["at"].to_list(), earliest, reversed(latest), first, strict=True):
        if one > -other:
            return None
        if one == -other:
            told[at] = one != begin
    return told


def _pushed(first: Sequence[int], last: Sequence[int], low: Sequence[int], slack: int) -> list[int] | None:
    """The earliest candidate that each row can have, so that none lies further than the slack before an earlier one."""
    reached, found = _EARLIEST, list[int]()
    for early, late, floor in zip(first, last, low, strict=True):
        reached = max(reached, floor)
        least = reached - slack
        time = early if early >= least else late
        if time < least:
            return None
        found.append(time)
        reached = max(reached, time)
    return found


def _turned(values: Sequence[int]) -> list[int]:
    return [-value for value in reversed(values)]
