"""HTML, SVG, CSV, JSON and PDF: structure, hostile text, determinism."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
import shutil
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from hoptrace.errors import MissingExtra, StorageFailed, UsageError
from hoptrace.model.carriers import Carrier
from hoptrace.model.verdicts import (
    Alternative,
    Evidence,
    Hop,
    NextRequest,
    RecordRef,
    ReportedCall,
    TraceResult,
    Verdict,
)
from hoptrace.output import harmless
from hoptrace.reports import TraceReport, render, trace_report, write_report
from hoptrace.reports.pictures.ladder import NARROW, WIDE, ladder, ladder_parts
from hoptrace.reports.rendering.csv import COLUMNS
from hoptrace.reports.wording.plain import plain

HOSTILE = "<script>alert('x')</script>\"'&<!--{{7*7}}"
SECTIONS = ["ladder", "call", "hops", "evidence", "against", "replay"]
FORMULA = re.compile(r"^\s*[=+\-@\t\r]")
SVG = "{http://www.w3.org/2000/svg}"


def page_of(report):
    return html.document_fromstring(render(report, "html").decode("utf-8"))


def spoil(result: TraceResult, text: str) -> TraceResult:
    """`result` with `text` in every field that comes from a carrier's file or a report."""
    hops = tuple(
        dataclasses.replace(
            hop,
            records=tuple(dataclasses.replace(record, batch=text, record_id=text) for record in hop.records),
            calling=text,
            called=text,
            start_time=text,
            attestation=text,
            evidence=(Evidence(text, True, text),),
        )
        for hop in result.hops
    )
    call = ReportedCall(text, text, text, text, text, text)
    return dataclasses.replace(
        result,
        call_ref=text,
        customer=text,
        hops=hops,
        conflicts=(text,),
        alternatives=(Alternative((text,), 0.3, text),),
        next_request=NextRequest(text, text),
        engine=text,
        settings_digest=text,
        call=call,
    )


@pytest.mark.parametrize("verdict", Verdict)
def test_the_page_has_its_sections_and_says_the_verdict_first(verdict, example_of, carriers):
    report = trace_report(example_of(verdict), carriers)
    page = page_of(report)
    assert page.get("lang") == "en"
    assert page.xpath("//h1/text()") == [report.words.heading]
    assert report.words.says in page.xpath("string(//p[@class='lead'])")
    assert report.words.does_not_say in page.xpath("string(//section[@class='not-said'])")
    assert [one.get("id") for one in page.xpath("//h2") if one.get("id") in SECTIONS] == SECTIONS
    assert bool(page.xpath("//h2[@id='next']")) == (report.next_request is not None)
    assert len(page.xpath("//dl[@class='figures']/div")) == 4


def test_the_page_is_accessible_and_stands_alone(example_of, carriers):
    page = page_of(trace_report(example_of(Verdict.ORIGINATOR_IDENTIFIED), carriers))
    assert page.xpath("//a[@class='skip']/@href") == ["#ladder"]
    assert page.xpath("//table/caption")
    assert all(header.get("scope") in ("col", "row") for header in page.xpath("//table//th"))
    assert not page.xpath("//script | //link | //img | //iframe | //object | //form | //*[@src]")
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    for picture in page.xpath("//*[local-name()='svg'][@role='img']"):
        assert all(page.get_element_by_id(name).text for name in picture.get("aria-labelledby").split())
    marks = {mark.text_content().strip() for mark in page.xpath("//*[contains(@class, 'mark ')]")}
    assert marks == {"Agrees", "Differs", "Not comparable"}
    markup = html.tostring(page, encoding="unicode")
    assert set(re.findall(r"https?://[^\s\"'<]+", markup)) == {"http://www.w3.org/2000/svg"}
    assert "url(" not in markup


def test_the_table_has_a_row_a_hop_with_everything_recorded(example_of, carriers):
    report = trace_report(example_of(Verdict.ORIGINATOR_IDENTIFIED), carriers)
    rows = page_of(report).xpath("//table/tbody/tr")
    assert len(rows) == 6
    second = " ".join(rows[1].text_content().split())
    for part in ("Birch Long Distance", "2002", "transit", "US", "b200220260304:18", "2026-03-04 15:04:04.720"):
        assert part in second
    for part in ("2026-03-04T10:06:27.720-05:00", "clock 143 s fast", "+12025550187", "+12025550134"):
        assert part in second
    assert "named only" in rows[2].text_content()


@pytest.mark.parametrize(
    "text", [HOSTILE, "x" * 10_000, "\u202e4310555\u202c\u202e", "אבג دولية", "\x00\x1b[31m\ud800", "=1+1"]
)
def test_hostile_text_stays_text(text, example_of, carriers):
    named = {key: Carrier(key, text, "US", contact_email=text) for key in carriers}
    report = trace_report(spoil(example_of(Verdict.ORIGINATOR_IDENTIFIED), text), named)
    page = page_of(report)
    assert not page.xpath("//script")
    assert not page.xpath("//@*[starts-with(name(), 'on')]")
    markup = render(report, "html").decode("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\ufffe\uffff]", markup)
    if text == HOSTILE:
        assert "{{7*7}}" in page.text_content()
    assert max(len(word) for word in page.xpath("//main")[0].text_content().split()) < 2_200
    etree.fromstring(ladder(report))
    json.loads(render(report, "json"))


@pytest.mark.parametrize("hops", range(13))
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_ladder_is_well_formed_for_any_length(hops, width, hop_at, result_with, carriers):
    result = result_with(Verdict.NO_RECORD, tuple(hop_at(at, "2002", at % 3 != 2) for at in range(hops)))
    report = trace_report(result, carriers)
    root = etree.fromstring(ladder(report, width))
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    assert len(root.findall(f"{SVG}rect[@rx]")) == hops
    assert root.find(f"{SVG}desc").text.count("Hop ") == hops
    assert len(ladder_parts(report)) == hops + 2


def test_the_stroke_tells_who_says_so(hop_at, result_with, carriers):
    def dashes(*hops):
        root = etree.fromstring(ladder(trace_report(result_with(Verdict.NO_RECORD, hops), carriers)))
        return {line.get("stroke-dasharray") for line in root.findall(f"{SVG}line")}

    both = dashes(hop_at(0, "1001"), hop_at(1, "2002"))
    named = dashes(hop_at(0, "1001"), hop_at(1, "2002", recorded=False))
    assert "2 5" not in both
    assert "2 5" in named


def test_ladder_text_is_cut_and_kept_in_the_tooltip(hop_at, result_with):
    name = "Extraordinarily " * 20
    carriers = {"1001": Carrier("1001", name)}
    root = etree.fromstring(
        ladder(trace_report(result_with(Verdict.NO_RECORD, (hop_at(0, "1001"),)), carriers), NARROW)
    )
    shown = [text.text for text in root.iter(f"{SVG}text") if text.text.startswith("Extra")]
    assert shown[0].endswith("…")
    assert len(shown[0]) < 40
    assert name.strip() in [title.text for title in root.iter(f"{SVG}title")]


def test_csv_has_a_row_a_hop_and_no_formula(example_of, carriers):
    report = trace_report(example_of(Verdict.ORIGINATOR_IDENTIFIED), carriers)
    rows = list(csv.DictReader(io.StringIO(render(report, "csv").decode("utf-8"), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [row["carrier"] for row in rows] == ["1001", "2002", "3003", "4004", "5005", "6006"]
    assert rows[0]["called"] == "'+12025550134"
    assert rows[1]["clock_offset"] == "143.0"
    assert rows[1]["handoff_told_by"] == "both"


@pytest.mark.parametrize("cell", ["=1+1", "+1202", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1"])
def test_a_formula_gets_an_apostrophe(cell):
    assert harmless(cell) == f"'{cell}"


def test_other_cells_stay_as_they_are():
    assert [harmless(cell) for cell in ("", "sip:1@example.net", "b1:2", "1-2")] == [
        "",
        "sip:1@example.net",
        "b1:2",
        "1-2",
    ]


def test_json_is_the_report_itself(example_of, carriers):
    report = trace_report(example_of(Verdict.AMBIGUOUS), carriers)
    assert TraceReport.model_validate_json(render(report, "json")) == report
    assert json.loads(render(report, "json"))["version"] == 2


@pytest.mark.parametrize("kind", ["html", "json", "csv"])
def test_the_same_report_gives_the_same_bytes(kind, example_of, carriers):
    for verdict in Verdict:
        assert render(trace_report(example_of(verdict), carriers), kind) == render(
            trace_report(example_of(verdict).as_dict(), dict(reversed(carriers.items()))), kind
        )


def test_the_pdf_is_tagged_says_the_verdict_and_is_the_same_each_time(example_of, carriers, tmp_path, caplog):
    pytest.importorskip("weasyprint", reason="the extra pdf is not installed", exc_type=ImportError)
    report = trace_report(example_of(Verdict.POINT_OF_ENTRY_IDENTIFIED), carriers)
    content = render(report, "pdf")
    assert content.startswith(b"%PDF-")
    assert content == render(report, "pdf")
    # Where libharfbuzz-subset is missing WeasyPrint says so, and packs fonts in another way.
    assert not [told for told in caplog.records if "HarfBuzz-Subset" not in told.getMessage()]
    if shutil.which("pdftotext") is None or shutil.which("pdfinfo") is None:
        pytest.skip("pdftotext and pdfinfo (poppler-utils) are not installed: what the PDF holds was not looked at")
    path = write_report(report, tmp_path / "report.pdf", "pdf")
    text, info = (
        subprocess.run([*tool, str(path), *to], check=True, capture_output=True, text=True).stdout
        for tool, to in ((["pdftotext"], ["-"]), (["pdfinfo"], []))
    )
    assert re.search(r"Tagged:\s+yes", info)
    assert "Point of entry identified" in text
    assert "Elm Gateway Services" in text


@pytest.mark.parametrize(
    ("failure", "advice"),
    [(ImportError("no"), "pip install 'hoptrace\\[pdf\\]'"), (OSError("pango"), "libpango-1.0-0")],
)
def test_without_its_parts_the_pdf_says_what_to_install(failure, advice, example_of, carriers, monkeypatch):
    class Missing:
        def find_spec(self, name, path=None, target=None):
            if name == "weasyprint":
                raise failure

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    with pytest.raises(MissingExtra, match=advice):
        render(trace_report(example_of(Verdict.NOT_FOUND), carriers), "pdf")


def test_an_unknown_format_is_refused(example_of, carriers):
    with pytest.raises(UsageError, match="html, json, csv, pdf"):
        render(trace_report(example_of(Verdict.NOT_FOUND), carriers), "docx")


def test_writing_replaces_the_file_whole(example_of, carriers, tmp_path):
    report = trace_report(example_of(Verdict.NOT_FOUND), carriers)
    path = tmp_path / "report.html"
    path.write_text("old")
    assert write_report(report, path, "html") == path
    assert path.read_bytes() == render(report, "html")
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_a_write_that_fails_leaves_nothing_behind(example_of, carriers, tmp_path):
    report = trace_report(example_of(Verdict.NOT_FOUND), carriers)
    with pytest.raises(StorageFailed, match="nowhere"):
        write_report(report, tmp_path / "nowhere" / "report.html", "html")
    (tmp_path / "taken").mkdir()
    with pytest.raises(StorageFailed, match="taken"):
        write_report(report, tmp_path / "taken", "html")
    assert [one.name for one in tmp_path.iterdir()] == ["taken"]


texts = st.text(max_size=30) | st.sampled_from([HOSTILE, "+12025550134", "anonymous", "", "=cmd()", "אבג"])
maybe = st.none() | texts
ids = st.sampled_from(["1001", "5005", "6006", "ZZ", "<b>"]) | texts
hops = st.builds(
    Hop,
    carrier=ids,
    records=st.lists(st.builds(RecordRef, texts, st.integers(1, 10**9), maybe), max_size=2).map(tuple),
    start_time=maybe | st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    clock_offset=st.floats(),
    calling=maybe,
    called=maybe,
    attestation=maybe,
    evidence=st.lists(st.builds(Evidence, texts, st.sampled_from([True, False, None]), texts), max_size=2).map(tuple),
)
results = st.builds(
    TraceResult,
    call_ref=texts,
    verdict=st.sampled_from(Verdict),
    path=st.lists(ids, max_size=4).map(tuple),
    originating_carrier=st.none() | ids,
    customer=maybe,
    point_of_entry=st.none() | ids,
    confidence=st.floats(),
    hops=st.lists(hops, max_size=4).map(tuple),
    conflicts=st.lists(texts, max_size=2).map(tuple),
    alternatives=st.lists(
        st.builds(Alternative, st.lists(ids, max_size=3).map(tuple), st.floats(), texts), max_size=2
    ).map(tuple),
    next_request=st.none() | st.builds(NextRequest, ids, texts),
    engine=texts,
    lake_version=st.integers(0, 10**9),
    settings_digest=texts,
    call=st.none() | st.builds(ReportedCall, texts, texts, texts, maybe, maybe, maybe),
)


@settings(max_examples=40, deadline=None)
@given(results)
def test_any_result_renders(result):
    carriers = {key: Carrier(key, HOSTILE, "us") for key in ("1001", "ZZ")} | {"6006": Carrier("6006", "", "FR")}
    report = trace_report(result, carriers)
    assert not page_of(report).xpath("//script")
    etree.fromstring(ladder(report, NARROW))
    assert TraceReport.model_validate_json(render(report, "json")) == report
    rows = list(csv.reader(io.StringIO(render(report, "csv").decode("utf-8"), newline="")))
    assert len(rows) == 1 + len(result.hops)
    clock = COLUMNS.index("clock_offset")
    assert not any(FORMULA.match(cell) for row in rows for at, cell in enumerate(row) if at != clock)


@given(st.text())
def test_plain_text_has_one_line_and_no_controls(text):
    cleaned = plain(text)
    assert cleaned == plain(cleaned)
    assert cleaned.isprintable() or not re.search("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", cleaned)
