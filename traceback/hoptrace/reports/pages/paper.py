"""A page made ready for paper: without what only a screen, a phone or a screen reader's table mode asks for.

When: for the PDF. WeasyPrint takes its time by the element, and half of a report's elements change nothing on paper.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any
from xml.etree import ElementTree as ET

from markupsafe import Markup

PAPERS = {"a4": "A4", "letter": "letter"}

Element = Any
"""An element of lxml, which has no types."""

SVG = "{http://www.w3.org/2000/svg}"
CASED = {"viewbox": "viewBox"}
"""Attributes of drawings whose capitals a parser of HTML loses."""

SCREEN_ONLY = ("role", "data-label", "title", "aria-labelledby", "tabindex")
"""Attributes that a PDF has no use for: its tags tell tables and headings, and it has no tooltips."""

RIGHT_TO_LEFT = re.compile(
    r"[\u0590-\u08ff\u200e-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""Letters that are written from right to left, and marks that turn the direction (Unicode 15, DerivedBidiClass)."""


def for_paper(page: str) -> ET.Element:
    """The same page, the same words in the same order, with fewer elements; as the tree that WeasyPrint works on.

    Wrappers go that carry no attribute, and the isolation (`<bdi>`) of text that is written from left to right.
    """
    html: Any = import_module("lxml.html")  # loaded late: only a PDF needs it
    root: Element = html.document_fromstring(page)
    for element in [*root.iter("span", "bdi", "a", "table", "tr", "td", "th", "thead", "tbody", "section")]:
        _plainer(element)
    for figures in root.iter("dl"):
        if figures.get("class") == "figures":
            _plain_figures(figures)
    for drawing in root.iter("svg"):
        _told(drawing)
    return _tree(root)


def _tree(element: Element, drawn: bool = False) -> ET.Element:
    """An element as WeasyPrint's own parser would make it, which takes seven times as long."""
    drawn = drawn or element.tag == "svg"
    told: list[tuple[str, str]] = element.items()
    attributes = {CASED.get(name, name): value for name, value in told if name != "xmlns"}
    made = ET.Element(f"{SVG}{element.tag}" if drawn else element.tag, attributes)
    made.text, made.tail = element.text, element.tail
    made.extend([_tree(child, drawn) for child in element.iterchildren("*")])
    return made


def paper_style(styles: Markup, paper: str) -> Markup:
    """A style sheet for paper of a size, one of PAPERS; with values for their names, which are looked up everywhere."""
    values = dict(re.findall(r"--(\w+): ([^;]+);", styles))
    plain = re.sub(r"var\(--(\w+)\)", lambda name: values[name[1]], styles)
    return Markup(f"{plain}\n@page {{ size: {PAPERS[paper]} }}\n")  # it is our own


def _plainer(element: Element) -> None:
    for name in SCREEN_ONLY:
        element.attrib.pop(name, None)
    if element.get("class") == "skip":
        element.drop_tree()
    elif not element.attrib and (element.tag == "span" or (element.tag == "bdi" and not _turns(element))):
        element.drop_tag()


def _plain_figures(figures: Element) -> None:
    """Figures that stand in boxes as paragraphs: a list of a PDF may hold nothing but its items."""
    figures.tag = "div"
    for each in figures.iter("dt", "dd"):
        each.tag = "p"


def _told(drawing: Element) -> None:
    """Give a small sign the words beside it as its title: in a PDF each picture has to be told in words."""
    if drawing.find("title") is None:
        title = drawing.makeelement("title")
        title.text = (drawing.tail or "").strip()
        drawing.append(title)


def _turns(element: Element) -> bool:
    return RIGHT_TO_LEFT.search(element.text_content()) is not None
