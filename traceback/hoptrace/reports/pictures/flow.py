"""Where the nodes and ribbons of a Sankey picture stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BAR = 9.0
"""User units that the bar of a carrier is wide."""

TALL = 260.0
"""User units that all calls together are high."""
LEAST, GAP = 28.0, 6.0
"""Units that each node gets at least, so that its two lines of text have room; units between nodes."""
LABEL_ROOM = 165.0
"""User units for the names beside the bars."""


@dataclass(frozen=True, slots=True)
class Node:
    """A carrier in one column; the lowest is the rightmost. `carrier` is empty for all others together."""

    column: int
    carrier: str
    name: str
    role: str
    calls: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Calls from a carrier in one column to one in another."""

    begins: int
    ends: int
    upstream: str
    downstream: str
    calls: int


@dataclass(frozen=True, slots=True)
class Place:
    """A node where it stands; `y` is its upper end."""

    node: Node
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A flow where it goes: from (x0, y0) down `thick` to (x1, y1)."""

    upper: Node
    lower: Node
    calls: int
    x0: float
    y0: float
    x1: float
    y1: float
    thick: float

    def outline(self) -> str:
        """Its outline as SVG path data."""
        begin, half, end = (f"{x:.1f}" for x in (self.x0, (self.x0 + self.x1) / 2, self.x1))
        y0, y1 = f"{self.y0:.1f}", f"{self.y1:.1f}"
        low0, low1 = f"{self.y0 + self.thick:.1f}", f"{self.y1 + self.thick:.1f}"
        over = f"M{begin} {y0}C{half} {y0} {half} {y1} {end} {y1}"
        return f"{over}V{low1}C{half} {low1} {half} {low0} {begin} {low0}Z"


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole picture; `room` is how wide a label may be."""

    places: tuple[Place, ...]
    ribbons: tuple[Ribbon, ...]
    height: float
    width: float
    columns: tuple[int, ...]
    room: float

    def x_of(self, column: int) -> float:
        """Where a column begins."""
        return _x(self.columns.index(column), len(self.columns), self.width)


Key = tuple[int, str]


def lay_out(nodes: Sequence[Node], flows: Sequence[Flow], width: float, top: float) -> Layout:
    """Place nodes and flows; a column's nodes stand in the order in which their calls go on: few ribbons cross."""
    columns = tuple(sorted({node.column for node in nodes}))
    scale = TALL / max([1, *(_calls(nodes, column) for column in columns)])
    placed: dict[Key, Place] = {}
    height = top
    for at, column in enumerate(columns):
        here = _ordered([node for node in nodes if node.column == column], flows, placed)
        y = top
        for node in here:
            slot, high = max(LEAST, node.calls * scale), max(2.0, node.calls * scale)
            placed[column, node.carrier] = Place(node, _x(at, len(columns), width), y + (slot - high) / 2, high)
            y += slot + GAP
        height = max(height, y)
    step = (width - LABEL_ROOM) / max(1, len(columns) - 1)
    room = min(LABEL_ROOM, step) - BAR - 8
    ribbons = _ribbons(flows, placed, scale)
    return Layout(tuple(placed.values()), tuple(ribbons), height, width, columns, room)


def _x(at: int, columns: int, width: float) -> float:
    return (width - LABEL_ROOM) * (columns - 1 - at) / max(1, columns - 1)


def _calls(nodes: Sequence[Node], column: int) -> int:
    return sum(node.calls for node in nodes if node.column == column)


def _ordered(here: Sequence[Node], flows: Sequence[Flow], placed: dict[Key, Place]) -> list[Node]:
    def centre(node: Node) -> float:
        """The middle height of the nodes that it leads to, by calls."""
        mine = [flow for flow in flows if flow.begins == node.column and flow.upstream == node.carrier]
        weights = [(flow.calls, placed.get((flow.ends, flow.downstream))) for flow in mine]
        known = [(calls, place.y + place.height / 2) for calls, place in weights if place is not None]
        return sum(calls * y for calls, y in known) / max(1, sum(calls for calls, _ in known))

    return sorted(here, key=lambda node: (node.carrier == "", centre(node), -node.calls, node.carrier))


def _ribbons(flows: Sequence[Flow], placed: dict[Key, Place], scale: float) -> list[Ribbon]:
    out: dict[Key, float] = {}
    into: dict[Key, float] = {}

    def ends(flow: Flow) -> tuple[Key, Key]:
        """The nodes between which it lies, the upper one first."""
        return (flow.begins, flow.upstream), (flow.ends, flow.downstream)

    def order(flow: Flow) -> tuple[float, float]:
        """The heights of the nodes between which it lies."""
        upper, lower = ends(flow)
        return placed[upper].y, placed[lower].y

    ribbons: list[Ribbon] = []
    for flow in sorted((each for each in flows if all(key in placed for key in ends(each))), key=order):
        upper, lower = ends(flow)
        thick = max(0.75, flow.calls * scale)
        begin, end = placed[upper], placed[lower]
        y0, y1 = begin.y + out.get(upper, 0.0), end.y + into.get(lower, 0.0)
        out[upper], into[lower] = out.get(upper, 0.0) + thick, into.get(lower, 0.0) + thick
        ribbons.append(Ribbon(begin.node, end.node, flow.calls, begin.x + BAR, y0, end.x, y1, thick))
    return ribbons
