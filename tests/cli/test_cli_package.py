"""hoptrace report package and hoptrace verify, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

from hoptrace.evidence.keys import fingerprint_of

HEADER = "start_time,answer_time,duration,calling_number,called_number,upstream,customer,downstream\n"
ORIG = "2026-11-02T15:00:00Z,2026-11-02T15:00:04Z,30,+12025550143,+13125550187,,cust-1,term\n"
TERM = "2026-11-02T15:00:00Z,2026-11-02T15:00:04Z,30,+12025550143,+13125550187,orig,,\n"
CALL = ("--called", "+13125550187", "--at", "2026-11-02T15:00:00Z", "--ref", "c1")


def traced(run):
    Path("carriers.csv").write_text("carrier_id,country\norig,US\nterm,US\n")
    assert run("init").exit_code == 0
    assert run("carriers", "load", "carriers.csv").exit_code == 0
    Path("cdrs").mkdir()
    for name, text in (("term", TERM), ("orig", ORIG)):
        Path(f"cdrs/{name}.csv").write_text(HEADER + text)
        assert run("submit", f"cdrs/{name}.csv", "--carrier", name).exit_code == 0
    assert run("trace", *CALL).exit_code == 0


def test_from_the_trace_to_the_checked_package(run):
    traced(run)
    done = run("report", "package", "c1", "--original", "cdrs", "--out", "case.zip", "--json")
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    assert (made["calls"], made["cited"], made["originals"]) == (1, 2, 2)
    checked = run("verify", "case.zip", "--json")
    assert checked.exit_code == 0
    told = json.loads(checked.stdout)
    assert (told["sound"], told["signer"]) == (True, made["key"])
    assert told["replayed"] == [
        {"call_ref": "c1", "verdict": "originator_identified", "same_verdict": True, "same_bytes": True}
    ]
    assert run("keys", "export", "--out", "key.pem").exit_code == 0
    assert run("verify", "case.zip", "--key", "key.pem").exit_code == 0
    assert run("verify", "case.zip", "--fingerprint", "00").exit_code == 1


def test_a_changed_package_leaves_with_1_and_names_the_file(run):
    traced(run)
    assert run("report", "package", "c1", "--out", "case.zip").exit_code == 0
    data = Path("case.zip").read_bytes()
    Path("case.zip").write_bytes(data.replace(b'"customer":"cust-1"', b'"customer":"cust-2"'))
    done = run("verify", "case.zip")
    assert done.exit_code == 1
    assert "results.jsonl: " in done.stdout
    assert "NOT sound" in done.stdout


def test_what_cannot_be_packaged_or_checked(run):
    traced(run)
    assert run("report", "package", "c2", "--out", "case.zip").exit_code == 4
    assert run("report", "package", "--out", "case.zip").exit_code == 2
    assert run("report", "package", "c1", "--original", "none", "--out", "case.zip").exit_code == 1
    assert not Path("case.zip").exists()
    assert run("verify", "none.zip").exit_code == 1
    Path("none.pem").write_text("no key")
    assert run("verify", "none.zip", "--key", "none.pem").exit_code == 1


def test_the_command_shows_makes_and_exports_it(run):
    assert run("init").exit_code == 0
    assert run("keys", "show").exit_code == 4
    assert run("keys", "make").exit_code == 0
    assert run("keys", "make").exit_code == 1
    shown = run("keys", "show").stdout
    assert run("keys", "export", "--out", "key.pem").exit_code == 0
    pem = Path("key.pem").read_bytes()
    assert fingerprint_of(pem) in shown
    assert b"PRIVATE" not in pem
