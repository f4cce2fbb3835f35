"""One answer held against one line of truth.jsonl: is the origin right, the furthest carrier, the path, the claim?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

Truth = dict[str, Any]
"""One line of truth.jsonl; docs/simulate.md names its fields."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a method said of one call; `confidence` is None where it claimed nothing or gives no confidence."""

    path: tuple[str, ...]
    originator: str | None = None
    customer: str | None = None
    point_of_entry: str | None = None
    verdict: str | None = None
    confidence: float | None = None

    @property
    def ambiguous(self) -> bool:
        return self.verdict == "ambiguous"


def origin_right(told: Told, true: Truth) -> bool:
    """The carrier and its customer are both those that placed the call."""
    return (told.originator, told.customer) == (true["origin"], true["customer"])


def falsely_accused(told: Told, true: Truth) -> bool:
    """Somebody was named who did not place the call, or whom the report cannot tell from others: that is luck."""
    return told.originator is not None and (true["indistinguishable"] or not origin_right(told, true))


def furthest_right(told: Told, true: Truth) -> bool:
    """The last carrier named is on the call's way, as far up as the records lead or further.

    An answer `ambiguous` must have all its carriers on the way.
    """
    if not true["holders"]:
        return nothing_said(told, true)
    return any(_reaches(told, way, true["furthest_position"]) for way in (true["path"], *true["other_paths"]))


def _reaches(told: Told, way: Sequence[str], far: int) -> bool:
    if not told.path or (told.ambiguous and not set(told.path) <= set(way)):
        return False
    return told.path[-1] in way[min(far, len(way) - 1) :]


def path_exact(told: Told, true: Truth) -> bool:
    """Every carrier in its place, as far up as the records lead or further.

    Carriers that nobody names may be lacking; the way of a redial that the report may as well mean is as good.
    A hairpin through a carrier that nobody names looks as if the call had passed once.
    """
    if not true["holders"]:
        return nothing_said(told, true)
    far = true["furthest_position"]
    return _in_place(told.path, true, far) or any(follows(told.path, way, far) for way in true["other_paths"])


def _in_place(path: Sequence[str], true: Truth, far: int) -> bool:
    """Whether a path is the call's way up to the place `far` or further, but for carriers that nobody names.

    One that nobody names may be on it all the same, as where a redial's records, or a liar's, tell of it.
    """
    way, named = true["path"], [carrier for carrier, _ in groupby(true["nameable_path"])]
    if not path:
        return not named
    ends = [place for place in range(min(far, len(way) - 1), len(way)) if way[place] == path[-1]]
    return any(within(path, way[: end + 1]) and _complete(path, named, way[end + 1 :]) for end in ends)


def _complete(path: Sequence[str], named: Sequence[str], beyond: Sequence[str]) -> bool:
    """Whether a path has all the named carriers but those that lie beyond its end."""
    parts = ((named[:count], named[count:]) for count in range(len(named) + 1))
    return any(within(here, path) and within(rest, beyond) for here, rest in parts)


def within(path: Sequence[str], way: Sequence[str]) -> bool:
    """Whether a path is a way with carriers left out."""
    rest = iter(way)
    return all(carrier in rest for carrier in path)


def follows(path: Sequence[str], way: Sequence[str], far: int) -> bool:
    """Whether a path is a way's beginning, up to the place `far` at least."""
    return len(path) > min(far, len(way) - 1) and list(path) == list(way[: len(path)])


def whole_way(told: Told, true: Truth) -> bool:
    """The path leads to the origin and lacks nobody."""
    return list(told.path) in (true["path"], *true["other_paths"])


def nothing_said(told: Told, true: Truth) -> bool:
    """Where no carrier of the call has a record on file, no more than the reported carrier can be named."""
    return list(told.path) in ([], true["path"][:1])


def claim_right(told: Told, true: Truth) -> bool:
    """Whether what an answer claims is so: the originator where one is named, else entry and furthest carrier."""
    if told.originator is not None:
        return not falsely_accused(told, true)
    entries = {None, true["point_of_entry"]}.union(*true["other_paths"])
    return told.point_of_entry in entries and furthest_right(told, true)
