"""Figures of accuracy: answers of any method held against truth.jsonl and counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from judging import Told, Truth, claim_right, falsely_accused, furthest_right, origin_right, path_exact, whole_way

BINS = 10
PER = 2_000
"""Reported calls to which false accusations are scaled."""

Answers = Sequence[tuple[Told, Truth]]


@dataclass(frozen=True, slots=True)
class Bin:
    """The claims made with a confidence of one tenth: how many, the sum of what they stated, how many were right."""

    claims: int = 0
    stated: float = 0.0
    right: int = 0

    def __add__(self, other: Bin) -> Bin:
        return Bin(self.claims + other.claims, self.stated + other.stated, self.right + other.right)


NO_CLAIMS = (Bin(),) * BINS


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts over calls; `total` adds worlds. A call counts as told apart unless it is `indistinguishable`."""

    calls: int
    apart: int
    """Calls that their reports tell apart from others; all counts from `proven` to `whole` are among these."""
    provable: int
    """Calls told apart whose chain of records leads to the origin's own."""
    on_file: int
    """Calls told apart of which the origin's own record is on file, whether or not the chain leads there."""
    named: int
    wrong: int
    """Named, but not the carrier and customer that placed the call."""
    lucky: int
    """Named rightly though the report may as well mean somebody else's call."""
    irrefutable: int
    """Of the false accusations, those of calls about which a lie was told that nothing on file contradicts."""
    proven: int
    filed: int
    furthest: int
    exact: int
    whole: int
    ambiguous: int
    bins: tuple[Bin, ...] = NO_CLAIMS

    @property
    def false(self) -> int:
        """False accusations."""
        return self.wrong + self.lucky

    @property
    def false_per(self) -> float | None:
        return ratio(self.false * PER, self.calls)

    @property
    def right(self) -> int:
        return self.named - self.false

    @property
    def indistinguishable(self) -> int:
        return self.calls - self.apart

    @property
    def precision(self) -> float | None:
        return ratio(self.right, self.named)

    @property
    def recall(self) -> float | None:
        return ratio(self.proven, self.provable)

    @property
    def on_file_recall(self) -> float | None:
        return ratio(self.filed, self.on_file)

    @property
    def furthest_share(self) -> float | None:
        return ratio(self.furthest, self.apart)

    @property
    def exact_share(self) -> float | None:
        return ratio(self.exact, self.apart)

    @property
    def calibration_error(self) -> float | None:
        """Mean distance of confidence and share right over ten bins of confidence, weighted by the claims in them."""
        return ratio(sum(abs(each.stated - each.right) for each in self.bins), sum(each.claims for each in self.bins))


def ratio(part: float, whole: float) -> float | None:
    """A share, or None of nothing."""
    return part / whole if whole else None


def figures(answers: Answers) -> Figures:
    """The figures of one method in one world."""
    named = [(told, true) for told, true in answers if told.originator is not None]
    right = [true for told, true in named if origin_right(told, true)]
    good = [true for true in right if not true["indistinguishable"]]
    apart = [(told, true) for told, true in answers if not true["indistinguishable"]]
    return Figures(
        calls=len(answers),
        apart=len(apart),
        provable=sum(true["origin_provable"] for _, true in apart),
        on_file=sum(true["origin_on_file"] for _, true in apart),
        named=len(named),
        wrong=len(named) - len(right),
        lucky=len(right) - len(good),
        irrefutable=sum(falsely_accused(told, true) and true["refutable"] is False for told, true in named),
        proven=sum(true["origin_provable"] for true in good),
        filed=sum(true["origin_on_file"] for true in good),
        furthest=sum(furthest_right(told, true) for told, true in apart),
        exact=sum(path_exact(told, true) for told, true in apart),
        whole=sum(whole_way(told, true) for told, true in apart),
        ambiguous=sum(told.ambiguous for told, _ in answers),
        bins=binned(
            (told.confidence, claim_right(told, true)) for told, true in answers if told.confidence is not None
        ),
    )


def binned(claims: Iterable[tuple[float, bool]]) -> tuple[Bin, ...]:
    """Claims (confidence, right) by tenths of confidence."""
    bins = list(NO_CLAIMS)
    for confidence, right in claims:
        bins[min(int(confidence * BINS), BINS - 1)] += Bin(1, confidence, int(right))
    return tuple(bins)


def total(parts: Iterable[Figures]) -> Figures:
    """The figures of several worlds together."""
    every = list(parts)
    names = [each.name for each in fields(Figures) if each.name != "bins"]
    counts = {name: sum(getattr(part, name) for part in every) for name in names}
    bins = (sum(inside, Bin()) for inside in zip(*(part.bins for part in every), strict=True))
    return Figures(**counts, bins=tuple(bins) or NO_CLAIMS)


def as_plain(found: Figures) -> dict[str, Any]:
    """Figures as JSON knows them."""
    return asdict(found)


def from_plain(plain: dict[str, Any]) -> Figures:
    """Figures read back."""
    return Figures(**{**plain, "bins": tuple(Bin(**each) for each in plain["bins"])})
