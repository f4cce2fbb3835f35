"""What a stranger meets on a page: names whole, days on one line, columns told apart, the summary on the first page."""

from __future__ import annotations

import io

import pytest
from lxml import html

from hoptrace.model.verdicts import Verdict
from hoptrace.reports import of_many, render, trace_report
from hoptrace.reports.pages.markup import phone_style, unbroken_days
from hoptrace.reports.pages.page import _measured
from hoptrace.reports.pictures.flow import Node
from hoptrace.reports.pictures.sankey import STRONG, Sankey, _lines, draw
from hoptrace.reports.profiles import read_profile
from hoptrace.reports.summary_files import Form, render_summary
from hoptrace.reports.trace.building import Telling
from hoptrace.reports.trace.redacted import redact_trace
from hoptrace.reports.wording.language import language

LONG = "Linden Communications"


def sankey(*names: str) -> Sankey:
    nodes = tuple(Node(1, name, name, "terminating", 100) for name in names)
    return Sankey(nodes, (), language("en"))


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Pine", ("Pine",)),
        (LONG, ("Linden", "Communications")),
        ("A B Communications C", ("A B Communications", "C")),
        ("Communications" * 3, ("Communications" * 3,)),
    ],
)
def test_a_long_name_has_two_lines(name: str, lines: tuple[str, ...]) -> None:
    assert _lines(name, 130.0, STRONG) == lines


@pytest.mark.parametrize(("width", "shown"), [(920.0, [LONG]), (300.0, ["Linden", "Communications"])])
def test_names_in_the_picture_are_rather_small_than_cut(width: float, shown: list[str]) -> None:
    canvas, _ = draw(sankey(LONG), width)
    assert [words.shown for words in canvas.words if words.pen.weight == STRONG.weight][: len(shown)] == shown


def test_all_names_of_a_picture_are_of_one_size() -> None:
    canvas, _ = draw(sankey(LONG * 2, "Pine"), 920.0)
    assert {words.pen.size for words in canvas.words if words.pen.weight == STRONG.weight} == {10.5}
    canvas, _ = draw(sankey("Pine", "Fir"), 920.0)
    assert {words.pen.size for words in canvas.words if words.pen.weight == STRONG.weight} == {12}


def test_words_over_ribbons_have_a_halo() -> None:
    canvas, height = draw(sankey("Pine"), 920.0)
    assert 'paint-order="stroke"' in canvas.drawing(height, "n", "t", "d")
    assert "background:rgba(255,255,255,.7)" in canvas.overlaid(height, "told")


def test_days_stand_on_one_line_and_markup_is_text() -> None:
    told = unbroken_days("of 2026-11-02 <b> & 12026-11-022")
    assert str(told).startswith('of <span class="day">2026-11-02</span> &lt;b&gt; &amp; ')


@pytest.mark.parametrize(
    ("value", "told"), [(1.0, "1"), (0.9996, "over 0.999"), (0.99949, "0.999"), (12.5, "12.5"), (0.0, "0")]
)
def test_a_confidence_is_never_rounded_up_to_certainty(value: float, told: str) -> None:
    assert _measured(value, language("en")) == told


def test_the_phone_has_one_width_for_all_that_changes() -> None:
    assert phone_style(52).startswith("@media screen and (max-width: 52rem) {\n")
    assert phone_style(52).count("{") == phone_style(52).count("}")


@pytest.mark.parametrize("kind", ["regulator", "campaign"])
def test_columns_of_one_title_are_told_apart(kind: str, reported) -> None:
    whole = {"regulator": lambda: of_many.regulator(reported, "2026")}
    whole["campaign"] = lambda: of_many.campaign(reported, of_many.Which(campaign="bank alert"))
    page = html.document_fromstring(render_summary(whole[kind](), Form("html")).decode())
    titles = [each.text_content() for each in page.xpath("//dl[@class='dictionary']/dt")]
    assert len(titles) == len(set(titles)) > 10
    assert any(title.startswith("Calls (") for title in titles)


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_first_page_of_a_campaign_has_its_routes(paper: str, reported) -> None:
    pytest.importorskip("weasyprint", reason="the extra pdf is not installed", exc_type=ImportError)
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    report = of_many.campaign(reported, of_many.Which(campaign="bank alert"))
    first = pypdf.PdfReader(io.BytesIO(render_summary(report, Form("pdf", paper)))).pages[0].extract_text()
    assert "What this does not say" in first
    assert "Delivered by" in first


def test_where_calls_came_from_does_not_hang_on_their_order(make_reported, told_call) -> None:
    def came(paths: list[str]) -> list[str]:
        results = [
            told_call(at, Verdict.POINT_OF_ENTRY_IDENTIFIED, path, point_of_entry="ELMG5")
            for at, path in enumerate(paths)
        ]
        told = of_many.campaign(make_reported(results), of_many.Which(call_refs=tuple(r.call_ref for r in results)))
        return told.entries.frame["came_from"].to_list()

    assert came(["AEF", "AED"]) == came(["AED", "AEF"]) == ["DOGW4, FOXG6"]


def test_on_paper_what_was_reported_stands_beside_its_label(example_of, carriers) -> None:
    pytest.importorskip("weasyprint", reason="the extra pdf is not installed", exc_type=ImportError)
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    report = trace_report(example_of(Verdict.ORIGINATOR_IDENTIFIED), carriers)
    pages = pypdf.PdfReader(io.BytesIO(render(report, "pdf"))).pages
    lines = "\n".join(page.extract_text(extraction_mode="layout") for page in pages).splitlines()
    for label, value in (("Caller's number as shown", "+12025550187"), ("Terminating carrier", "1001")):
        assert any(label in line and value in line for line in lines), label


def test_the_day_of_a_figure_fits_with_the_era_below_it(example_of, carriers) -> None:
    told = trace_report(example_of(Verdict.ORIGINATOR_IDENTIFIED), carriers, Telling("th"))
    seen = redact_trace(told, read_profile("public"))
    assert (seen.figures[3].value, seen.figures[3].note) == ("2026-03-04", "UTC (พ.ศ. 2569)")
