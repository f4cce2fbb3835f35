"""Calibration: from the weight of the evidence to the share of such answers that are right.

Weights add up as if all comparisons were independent and all rivals known; what comes out is a little off, and not the
same for every kind of answer. A logistic curve for each verdict, fitted on simulated networks of both generators
(seeds that no published figure is measured on; `benchmarks/calibration.py --fit`), sets it right (Platt 1999).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from hoptrace.model.arrays import Floats, Truths
from hoptrace.model.verdicts import Verdict

Curve = tuple[float, float, float, float]
"""Shift, slope of the log odds, and what is added where a step of the trail is inferred, and where the trail is beside
the report: its end has no record of the call, and the report is further off than reports mostly are."""

CURVES: Mapping[Verdict, Curve] = {
    Verdict.ORIGINATOR_IDENTIFIED: (0.387, 1.369, 0.914, 0.0),
    Verdict.POINT_OF_ENTRY_IDENTIFIED: (0.706, 0.904, 0.470, 0.0),
    Verdict.NON_PARTICIPATING: (3.3, 0.35, -0.8, -2.2),
    Verdict.NO_RECORD: (1.284, 0.41, -1.173, 0.0),
    Verdict.DISPUTED: (1.577, 0.473, -0.532, 0.0),
}

LEAST, MOST = 0.001, 0.9995
"""No answer is sure; of those the fit has seen none was right more often."""


UNCHANGED: Curve = (0.0, 1.0, 0.0, 0.0)


def calibrated(confidence: float, verdict: Verdict, *, inferred: bool, beside: bool) -> float:
    """The share of such answers that are right, of a confidence (0..1) that the evidence alone gives.

    `inferred`: a step of the trail rests on numbers and time, no record naming the carrier. `beside`: as in Curve.
    """
    shift, slope, leap, off = CURVES.get(verdict, UNCHANGED)
    odds = shift + slope * _log_odds(confidence) + (leap if inferred else 0.0) + (off if beside else 0.0)
    return min(max(1 / (1 + math.exp(-odds)), LEAST), MOST)


def calibrated_all(confidence: Floats, verdict: Verdict, inferred: Truths, beside: Truths) -> Floats:
    """`calibrated` of many."""
    shift, slope, leap, off = CURVES.get(verdict, UNCHANGED)
    clipped = np.clip(confidence, LEAST, MOST)
    odds = shift + slope * np.log(clipped / (1 - clipped)) + np.where(inferred, leap, 0.0) + np.where(beside, off, 0.0)
    return np.clip(1 / (1 + np.exp(-odds)), LEAST, MOST)


def published(confidence: float, digits: int = 4) -> float:
    """A confidence (0..1) as results give it: rounded, but never up to 1, which only a certain answer has."""
    rounded = round(confidence, digits)
    return round(1 - 10**-digits, digits) if confidence < 1 <= rounded else rounded


def _log_odds(confidence: float) -> float:
    clipped = min(max(confidence, LEAST), MOST)
    return math.log(clipped / (1 - clipped))
