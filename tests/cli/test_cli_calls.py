from __future__ import annotations

import json
from pathlib import Path

HONEYPOT = "Date,DID,CLI\n2026-03-02 08:00:01,(312) 555-0160,202-555-0130\n2026-03-02 08:01:00,,202-555-0130\n"


def test_calls_of_a_honeypot_are_made_ready_to_trace(loaded) -> None:
    Path("honeypot.csv").write_text(HONEYPOT)
    told = loaded(
        *("calls", "import", "honeypot.csv", "--out", "calls.csv", "--called-column", "DID", "--calling-column", "CLI"),
        *("--time-column", "Date", "--timezone", "America/Chicago", "--campaign", "ssa", "--terminating", "alpha"),
    )
    assert told.exit_code == 3
    assert "no called number" in told.stderr
    assert Path("calls.csv").read_text().splitlines()[1] == (
        "honeypot-1,2026-03-02T14:00:01Z,+12025550130,+13125550160,alpha,ssa"
    )


def test_complaints_are_seeds_and_the_command_says_so(loaded) -> None:
    Path("ftc.csv").write_text(
        "Company_Phone_Number,Created_Date,Violation_Date,Subject\n2025550132,2026-09-23,2026-09-22,Debt\n"
    )
    told = loaded("calls", "import", "ftc.csv", "--out", "calls.csv", "--json")
    assert told.exit_code == 0
    said = json.loads(told.stdout)
    assert (said["kind"], said["seeds"], said["calls"], said["seeds_out"]) == ("ftc", 1, 0, "calls.seeds.csv")
    shown = loaded("calls", "import", "ftc.csv", "--out", "calls.csv")
    assert "none of these calls can be traced by itself" in shown.stdout


def test_unknown_columns_are_refused(loaded) -> None:
    Path("list.csv").write_text("a,b\n1,2\n")
    told = loaded("calls", "import", "list.csv", "--out", "calls.csv")
    assert told.exit_code == 1
    assert "--called-column NAME" in told.stderr
    assert not Path("calls.csv").exists()
