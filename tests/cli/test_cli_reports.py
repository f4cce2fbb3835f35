"""The report commands: formats by ending, readers, and clear words for what is wrong."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]

CDR = """start_time,duration,calling_number,called_number,upstream,customer,downstream,release_code
2026-11-02T15:00:00.000Z,30,+12025550143,+13125550187,,cust-81,bravo,200
"""
CDR_OF_BRAVO = CDR.replace(",,cust-81,bravo,", ",alpha,,charlie,").replace("00.000Z", "00.100Z")
CALLS = """call_ref,start_time,calling_number,called_number,terminating_carrier,campaign
c1,2026-11-02T15:00:00.200Z,+12025550143,+13125550187,charlie,prizes
c2,2026-11-02T16:00:00.200Z,+12025550143,+13125550187,charlie,
"""


@pytest.fixture
def traced(loaded: Run) -> Run:
    """A workspace with two carriers' records and two traced calls, one of which nobody has a record of."""
    Path("alpha.csv").write_text(CDR)
    Path("bravo.csv").write_text(CDR_OF_BRAVO)
    Path("calls.csv").write_text(CALLS)
    for carrier in ("alpha", "bravo"):
        assert loaded("submit", f"{carrier}.csv", "--carrier", carrier, "--format", "canonical").exit_code == 0
    assert loaded("trace", "--calls", "calls.csv", "--out", "results.jsonl", "--workers", "1").exit_code == 0
    return loaded


@pytest.mark.parametrize(
    ("arguments", "out"),
    [
        (["campaign", "--results", "results.jsonl"], "c.html"),
        (["campaign", "--campaign", "prizes"], "c.json"),
        (["campaign", "c1", "c2"], "c.graphml"),
        (["campaign", "--results", "results.jsonl"], "c.svg"),
        (["carrier", "bravo"], "b.html"),
        (["carrier", "bravo", "--results", "results.jsonl", "--until", "2026-12-31"], "b.json"),
        (["regulator", "--period", "2026-Q4"], "r.html"),
        (["regulator", "--period", "2026-11", "--table", "transparency"], "t.csv"),
        (["what-if"], "w.html"),
        (["what-if", "--campaign", "prizes"], "w.zip"),
        (["trace", "c1", "--profile", "public"], "t.html"),
        (["trace", "c1", "--profile", "carrier:bravo"], "t.svg"),
        (["trace", "c1"], "t.graphml"),
    ],
)
def test_a_report_is_written(arguments: list[str], out: str, traced: Run) -> None:
    told = traced("report", *arguments, "--out", out)
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.output == f"Wrote {out}\n"
    assert Path(out).stat().st_size > 100


def test_json_says_what_was_written(traced: Run) -> None:
    told = traced("report", "what-if", "--out", "w.zip", "--profile", "public", "--json")
    assert json.loads(told.output) == {"report": "w.zip", "format": "csv", "profile": "public"}
    with zipfile.ZipFile("w.zip") as archive:
        assert "candidates.csv" in archive.namelist()


def test_tables_go_into_a_folder(traced: Run) -> None:
    assert traced("report", "campaign", "c1", "--format", "csv", "--out", "tables").exit_code == 0
    assert (Path("tables") / "verdicts.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["campaign", "--out", "c.html"], 2, "Say which calls"),
        (["campaign", "--campaign", "lottery", "--out", "c.html"], 4, "prizes (1)"),
        (["campaign", "c9", "--out", "c.html"], 4, "'c9'"),
        (["campaign", "--results", "none.jsonl", "--out", "c.html"], 4, "no file none.jsonl"),
        (["campaign", "--results", "calls.csv", "--out", "c.html"], 1, "line 1, is not JSON"),
        (["campaign", "c1", "--out", "c.docx"], 2, "--format html|pdf|json|csv|graphml|svg"),
        (["campaign", "c1", "--out", "c.csv"], 2, "--table NAME"),
        (["campaign", "c1", "--out", "c.html", "--table", "x"], 2, "--format csv"),
        (["campaign", "c1", "--out", "nowhere/c.html"], 1, "no folder nowhere"),
        (["carrier", "brave", "--out", "b.html"], 4, "Did you mean bravo?"),
        (["carrier", "bravo", "--until", "today", "--out", "b.html"], 2, "2026-11-30"),
        (["carrier", "bravo", "--out", "b.graphml"], 2, "No such report is written as .graphml"),
        (["regulator", "--period", "2026-Q9", "--out", "r.html"], 2, "2026-Q4"),
        (["regulator", "--period", "2019", "--out", "r.html"], 4, "2026-11-02 to 2026-11-02"),
        (["what-if", "--profile", "everybody", "--out", "w.html"], 2, "carrier:ID"),
        (["what-if", "--profile", "carrier:nobody", "--out", "w.html"], 4, "nobody"),
        (["trace", "c2", "--profile", "carrier:alpha", "--out", "t.html"], 4, "not on the trail"),
    ],
)
def test_what_is_wrong_is_said(arguments: list[str], code: int, words: str, traced: Run) -> None:
    told = traced("report", *arguments)
    assert told.exit_code == code
    assert words in told.stderr
    assert "Traceback" not in told.stderr
    out = arguments[arguments.index("--out") + 1]
    assert not Path(out).exists(), "nothing is left behind"


def test_the_settings_say_whether_a_regulator_sees_customers(traced: Run) -> None:
    arguments = ("report", "campaign", "c1", "--profile", "regulator", "--out", "c.json")
    traced(*arguments)
    assert "cust-81" not in Path("c.json").read_text()
    assert traced(*arguments, HOPTRACE_REGULATOR_SEES_CUSTOMERS="true").exit_code == 0
    assert "cust-81" in Path("c.json").read_text()
    told = traced(*arguments, HOPTRACE_REGULATOR_SEES_CUSTOMERS="perhaps")
    assert told.exit_code == 1
    assert "should be true or false" in told.stderr
