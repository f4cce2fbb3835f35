"""Figures of accuracy: answers of any method held against truth.jsonl."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Truth = dict[str, Any]
"""One line of truth.jsonl; docs/simulate.md names its fields."""

BINS = 10


@dataclass(frozen=True, slots=True)
class Told:
    """What a method said of one call; `confidence` is None where it claimed nothing or gives no confidence."""

    path: tuple[str, ...]
    originator: str | None
    customer: str | None
    point_of_entry: str | None = None
    ambiguous: bool = False
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts over calls; add two worlds' figures by `total`. `calibration` holds (confidence, right) of each claim."""

    calls: int
    provable: int
    named: int
    right: int
    proven: int
    """Of the provable originators, those that were named rightly."""
    furthest: int
    exact: int
    ambiguous: int
    calibration: tuple[tuple[float, bool], ...] = ()

    @property
    def wrong(self) -> int:
        """False accusations: somebody was named as origin who was not."""
        return self.named - self.right

    @property
    def precision(self) -> float | None:
        return self.right / self.named if self.named else None

    @property
    def recall(self) -> float | None:
        return self.proven / self.provable if self.provable else None

    @property
    def calibration_error(self) -> float | None:
        """Mean distance of confidence and share right over ten bins of confidence, weighted by the claims in them."""
        if not self.calibration:
            return None
        bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
        for confidence, right in self.calibration:
            bins[min(int(confidence * BINS), BINS - 1)].append((confidence, right))
        gaps = [abs(sum(c for c, _ in inside) - sum(r for _, r in inside)) for inside in bins]
        return sum(gaps) / len(self.calibration)


def figures(answers: Sequence[tuple[Told, Truth]]) -> Figures:
    """The figures of one method in one world."""
    named = [(told, true) for told, true in answers if told.originator is not None]
    right = [true for told, true in named if origin_right(told, true)]
    return Figures(
        calls=len(answers),
        provable=sum(true["origin_provable"] for _, true in answers),
        named=len(named),
        right=len(right),
        proven=sum(true["origin_provable"] for true in right),
        furthest=sum(furthest_right(told, true) for told, true in answers),
        exact=sum(path_exact(told, true) for told, true in answers),
        ambiguous=sum(told.ambiguous for told, _ in answers),
        calibration=tuple((told.confidence, claim_right(told, true)) for told, true in answers if told.confidence),
    )


def total(parts: Iterable[Figures]) -> Figures:
    """The figures of several worlds together."""
    every = list(parts)
    names = ("calls", "provable", "named", "right", "proven", "furthest", "exact", "ambiguous")
    counts = {name: sum(getattr(part, name) for part in every) for name in names}
    return Figures(**counts, calibration=tuple(pair for part in every for pair in part.calibration))


def origin_right(told: Told, true: Truth) -> bool:
    """The carrier and its customer are both those that placed the call."""
    return (told.originator, told.customer) == (true["origin"], true["customer"])


def furthest_right(told: Told, true: Truth) -> bool:
    """The last carrier named is on the call's way, as far up as the records lead or further."""
    if not true["holders"]:
        return nothing_said(told, true)
    return bool(told.path) and told.path[-1] in true["path"][true["furthest_position"] :]


def path_exact(told: Told, true: Truth) -> bool:
    """Every carrier in its place, as far up as the records lead or further."""
    length = len(told.path)
    if not true["holders"]:
        return nothing_said(told, true)
    return length > true["furthest_position"] and list(told.path) == true["path"][:length]


def nothing_said(told: Told, true: Truth) -> bool:
    """Where no carrier of the call has a record on file, no more than the reported carrier can be named."""
    return list(told.path) in ([], true["path"][:1])


def claim_right(told: Told, true: Truth) -> bool:
    """Whether what an answer claims is so: the originator where one is named, else entry and furthest carrier."""
    if told.originator is not None:
        return origin_right(told, true)
    entry = told.point_of_entry in (None, true["point_of_entry"])
    return entry and furthest_right(told, true)
