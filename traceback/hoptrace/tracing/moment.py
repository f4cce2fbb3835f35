"""When a call was set up, as all records of its trail tell together, and how well a reported time fits.

Each record tells a span in which the call reached its carrier: the tick to which its time was cut, or, where the switch
stamps only the final answer, the ringing before it. The spans of a trail narrow each other down; several records cut to
the same second tell no more than one of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hoptrace.tracing.case import Fact

CLOSE = 3.0
"""Seconds by which a reported time may well be off, where nothing else is set: three standard deviations."""

LEAST_SPREAD = 0.1

LOOSE, LOOSELY = 0.02, 1200.0
"""Share of reports whose time is no more than a hint, and the seconds over which it then lies anywhere."""

AS_LIKELY = 0.05
"""Moments this many times less likely than a trail's likeliest are still ones at which it may have begun."""

STEP = 0.05
"""Seconds between the moments that are looked at."""

TRANSIT = 0.1
"""Seconds by which carriers of one trail get a call at different moments."""

SETTING_UP = 0.5
"""Seconds until a call that came to a carrier has come to the terminating one, refused routes on the way included."""

RANG = {"answered": 30.0, "no_answer": 60.0, "cancelled": 60.0}
REFUSAL = 0.5
"""Seconds before the final answer in which the call came, by how it ended; a refusal comes at once."""

SHARP = 3.0
"""Seconds: a span up to this wide tells a moment; wider ones only help to choose."""

UNLIKELY = 1e-4
UNLIKELY_AT_THE_END = 1e-6
"""Density (1/s) that is left to moments which a record rules out, for a record may be wrong; the carrier that delivered
the call is nearest to the one who reported it."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Match:
    """How well a reported time fits a trail: `weight` (natural log of a density, 1/s), `residual` s from its time.

    `apart`: seconds between the reported time and the nearest moment at which the trail may well have begun; `open`:
    the seconds over which these moments spread.
    """

    weight: float
    residual: float
    apart: float
    open: float


def match(facts: Sequence[Fact], at: float, called: int | None = None, close: float = CLOSE) -> Match:
    """How well a reported time `at` (epoch s) fits a trail of the statements `facts`, the terminating carrier's first.

    `called`: the number under which the call came to its end. Where a record has another one the call was forwarded
    below it, perhaps after it rang. `close`: seconds by which reports may well be off.
    """
    later = [SETTING_UP if place else 0.0 for place in range(len(facts))]
    forwarded = [called is not None and fact.called != called for fact in facts]
    spans = [
        _span(fact, RANG["no_answer"] if moved else late)
        for fact, late, moved in zip(facts, later, forwarded, strict=True)
    ]
    moments, likely = _posterior(spans)
    away = at - moments
    well = likely >= AS_LIKELY * likely.max()
    return Match(
        weight=math.log(float((likely * report_density(away, max(close / 3, LEAST_SPREAD))).sum())),
        residual=float((likely * away).sum()),
        apart=float(np.abs(away[well]).min()),
        open=float(away[well].max() - away[well].min()),
    )


def report_density(away: Floats, spread: float) -> Floats:
    """The density (1/s) of a report that is so many seconds off; Student's t (3), for some reports are far off."""
    student = 2 / (math.sqrt(3) * math.pi * spread) / (1 + (away / spread) ** 2 / 3) ** 2
    return (1 - LOOSE) * student + LOOSE / LOOSELY


def _span(fact: Fact, later: float) -> tuple[float, float, float]:
    """The first and last moment at which the call can have come to its end, and how blurred both are (1 sigma).

    `later`: seconds by which it may have come to its end after it came to this carrier.
    """
    blur = math.hypot(fact.spread, TRANSIT)
    if fact.setup is not None:
        return fact.setup, fact.setup + fact.tick + later, blur
    return fact.start - RANG.get(fact.outcome or "", REFUSAL), fact.start + fact.tick, blur


def _posterior(spans: Sequence[tuple[float, float, float]]) -> tuple[Floats, Floats]:
    """Moments around the sharp spans, and the probability of each given all spans."""
    first, last, blur = np.array(spans).T
    widths = last - first + 2 * blur
    sharp = widths <= max(SHARP, float(widths.min()))
    low, high = float((first - 4 * blur)[sharp].min()) - 1.0, float((last + 4 * blur)[sharp].max()) + 1.0
    moments = np.arange(low, high, max(STEP, (high - low) / 2_000))
    doubt = np.full(len(spans), UNLIKELY)
    doubt[0] = UNLIKELY_AT_THE_END
    weight = np.log(_density(moments, first, last, blur) + doubt[:, None]).sum(axis=0)
    likely = np.exp(weight - weight.max())
    return moments, likely / likely.sum()


def _density(moments: Floats, first: Floats, last: Floats, sigma: Floats) -> Floats:
    """Uniform spans with blurred ends, a row each; the logistic curve stands for the normal one."""
    width = np.maximum(last - first, STEP)
    since = (moments - first[:, None]) / sigma[:, None]
    return (_below(since) - _below(since - (width / sigma)[:, None])) / width[:, None]


def _below(deviations: Floats) -> Floats:
    return 1 / (1 + np.exp(np.minimum(np.maximum(-1.702 * deviations, -60.0), 60.0)))
