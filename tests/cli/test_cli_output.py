"""What comes out: the contract's fields, results on stdout, messages on stderr, nothing that a terminal runs."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest
from click.testing import Result

from hoptrace.cli import show

Run = Callable[..., Result]
ROOT = Path(__file__).parents[2]
HEADER = "start_time,duration,calling_number,called_number,upstream,customer,downstream,record_id\n"
NUMBERS = "+12025550101,+12025550143"
ODD = f"""{HEADER}2026-11-02T19:30:00Z,42,{NUMBERS},[bold]TRK[/bold]\x1b[31m,,,r1
=1+1,42,{NUMBERS},@SUM(A1),,,-1
2026-11-02T19:30:02,42,{NUMBERS},+12025550101,,,r3
2026-11-02T19:30:03Z,42,+12025550101,+12345678901234567890,,,,r4
2026-11-02T19:30:04Z,forever,{NUMBERS},,,,"=cmd|x"
"""
RECEIPT = {
    *("file", "digest", "batch", "carrier", "format", "timezone", "first_time", "last_time", "rows", "accepted"),
    *("duplicates", "skipped", "rejected", "statements", "unknown_trunks", "flags", "already_submitted"),
}
RESULT = {
    *("call_ref", "verdict", "path", "originating_carrier", "customer", "point_of_entry", "confidence", "hops"),
    *("conflicts", "alternatives", "next_request", "engine", "lake_version", "settings_digest"),
}
HOP = {"carrier", "records", "start_time", "clock_offset", "calling", "called", "attestation", "evidence"}


@pytest.fixture
def odd(loaded: Run) -> Run:
    Path("odd.csv").write_text(ODD)
    assert loaded("submit", "odd.csv", "--carrier", "bravo").exit_code == 3
    return loaded


def batch_of(run: Run) -> str:
    return json.loads(run("batches", "list", "--json").stdout)[0]["batch"]


def test_a_receipt_has_the_contract_s_fields_and_accounts_for_every_row(odd: Run) -> None:
    (receipt,) = json.loads(odd("submit", "odd.csv", "--carrier", "bravo", "--json").stdout)
    assert receipt.keys() == RECEIPT | {"hours_off", "clock_note"}
    assert (receipt["hours_off"], receipt["clock_note"]) == (0, None)
    assert receipt["already_submitted"]
    left = receipt["rows"] - receipt["accepted"] - receipt["duplicates"] - receipt["skipped"]
    assert left == sum(receipt["rejected"].values()) == 4
    assert receipt["unknown_trunks"] == {"[bold]TRK[/bold]\x1b[31m": 1}
    assert json.loads(odd("batches", "show", receipt["batch"], "--json").stdout).keys() == RECEIPT | {
        "expired",
        "withdrawn",
    }


def test_a_result_and_the_lake_have_the_contract_s_fields(odd: Run) -> None:
    told = odd("trace", "--called", "+12025550143", "--at", "2026-11-02T19:30:00Z", "--json")
    result = json.loads(told.stdout)
    assert result.keys() >= RESULT
    assert result["hops"]
    for hop in result["hops"]:
        assert hop.keys() >= HOP
        assert all(record.keys() == {"batch", "row", "record_id"} for record in hop["records"])
        assert all(item.keys() == {"about", "agrees", "detail"} for item in hop["evidence"])
    info = json.loads(odd("lake", "info", "--json").stdout)
    assert info.keys() >= {"statements", "batches", "files", "bytes", "first_time", "last_time"}
    assert (info["statements"], info["batches"]) == (1, 1)


def test_a_confidence_is_never_shown_higher_than_it_is(odd: Run) -> None:
    trace = ("trace", "--called", "+12025550143", "--at", "2026-11-02T19:30:00Z")
    told = json.loads(odd(*trace, "--json").stdout)["confidence"]
    line = next(line for line in odd(*trace).stdout.splitlines() if line.startswith("Confidence"))
    assert 0 <= told - float(line.split()[1]) < 0.01
    assert [show.share(value) for value in (1.0, 0.9999, 0.955, 0.0)] == ["1.00", "0.99", "0.95", "0.00"]
    assert [show.share(hundredth / 100) for hundredth in range(101)] == [f"{n / 100:.2f}" for n in range(101)]


def test_what_carriers_wrote_is_shown_and_never_run(odd: Run) -> None:
    for command in (("batches", "show", batch_of(odd)), ("batches", "rejected", batch_of(odd)), ("carriers", "list")):
        told = odd(*command).stdout
        assert "\x1b" not in told
        assert "[bold]" in told or "rejected" in command
    assert r"[bold]TRK[/bold]\x1b[31m" in odd("batches", "show", batch_of(odd)).stdout


def test_no_cell_that_is_written_out_is_a_formula(odd: Run) -> None:
    assert odd("batches", "rejected", batch_of(odd), "--out", "mend.csv", "--reasons", "why.csv").exit_code == 0
    trace = ("--called", "+12025550143", "--at", "2026-11-02T19:30:00Z", "--ref", "=HYPERLINK(1)")
    assert odd("report", "trace", *trace, "--out", "report.csv").exit_code == 0
    for name in ("mend.csv", "why.csv", "report.csv"):
        cells = [cell for row in csv.reader(Path(name).read_text().splitlines()) for cell in row]
        assert [cell for cell in cells if cell.startswith(("=", "@"))] == []
        assert [cell for cell in cells if cell.startswith(("+", "-")) and not cell[1:].isdigit()] == []
    assert "'=HYPERLINK(1)" in Path("report.csv").read_text()
    assert "\x1b" not in Path("why.csv").read_text()


def test_rejected_rows_can_be_mended_and_submitted_again(odd: Run) -> None:
    odd("batches", "rejected", batch_of(odd), "--out", "mend.csv")
    text = Path("mend.csv").read_text()
    assert text.startswith(HEADER)
    assert f"2026-11-02T19:30:02,42,{NUMBERS},+12025550101,,,r3\n" in text, "what is no formula stays as it was"
    for wrong, right in (
        ("'=1+1", "2026-11-02T19:30:01Z"),
        ("30:02,", "30:02Z,"),
        ("1234567890123", ""),
        ("forever", "1"),
    ):
        text = text.replace(wrong, right)
    Path("mend.csv").write_text(text.replace("+4567890,", "+12025550143,"))
    again = odd("submit", "mend.csv", "--carrier", "bravo", "--json")
    assert again.exit_code == 0, again.output
    assert json.loads(again.stdout)[0]["accepted"] == 4


def test_a_file_that_was_of_no_use_may_be_read_another_way(loaded: Run) -> None:
    Path("Master.csv").write_text(f"{HEADER}2026-11-02T19:30:00Z,42,{NUMBERS},,,,r1\n")
    wrong = loaded("submit", "Master.csv", "--carrier", "alpha", "--format", "asterisk")
    assert wrong.exit_code in {1, 3}
    right = loaded("submit", "Master.csv", "--carrier", "alpha", "--json")
    assert right.exit_code == 0
    assert (json.loads(right.stdout)[0]["accepted"], json.loads(right.stdout)[0]["already_submitted"]) == (1, False)
    assert len(json.loads(loaded("batches", "list", "--json").stdout)) == 1


def test_two_files_of_one_content_are_one_batch(loaded: Run) -> None:
    for name in ("a.csv", "b.csv"):
        Path(name).write_text(f"{HEADER}2026-11-02T19:30:00Z,42,{NUMBERS},,,,r1\n")
    receipts = json.loads(loaded("submit", "a.csv", "b.csv", "a.csv", "--carrier", "alpha", "--json").stdout)
    assert [(receipt["file"], receipt["already_submitted"]) for receipt in receipts] == [
        ("a.csv", False),
        ("b.csv", True),
        ("a.csv", True),
    ]
    assert json.loads(loaded("lake", "info", "--json").stdout)["statements"] == 1


def test_a_terminating_carrier_that_nobody_knows_is_noted(loaded: Run) -> None:
    Path("calls.csv").write_text(
        "call_ref,start_time,called_number,terminating_carrier\nc1,2026-11-02T19:30:00Z,+12025550143,alhpa\n"
    )
    told = loaded("trace", "--calls", "calls.csv", "--out", "results.jsonl", "--json")
    assert told.exit_code == 0
    assert json.loads(told.stdout)["verdicts"] == {"not_found": 1}
    assert "the terminating carrier alhpa of 1 call in calls.csv" in told.stderr


def test_a_result_may_go_to_a_pipe_and_a_link_stays_a_link(loaded: Run) -> None:
    Path("calls.csv").write_text("call_ref,start_time,called_number\nc1,2026-11-02T19:30:00Z,+12025550143\n")
    Path("real.jsonl").write_text("old")
    Path("link.jsonl").symlink_to("real.jsonl")
    assert loaded("trace", "--calls", "calls.csv", "--out", "link.jsonl").exit_code == 0
    assert Path("link.jsonl").is_symlink()
    assert json.loads(Path("real.jsonl").read_text())["call_ref"] == "c1"
    assert loaded("trace", "--calls", "calls.csv", "--out", "/dev/null").exit_code == 0
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1", "TERM": "xterm"}, {"COLUMNS": "40"}])
def test_without_a_terminal_there_is_no_bar_and_no_colour(odd: Run, environment: dict[str, str]) -> None:
    program = "import sys; sys.path.insert(0, 'traceback'); from hoptrace.cli import main; main()"
    again = Path("again.csv").absolute()
    again.write_text(ODD.replace("19:30", "20:30"))
    workspace = str(Path("hoptrace-workspace").absolute())
    done = subprocess.run(
        [sys.executable, "-c", program, "submit", str(again), "--carrier", "bravo", "--workspace", workspace],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert "in all" in done.stdout


def test_a_wide_table_is_readable_on_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:

    monkeypatch.setattr(show, "screen_width", lambda: 40)
    names = ("Batch", "Carrier", "Format", "Rows", "File")
    show.table(names, [("alpha-20261102-2c9c80f1", "alpha", "canonical", 101, "a-long-name-of-a-file.csv")] * 2)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:5] == [
        "Batch    alpha-20261102-2c9c80f1",
        "Carrier  alpha",
        "Format   canonical",
        "Rows     101",
        "File     a-long-name-of-a-file.csv",
    ]
    assert lines[5:7] == ["", "Batch    alpha-20261102-2c9c80f1"]


def test_a_full_disk_behind_stdout_is_told(loaded: Run) -> None:
    program = "import sys; sys.path.insert(0, 'traceback'); from hoptrace.cli import main; main()"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                program,
                "carriers",
                "list",
                "--workspace",
                str(Path("hoptrace-workspace").absolute()),
            ],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("The output: No space left on device.")
    assert "Traceback" not in done.stderr


def test_wide_letters_keep_their_columns(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.cells import cell_len

    rows = [("日本通信", 1), ("Müller", 20)]
    show.table(("Carrier", "Calls"), rows)
    assert {cell_len(line) for line in capsys.readouterr().out.splitlines()} == {15}
    show.table(("Carrier", "Calls"), [("alpha", 1), ("bravo", 20)], title="All")
    assert capsys.readouterr().out.splitlines() == ["All", "Carrier  Calls", "alpha        1", "bravo       20"]


CALLS = "call_ref,start_time,called_number\nc1,2026-11-02T19:30:00Z,+12025550143\n"
COMPLAINTS = (
    "Company_Phone_Number,Created_Date,Violation_Date,Consumer_City,Consumer_State,Consumer_Area_Code,Subject,Robo\n"
    "2025550132,2026-09-23 00:02:35,2026-09-22 18:22:00,,California,510,Debt,Y\n"
)


def piped(*command: str, stdout: int | IO[str] = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    """A command of its own process, whose standard output is really that."""
    program = [sys.executable, "-c", "from hoptrace.cli import main; main()", *command]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "traceback")}
    return subprocess.run(program, stdout=stdout, stderr=subprocess.PIPE, text=True, env=environment, check=False)


def test_what_stands_in_a_file_that_stdout_leads_to_stays_there(odd: Run) -> None:
    Path("calls.csv").write_text(CALLS)
    with Path("log.txt").open("w") as log:
        log.write("before\n")
        log.flush()
        assert piped("batches", "rejected", batch_of(odd), "--out", "/dev/stdout", stdout=log).returncode == 0
        assert piped("trace", "--calls", "calls.csv", "--out", "/proc/self/fd/1", stdout=log).returncode == 0
    lines = Path("log.txt").read_text().splitlines()
    assert lines[:2] == ["before", HEADER.rstrip()]
    assert lines[-1].startswith('{"call_ref":"c1"')


@pytest.mark.parametrize(
    ("command", "begins", "told"),
    [
        ("batches rejected BATCH --out", HEADER.rstrip(), "Wrote 4 rejected rows"),
        ("batches rejected BATCH --json --reasons", "row,reasons,as_written", '"reasons": ['),
        ("calls import calls.csv --out", "call_ref,start_time,", "Written to"),
        ("calls import complaints.csv --out", "calling_number,time,", "Seeds"),
        ("trace --calls calls.csv --out", '{"call_ref":"c1"', "Wrote 1 result"),
        ("report trace c1 --format json --out", "{", "Wrote"),
        ("report what-if --format json --out", "{", "Wrote"),
        ("profile draft unknown.csv --out", "# Tried on", "Look at it with"),
    ],
)
def test_data_on_stdout_stands_alone(odd: Run, command: str, begins: str, told: str) -> None:
    Path("calls.csv").write_text(CALLS)
    Path("complaints.csv").write_text(COMPLAINTS)
    Path("unknown.csv").write_text("".join(f"2026-11-02T08:00:0{n}Z;1202555014{n};1312555018{n}\n" for n in range(3)))
    if command.startswith("report"):
        assert odd("trace", "--calls", "calls.csv", "--out", "results.jsonl").exit_code == 0
    done = piped(*command.replace("BATCH", batch_of(odd)).split(), "-")
    assert done.returncode in (0, 3), done.stderr
    assert done.stdout.startswith(begins)
    assert told not in done.stdout
    assert told in done.stderr
    assert not Path("-").exists()


def test_several_tables_do_not_fit_on_stdout(odd: Run) -> None:
    told = odd("report", "what-if", "--format", "csv", "--out", "-")
    assert told.exit_code == 2
    assert "--table NAME" in told.stderr
