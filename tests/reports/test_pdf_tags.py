"""The PDF's tags, as a screen reader uses them: what each thing is, in the order in which it is read."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from hoptrace.model.verdicts import Verdict
from hoptrace.reports import Telling, of_many, render, trace_report
from hoptrace.reports.summary_files import Form, render_summary

pytest.importorskip("weasyprint", reason="the extra pdf is not installed", exc_type=ImportError)
pypdf = pytest.importorskip("pypdf")

HEADINGS = ("/H1", "/H2", "/H3")


def tree(document: Any) -> Any:
    return document.trailer["/Root"]["/StructTreeRoot"]


def children(element: Any) -> list[Any]:
    kids = element.get("/K", [])
    kids = kids.get_object() if hasattr(kids, "get_object") else kids
    return [kid.get_object() for kid in (kids if isinstance(kids, list) else [kids])]


def walk(element: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Each structure element with the kinds of those above it, in the order of reading."""
    for kid in children(element):
        if isinstance(kid, dict) and "/S" in kid:
            yield kid, above
            yield from walk(kid, (*above, kid["/S"]))


@pytest.fixture(scope="module")
def reports(reported) -> dict[str, Any]:
    return {
        "campaign": of_many.campaign(reported, of_many.Which(campaign="bank alert")),
        "carrier": of_many.carrier(reported, "CEDR3"),
        "regulator": of_many.regulator(reported, "2026"),
        "what-if": of_many.what_if(reported),
    }


@pytest.fixture(params=["trace", "trace in Thai", "campaign", "carrier", "regulator", "what-if"])
def document(request, reports, example_of, carriers) -> Any:
    if request.param.startswith("trace"):
        how = Telling("th") if request.param.endswith("Thai") else Telling()
        content = render(trace_report(example_of(Verdict.ORIGINATOR_IDENTIFIED), carriers, how), "pdf")
    else:
        content = render_summary(reports[request.param], Form("pdf"))
    return pypdf.PdfReader(io.BytesIO(content))


def test_the_document_says_what_it_is(document):
    root = document.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] in ("en", "th")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert len(document.metadata.title) > 5
    assert document.xmp_metadata.dc_title == {"x-default": document.metadata.title}
    assert document.attachments.keys() == {"report.json"}


def test_headings_follow_each_other(document):
    levels = [int(each["/S"][2]) for each, _ in walk(tree(document)) if each["/S"] in HEADINGS]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert len(levels) > 4
    assert all(lower <= upper + 1 for upper, lower in pairwise(levels))


def test_tables_have_headers_that_their_cells_name(document):
    tables = [each for each, _ in walk(tree(document)) if each["/S"] == "/Table"]
    assert tables
    for table in tables:
        cells = [each for each, _ in walk(table)]
        heads = {each["/ID"] for each in cells if each["/S"] == "/TH"}
        assert heads
        # Cells of no column are the empty corner of a table alone.
        named = [each["/A"].get("/Headers", []) for each in cells if each["/S"] == "/TD"]
        assert all(set(each) <= heads for each in named)
        assert sum(not each for each in named) <= 1
        assert {each["/A"]["/Scope"] for each in cells if each["/S"] == "/TH"} <= {"/Column", "/Row"}
    assert any(each["/S"] == "/Caption" for each, _ in walk(tree(document)))


def test_lists_hold_nothing_but_items(document):
    for each, above in walk(tree(document)):
        if each["/S"] == "/L":
            assert {kid["/S"] for kid in children(each)} <= {"/LI", "/L", "/Caption"}
        if each["/S"] == "/LI":
            assert above[-1] == "/L"


def test_pictures_are_told_in_words(document):
    figures = [each for each, _ in walk(tree(document)) if each["/S"] == "/Figure"]
    assert figures
    assert [each for each in figures if not each.get("/Alt")] == []


def test_everything_on_every_page_is_marked(document):
    """Each piece of text or picture stands in a marked sequence, and each of these is an artifact or in the tree."""
    kept = [kid for each, _ in walk(tree(document)) for kid in children(each) if isinstance(kid, int)]
    numbered = 0
    for page in document.pages:
        depth = 0
        content = page.get_contents()
        for operands, operator in content.operations:
            if operator in (b"BDC", b"BMC"):
                depth += 1
                numbered += isinstance(operands[-1], dict) and "/MCID" in operands[-1]
            elif operator == b"EMC":
                depth -= 1
            elif operator in (b"Tj", b"TJ", b"Do"):
                assert depth > 0, (operands, operator)
        assert depth == 0
        assert page["/StructParents"] is not None
        assert page["/Tabs"] == "/S" or "/Annots" not in page
    margins = sum(len(page.get_contents().get_data()) > 0 for page in document.pages)
    assert numbered - margins * 3 <= len(kept) <= numbered
