"""The hop ladder: the call's way from its origin (top) to the called party (bottom) as a picture.

One rung a carrier, with the numbers and the time as that carrier recorded them. The rail between two rungs says who
tells of the handoff, by its stroke and in words, never by colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from hoptrace.model.verdicts import Verdict
from hoptrace.reports.model import HopLine, Role, Support, TraceReport
from hoptrace.reports.plain import shorten
from hoptrace.reports.svg import Canvas, Pen
from hoptrace.reports.times import clock_text, seconds_text

ROLE_WORDS = {
    Role.ORIGINATING: "originating",
    Role.POINT_OF_ENTRY: "point of entry",
    Role.GATEWAY: "gateway",
    Role.TRANSIT: "transit: only carried the call",
    Role.TERMINATING: "terminating",
    Role.NAMED: "named by a neighbour, no record",
}

INK, MUTED, LINE, PAPER = "#17232e", "#52606d", "#8a97a3", "#ffffff"
ROLE_COLOURS = {
    Role.ORIGINATING: "#0b4f9e",
    Role.POINT_OF_ENTRY: "#8f4a00",
    Role.GATEWAY: "#8f4a00",
    Role.TRANSIT: "#52606d",
    Role.TERMINATING: "#0d6558",
    Role.NAMED: "#6b4a8f",
}
STROKES = {
    Support.BOTH: {"stroke_width": "4"},
    Support.ONE: {"stroke_width": "3", "stroke_dasharray": "9 5"},
    Support.NAMED: {"stroke_width": "3", "stroke_dasharray": "2 5"},
    Support.INFERRED: {"stroke_width": "2", "stroke_dasharray": "1 9"},
}

RAIL, CARD, PAD, GAP, END = 16.0, 40.0, 14.0, 46.0, 34.0
SMALL, BODY, STRONG = Pen(12, MUTED), Pen(13, INK), Pen(15, INK, 700)
WIDE, NARROW = 720.0, 340.0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text on a rung."""

    words: str
    pen: Pen
    step: float
    """Units from the baseline above."""


def ladder(report: TraceReport, width: float = WIDE, name: str = "ladder") -> str:
    """The ladder as an `<svg>` element, `width` user units wide; below 600 the rungs stack what each carrier saw.

    `name` makes the ids unique where a page holds several.
    """
    canvas = Canvas(width)
    y = _origin(canvas, report)
    for hop in reversed(report.hops):
        y = _rung(canvas, hop, y)
        y = _rail(canvas, hop, report, y)
    height = _called_party(canvas, report, y)
    title = f"The way of call {shorten(report.call.call_ref, 60)}: {report.words.heading}"
    return canvas.markup(height, name, title, describe(report))


def describe(report: TraceReport) -> str:
    """The ladder in sentences, origin first, for those who cannot see it."""
    sentences = [_origin_words(report) + "."]
    for hop in reversed(report.hops):
        seen = f"; {hop.start_utc} UTC" if hop.start_utc else ""
        roles = ", ".join(ROLE_WORDS[role] for role in hop.roles)
        sentences.append(f"{shorten(hop.carrier.name, 80)} ({roles}{seen}).")
        if hop.support is not None:
            sentences.append(support_words(report, hop) + ".")
    return " ".join([*sentences, _called_words(report) + "."])


def support_words(report: TraceReport, hop: HopLine) -> str:
    """Who says that `hop` handed the call to the carrier below it, as half a sentence; for hops from position 2."""
    below = report.hops[hop.position - 2]
    speaker = shorten((hop if hop.records else below).carrier.name, 40)
    words = {
        Support.BOTH: "Both carriers' records tell of this handoff",
        Support.ONE: "Both have a record, only one names the other carrier",
        Support.NAMED: f"Only {speaker} has a record of this handoff",
        Support.INFERRED: "Neither has a record: bridged from the records around",
    }
    return words[hop.support or Support.INFERRED]


def _origin(canvas: Canvas, report: TraceReport) -> float:
    known = report.words.verdict is Verdict.ORIGINATOR_IDENTIFIED
    stroke = STROKES[Support.NAMED] if known else STROKES[Support.INFERRED]
    canvas.text(CARD, 20, _origin_words(report), Pen(14, INK, 700) if known else Pen(14, MUTED), canvas.width - CARD)
    canvas.rail(RAIL, 24, 24 + END, stroke=LINE, **(STROKES[Support.BOTH] if known and report.hops else stroke))
    canvas.dot(RAIL, 15, 8, fill=INK if known else PAPER, stroke=INK if known else LINE, stroke_width="2")
    return 24 + END


def _origin_words(report: TraceReport) -> str:
    if report.words.verdict is Verdict.ORIGINATOR_IDENTIFIED:
        return f"Caller: customer {report.customer}" if report.customer else "Caller: the carrier's own customer"
    return "Caller: not known"


def _called_words(report: TraceReport) -> str:
    return f"Called party: {report.call.called_number}" if report.call.called_number else "Called party"


def _called_party(canvas: Canvas, report: TraceReport, y: float) -> float:
    canvas.dot(RAIL, y + 9, 8, fill=INK, stroke=INK, stroke_width="2")
    canvas.text(CARD, y + 14, _called_words(report), Pen(14, INK, 700), canvas.width - CARD)
    return y + 26


def _rung(canvas: Canvas, hop: HopLine, y: float) -> float:
    room = canvas.width - CARD - 2 * PAD - 2
    who, seen = _who(hop), _seen(hop)
    if canvas.width < 600:
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
    canvas.rail(RAIL, y, y + height, stroke=LINE, **(STROKES[Support.BOTH] if hop.records else STROKES[Support.NAMED]))
    filling = {"fill": colour} if hop.records else {"fill": PAPER}
    canvas.dot(RAIL, y + height / 2, 8, stroke=colour, stroke_width="3", **filling)


def _who(hop: HopLine) -> list[Line]:
    role = " and ".join(ROLE_WORDS[role] for role in hop.roles)
    identity = [hop.carrier.carrier_id] if hop.carrier.carrier_id != hop.carrier.name else []
    place = " · ".join([*identity, hop.carrier.country or "country unknown"])
    return [
        Line(role[0].upper() + role[1:], Pen(12, ROLE_COLOURS[hop.roles[0]], 700), 22),
        Line(hop.carrier.name, STRONG, 21),
        Line(place, SMALL, 18),
    ]


def _seen(hop: HopLine) -> list[Line]:
    if not hop.records:
        return [Line("No record of this call from this carrier", SMALL, 22)]
    when = f"{hop.start_utc} UTC" if hop.start_utc else "Time not known"
    numbers = f"{hop.calling or 'caller withheld or unknown'} → {hop.called or 'unknown'}"
    return [
        Line(when, Pen(13, INK, 700), 22),
        Line(numbers, BODY, 21),
        Line(
            f"{clock_text(hop.clock_offset_s)}{', corrected' if abs(hop.clock_offset_s) >= 0.0005 else ''}", SMALL, 18
        ),
    ]


def _rail(canvas: Canvas, hop: HopLine, report: TraceReport, y: float) -> float:
    if hop.support is None:
        own = STROKES[Support.BOTH] if hop.records else STROKES[Support.NAMED]
        canvas.rail(RAIL, y, y + END - 10, stroke=LINE, **own)
        canvas.arrow(RAIL, y + END - 1, LINE)
        return y + END
    gap = GAP if canvas.width >= 600 or hop.gap_s is None else GAP + 14
    colour = INK if hop.support is Support.BOTH else LINE
    canvas.rail(RAIL, y, y + gap - 6, stroke=colour, **STROKES[hop.support])
    canvas.arrow(RAIL, y + gap, colour)
    words, later = support_words(report, hop), _later(hop.gap_s)
    room = canvas.width - CARD - 4
    if canvas.width >= 600:
        canvas.text(CARD + 4, y + 28, " · ".join(filter(None, [words, later])), SMALL, room)
    else:
        canvas.text(CARD + 4, y + 26, words, SMALL, room)
        canvas.text(CARD + 4, y + 43, later, SMALL, room)
    return y + gap


def _later(gap_s: float | None) -> str:
    if gap_s is None:
        return ""
    return f"{seconds_text(abs(gap_s))} {'later' if gap_s >= 0 else 'earlier by the corrected clocks'}"
