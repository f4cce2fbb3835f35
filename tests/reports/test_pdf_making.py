"""What a PDF is made of: fonts of one weight, a tree that is ready, a style sheet without names to look up."""

from __future__ import annotations

import base64
import io
import re

import pytest

from hoptrace.model.verdicts import Verdict
from hoptrace.reports import trace_report
from hoptrace.reports.pages.markup import style
from hoptrace.reports.pages.paper import SVG, paper_style
from hoptrace.reports.rendering.fonts import WEIGHTS, font_faces, packaged
from hoptrace.reports.rendering.html import paper_page


def test_a_font_of_all_weights_comes_in_those_that_the_pages_use():
    pytest.importorskip("uharfbuzz", reason="the extra pdf is not installed")
    fonts = pytest.importorskip("fontTools.ttLib", reason="the extra pdf is not installed")
    if packaged("th") is None:
        pytest.skip("the package of the font is not installed")
    faces = re.findall(r"font-weight: (\d+); src: url\(\"data:font/ttf;base64,([^\"]+)\"\)", font_faces())
    assert [int(weight) for weight, _ in faces] == list(WEIGHTS)
    for weight, content in faces:
        font = fonts.TTFont(io.BytesIO(base64.b64decode(content)))
        assert "fvar" not in font
        assert font["OS/2"].usWeightClass == int(weight)
        assert {ord("A"), ord("ก")} <= font.getBestCmap().keys()


def test_every_weight_of_the_style_sheets_has_its_font():
    sheets = style("report.css") + style("summary.css")
    assert {int(weight) for weight in re.findall(r"font-weight: (\d+)", sheets)} <= set(WEIGHTS)


@pytest.mark.parametrize("paper", ["A4", "letter"])
def test_the_style_sheet_for_paper_has_values_in_the_place_of_names(paper):
    sheet = paper_style(style("report.css") + style("summary.css"), paper.lower())
    assert "var(" not in sheet
    assert "color: #17232e" in sheet
    assert f"size: {paper} " in sheet


def test_drawings_keep_their_name_and_their_box(example_of, carriers):
    page = paper_page(trace_report(example_of(Verdict.ORIGINATOR_IDENTIFIED), carriers), "a4")
    drawings = list(page.iter(f"{SVG}svg"))
    assert drawings
    assert all("viewBox" in drawing.attrib and "xmlns" not in drawing.attrib for drawing in drawings)
    assert all(each.tag.startswith(SVG) for drawing in drawings for each in drawing.iter())
    assert list(page.iter("svg")) == []
