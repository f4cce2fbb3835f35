"""A small SVG canvas: boxes, lines, and text that is cut to the room it has. Text is always escaped."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from hoptrace.reports.pictures.colours import INK
from hoptrace.reports.wording.plain import ELLIPSIS

FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans Thai', 'DejaVu Sans', sans-serif"


@dataclass(frozen=True, slots=True)
class Pen:
    """How text looks: size in user units, colour, weight (400 or 700); `halo`: it stands over other shapes."""

    size: float
    colour: str
    weight: int = 400
    halo: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text: `shown` is `full` cut to `room`; `y` is the baseline."""

    x: float
    y: float
    shown: str
    full: str
    pen: Pen
    room: float
    centred: bool = False

    def as_svg(self) -> ET.Element:
        """The text as an SVG element, in a group with a tooltip where it was cut."""
        place = {"x": _number(self.x), "y": _number(self.y), "font-family": FONT} | (
            {"text-anchor": "middle"} if self.centred else {}
        )
        style = {"font-size": _number(self.pen.size), "font-weight": str(self.pen.weight), "fill": self.pen.colour}
        if self.pen.halo:
            style |= {"paint-order": "stroke", "stroke": "#ffffff", "stroke-width": "3", "stroke-opacity": "0.75"}
        text = ET.Element("text", {**place, **style})
        text.text = self.shown
        if self.shown == self.full:
            return text
        group = ET.Element("g")
        ET.SubElement(group, "title").text = self.full[:2000]
        group.append(text)
        return group

    def as_html(self) -> ET.Element:
        """The text as an HTML element placed over the drawing."""
        # What all have is in report.css. 1.07: the baseline in a line of 1.36 of common fonts, in font sizes.
        left, top = self.x - (self.room / 2 if self.centred else 0), self.y - 1.07 * self.pen.size
        style = (
            f"left:{_number(left)}px;top:{_number(top)}px;width:{_number(self.room)}px;"
            f"font-size:{_number(self.pen.size)}px;font-weight:{self.pen.weight};color:{self.pen.colour}"
            f"{';text-align:center;overflow:visible' if self.centred else ''}"
        )
        span = ET.Element("span", {"style": style, "dir": "ltr"})
        words = ET.SubElement(span, "span", {"style": "background:rgba(255,255,255,.7)"}) if self.pen.halo else span
        words.text = self.shown
        return span


@dataclass(slots=True)
class Canvas:
    """An SVG of `width` user units; its height is given at the end, when it is known."""

    width: float
    shapes: list[ET.Element] = field(default_factory=list[ET.Element])
    words: list[Words] = field(default_factory=list[Words])

    def box(self, x: float, y: float, width: float, height: float, **style: str) -> None:
        """A rectangle with round corners; `style` are SVG attributes with `_` for `-`."""
        size = {"width": _number(width), "height": _number(height)}
        self.shapes.append(
            ET.Element("rect", {"x": _number(x), "y": _number(y), **size, "rx": "6", **_attributes(style)})
        )

    def bar(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """A filled bar without corners."""
        size = {"width": _number(width), "height": _number(height)}
        self.shapes.append(ET.Element("rect", {"x": _number(x), "y": _number(y), **size, "fill": colour}))

    def rail(self, x: float, top: float, bottom: float, **style: str) -> None:
        """A vertical line."""
        ends = {"x1": _number(x), "x2": _number(x), "y1": _number(top), "y2": _number(bottom)}
        self.shapes.append(ET.Element("line", {**ends, **_attributes(style)}))

    def arrow(self, x: float, tip: float, colour: str) -> None:
        """A small arrow head that points down to (`x`, `tip`)."""
        shape = f"{_number(x - 5)},{_number(tip - 8)} {_number(x + 5)},{_number(tip - 8)} {_number(x)},{_number(tip)}"
        self.shapes.append(ET.Element("polygon", {"points": shape, "fill": colour}))

    def dot(self, x: float, y: float, radius: float, **style: str) -> None:
        """A circle."""
        place = {"cx": _number(x), "cy": _number(y), "r": _number(radius)}
        self.shapes.append(ET.Element("circle", {**place, **_attributes(style)}))

    def area(self, outline: str, tip: str, **style: str) -> None:
        """A closed path by its outline (SVG path data); `tip` is its tooltip."""
        shape = ET.Element("path", {"d": outline, **_attributes(style)})
        ET.SubElement(shape, "title").text = tip
        self.shapes.append(shape)

    def number(self, x: float, y: float, words: str, pen: Pen) -> None:
        """A short text centred on `x` with its baseline at `y`."""
        self.words.append(Words(x, y, words, words, pen, 24.0, True))

    def text(self, x: float, y: float, words: str, pen: Pen, room: float) -> None:
        """One line of text with its baseline at `y`, cut to `room`; what was cut is in the tooltip."""
        self.words.append(Words(x, y, fit(words, room, pen), words, pen, room))

    def warn(self, height: float, words: str) -> float:
        """A line in bold under a drawing of this height; gives the height with it."""
        self.text(0, height + 18, words, Pen(14, INK, 700), self.width)
        return height + 26

    def drawing(self, height: float, name: str, title: str, description: str) -> str:
        """The whole as an `<svg>` element that has a title and a description for those who cannot see it."""
        svg = self._svg(height, {"role": "img", "aria-labelledby": f"{name}-title {name}-description"})
        ET.SubElement(svg, "title", {"id": f"{name}-title"}).text = title
        ET.SubElement(svg, "desc", {"id": f"{name}-description"}).text = description
        svg.extend(self.shapes)
        svg.extend(words.as_svg() for words in self.words)
        return ET.tostring(svg, encoding="unicode")

    def overlaid(self, height: float, told: str) -> str:
        """The whole as an HTML `<div>`: the shapes as an `<svg>`, which `told` puts in words, and text as HTML over it.

        When: for paper. WeasyPrint sets SVG text letter by letter, which breaks every script whose letters join.
        """
        size = f"position:relative;width:{_number(self.width)}px;height:{_number(height)}px"
        block = ET.Element("div", {"class": "part", "style": size})
        svg = self._svg(height, {"aria-hidden": "true"})
        ET.SubElement(svg, "title").text = told
        svg.extend(self.shapes)
        block.append(svg)
        block.extend(words.as_html() for words in self.words)
        return ET.tostring(block, encoding="unicode", short_empty_elements=False)

    def _svg(self, height: float, attributes: dict[str, str]) -> ET.Element:
        width, tall = _number(self.width), _number(height)
        size = {"width": width, "height": tall, "viewBox": f"0 0 {width} {tall}"}
        return ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **size, **attributes})


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
    # Thai vowels and tone marks stand above and below the letters, though not all of them are of a combining class.
    if unicodedata.combining(letter) or unicodedata.category(letter) == "Mn":
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        share = 1.05
    elif unicodedata.bidirectional(letter) == "AL":
        share = 0.52
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
