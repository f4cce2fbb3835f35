"""Reported ends: the carriers that reports name as terminating, and how many of their reported calls left no record.

What share of a carrier's calls leaves no record anywhere depends on whom it gets them from more than on how many
carriers take part: the records cannot tell it, for they are what is missing. Reports can.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LEAST_REPORTS = 5
"""Reports that name a carrier as the end from which it is taken to deliver calls."""

LEAST_IN_ALL = 60
"""Reports that name an end, from which they tell how many calls leave no record."""

LIKE_OTHERS = 5.0
"""Reports that an end counts for less than all ends of which some calls left no record together."""

MOST_UNSEEN = 0.95
"""Share of calls that are taken to leave no record at most."""


@dataclass(frozen=True, slots=True)
class ReportedEnds:
    """Of each end the reports that name it, and how many of these calls no record on file may be of (`counts`)."""

    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])

    @property
    def told(self) -> bool:
        """Whether there are enough reports to tell anything."""
        return sum(reports for reports, _ in self.counts.values()) >= LEAST_IN_ALL

    @property
    def delivering(self) -> frozenset[str]:
        """The carriers that are known to deliver calls."""
        return frozenset(end for end, (reports, _) in self.counts.items() if reports >= LEAST_REPORTS)

    @property
    def usual(self) -> float:
        """The share of all reported calls that left no record."""
        return _share(self.counts)

    def unseen(self) -> dict[str, float]:
        """The share of each delivering carrier's calls that leaves no record.

        Drawn towards that of ends that are not known: few reports may all be of calls that left one by chance. Where
        no end lost any, only of ends that many reports name.
        """
        elsewhere = self.elsewhere
        if elsewhere is None:
            return {end: 0.0 for end, (reports, _) in sorted(self.counts.items()) if reports >= LEAST_IN_ALL}
        told = ((end, *self.counts[end]) for end in sorted(self.delivering))
        return {end: (lost + LIKE_OTHERS * elsewhere) / (reports + LIKE_OTHERS) for end, reports, lost in told}

    @property
    def elsewhere(self) -> float | None:
        """The same of an end that is not known: it lacks records, as others of which some calls left none.

        None where no call left none: reports whose ends keep records themselves tell nothing of ends that do not.
        """
        lacking = {end: (reports, lost) for end, (reports, lost) in self.counts.items() if lost}
        return _share(lacking) if lacking else None


def _share(counts: Mapping[str, tuple[int, int]]) -> float:
    reports = sum(each for each, _ in counts.values())
    return sum(lost for _, lost in counts.values()) / reports if reports else 0.0
