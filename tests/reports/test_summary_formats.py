"""Every rendering of a summary: accessible, harmless whatever carriers wrote, the same bytes again, whole or not."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import zipfile

import networkx
import pytest
from lxml import etree, html

from hoptrace.errors import StorageFailed, UsageError
from hoptrace.model.carriers import Carrier
from hoptrace.model.verdicts import Verdict
from hoptrace.output import harmless
from hoptrace.reports import of_many
from hoptrace.reports.rendering.summary_csv import _harmless
from hoptrace.reports.summary_files import Form, render_summary, write_summary

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = ["<script>alert(1)</script>\"'&{{7*7}}", "x" * 10_000, "\u202e4310555\u202c", "אבג", "=1+1", "@SUM(A1)"]


def all_of(workspace):
    return {
        "campaign": of_many.campaign(workspace, of_many.Which(campaign="bank alert")),
        "carrier": of_many.carrier(workspace, "CEDR3"),
        "regulator": of_many.regulator(workspace, "2026"),
        "what-if": of_many.what_if(workspace),
    }


@pytest.fixture(scope="module")
def summaries(reported):
    return all_of(reported)


def page_of(report):
    return html.document_fromstring(render_summary(report, Form("html")).decode("utf-8"))


KINDS = ("campaign", "carrier", "regulator", "what-if")


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_is_accessible_and_stands_alone(kind, summaries):
    page = page_of(summaries[kind])
    assert page.get("lang") == "en"
    assert len(page.xpath("//h1")) == 1
    assert page.xpath("//a[@class='skip']/@href") == ["#summary"]
    assert not page.xpath("//script | //link | //img | //iframe | //object | //form | //*[@src]")
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in page.xpath("//a/@href")} <= set(ids)
    for table in page.xpath("//table"):
        assert table.xpath("caption/text()")
        assert all(header.get("scope") in ("col", "row") for header in table.xpath(".//th"))
        assert len({len(row.xpath("td|th")) for row in table.xpath(".//tr")}) == 1
    for picture in page.xpath("//*[local-name()='svg'][@role='img']"):
        assert all(page.get_element_by_id(name).text for name in picture.get("aria-labelledby").split())
    levels = [int(heading.tag[1]) for heading in page.xpath("//h1|//h2|//h3")]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    markup = html.tostring(page, encoding="unicode")
    assert set(re.findall(r"https?://[^\s\"'<]+", markup)) <= {"http://www.w3.org/2000/svg"}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_has_contrast(summaries):
    """WCAG 2 level AA: 4.5 to 1 for every colour that text has, on white and on the soft ground."""
    markup = render_summary(summaries["campaign"], Form("html")).decode()
    named = dict(re.findall(r"--(ink|muted|blue|amber|green): (#[0-9a-f]{6})", markup))
    texts = {*named.values(), *re.findall(r'<text[^>]* fill="(#[0-9a-f]{6})"', markup)}
    assert len(texts) >= 5
    for colour in texts:
        for ground in ("#ffffff", "#f4f6f8"):
            assert (luminance(ground) + 0.05) / (luminance(colour) + 0.05) >= 4.5, f"{colour} on {ground}"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["html", "json", "csv"])
def test_the_same_report_gives_the_same_bytes(kind, form, summaries, reported):
    assert render_summary(summaries[kind], Form(form)) == render_summary(all_of(reported)[kind], Form(form))


def test_the_pdf_is_tagged_holds_its_json_and_comes_on_both_papers(summaries):
    pytest.importorskip("weasyprint", reason="the extra pdf is not installed", exc_type=ImportError)
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    report = summaries["what-if"]
    content = render_summary(report, Form("pdf"))
    assert content == render_summary(report, Form("pdf"))
    reader = pypdf.PdfReader(io.BytesIO(content))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.metadata.title.startswith("What-if report: What if more carriers took part")
    (attached,) = reader.attachments["report.json"]
    assert json.loads(attached) == json.loads(render_summary(report, Form("json")))
    letter = pypdf.PdfReader(io.BytesIO(render_summary(report, Form("pdf", "letter"))))
    sizes = [tuple(round(float(side)) for side in one.pages[0].mediabox[2:]) for one in (reader, letter)]
    assert sizes == [(595, 842), (612, 792)]
    first = reader.pages[0].extract_text()
    assert "What this does not say" in first, "the summary stands on the first page"


def test_graphml_and_svg(summaries):
    report = summaries["campaign"]
    graph = networkx.parse_graphml(render_summary(report, Form("graphml")).decode())
    assert {(a, b): facts["calls"] for a, b, facts in graph.edges(data=True)} == {
        (row["upstream"], row["downstream"]): row["calls"] for row in report.handoffs.rows()
    }
    assert graph.nodes["FOXG6"]["role"] == "originating"
    for kind in KINDS:
        root = etree.fromstring(render_summary(summaries[kind], Form("svg")))
        assert root.find(f"{SVG}title").text
        assert root.find(f"{SVG}desc").text
    with pytest.raises(UsageError, match="not a graph"):
        render_summary(summaries["regulator"], Form("graphml"))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text, make_reported, told_call):
    results = [
        told_call(at, Verdict.ORIGINATOR_IDENTIFIED, "ABC", originating_carrier="CEDR3", customer=text) for at in (0, 2)
    ]
    results.append(told_call(4, Verdict.NON_PARTICIPATING, "AB", "B", call_ref=text))
    carriers = [Carrier(name, text, "US", contact_email="a@example.net") for name in ("ALDR1", "BRCH2", "CEDR3")]
    for kind, report in all_of(make_reported(results, carriers)).items():
        page = page_of(report)
        assert not page.xpath("//script")
        assert not page.xpath("//@*[starts-with(name(), 'on')]")
        markup = render_summary(report, Form("html")).decode()
        assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", markup)
        assert "49" not in page.xpath("string(//h1)") or kind == "regulator"
        assert max(len(word) for word in page.xpath("//main")[0].text_content().split()) < 2_200
        json.loads(render_summary(report, Form("json")))
        etree.fromstring(render_summary(report, Form("svg")))
        with zipfile.ZipFile(io.BytesIO(render_summary(report, Form("csv")))) as archive:
            for name in archive.namelist():
                cells = [
                    cell for row in csv.reader(io.StringIO(archive.read(name).decode(), newline="")) for cell in row
                ]
                assert not [cell for cell in cells if re.match(r"\s*[=+@\t\r]", cell)], name
        if kind == "campaign":
            networkx.parse_graphml(render_summary(report, Form("graphml")).decode())


@pytest.mark.parametrize("cell", ["", "=1+1", "+1202", "-1", "@SUM(A1)", "\t=1", "  =1", "a=1", "1-2", "'x"])
def test_frames_are_as_harmless_as_cells(cell: str) -> None:
    import polars as pl

    assert pl.DataFrame({"a": [cell]}).select(_harmless("a")).item() == harmless(cell)


def test_long_tables_are_cut_on_the_page_and_whole_in_the_files(make_reported, told_call):
    results = [told_call(at, Verdict.NOT_FOUND, "A", call_ref=f"R{at}") for at in range(60)]
    report = of_many.carrier(make_reported(results), "ALDR1")
    text = " ".join(page_of(report).text_content().split())
    assert "The first 15 of 60 rows; the JSON and CSV files have all of them." in text
    assert len(json.loads(render_summary(report, Form("json")))["traces"]) == 60


def test_one_table_alone(summaries, tmp_path):
    path = write_summary(summaries["regulator"], tmp_path / "t.csv", Form("csv", table="transparency"))
    assert path.read_bytes().startswith(b"serial,date,campaign,carrier,")
    with pytest.raises(UsageError, match=r"no table 'nonsense'. Its tables are key_figures"):
        write_summary(summaries["regulator"], tmp_path / "t.csv", Form("csv", table="nonsense"))
    assert path.read_bytes().startswith(b"serial,"), "what was there stays"


def test_a_folder_of_tables_is_whole_and_is_replaced(summaries, tmp_path):
    folder = write_summary(summaries["campaign"], tmp_path / "tables", Form("csv"))
    names = {path.name for path in folder.iterdir()}
    assert {"upstreams.csv", "dictionary.csv", "about.csv"} <= names
    (folder / "upstreams.csv").write_text("old")
    write_summary(summaries["campaign"], folder, Form("csv"))
    assert (folder / "upstreams.csv").read_text() != "old"
    (folder / "mine.txt").write_text("keep me")
    with pytest.raises(StorageFailed, match="holds no earlier report"):
        write_summary(summaries["campaign"], folder, Form("csv"))
    assert (folder / "mine.txt").read_text() == "keep me"
    assert [path.name for path in tmp_path.iterdir()] == ["tables"]


def test_a_file_that_cannot_be_written_leaves_nothing(summaries, tmp_path):
    with pytest.raises(StorageFailed, match="nowhere"):
        write_summary(summaries["campaign"], tmp_path / "nowhere" / "c.html", Form("html"))
    assert not list(tmp_path.iterdir())
