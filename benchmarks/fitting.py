"""Logistic curves from stated confidence to the share of right claims, for `hoptrace.tracing.calibration.CURVES`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from scipy.optimize import minimize

from hoptrace.model.verdicts import Verdict
from hoptrace.tracing.calibration import CURVES, UNCHANGED, Curve

RIDGE = np.array([1.0, 30.0, 1.0])
"""How strongly few claims leave a curve as it is: (shift, slope, leap) stay near (0, 1, 0)."""

LEAST = 1e-4
More = tuple[float, float, float]
"""What claims say on top of a curve: shift, slope, leap. What is added beside the report stays, for no result tells of
that: it was fitted by itself."""

Told = tuple[float, bool, bool]
"""One claim: stated confidence, whether a step was inferred, whether it was right."""


def fitted(claims: Mapping[Verdict, Sequence[Told]]) -> dict[Verdict, Curve]:
    """New curves: what the claims (stated by the present curves) say on top of these."""
    return {verdict: _composed(CURVES.get(verdict, UNCHANGED), _fit(told)) for verdict, told in claims.items()}


def _fit(told: Iterable[Told]) -> More:
    """Logistic regression of being right on (1, log odds, inferred), with a ridge."""
    rows = list(told)
    stated = np.clip([row[0] for row in rows], LEAST, 1 - LEAST)
    inputs = np.column_stack([np.ones(len(rows)), np.log(stated / (1 - stated)), [float(row[1]) for row in rows]])
    right = np.array([float(row[2]) for row in rows])
    prior = np.array([0.0, 1.0, 0.0])

    def loss(curve: np.ndarray) -> float:
        odds = inputs @ curve
        return float(np.sum(np.logaddexp(0.0, odds) - right * odds) + 0.5 * RIDGE @ (curve - prior) ** 2)

    shift, slope, leap = minimize(loss, prior, method="Nelder-Mead", options={"maxiter": 2_000}).x
    return float(shift), float(slope), float(leap)


def _composed(present: Curve, more: More) -> Curve:
    """The curve that does `more` to what `present` gives."""
    shift, slope, leap, beside = present
    composed = more[0] + more[1] * shift, more[1] * slope, more[2] + more[1] * leap, beside
    return tuple(round(part, 3) if math.isfinite(part) else 0.0 for part in composed)  # pyright: ignore[reportReturnType]
