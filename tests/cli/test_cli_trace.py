"""trace and report trace on a workspace without records: every call is not found, and that is an answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
CALL = ("--called", "+12025550143", "--at", "2026-11-02T14:30:00-05:00")
CALLS = """call_ref,start_time,called_number,calling_number
c1,2026-11-02T14:30:00-05:00,+12025550143,+12025550101
c2,2026-11-02T14:31:00Z,+12025550144,
"""


def test_one_call_for_a_program(loaded: Run) -> None:
    told = loaded("trace", *CALL, "--calling", "+12025550101", "--ref", "c1", "--json")
    assert told.exit_code == 0
    assert told.stdout.count("\n") == 1
    result = json.loads(told.stdout)
    assert (result["call_ref"], result["verdict"], result["path"]) == ("c1", "not_found", [])


def test_one_call_for_a_person(loaded: Run) -> None:
    told = loaded("trace", *CALL)
    assert told.exit_code == 0
    assert "not_found" in told.stdout
    assert "+12025550143@2026-11-02T14:30:00-05:00" in told.stdout


def test_a_file_of_calls(loaded: Run) -> None:
    Path("calls.csv").write_text(CALLS)
    told = loaded("trace", "--calls", "calls.csv", "--out", "results.jsonl", "--json")
    assert json.loads(told.stdout)["verdicts"] == {"not_found": 2}
    results = [json.loads(line) for line in Path("results.jsonl").read_text().splitlines()]
    assert [result["call_ref"] for result in results] == ["c1", "c2"]
    assert (
        "Wrote 2 results to results.jsonl" in loaded("trace", "--calls", "calls.csv", "--out", "results.jsonl").stdout
    )


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--called", "+12025550143"),
        ("--calls", "calls.csv"),
        (*CALL, "--out", "x.jsonl"),
        (*CALL, "--calls", "calls.csv", "--out", "x.jsonl"),
        ("--called", "+12025550143", "--at", "2026-11-02T14:30:00"),
        ("--called", "+12025550143", "--at", "yesterday"),
        ("--called", "nobody", "--at", "2026-11-02T14:30:00Z"),
    ],
)
def test_half_a_question_is_wrong_usage(arguments: tuple[str, ...], loaded: Run) -> None:
    Path("calls.csv").write_text(CALLS)
    told = loaded("trace", *arguments)
    assert (told.exit_code, told.stdout) == (2, "")
    assert not Path("x.jsonl").exists()


def test_a_call_without_zone_refuses_the_file_with_its_line(loaded: Run) -> None:
    Path("calls.csv").write_text(CALLS.replace("14:31:00Z", "14:31:00"))
    told = loaded("trace", "--calls", "calls.csv", "--out", "results.jsonl")
    assert told.exit_code == 1
    assert "calls.csv, line 3" in told.stderr
    assert not Path("results.jsonl").exists()


def test_a_traced_call_has_a_report(loaded: Run) -> None:
    assert loaded("trace", *CALL, "--ref", "c1").exit_code == 0
    assert "Wrote c1.html" in loaded("report", "trace", "c1", "--out", "c1.html").stdout
    assert Path("c1.html").read_text().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(("options", "format_name"), [((), "csv"), (("--format", "json"), "json")])
def test_the_format_is_said_or_follows_the_ending(options: tuple[str, ...], format_name: str, loaded: Run) -> None:
    told = loaded("report", "trace", *CALL, "--out", "call.csv", *options, "--json")
    assert json.loads(told.stdout) == {"report": "call.csv", "format": format_name}
    assert Path("call.csv").read_text().startswith("{") == (format_name == "json")


@pytest.mark.parametrize("arguments", [(), ("c1", *CALL), ("--called", "+12025550143")])
def test_a_report_is_about_one_call(arguments: tuple[str, ...], loaded: Run) -> None:
    told = loaded("report", "trace", *arguments, "--out", "x.html")
    assert told.exit_code == 2
    assert not Path("x.html").exists()
