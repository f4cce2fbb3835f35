"""hoptrace batches withdraw: what a batch says counts no more, and its file can be submitted again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hoptrace.catalog.traces import Stored
from hoptrace.workspace import open_workspace

HEADER = "start_time,answer_time,duration,calling_number,called_number,upstream,customer,downstream\n"
ORIG = "2026-11-02T15:00:00Z,2026-11-02T15:00:04Z,30,+12025550143,+13125550187,,cust-1,term\n"
TERM = "2026-11-02T15:00:00Z,2026-11-02T15:00:04Z,30,+12025550143,+13125550187,orig,,\n"
OTHER = "2026-11-02T15:10:00Z,2026-11-02T15:10:04Z,30,+12025550177,+13125550112,,cust-2,term\n"
CALL = ("trace", "--called", "+13125550187", "--at", "2026-11-02T15:00:00Z", "--ref", "c1", "--json")
WHY = "submitted for another carrier"

TWO = f"call_ref,start_time,called_number,campaign\nc1,{ORIG[:20]},+13125550187,k\nc2,{OTHER[:20]},+13125550112,\n"

Done = Callable[..., Any]


@pytest.fixture
def done(run) -> Done:
    """Run a command that succeeds, in a workspace with three carriers; gives what it prints, JSON as data."""

    def succeed(*words: str) -> Any:
        outcome = run(*words)
        assert outcome.exit_code == 0, outcome.output
        return json.loads(outcome.stdout) if "--json" in words else outcome.stdout

    Path("carriers.csv").write_text("carrier_id,country\norig,US\nterm,US\nelse,US\n")
    succeed("init")
    succeed("carriers", "load", "carriers.csv")
    for name, text in (("term", TERM), ("orig", ORIG), ("both", ORIG + OTHER)):
        Path(f"{name}.csv").write_text(HEADER + text)
    return succeed


def submitted(done: Done, name: str, carrier: str) -> dict[str, Any]:
    (receipt,) = done("submit", f"{name}.csv", "--carrier", carrier, "--json")
    return receipt


def withdrawn(done: Done, *batches: str) -> dict[str, Any]:
    return done("batches", "withdraw", *batches, "--reason", WHY, "--json")


def test_a_file_of_the_wrong_carrier_names_nobody_any_more(done, run):
    submitted(done, "term", "term")
    never = done(*CALL)
    batch = submitted(done, "orig", "orig")["batch"]
    named = done(*CALL)
    assert (named["verdict"], named["customer"]) == ("originator_identified", "cust-1")
    told = withdrawn(done, batch)
    assert told["batches"] == [batch]
    assert (told["cited"], told["cited_by"]) == (1, ["c1"])
    assert told["had_duplicates"] == []
    again = done(*CALL)
    versions = ("lake_version", "clock_version")
    assert {name: again[name] for name in never if name not in versions} == {
        name: never[name] for name in never if name not in versions
    }
    assert again["verdict"] == "non_participating"
    assert again["lake_version"] == told["lake_version"]
    replay = ":".join(str(named[name]) for name in versions)
    replayed = run(*CALL, "--replay", replay)
    assert (replayed.exit_code, json.loads(replayed.stdout)) == (0, named)
    assert f"Note: batch {batch} of orig, on which this result rests, was withdrawn since: {WHY}." in replayed.stderr


def test_lists_say_that_a_batch_was_withdrawn_when_and_why(done):
    submitted(done, "term", "term")
    assert "Withdrawn" not in done("batches", "list")
    batch = submitted(done, "orig", "orig")["batch"]
    assert done("batches", "show", batch, "--json")["withdrawn"] is None
    told = done("batches", "withdraw", batch, "--reason", WHY)
    assert f"Withdrew 1 batch ({batch})" in told
    assert WHY in done("batches", "list")
    assert f"UTC: {WHY}." in done("batches", "show", batch)
    listed = {each["batch"]: each["withdrawn"] for each in done("batches", "list", "--json")}
    assert listed.pop(batch) == done("batches", "show", batch, "--json")["withdrawn"]
    assert list(listed.values()) == [None]
    assert done("lake", "info", "--json")["batches"] == 1
    assert done("lake", "info", "--json")["statements"] == 1


def test_the_file_can_be_submitted_again_for_the_right_carrier_and_for_the_same(done):
    submitted(done, "term", "term")
    wrong = submitted(done, "orig", "else")
    withdrawn(done, wrong["batch"])
    right = submitted(done, "orig", "orig")
    assert (right["accepted"], right["already_submitted"]) == (1, False)
    assert done(*CALL)["path"] == ["term", "orig"]
    for number in (2, 3):
        withdrawn(done, right["batch"])
        right = submitted(done, "orig", "orig")
        assert right["batch"].endswith(f"-{number}")
        assert "the file was in before, as batch" in right["flags"][0]
        assert (right["accepted"], right["duplicates"], right["already_submitted"]) == (1, 0, False)
        assert submitted(done, "orig", "orig")["already_submitted"]
        assert done(*CALL)["customer"] == "cust-1"


def test_rows_that_were_left_out_because_of_it_can_be_submitted_again(done):
    submitted(done, "term", "term")
    first = submitted(done, "orig", "orig")
    later = submitted(done, "both", "orig")
    assert (later["accepted"], later["duplicates"]) == (1, 1)
    told = withdrawn(done, first["batch"])
    assert told["had_duplicates"] == [later["batch"]]
    assert done(*CALL)["customer"] is None
    again = submitted(done, "both", "orig")
    assert (again["accepted"], again["duplicates"]) == (1, 1)
    assert again["batch"] == f"{later['batch']}-2"
    assert done(*CALL)["customer"] == "cust-1"
    assert done("lake", "info", "--json")["statements"] == 3


def test_records_that_were_withdrawn_are_not_held_against_the_carrier(done):
    submitted(done, "term", "term")
    Path("other.csv").write_text(HEADER + OTHER.replace("15:10", "14:50") + OTHER)
    batch = submitted(done, "other", "orig")["batch"]
    assert done(*CALL)["verdict"] == "no_record"
    withdrawn(done, batch)
    assert done(*CALL)["verdict"] == "non_participating"


@pytest.mark.parametrize(
    ("batches", "reason", "code", "says"),
    [
        (("{1}", "nobody-1"), WHY, 4, "There is no batch 'nobody-1'"),
        (("{1}", "{0}"), WHY, 1, "Batch {0} was withdrawn before"),
        (("{1}",), " ", 2, "Say why"),
    ],
)
def test_of_several_batches_all_are_withdrawn_or_none(done, run, batches, reason, code, says):
    names = [submitted(done, "orig", "orig")["batch"], submitted(done, "term", "term")["batch"]]
    withdrawn(done, names[0])
    before = done("batches", "list", "--json"), done("lake", "info", "--json")
    refused = run("batches", "withdraw", *(name.format(*names) for name in batches), "--reason", reason)
    assert (refused.exit_code, refused.stdout) == (code, "")
    assert says.format(*names) in refused.stderr
    assert (done("batches", "list", "--json"), done("lake", "info", "--json")) == before
    told = withdrawn(done, names[1], names[1])
    assert told["batches"] == [names[1]]


def test_the_calls_whose_results_cite_a_batch_can_be_traced_again_by_a_file(done, run):
    submitted(done, "term", "term")
    batch = submitted(done, "both", "orig")["batch"]
    Path("calls.csv").write_text(TWO)
    again = "trace", "--calls", "again.csv", "--out", "results.jsonl"
    done("trace", "--calls", "calls.csv", "--out", "results.jsonl")
    told = done("batches", "withdraw", batch, "--reason", WHY)
    assert "The stored results of 2 calls (c1, c2) rest on them" in told
    assert f"hoptrace batches cited {batch} --out again.csv, then" in told
    assert "hoptrace trace --calls again.csv --out again.jsonl" in told
    both = {"calls": 2, "out": "again.csv"}
    assert done("batches", "cited", batch, "--out", "again.csv", "--json") == {**both, "left_out": 0}
    columns = "call_ref,start_time,called_number,calling_number,terminating_carrier,campaign"
    assert Path("again.csv").read_text().splitlines()[:2] == [columns, f"c1,{ORIG[:20]},+13125550187,,,k"]
    done(*again)
    assert "Wrote 0 calls" in done("batches", "cited", batch, "--out", "again.csv")
    unknown = run("batches", "cited", "nobody-1", "--out", "again.csv")
    assert (unknown.exit_code, unknown.stdout) == (4, "")


def test_a_call_is_written_under_its_own_reference_and_what_cannot_be_written_is_counted(done):
    submitted(done, "term", "term")
    batch = submitted(done, "both", "orig")["batch"]
    Path("calls.csv").write_text(TWO.replace("c1,", "-17,").replace(",k\n", ",=k\n"))
    done("trace", "--calls", "calls.csv", "--out", "results.jsonl")
    with open_workspace("hoptrace-workspace") as workspace:
        stored = workspace.catalog.traces
        (other,) = (told for told in stored.list() if told["call_ref"] == "c2")
        stored.save([Stored("c2", other["verdict"], None, json.dumps(other | {"call": None}))])
    told = withdrawn(done, batch)
    assert (told["cited"], told["cited_by"]) == (2, ["-17", "c2"])
    assert "Left out 1 call:" in done("batches", "cited", batch, "--out", "again.csv")
    assert Path("again.csv").read_text().splitlines()[1:] == [f"-17,{ORIG[:20]},+13125550187,,,=k"]
    done("trace", "--calls", "again.csv", "--out", "again.jsonl")
    assert done("batches", "cited", batch, "--out", "more.csv", "--json")["calls"] == 0
