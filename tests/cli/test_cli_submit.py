"""submit, batches and a trace through real records, all by the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
HEADER = "start_time,duration,calling_number,called_number,upstream,customer,downstream,call_id\n"
NUMBERS = "+12025550101,+12025550143"
ALPHA = f"{HEADER}2026-11-02T19:30:00.1Z,42,{NUMBERS},,cust-81,bravo,a1@192.0.2.1\n"
BRAVO = f"{HEADER}2026-11-02T19:30:00.3Z,42,{NUMBERS},203.0.113.9,,charlie,a1@192.0.2.1\n"
CHARLIE = (
    f"{HEADER}2026-11-02T19:30:00.4Z,42,{NUMBERS},bravo,,,c1@192.0.2.3\nyesterday,42,{NUMBERS},bravo,,,c2@192.0.2.3\n"
)


@pytest.fixture
def submitted(loaded: Run) -> Run:
    for carrier, text in (("alpha", ALPHA), ("bravo", BRAVO), ("charlie", CHARLIE)):
        Path(f"{carrier}.csv").write_text(text)
    assert loaded("submit", "alpha.csv", "--carrier", "alpha").exit_code == 0
    assert loaded("submit", "bravo.csv", "--carrier", "bravo").exit_code == 0
    return loaded


def batch_of(run: Run, carrier: str) -> str:
    (receipt,) = json.loads(run("batches", "list", "--carrier", carrier, "--json").stdout)
    return receipt["batch"]


def test_a_receipt_accounts_for_every_row(submitted: Run) -> None:
    told = submitted("submit", "charlie.csv", "--carrier", "charlie", "--json")
    (receipt,) = json.loads(told.stdout)
    assert (receipt["rows"], receipt["skipped"], receipt["accepted"]) == (3, 1, 1), "the header is a row"
    assert sum(receipt["rejected"].values()) == 1
    assert told.exit_code == 3


def test_a_receipt_for_a_person(submitted: Run) -> None:
    told = submitted("submit", "charlie.csv", "--carrier", "charlie")
    assert told.exit_code == 3
    for words in ("charlie.csv", "accepted, as 1 statement", "rejected: ", "hoptrace batches rejected"):
        assert words in told.stdout


def test_where_no_row_became_a_call_the_format_is_asked_about(submitted: Run) -> None:
    told = submitted("submit", "charlie.csv", "--carrier", "charlie", "--format", "vos3000")
    assert told.exit_code == 3
    assert "is vos3000 the right format? See: hoptrace profile detect charlie.csv" in told.stdout


def test_the_same_file_twice_adds_nothing(submitted: Run) -> None:
    again = submitted("submit", "alpha.csv", "--carrier", "alpha")
    assert again.exit_code == 0
    assert "nothing was added" in again.stdout
    assert json.loads(submitted("lake", "info", "--json").stdout)["statements"] == 2


def test_batches_are_listed_and_shown(submitted: Run) -> None:
    batch = batch_of(submitted, "alpha")
    assert batch in submitted("batches", "list").stdout
    assert "alpha.csv" in submitted("batches", "show", batch).stdout
    assert json.loads(submitted("batches", "show", batch, "--json").stdout)["batch"] == batch


def test_rejected_rows_come_out_to_be_mended_and_submitted_again(submitted: Run) -> None:
    submitted("submit", "charlie.csv", "--carrier", "charlie")
    batch = batch_of(submitted, "charlie")
    assert "yesterday" in submitted("batches", "rejected", batch).stdout
    (row,) = json.loads(submitted("batches", "rejected", batch, "--json").stdout)
    assert row["row"] == 3
    assert row["reasons"]
    assert submitted("batches", "rejected", batch, "--out", "mend.csv", "--reasons", "why.csv").exit_code == 0
    assert "yesterday" in Path("why.csv").read_text()
    Path("mend.csv").write_text(Path("mend.csv").read_text().replace("yesterday", "2026-11-02T20:00:00Z"))
    assert submitted("submit", "mend.csv", "--carrier", "charlie").exit_code == 0


def test_unknown_batch_carrier_and_file(submitted: Run) -> None:
    assert submitted("batches", "show", "nope").exit_code == 4
    assert submitted("submit", "alpha.csv", "--carrier", "alfa").exit_code == 4
    missing = submitted("submit", "missing.csv", "--carrier", "alpha")
    assert missing.exit_code in {1, 4}
    assert "missing.csv" in missing.stderr


def test_a_call_is_traced_to_the_customer(submitted: Run) -> None:
    submitted("submit", "charlie.csv", "--carrier", "charlie")
    question = ("trace", "--called", "+12025550143", "--at", "2026-11-02T14:30:00-05:00", "--ref", "c1")
    result = json.loads(submitted(*question, "--json").stdout)
    assert result["verdict"] == "originator_identified"
    assert result["path"] == ["charlie", "bravo", "alpha"]
    shown = submitted(*question).stdout
    assert "charlie < bravo < alpha" in shown
    assert "cust-81" in shown
    assert "Hop 3, alpha:" in shown
    assert submitted("report", "trace", "c1", "--out", "c1.html").exit_code == 0
    assert "Alpha [bold]Voice" in Path("c1.html").read_text()


def test_learning_afterwards_is_paid_by_the_rows_of_new_files(submitted: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    paid: list[int] = []
    monkeypatch.setattr("hoptrace.engines.learning.learn_after", lambda _, rows: paid.append(rows))
    assert submitted("submit", "alpha.csv", "--carrier", "alpha").exit_code == 0
    assert paid == []
    Path("later.csv").write_text(ALPHA.replace("19:30", "19:40"))
    assert submitted("submit", "alpha.csv", "later.csv", "--carrier", "alpha").exit_code == 0
    assert paid == [2], "the header is a row"
