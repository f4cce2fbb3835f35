"""The hop ladder: the call's way from its origin (top) to the called party (bottom) as a picture.

One rung a carrier, with the numbers and the time as that carrier recorded them. The rail between two rungs says who
tells of the handoff, by its stroke and in words, never by colour alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hoptrace.model.verdicts import Support, Verdict
from hoptrace.reports.pictures.colours import INK, LINE, MUTED, PAPER, ROLE_COLOURS
from hoptrace.reports.pictures.ladder_words import (
    called_words,
    describe,
    heading,
    origin_words,
    role_text,
    support_words,
)
from hoptrace.reports.pictures.svg import Canvas, Pen
from hoptrace.reports.trace.model import HopLine, TraceReport
from hoptrace.reports.wording.language import Language, language
from hoptrace.reports.wording.times import clock_text, seconds_text, trimmed

STROKES = {
    Support.BOTH: {"stroke_width": "4"},
    Support.ONE: {"stroke_width": "3", "stroke_dasharray": "9 5"},
    Support.NAMED: {"stroke_width": "3", "stroke_dasharray": "2 5"},
    Support.INFERRED: {"stroke_width": "2", "stroke_dasharray": "1 9"},
}

RAIL, CARD, PAD, END = 16.0, 42.0, 14.0, 34.0
SMALL, BODY, STRONG = Pen(12, MUTED), Pen(13, INK), Pen(15, INK, 700)
WIDE, NARROW, STACKED = 824.0, 340.0, 600.0
PAPER_WIDTH = 670.0
"""What A4 and Letter both have room for, in CSS pixels."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text on a rung."""

    words: str
    pen: Pen
    step: float
    """Units from the baseline above."""


def ladder(report: TraceReport, width: float = WIDE, name: str = "ladder") -> str:
    """The ladder as one `<svg>` element, `width` user units wide; below 600 the rungs stack what each carrier saw.

    `name` makes the ids unique where a page holds several.
    """
    canvas = Canvas(width)
    y = _origin(canvas, report)
    for hop in reversed(report.hops):
        y = _step(canvas, hop, report, y)
    height, told = _called_party(canvas, report, y), describe(report)
    if report.withdrawn is not None:
        height, told = canvas.warn(height, report.withdrawn.says), f"{report.withdrawn.says} {told}"
    return canvas.drawing(height, name, heading(report), told)


def ladder_file(report: TraceReport) -> bytes:
    """The ladder as an SVG file."""
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ladder(report).encode("utf-8") + b"\n"


def ladder_parts(report: TraceReport, width: float = PAPER_WIDTH) -> list[str]:
    """The ladder as a pile of HTML blocks without gaps, so that a page of paper can end between two rungs."""
    top, end = Canvas(width), Canvas(width)
    rail = language(report.language).say("The line from hop to hop")
    parts = [top.overlaid(_origin(top, report), rail)]
    for hop in reversed(report.hops):
        canvas = Canvas(width)
        parts.append(canvas.overlaid(_step(canvas, hop, report, 0.0), rail))
    return [*parts, end.overlaid(_called_party(end, report, 0.0), rail)]


def _origin(canvas: Canvas, report: TraceReport) -> float:
    known = report.words.verdict is Verdict.ORIGINATOR_IDENTIFIED and not report.cut_above
    colour = INK if known else LINE
    canvas.text(CARD, 20, origin_words(report), Pen(14, INK, 700) if known else Pen(14, MUTED), canvas.width - CARD)
    canvas.rail(RAIL, 24, 24 + END, stroke=colour, **STROKES[Support.BOTH if known else Support.INFERRED])
    canvas.dot(RAIL, 15, 8, fill=INK if known else PAPER, stroke=colour, stroke_width="2")
    return 24 + END


def _called_party(canvas: Canvas, report: TraceReport, y: float) -> float:
    canvas.dot(RAIL, y + 9, 8, fill=INK, stroke=INK, stroke_width="2")
    canvas.text(CARD, y + 14, called_words(report), Pen(14, INK, 700), canvas.width - CARD)
    return y + 26


def _step(canvas: Canvas, hop: HopLine, report: TraceReport, y: float) -> float:
    return _rail(canvas, hop, report, _rung(canvas, hop, report, y))


def _rung(canvas: Canvas, hop: HopLine, report: TraceReport, y: float) -> float:
    room = canvas.width - CARD - 2 * PAD - 2
    who, seen = _who(hop, report), _seen(hop, language(report.language))
    if canvas.width < STACKED:
        stacked = [*who, *([Line(seen[0].words, seen[0].pen, 24), *seen[1:]] if seen else ())]
        columns = [(CARD + PAD, room, stacked)]
    else:
        columns = [(CARD + PAD, room * 0.5 - PAD, who), (CARD + PAD + room * 0.5, room * 0.5, seen)]
    height = max(sum(line.step for line in lines) for _, _, lines in columns) + 13
    _frame(canvas, hop, y, height)
    for x, width, lines in columns:
        baseline = y
        for line in lines:
            baseline += line.step
            canvas.text(x, baseline, line.words, line.pen, width)
    return y + height


def _frame(canvas: Canvas, hop: HopLine, y: float, height: float) -> None:
    colour = ROLE_COLOURS[hop.roles[0]]
    outline = {"stroke": LINE, "stroke_width": "1"} | ({} if hop.records else {"stroke_dasharray": "4 4"})
    canvas.box(CARD, y, canvas.width - CARD - 1, height, fill="#f7f9fa" if hop.records else PAPER, **outline)
    canvas.bar(CARD, y + 6, 4, height - 12, colour)
    through = Support.BOTH if hop.records else Support.NAMED
    canvas.rail(RAIL, y, y + height, stroke=INK if hop.records else LINE, **STROKES[through])
    middle = y + height / 2
    canvas.dot(RAIL, middle, 11, stroke=colour, stroke_width="2", fill=colour if hop.records else PAPER)
    canvas.number(RAIL, middle + 4.5, str(hop.position), Pen(12, PAPER if hop.records else colour, 700))


def _who(hop: HopLine, report: TraceReport) -> list[Line]:
    role, voice = role_text(report, hop), language(report.language)
    identity = [hop.carrier.carrier_id] if hop.carrier.carrier_id != hop.carrier.name else []
    place = " · ".join([*identity, hop.carrier.country or voice.say("country unknown")])
    return [
        Line(role[0].upper() + role[1:], Pen(12, ROLE_COLOURS[hop.roles[0]], 700), 22),
        Line(hop.carrier.name, STRONG, 21),
        Line(place, SMALL, 18),
    ]


def _seen(hop: HopLine, voice: Language) -> list[Line]:
    if not hop.records:
        return [Line(voice.say("No record of this call from this carrier"), SMALL, 22)]
    if hop.withheld:
        return [Line(voice.say("Has a record of this call"), SMALL, 22)]
    when = f"{hop.start_utc} UTC" if hop.start_utc else voice.say("Time not known")
    calling, called = hop.calling or voice.say("caller not known"), hop.called or voice.say("not known")
    numbers = f"{calling} → {called}"
    lines = [Line(when, Pen(13, INK, 700), 22), Line(numbers, BODY, 21)]
    if hop.start_recorded:
        # The day is in the line above; what the carrier's clock showed is what this line is for.
        shown = hop.start_recorded.partition("T")[2] or hop.start_recorded
        if hop.when_ringing_ended:
            lines.insert(1, Line(voice.say("when ringing ended"), SMALL, 18))
        clock = clock_text(hop.clock_offset_s, voice)
        said = voice.say("its clock said {time}: {clock}", time=_tidy(shown), clock=clock)
        lines.append(Line(said, SMALL, 18))
    return lines


def _tidy(clock: str) -> str:
    """A written time with no more than milliseconds: 15:04:03.120000Z is 15:04:03.120Z."""
    return trimmed(re.sub(r"(\.\d{3})\d+", r"\1", clock))


def _rail(canvas: Canvas, hop: HopLine, report: TraceReport, y: float) -> float:
    if hop.support is None:
        colour = INK if hop.records else LINE
        canvas.rail(RAIL, y, y + END - 10, stroke=colour, **STROKES[Support.BOTH if hop.records else Support.NAMED])
        canvas.arrow(RAIL, y + END - 1, colour)
        return y + END
    lines = [part for part in (*support_words(report, hop), _later(hop.gap_s, language(report.language))) if part]
    if canvas.width >= STACKED:
        lines = [" · ".join(lines)]
    gap = 30.0 + 17 * len(lines)
    colour = INK if hop.support is Support.BOTH else LINE
    canvas.rail(RAIL, y, y + gap - 6, stroke=colour, **STROKES[hop.support])
    canvas.arrow(RAIL, y + gap, colour)
    for number, line in enumerate(lines):
        canvas.text(CARD + 4, y + 27 + 17 * number, line, SMALL, canvas.width - CARD - 4)
    return y + gap


def _later(gap_s: float | None, voice: Language) -> str:
    if gap_s is None:
        return ""
    span = seconds_text(abs(gap_s), voice)
    if gap_s >= 0:
        return voice.say("{span} later", span=span)
    return voice.say("{span} earlier by the corrected clocks", span=span)
