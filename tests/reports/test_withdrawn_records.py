"""Reports of results that rest on withdrawn records say so to every reader, in every format."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from lxml import html

import hoptrace
from hoptrace.engines.calls import read_calls
from hoptrace.engines.withdrawing import withdraw, write_citing
from hoptrace.reports import of_many, render
from hoptrace.reports.of_workspace import How, full_report, report
from hoptrace.reports.profiles import read_profile
from hoptrace.reports.summary_files import Form, render_summary, write_summary
from hoptrace.reports.trace.redacted import redact_trace
from hoptrace.workspace import init_workspace

HEADER = "start_time,answer_time,duration,calling_number,called_number,upstream,customer,downstream\n"
FACTS = "2026-11-02T15:00:00Z,2026-11-02T15:00:04Z,30,+12025550143,+13125550187"
ROWS = {"term": f"{FACTS},orig,,\n", "orig": f"{FACTS},,cust-9,term\n"}
OTHER = "2026-11-02T15:10:00Z,,0,+12025550199,+13125550111,,cust-9,term\n"
WHY = "of cust-9, taken back"
SAYS = "Records that this result rests on were withdrawn after it was made"
READERS = ("investigator", "regulator", "public", "carrier:term")


@pytest.fixture
def workspace(tmp_path: Path):
    (tmp_path / "carriers.csv").write_text("carrier_id,name,country\norig,Origin Voice,US\nterm,Term,US\n")
    with init_workspace(tmp_path / "workspace") as made:
        made.catalog.directory.load_directory(tmp_path / "carriers.csv")
        for carrier, row in ROWS.items():
            (tmp_path / f"{carrier}.csv").write_text(HEADER + row)
            hoptrace.submit(made, [tmp_path / f"{carrier}.csv"], carrier)
        hoptrace.trace(made, [hoptrace.ReportedCall("c1", "2026-11-02T15:00:00Z", "+13125550187", campaign="k")])
        yield made


@pytest.fixture
def batch(workspace) -> str:
    """The batch of which the name of the originator comes; withdrawn now."""
    (stored,) = workspace.catalog.batches.list("orig")
    assert full_report(workspace, "c1").withdrawn is None
    assert withdraw(workspace, [stored.receipt.batch], WHY).cited_by == ("c1",)
    return stored.receipt.batch


def test_the_trace_report_says_what_was_withdrawn_when_and_why_and_what_to_do(workspace, batch):
    told = full_report(workspace, "c1")
    assert told.words.settled
    assert told.withdrawn is not None
    assert told.withdrawn.says.startswith(SAYS)
    (line,) = told.withdrawn.batches
    assert (line.batch, line.carrier.name, line.reason) == (batch, "Origin Voice", WHY)
    page = html.fromstring(render(told, "html").decode())
    (section,) = page.xpath("//section[@aria-labelledby='withdrawn']")
    assert section.xpath("following::h1"), "what names somebody comes after the warning"
    shown = section.text_content()
    assert all(text in shown for text in (SAYS, batch, WHY, "hoptrace trace --called +13125550187"))
    assert "--replay" not in shown
    assert not page.xpath("//div[@class='verdict settled']")
    assert json.loads(render(told, "json"))["withdrawn"]["says"].startswith(SAYS)
    rows = list(csv.DictReader(io.StringIO(render(told, "csv").decode())))
    assert [row["withdrawn"] for row in rows] == [told.withdrawn.says] * len(told.hops)
    assert SAYS in render(told, "svg").decode()
    assert SAYS in render(told, "graphml").decode()
    assert [row.upper is not None for row in told.handoffs] == [True]  # what was cited can still be shown


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("language", ["en", "th"])
def test_every_reader_of_a_trace_is_told_and_no_more_than_it_may_know(workspace, batch, reader, language):
    told = redact_trace(full_report(workspace, "c1", How(language)), read_profile(reader))
    assert told.withdrawn is not None
    assert told.withdrawn.says == full_report(workspace, "c1", How(language)).withdrawn.says
    assert told.withdrawn.says.startswith(SAYS) is (language == "en")
    shown = render(told, "html").decode() + render(told, "json").decode()
    assert (WHY in shown) is (reader == "investigator")
    assert (batch in shown) is (reader in {"investigator", "regulator"})


def test_a_report_anew_names_nobody_and_has_no_note(workspace, batch):
    (again,) = hoptrace.trace(workspace, [hoptrace.ReportedCall("c1", "2026-11-02T15:00:00Z", "+13125550187")])
    assert again.customer is None
    assert full_report(workspace, "c1").withdrawn is None


def test_a_result_that_holds_withdrawn_records_against_a_carrier_says_so_too(workspace, tmp_path):
    (stored,) = workspace.catalog.batches.list("orig")
    withdraw(workspace, [stored.receipt.batch], WHY)
    (tmp_path / "other.csv").write_text(HEADER + OTHER.replace("15:10", "14:50") + OTHER)
    (other,) = hoptrace.submit(workspace, [tmp_path / "other.csv"], "orig")
    (found,) = hoptrace.trace(workspace, [hoptrace.ReportedCall("c2", "2026-11-02T15:00:00Z", "+13125550187")])
    assert found.verdict == "no_record"
    assert full_report(workspace, "c2").withdrawn is None
    of_many_calls = of_many.Which(call_refs=("c2",))
    assert of_many.campaign(workspace, of_many_calls).withdrawn is None
    assert write_citing(workspace, [other.batch], tmp_path / "before.csv").calls == 1
    assert withdraw(workspace, [other.batch], WHY).cited_by == ("c2",)
    told = full_report(workspace, "c2").withdrawn
    assert told is not None
    assert [line.batch for line in told.batches] == [other.batch]
    assert str(of_many.campaign(workspace, of_many_calls).withdrawn).endswith("Calls: c2")
    assert of_many.carrier(workspace, "term").withdrawn is not None
    assert write_citing(workspace, [other.batch], tmp_path / "again.csv").calls == 1
    hoptrace.trace(workspace, read_calls(tmp_path / "again.csv", "US"))
    assert full_report(workspace, "c2").withdrawn is None
    assert of_many.campaign(workspace, of_many_calls).withdrawn is None


def test_records_of_another_half_day_or_that_came_later_are_none_that_a_result_rests_on(workspace, tmp_path):
    made = workspace.catalog.traces.get("c1")
    for name, rows in (("far", OTHER.replace("11-02", "11-04")), ("late", OTHER)):
        (tmp_path / f"{name}.csv").write_text(HEADER + rows)
        (receipt,) = hoptrace.submit(workspace, [tmp_path / f"{name}.csv"], "orig")
        if name == "far":
            hoptrace.trace(workspace, [hoptrace.ReportedCall(**made["call"])])
        assert withdraw(workspace, [receipt.batch], WHY).cited == 0
    assert full_report(workspace, "c1").withdrawn is None
    assert of_many.campaign(workspace, of_many.Which(campaign="k")).withdrawn is None


@pytest.mark.parametrize("reader", READERS)
def test_reports_over_many_traces_say_how_many_rest_on_withdrawn_records(workspace, batch, reader, tmp_path):
    profile = read_profile(reader)
    made = [
        of_many.campaign(workspace, of_many.Which(campaign="k"), profile),
        of_many.carrier(workspace, "term", profile=profile),
        of_many.regulator(workspace, "2026", profile=profile),
        of_many.what_if(workspace, profile=profile),
    ]
    for told in made:
        assert told.withdrawn is not None
        assert told.withdrawn.startswith("1 of these results rests on records that were withdrawn")
        assert ("c1" in told.withdrawn) is profile.sees_records
        assert told.withdrawn.split(":")[0] in render_summary(told, Form("html")).decode()
        write_summary(told, tmp_path / "about.csv", Form("csv", table="about"))
        assert "withdrawn records" in (tmp_path / "about.csv").read_text()
    hoptrace.trace(workspace, [hoptrace.ReportedCall("c1", "2026-11-02T15:00:00Z", "+13125550187", campaign="k")])
    assert of_many.campaign(workspace, of_many.Which(campaign="k"), profile).withdrawn is None


@pytest.mark.parametrize("form", ["graphml", "svg"])
def test_the_graph_and_the_picture_of_many_traces_say_it_too(workspace, batch, form):
    told = of_many.campaign(workspace, of_many.Which(campaign="k"))
    assert told.withdrawn is not None
    assert told.withdrawn.split(":")[0] in render_summary(told, Form(form)).decode()


def test_results_of_a_file_are_known_to_rest_on_withdrawn_records(workspace, batch, tmp_path):
    stored = workspace.catalog.traces.get("c1")
    (tmp_path / "results.jsonl").write_text(json.dumps(stored) + "\n")
    told = of_many.campaign(workspace, of_many.Which(results=tmp_path / "results.jsonl"))
    assert told.withdrawn is not None


def test_the_carriers_report_counts_its_records_no_more_and_lists_the_file_as_withdrawn(workspace, batch):
    told = of_many.carrier(workspace, "orig")
    assert told.statements == 0
    (row,) = told.batches.frame.select("batch", "withdrawn").rows()
    assert row[0] == batch
    assert row[1] is not None
    silent = of_many.regulator(workspace, "2026").participants.frame
    assert silent.filter(carrier="orig")["batches"].to_list() == [0]


def test_a_report_as_pdf_says_it(workspace, batch, tmp_path):
    pytest.importorskip("weasyprint", reason="weasyprint is not installed")
    path = report(workspace, "c1", tmp_path / "c1.pdf", "pdf")
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    assert SAYS in " ".join(text.split())
