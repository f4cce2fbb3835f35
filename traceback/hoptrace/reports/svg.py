"""A small SVG canvas: boxes, lines, and text that is cut to the room it has. Text is always escaped."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from hoptrace.reports.plain import ELLIPSIS

FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif"


@dataclass(frozen=True, slots=True)
class Pen:
    """How text looks: size in user units, colour, weight (400 or 700)."""

    size: float
    colour: str
    weight: int = 400


@dataclass(slots=True)
class Canvas:
    """An SVG of `width` user units; its height is set by `markup` at the end, when it is known."""

    width: float
    root: ET.Element = field(default_factory=lambda: ET.Element("svg"))

    def box(self, x: float, y: float, width: float, height: float, **style: str) -> None:
        """A rectangle with round corners; `style` are SVG attributes with `_` for `-`."""
        size = {"width": _number(width), "height": _number(height)}
        ET.SubElement(self.root, "rect", {"x": _number(x), "y": _number(y), **size, "rx": "6", **_attributes(style)})

    def bar(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """A filled bar without corners."""
        size = {"width": _number(width), "height": _number(height)}
        ET.SubElement(self.root, "rect", {"x": _number(x), "y": _number(y), **size, "fill": colour})

    def rail(self, x: float, top: float, bottom: float, **style: str) -> None:
        """A vertical line."""
        ends = {"x1": _number(x), "x2": _number(x), "y1": _number(top), "y2": _number(bottom)}
        ET.SubElement(self.root, "line", {**ends, **_attributes(style)})

    def arrow(self, x: float, tip: float, colour: str) -> None:
        """A small arrow head that points down to (`x`, `tip`)."""
        shape = f"{_number(x - 5)},{_number(tip - 8)} {_number(x + 5)},{_number(tip - 8)} {_number(x)},{_number(tip)}"
        ET.SubElement(self.root, "polygon", {"points": shape, "fill": colour})

    def dot(self, x: float, y: float, radius: float, **style: str) -> None:
        """A circle."""
        place = {"cx": _number(x), "cy": _number(y), "r": _number(radius)}
        ET.SubElement(self.root, "circle", {**place, **_attributes(style)})

    def text(self, x: float, y: float, words: str, pen: Pen, room: float) -> None:
        """One line of text with its baseline at `y`, cut to `room`; what was cut is in the tooltip."""
        shown = fit(words, room, pen)
        group = ET.SubElement(self.root, "g") if shown != words else self.root
        if shown != words:
            ET.SubElement(group, "title").text = words[:2000]
        style = {"font-size": _number(pen.size), "font-weight": str(pen.weight), "fill": pen.colour}
        ET.SubElement(group, "text", {"x": _number(x), "y": _number(y), "font-family": FONT, **style}).text = shown

    def markup(self, height: float, name: str, title: str, description: str) -> str:
        """The whole drawing as an `<svg>` element that has a title and a description for those who cannot see it."""
        view = f"0 0 {_number(self.width)} {_number(height)}"
        size = {"width": _number(self.width), "height": _number(height), "viewBox": view}
        names = {"role": "img", "aria-labelledby": f"{name}-title {name}-description"}
        self.root.attrib.update({"xmlns": "http://www.w3.org/2000/svg", **size, **names})
        heading, words = ET.Element("title", {"id": f"{name}-title"}), ET.Element("desc", {"id": f"{name}-description"})
        heading.text, words.text = title, description
        self.root[:0] = [heading, words]
        return ET.tostring(self.root, encoding="unicode")


def fit(words: str, room: float, pen: Pen) -> str:
    """`words` cut with an ellipsis so that they stay within `room` user units."""
    left = room - _advance(ELLIPSIS, pen)
    for at, letter in enumerate(words):
        left -= _advance(letter, pen)
        if left < 0:
            return (
                words
                if _width(words[at:], pen) <= left + _advance(letter, pen) + _advance(ELLIPSIS, pen)
                else (words[:at].rstrip() + ELLIPSIS)
            )
    return words


def _width(words: str, pen: Pen) -> float:
    # Longer than this fits nowhere; a text of a million characters is not measured to its end.
    return sum(_advance(letter, pen) for letter in words[:400])


def _advance(letter: str, pen: Pen) -> float:
    # No font is at hand when a report is written, so this is on the wide side of common sans-serif fonts.
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        share = 1.05
    elif letter in "MW@%—…":
        share = 0.95
    elif letter in " .,:;'|!ijl()-·":
        share = 0.34
    else:
        share = 0.7 if letter.isupper() else 0.6
    return share * pen.size * (1.07 if pen.weight > 500 else 1.0)


def _attributes(style: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in style.items()}


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
