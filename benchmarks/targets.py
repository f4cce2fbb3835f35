"""What every scenario has to reach."""

from __future__ import annotations

from dataclasses import dataclass

from figures import Figures


@dataclass(frozen=True, slots=True)
class Target:
    """Bounds: at most so many false accusations per 2,000 calls and calibration error, at least the others."""

    false_per: float
    precision: float
    recall: float
    furthest_share: float
    exact_share: float
    calibration_error: float


ALONE = Target(1, 0.999, 0.99, 0.995, 0.995, 0.01)
SPECIAL = {
    "redials": Target(8, 0.995, 0.97, 0.99, 0.99, 0.015),
    "taking-part-10": Target(0, 1.0, 0.93, 0.98, 0.98, 0.015),
    "all-moderate": Target(5, 0.997, 0.985, 0.99, 0.99, 0.01),
    "all-strong": Target(5, 0.996, 0.96, 0.975, 0.97, 0.02),
}
AT_MOST = frozenset({"false_per", "calibration_error"})


def target_of(scenario: str) -> Target:
    """The target of a scenario; all single faults have the same."""
    return SPECIAL.get(scenario, ALONE)


def reached(found: Figures, column: str, target: Target) -> bool:
    """Whether a figure is as good as its target; a figure of nothing is."""
    value: float | None = getattr(found, column)
    bound: float = getattr(target, column)
    if value is None:
        return True
    return value <= bound if column in AT_MOST else value >= bound
