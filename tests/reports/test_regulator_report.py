"""The regulator's tables: complete, one row a call and carrier, and honest about what data cannot tell."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace

import pytest

from hoptrace.errors import HoptraceError, NothingTraced, UsageError
from hoptrace.model.verdicts import TraceResult
from hoptrace.reports import of_many
from hoptrace.reports.many.period import read_period
from hoptrace.reports.profiles import read_profile
from hoptrace.reports.regulator.model import RegulatorReport
from hoptrace.reports.summary_files import Form, render_summary
from hoptrace.reports.tables.table import row_of


@pytest.fixture(scope="module")
def tables(reported) -> RegulatorReport:
    return of_many.regulator(reported, "2026-Q4")


def test_the_transparency_table_has_every_call_and_carrier(tables, results_of_many: list[TraceResult]) -> None:
    rows = tables.transparency.rows()
    assert len(rows) == sum(len(each.hops) for each in results_of_many)
    by_call = {each.call_ref: each for each in results_of_many}
    for ref, result in by_call.items():
        mine = [row for row in rows if row["call_ref"] == ref]
        assert [row["carrier"] for row in mine] == [hop.carrier for hop in result.hops]
        assert len({row["serial"] for row in mine}) <= 1
    assert len({row["serial"] for row in rows}) == 16, "one call has no carrier at all"
    assert rows[0]["serial"] == "2026-Q4-0001"
    assert all(row["role"] and row["certainty"] and row["date"].startswith("2026-11-") for row in rows)


def test_key_figures(tables, results_of_many: list[TraceResult]) -> None:
    told = {row["figure"]: row for row in tables.key_figures.rows()}
    lengths = [len(each.hops) for each in results_of_many if each.hops]
    assert told["traced_calls"]["period"] == 17
    assert told["completed_share"]["period"] == pytest.approx(100 * 7 / 17)
    assert told["mean_carriers"]["period"] == pytest.approx(sum(lengths) / len(lengths))
    assert told["carriers_identified"]["period"] == 6
    assert told["new_carriers"] == told["new_carriers"] | {"period": 6, "all_time": None}
    assert told["originating_carriers"]["period"] == 1
    assert told["entry_carriers"]["period"] == 1


def test_a_carrier_is_new_only_once(make_reported, results_of_many: list[TraceResult]) -> None:
    workspace = make_reported(results_of_many)
    november = of_many.regulator(workspace, "2026-11")
    assert {row["figure"]: row["period"] for row in november.key_figures.rows()}["new_carriers"] == 6
    assert of_many.regulator(workspace, "2026").key_figures.rows()[0]["period"] == 17


def test_silent_carriers_are_not_said_to_have_refused(tables) -> None:
    rows = {row["carrier"]: row for row in tables.silent.rows()}
    assert (rows["DOGW4"]["stopped"], rows["DOGW4"]["reason"]) == (6, "no_records_submitted")
    assert "refus" not in " ".join(row["reason"] for row in rows.values())
    assert "does not say which carriers were asked and refused" in tables.does_not_say
    contents = tables.contents.rows()
    assert [row["number"] for row in contents] == [1, 2, 3, 4, 5]
    assert contents[0]["rows"] is None
    assert contents[1]["rows"] == len(tables.participants)


def test_the_dictionary_has_every_column(tables) -> None:
    told = {(row["table"], row["column"]) for row in tables.dictionary.rows()}
    assert told == {(name, column) for name, row in row_of(RegulatorReport).items() for column in row.model_fields}


def test_the_files_of_a_zip(reported) -> None:
    tables = of_many.regulator(reported, "2026-Q4", profile=of_many.INVESTIGATOR)
    content = render_summary(tables, Form("csv"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        assert sorted(names) == sorted({*names})
        assert set(names) == {f"{name}.csv" for name in (*tables.tables(), "about")}
        rows = list(csv.DictReader(io.StringIO(archive.read("transparency.csv").decode(), newline="")))
        assert len(rows) == len(tables.transparency)
        about = archive.read("about.csv").decode()
    assert "every carrier of every path, none left out" in about
    assert content == render_summary(tables, Form("csv")), "the same report gives the same bytes"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("2026-q1", "2026-01-01", "2026-03-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-12", "2026-12-01", "2026-12-31"),
    ],
)
def test_periods(text: str, first: str, last: str) -> None:
    period = read_period(text)
    assert (f"{period.first:%Y-%m-%d}", f"{period.last:%Y-%m-%d}") == (first, last)


@pytest.mark.parametrize("text", ["", "26", "2026-Q5", "2026-13", "2026-Q", "last year", "0000"])
def test_a_period_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="2026, 2026-Q4 or 2026-11"):
        read_period(text)


def test_a_period_without_calls_says_of_when_there_are_any(reported, make_reported) -> None:
    with pytest.raises(NothingTraced, match="2026-11-02 to 2026-11-18"):
        of_many.regulator(reported, "2025")
    with pytest.raises(NothingTraced, match="No traced call is at hand"):
        of_many.regulator(make_reported([]), "2026")


REQUESTS = """carrier_id,outcome,asked_at,answered_at,reason
DOGW4,refused,2026-11-03T10:00:00Z,2026-11-03T16:00:00Z,"records are gone, ask +12025550166"
DOGW4,no answer,2026-11-04T10:00:00Z,,
ELMG5,answered,2026-11-04T10:00:00Z,2026-11-05T10:00:00Z,
DOGW4,refused,2025-11-03T10:00:00Z,,last year
NOBODY,refused,,,=1+1
"""


def test_requests_tell_who_refused_and_why(reported, tmp_path) -> None:
    path = tmp_path / "requests.csv"
    path.write_text(REQUESTS)
    report = of_many.regulator(reported, "2026", requests=path)
    told = {row["carrier"]: row for row in report.requests.rows()}
    assert (told["DOGW4"]["requests"], told["DOGW4"]["refused"], told["DOGW4"]["no_answer"]) == (2, 1, 1)
    assert (told["ELMG5"]["answered"], told["ELMG5"]["median_hours"]) == (1, 24.0)
    assert "last year" not in told["DOGW4"]["reasons"]
    assert told["NOBODY"]["name"] == "NOBODY"
    assert report.contents.rows()[2]["here"].startswith("Table requests")
    assert "does not say which carriers were asked" not in report.does_not_say
    public = of_many.regulator(reported, "2026", profile=read_profile("public"), requests=path)
    assert "2025550166" not in render_summary(public, Form("json")).decode()
    seen = of_many.regulator(reported, "2026", profile=read_profile("carrier:FOXG6"), requests=path)
    assert {row["carrier"] for row in seen.requests.rows()} == {"ELMG5"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("carrier_id,outcome\nX,perhaps\n", "line 2: a request needs"),
        ("carrier_id,outcome,asked_at\nX,refused,yesterday\n", "line 2: asked_at 'yesterday' is not a time"),
        ("carrier_id\nX\n", "outcome"),
    ],
)
def test_requests_that_cannot_be_read_name_the_line(content: str, message: str, reported, tmp_path) -> None:
    path = tmp_path / "requests.csv"
    path.write_text(content)
    with pytest.raises(HoptraceError, match=message):
        of_many.regulator(reported, "2026", requests=path)


def test_calls_without_a_time_are_counted_in_words(reported, results_of_many, tmp_path) -> None:
    path = tmp_path / "results.jsonl"
    undated = replace(results_of_many[0], call=None, call_ref="REF-undated")
    path.write_bytes(b"".join(each.as_json() + b"\n" for each in (*results_of_many, undated)))
    report = of_many.regulator(reported, "2026", of_many.Which(results=path))
    assert report.sources.calls == 17
    assert "1 of the results does not say when the call was: it counts in no period of time." in report.completeness
