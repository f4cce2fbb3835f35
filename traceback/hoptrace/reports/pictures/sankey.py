"""The routes of many calls as a picture: carriers in columns, ribbons as thick as the calls that went between them.

At the left the furthest carriers known and whom they handed the calls to, at the right those that delivered them and
those from whom they got them; carriers between are counted. What a carrier was is told in words, not by colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from hoptrace.reports.campaign.model import CampaignReport
from hoptrace.reports.campaign.stages import node_key
from hoptrace.reports.pages.page import Picture
from hoptrace.reports.pictures.colours import INK, LINE, MUTED, ROLE_COLOURS
from hoptrace.reports.pictures.flow import Flow, Layout, Node, Place, lay_out
from hoptrace.reports.pictures.svg import Canvas, Pen, fit
from hoptrace.reports.tables.codes import code_text
from hoptrace.reports.trace.model import Role
from hoptrace.reports.trace.words import NAME_LIMIT
from hoptrace.reports.wording.language import Language, language, message
from hoptrace.reports.wording.plain import shorten

NODES_AT_MOST = 7
"""Carriers of a column that are shown by name; the others are one node."""

OTHERS = ""
BAR, TOP = 9.0, 26.0
STRONG, SMALL = Pen(12, INK, 700, halo=True), Pen(11, MUTED, halo=True)
TWO_LINES = 38.0
"""Height of a node from which its name may have two lines."""
NARROW = 760.0
"""On a picture less wide than this the text is smaller, so that names have room."""
HEADS = {
    5: message("Furthest known"),
    4: message("Handed to"),
    3: message("Between"),
    2: message("Handed over by"),
    1: message("Delivered by"),
}


@dataclass(frozen=True, slots=True)
class Sankey:
    """The picture's content; drawn at any width."""

    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]
    voice: Language


def sankey_of(report: CampaignReport) -> Sankey:
    """The picture of a report's routes; of each stage the carriers with the most calls by name."""
    voice = language(report.language)
    counted = report.stages.frame.with_columns(key=node_key())
    shown = counted.group_by("stage", maintain_order=True).head(NODES_AT_MOST)
    keys = ["stage", "key"]
    nodes = [
        Node(row["stage"], row["key"], shorten(row["name"], NAME_LIMIT), row["role"], row["calls"])
        for row in shown.to_dicts()
    ]
    return Sankey(
        nodes=(*nodes, *_others(counted.join(shown, on=keys, how="anti"), voice)),
        flows=tuple(_flows(report.passages.frame, shown.select(keys))),
        voice=voice,
    )


def _others(rest: pl.DataFrame, voice: Language) -> list[Node]:
    grouped = rest.group_by("stage", maintain_order=True).agg(pl.col("calls").sum(), number=pl.len())
    return [
        Node(row["stage"], OTHERS, _other_carriers(row["number"], voice), "", row["calls"])
        for row in grouped.iter_rows(named=True)
    ]


def _other_carriers(number: int, voice: Language) -> str:
    return voice.count(number, "{number} other carrier", "{number} other carriers")


def _flows(passages: pl.DataFrame, shown: pl.DataFrame) -> list[Flow]:
    lower = shown.rename({"key": "downstream"}).with_columns(low=pl.lit(value=True))
    upper = shown.select(from_stage="stage", upstream="key", up=pl.lit(value=True))
    told = passages.join(lower, on=["stage", "downstream"], how="left")
    told = told.join(upper, on=["from_stage", "upstream"], how="left")
    ends = told.select(
        "from_stage",
        "stage",
        upstream=pl.when(pl.col("up")).then(pl.col("upstream")).otherwise(pl.lit(OTHERS)),
        downstream=pl.when(pl.col("low")).then(pl.col("downstream")).otherwise(pl.lit(OTHERS)),
        calls="calls",
    )
    by = ["from_stage", "stage", "upstream", "downstream"]
    return [Flow(*row) for row in ends.group_by(by).agg(pl.col("calls").sum()).sort(by).iter_rows()]


def picture_of(report: CampaignReport) -> Picture | None:
    """The routes as a picture; None where no carrier is known."""
    if not len(report.stages):
        return None
    content = sankey_of(report)
    return Picture(
        "routes", content.voice.say("The routes of the calls"), describe(content), lambda width: draw(content, width)
    )


def draw(picture: Sankey, width: float) -> tuple[Canvas, float]:
    """The picture on a canvas and how high it is."""
    canvas = Canvas(width)
    layout = lay_out(picture.nodes, picture.flows, width, TOP)
    # Names are rather set small than cut, all of them alike.
    large = width >= NARROW and all(fit(node.name, layout.room, STRONG) == node.name for node in picture.nodes)
    pens = (STRONG, SMALL) if large else (replace(STRONG, size=10.5), replace(SMALL, size=9.5))
    for ribbon in layout.ribbons:
        # Where calls began or came in the ribbon has the colour of that role; the others stay in the background.
        colour = _colour(ribbon.upper.role) if ribbon.upper.role in _TELLING else LINE
        tip = picture.voice.count(
            ribbon.calls,
            "{upper} to {lower}: {number} call",
            "{upper} to {lower}: {number} calls",
            upper=ribbon.upper.name,
            lower=ribbon.lower.name,
        )
        canvas.area(ribbon.outline(), tip, fill=colour, fill_opacity="0.28")
    for place in layout.places:
        canvas.bar(place.x, place.y, BAR, place.height, _colour(place.node.role))
        _label(canvas, layout, place, _role(place.node, picture.voice), pens)
    for column in layout.columns:
        canvas.text(layout.x_of(column), 13, picture.voice.say(HEADS[column]), pens[1], layout.room)
    return canvas, layout.height


_TELLING = (Role.ORIGINATING, Role.POINT_OF_ENTRY, Role.GATEWAY)


def _role(node: Node, voice: Language) -> str:
    return f"{code_text(node.role, voice)} · {node.calls:,}" if node.role else f"{node.calls:,}"


def _label(canvas: Canvas, layout: Layout, place: Place, words: str, pens: tuple[Pen, Pen]) -> None:
    node, x, middle = place.node, place.x + BAR + 5, place.y + place.height / 2
    lines = _lines(node.name, layout.room, pens[0]) if place.height >= TWO_LINES else (node.name,)
    for line, name in enumerate(lines, 1 - len(lines)):
        canvas.text(x, middle - 2 + line * 13, name, pens[0], layout.room)
    canvas.text(x, middle + 12, words, pens[1], layout.room)


def _lines(name: str, room: float, pen: Pen) -> tuple[str, ...]:
    """A name that does not fit in two lines, the first as long as it can be; in one where that does not help."""
    words = name.split(" ")
    firsts = [" ".join(words[:at]) for at in range(len(words) - 1, 0, -1)]
    first = next((each for each in firsts if fit(each, room, pen) == each), None)
    if fit(name, room, pen) == name or first is None:
        return (name,)
    return (first, name[len(first) + 1 :])


def _colour(role: str) -> str:
    return ROLE_COLOURS[Role(role)] if role else LINE


def describe(picture: Sankey) -> str:
    """The picture in sentences, for those who cannot see it."""
    told: list[str] = []
    for column in sorted({node.column for node in picture.nodes}, reverse=True):
        words = ", ".join(f"{node.name} {node.calls:,}" for node in picture.nodes if node.column == column)
        told.append(f"{picture.voice.say(HEADS[column])}: {words}.")
    return " ".join(told)
