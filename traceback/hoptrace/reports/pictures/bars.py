"""Bars: amounts over time as columns, and a ranking as lying bars. Part of a bar may stand for what is settled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hoptrace.reports.pictures.colours import INK, LINE, MUTED
from hoptrace.reports.pictures.svg import Canvas, Pen
from hoptrace.reports.wording.language import Language

BLUE, PALE = "#0b4f9e", "#b9cfe8"
"""Told apart by lightness too, so that a print without colours can be read."""

HIGH, FOOT, LEFT = 120.0, 22.0, 44.0
LETTER = 6.6
"""Width of a letter of a label, on the wide side."""
SMALL, STRONG = Pen(11, MUTED), Pen(12, INK, 700)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `part` of `amount` is drawn dark, the rest pale; `note` stands beside it."""

    label: str
    amount: int
    part: int
    note: str = ""


def columns(bars: Sequence[Bar], width: float) -> tuple[Canvas, float]:
    """Bars side by side in their order, the highest as high as the picture; every so many has its label."""
    canvas = Canvas(width)
    most = max((bar.amount for bar in bars), default=0) or 1
    step = (width - LEFT) / max(1, len(bars))
    wide_label = max((len(bar.label) for bar in bars), default=1) * LETTER + 12
    every = max(1, math.ceil(wide_label / step))
    for share in (1.0, 0.5, 0.0):
        y = 8 + HIGH * (1 - share)
        canvas.bar(LEFT, y, width - LEFT, 0.75, LINE if share == 0 else "#d5dce2")
        canvas.text(0, y + 4, f"{most * share:,.0f}", SMALL, LEFT - 4)
    for at, bar in enumerate(bars):
        x, wide = LEFT + at * step, max(1.0, min(46.0, step - max(1.0, step * 0.2)))
        high, dark = HIGH * bar.amount / most, HIGH * bar.part / most
        canvas.bar(x, 8 + HIGH - high, wide, high, PALE)
        canvas.bar(x, 8 + HIGH - dark, wide, dark, BLUE)
        if at % every == 0:
            canvas.text(x, 8 + HIGH + 16, bar.label, SMALL, min(every * step, width - x))
    return canvas, 8 + HIGH + FOOT


def ranking(bars: Sequence[Bar], width: float) -> tuple[Canvas, float]:
    """Bars under each other, each with its label above and its note beside the number."""
    canvas = Canvas(width)
    most = max((bar.amount for bar in bars), default=0) or 1
    room = width * 0.55
    y = 0.0
    for bar in bars:
        canvas.text(0, y + 14, bar.label, STRONG, width)
        canvas.bar(0, y + 20, max(1.0, room * bar.amount / most), 12, PALE)
        canvas.bar(0, y + 20, max(0.0, room * bar.part / most), 12, BLUE)
        words = " · ".join(filter(None, (f"{bar.amount:,}", bar.note)))
        canvas.text(room * bar.amount / most + 8, y + 30, words, SMALL, width - room * bar.amount / most - 8)
        y += 44
    return canvas, y + 2


def describe(bars: Sequence[Bar], voice: Language, at_most: int = 40) -> str:
    """The bars in a sentence, for those who cannot see them."""
    told = ", ".join(f"{bar.label} {bar.amount:,}" for bar in bars[:at_most])
    return voice.say("{bars} and so on.", bars=told) if len(bars) > at_most else f"{told}."
