"""hoptrace lake info, tidy and expire; what they do to replays and to stored results."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hoptrace.lake import levels

HEADER = "start_time,answer_time,duration,calling_number,called_number,upstream,customer,downstream\n"
NOW = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


def row(days_ago: int, upstream: str, customer: str, downstream: str, called: str = "+13125550187", second: int = 0):
    at = NOW - timedelta(days=days_ago) + timedelta(seconds=second)
    answer = at + timedelta(seconds=4)
    times = f"{at:%Y-%m-%dT%H:%M:%SZ},{answer:%Y-%m-%dT%H:%M:%SZ}"
    return f"{times},30,+12025550143,{called},{upstream},{customer},{downstream}\n"


def at(days_ago: int) -> str:
    return (NOW - timedelta(days=days_ago)).isoformat()


@pytest.fixture
def done(run):
    """Run a command that must succeed; gives what it prints."""

    def run_well(*words: str) -> str:
        outcome = run(*words)
        assert outcome.exit_code == 0, outcome.output
        return outcome.stdout

    return run_well


@pytest.fixture
def filled(done):
    """Calls of 100 days ago and of 10, each said by two carriers; one carrier submits for another call as well."""
    Path("carriers.csv").write_text("carrier_id,country\norig,US\nterm,US\n")
    other = row(100, "", "cust-9", "term", "+13125550188", 7)
    Path("orig.csv").write_text(HEADER + row(100, "", "cust-1", "term") + row(10, "", "cust-1", "term") + other)
    Path("term.csv").write_text(HEADER + row(100, "orig", "", "") + row(10, "orig", "", ""))
    done("init")
    done("carriers", "load", "carriers.csv")
    done("submit", "term.csv", "--carrier", "term")
    done("submit", "orig.csv", "--carrier", "orig")
    return done


def traced(done, days_ago: int, *more: str) -> str:
    return done("trace", "--called", "+13125550187", "--at", at(days_ago), "--json", *more)


def replay(told: dict) -> tuple[str, str]:
    return "--replay", f"{told['lake_version']}:{told['clock_version']}"


def test_info_tells_each_day_and_its_health(filled):
    told = json.loads(filled("lake", "info", "--json"))
    assert (told["statements"], told["batches"], told["files"], told["days"]) == (5, 2, 8, 2)
    assert told["merges_due"] == 0
    assert told["expired_before"] is None
    assert {part["health"] for part in told["partitions"]} == {"good"}
    assert sum(part["bytes"] for part in told["partitions"]) == told["bytes"]
    shown = filled("lake", "info")
    assert "statements" in shown
    assert f"{NOW - timedelta(days=100):%Y-%m-%d}  called" in shown


def test_tidy_merges_and_deletes_what_is_not_needed(filled, monkeypatch: pytest.MonkeyPatch):
    before = json.loads(traced(filled, 10))
    assert "There is nothing to merge." in filled("lake", "tidy")
    monkeypatch.setattr(levels, "FAN", 2)
    assert json.loads(filled("lake", "info", "--json"))["merges_due"] == 4
    assert "1 merge is due" in filled("lake", "info")
    assert "Did 4 merges of 8 files: the lake has 4 fewer now." in filled("lake", "tidy")
    assert json.loads(filled("lake", "tidy", "--json"))["vacuumed"] == {"files": 0, "bytes": 0}
    assert "Deleted 8 files that nothing needs any more" in filled("lake", "tidy", "--grace", "0")
    assert len(list(Path("hoptrace-workspace/lake").rglob("*.parquet"))) == 4
    assert traced(filled, 10, *replay(before)) == json.dumps(before, ensure_ascii=False) + "\n"


def test_a_replay_without_its_files_leaves_out_what_came_later(filled, monkeypatch: pytest.MonkeyPatch):
    before = traced(filled, 10)
    Path("more.csv").write_text(HEADER + row(10, "orig", "", "", second=1) + row(10, "orig", "", "", second=2))
    filled("submit", "more.csv", "--carrier", "term")
    monkeypatch.setattr(levels, "FAN", 2)
    filled("lake", "tidy", "--grace", "0")
    assert json.loads(traced(filled, 10))["lake_version"] > json.loads(before)["lake_version"]
    assert traced(filled, 10, *replay(json.loads(before))) == before


def test_expire_removes_old_days_and_holds_what_is_cited(filled, run):
    cited = json.loads(traced(filled, 100))
    young = traced(filled, 10)
    assert "Would remove 1 statement of 1 day" in filled("lake", "expire", "--older-than", "90d", "--dry-run")
    assert json.loads(filled("lake", "info", "--json"))["statements"] == 5
    told = filled("lake", "expire", "--older-than", "90d", "--grace", "0")
    assert f"Removed 1 statement of 1 day before {NOW - timedelta(days=90):%Y-%m-%d}." in told
    assert "Held 2 statements that stored results cite." in told
    assert "Deleted" in told
    info = json.loads(filled("lake", "info", "--json"))
    assert info["statements"] == 4
    assert info["expired_before"] == f"{NOW - timedelta(days=90):%Y-%m-%d}"
    again = json.loads(filled("lake", "expire", "--older-than", "90d", "--json"))
    assert (again["expired"]["statements"], again["expired"]["held"], again["dry_run"]) == (0, 2, False)

    assert traced(filled, 10, *replay(json.loads(young))) == young
    gone = run("trace", "--called", "+13125550187", "--at", at(100), *replay(cited))
    assert (gone.exit_code, gone.stdout) == (4, "")
    assert f"Version {cited['lake_version']} of the lake is gone" in gone.stderr
    assert "hoptrace lake expire" in gone.stderr
    assert filled("report", "trace", cited["call_ref"], "--out", "call.html")


def test_expire_forgets_old_results_where_asked_and_with_them_what_only_they_cite(filled, run):
    cited = json.loads(traced(filled, 100))
    again = json.loads(traced(filled, 10))
    keeping = ("lake", "expire", "--older-than", "90d", "--grace", "0")
    assert "Held 2 statements" in filled(*keeping)
    with closing(sqlite3.connect("hoptrace-workspace/catalog.sqlite")) as catalog, catalog:
        old = (NOW - timedelta(days=40)).strftime("%Y-%m-%d %H:%M:%S.%f")
        catalog.execute("UPDATE traces SET created_at = ? WHERE call_ref = ?", (old, cited["call_ref"]))

    told = filled(*keeping, "--results-older-than", "50d")
    assert "Removed 0 stored results." in told
    assert "Held 2 statements" in told
    forgetting = (*keeping, "--results-older-than", "30d")
    told = filled(*forgetting, "--dry-run")
    assert "Would remove 1 stored result." in told
    assert "Would remove 2 statements of 1 day" in told
    assert filled("report", "trace", cited["call_ref"], "--out", "call.html")
    done = json.loads(filled(*forgetting, "--json"))
    assert (done["results"], done["expired"]["statements"], done["expired"]["held"]) == (1, 2, 0)
    assert json.loads(filled("lake", "info", "--json"))["statements"] == 2
    assert run("report", "trace", cited["call_ref"], "--out", "gone.html").exit_code == 4
    assert filled("report", "trace", again["call_ref"], "--out", "young.html")


def test_after_expiry_nobody_is_blamed_for_what_was_removed(filled):
    """The carriers had records of that time; that they are gone is not their fault."""
    filled("lake", "expire", "--older-than", "90d", "--grace", "0")
    assert json.loads(traced(filled, 100))["verdict"] == "not_found"
    Path("late.csv").write_text(HEADER + row(100, "orig", "", "", second=0).replace(",30,", ",31,"))
    filled("submit", "late.csv", "--carrier", "term")
    assert json.loads(traced(filled, 100))["verdict"] not in {"no_record", "non_participating"}
    assert json.loads(traced(filled, 10))["verdict"] == "originator_identified"


def test_batches_say_that_their_rows_expired(filled):
    filled("lake", "expire", "--older-than", "90d")
    batch = json.loads(filled("batches", "list", "--json"))[0]
    assert batch["expired"] == "partly"
    shown = filled("batches", "show", batch["batch"])
    assert f"The calls before {NOW - timedelta(days=90):%Y-%m-%d} are no longer kept" in shown
    filled("lake", "expire", "--older-than", "5d")
    assert {told["expired"] for told in json.loads(filled("batches", "list", "--json"))} == {"wholly"}
    assert json.loads(filled("batches", "show", batch["batch"], "--json"))["expired"] == "wholly"


@pytest.mark.parametrize("age", ["90", "0d", "d", "-3d", "three weeks"])
def test_an_age_that_is_none_is_wrong_usage(loaded, age: str):
    told = loaded("lake", "expire", f"--older-than={age}")
    assert told.exit_code == 2
    assert "90d or 13w" in told.stderr


def test_an_empty_lake_has_nothing_to_do(loaded):
    assert "There is nothing to remove" in loaded("lake", "expire", "--older-than", "13w").stdout
    assert "There is nothing to merge" in loaded("lake", "tidy").stdout
    assert json.loads(loaded("lake", "info", "--json").stdout)["partitions"] == []
