"""trace --forward: a number's serving carrier, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
NUMBER = "+12025550143"
HEAD = "start_time,duration,calling_number,called_number,egress_called_number,upstream,customer,downstream\n"
ALPHA = f"""{HEAD}2026-11-02T14:30:00Z,31,+13125550187,{NUMBER},,,cust-81,bravo
2026-11-02T15:30:00Z,12,+13125550187,+18005550199,{NUMBER},,cust-81,bravo
2026-11-02T16:30:00Z,12,+13125550187,+13125550111,,,cust-81,charlie
"""
BRAVO = f"""{HEAD}2026-11-02T14:30:00Z,31,+13125550187,{NUMBER},,alpha,,
2026-11-02T15:30:00Z,12,+13125550187,{NUMBER},,alpha,,
2026-11-02T16:40:00Z,12,+13125550187,+13125550112,,alpha,,TRUNK-X
"""


@pytest.fixture
def filled(loaded: Run) -> Run:
    """A workspace in which alpha calls bravo's subscriber, and charlie, which has submitted nothing."""
    for carrier, text in (("alpha", ALPHA), ("bravo", BRAVO)):
        Path(f"{carrier}.csv").write_text(text)
        assert loaded("submit", f"{carrier}.csv", "--carrier", carrier).exit_code == 0
    return loaded


def told(result: Result) -> dict[str, object]:
    assert result.exit_code == 0, result.output
    assert result.stdout.count("\n") == 1
    return json.loads(result.stdout)


def test_for_a_program(filled: Run) -> None:
    found = told(filled("trace", "--forward", NUMBER, "--json"))
    assert (found["number"], found["verdict"], found["serving_carrier"]) == (
        NUMBER,
        "serving_carrier_identified",
        "bravo",
    )
    assert {"customer", "confidence", "path", "carriers", "next_request", "engine", "lake_version"} <= found.keys()
    assert "settings_digest" in found


def test_for_a_person(filled: Run) -> None:
    result = filled("trace", "--forward", "(202) 555-0143")
    assert result.exit_code == 0
    assert result.stdout.startswith("bravo's records say that it delivered 2 calls to +12025550143")
    for words in ("Serving carrier", "bravo-20261102-", "+ delivery:", "Ask next:", "all time at hand"):
        assert words in result.stdout


def test_a_toll_free_number_is_followed(filled: Run) -> None:
    found = told(filled("trace", "--forward", "1-800-555-0199", "--json"))
    assert found["serving_carrier"] == "bravo"
    assert [step["becomes"] for step in found["path"]] == [NUMBER]  # type: ignore[attr-defined]


def test_a_silent_carrier_is_asked(filled: Run) -> None:
    found = told(filled("trace", "--forward", "+13125550111", "--json"))
    assert (found["verdict"], found["serving_carrier"]) == ("non_participating", None)
    assert found["next_request"]["carrier"] == "charlie"  # type: ignore[index]


def test_a_call_over_an_unknown_trunk_is_not_delivered(filled: Run) -> None:
    found = told(filled("trace", "--forward", "+13125550112", "--json"))
    assert (found["verdict"], found["next_request"]["carrier"]) == ("no_record", "bravo")  # type: ignore[index]


def test_the_directory_may_learn_that_a_trunk_is_a_customer_s(filled: Run) -> None:
    trunks = Path("trunks.csv").read_text()
    Path("trunks.csv").write_text(f"{trunks}bravo,trunk-x,,cust-9\n")
    assert filled("carriers", "load", "carriers.csv", "--trunks", "trunks.csv").exit_code == 0
    found = told(filled("trace", "--forward", "+13125550112", "--json"))
    assert (found["serving_carrier"], found["customer"]) == ("bravo", "cust-9")


def test_a_time_narrows_it(filled: Run) -> None:
    near = told(filled("trace", "--forward", NUMBER, "--at", "2026-11-03T00:00:00Z", "--days", "2", "--json"))
    assert (near["serving_carrier"], near["from_time"]) == ("bravo", "2026-11-01T00:00:00Z")
    far = told(filled("trace", "--forward", NUMBER, "--at", "2026-12-20T00:00:00Z", "--json"))
    assert far["verdict"] == "not_found"


def test_an_unknown_number_is_not_found_and_an_answer(loaded: Run) -> None:
    result = loaded("trace", "--forward", NUMBER)
    assert result.exit_code == 0
    assert "No carrier has submitted a record of +12025550143." in result.stdout
    assert "not_found" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("--forward",),
        ("--forward", ""),
        ("--forward", "nobody"),
        ("--forward", "911"),
        ("--forward", NUMBER, "--at", "yesterday"),
        ("--forward", NUMBER, "--at", "2026-11-02T14:30:00"),
        ("--forward", NUMBER, "--days", "3"),
        ("--forward", NUMBER, "--at", "2026-11-02T14:30:00Z", "--days", "0"),
        ("--forward", NUMBER, "--at", "2026-11-02T14:30:00Z", "--days", "nan"),
        ("--forward", NUMBER, "--at", "2026-11-02T14:30:00Z", "--days", "1e9"),
        ("--forward", NUMBER, "--called", NUMBER),
        ("--forward", NUMBER, "--out", "x.jsonl"),
        ("--forward", NUMBER, "--replay", "1:1"),
        ("--called", NUMBER, "--at", "2026-11-02T14:30:00Z", "--days", "3"),
    ],
)
def test_a_wrong_question_is_wrong_usage(arguments: tuple[str, ...], loaded: Run) -> None:
    result = loaded("trace", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr


def test_no_workspace_is_exit_code_4(run: Run) -> None:
    assert run("trace", "--forward", NUMBER).exit_code == 4
