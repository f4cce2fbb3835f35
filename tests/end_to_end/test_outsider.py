"""fixtures/outsider: worlds of a generator that shares no code with the simulator, submitted and traced."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import hoptrace
from hoptrace import Receipt, TraceResult, init_workspace
from hoptrace.engines.calls import read_calls

MAKE = Path(__file__).parents[2] / "fixtures" / "outsider" / "make-network"
SCENARIOS = ("clean", "all_moderate")


def make_network(out: Path, scenario: str, seed: int = 3) -> Path:
    size = ["--calls", "400", "--reported", "80", "--size", "0.3"]
    options = ["--scenario", scenario, "--seed", str(seed), *size, "--out", out]
    subprocess.run([sys.executable, MAKE, *options], check=True, capture_output=True)
    return out


def digests(world: Path) -> dict[str, str]:
    files = sorted(path for path in world.rglob("*") if path.is_file())
    return {str(path.relative_to(world)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def truth_of(world: Path) -> dict[str, dict[str, Any]]:
    rows = map(json.loads, (world / "truth.jsonl").read_text().splitlines())
    return {row["call_ref"]: row for row in rows}


@pytest.fixture(scope="module", params=SCENARIOS)
def scenario(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, scenario: str) -> Path:
    return make_network(tmp_path_factory.mktemp("outsider") / scenario, scenario)


@pytest.fixture(scope="module")
def traced(
    tmp_path_factory: pytest.TempPathFactory, submit_world, world: Path
) -> tuple[list[Receipt], list[TraceResult]]:
    with init_workspace(tmp_path_factory.mktemp("workspace") / "w") as workspace:
        workspace.catalog.directory.load_directory(world / "carriers.csv", world / "trunks.csv")
        receipts: list[Receipt] = submit_world(world, workspace)
        return receipts, list(hoptrace.trace(workspace, read_calls(world / "calls.csv", "US")))


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, world: Path, scenario: str) -> None:
    assert digests(make_network(tmp_path / "again", scenario)) == digests(world)
    assert digests(make_network(tmp_path / "other", scenario, seed=4)) != digests(world)


def test_every_row_is_taken(world: Path, traced: tuple[list[Receipt], list[TraceResult]]) -> None:
    receipts, _ = traced
    assert len(receipts) == sum(path.is_file() for path in (world / "cdrs").rglob("*"))
    assert [receipt.rejected for receipt in receipts if receipt.rejected] == []


def test_truth_and_calls_agree(world: Path) -> None:
    with (world / "calls.csv").open(newline="") as file:
        calls = list(csv.DictReader(file))
    truth = truth_of(world)
    carriers = {row["carrier_id"] for row in csv.DictReader((world / "carriers.csv").open(newline=""))}
    assert [call["call_ref"] for call in calls] == list(truth)
    for call in calls:
        true = truth[call["call_ref"]]
        path, at = true["path"], true["furthest_position"]
        assert call["terminating_carrier"] in ("", path[0])
        assert true["origin"] == path[-1]
        assert true["furthest"] == path[at]
        assert 2 <= len(path) <= 9
        assert {*path, *true["holders"]} <= carriers
        assert not true["origin_provable"] or (true["origin_on_file"] and at == len(path) - 1)


def rows_of(world: Path, carrier: str) -> Iterator[dict[str, str]]:
    for file in sorted((world / "cdrs" / carrier).iterdir()):
        data = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        lines = data.decode().splitlines()
        yield from map(json.loads, lines) if file.suffix == ".ndjson" else csv.DictReader(lines)


@pytest.mark.parametrize("scenario", ["all_moderate"], indirect=True)
def test_starts_and_answers_are_in_order(world: Path) -> None:
    """Where the answer is taken for the start, that is so for answered calls alone."""
    for home in sorted((world / "cdrs").iterdir()):
        for row in rows_of(world, home.name):
            answered = row.get("answer_time", "")
            assert (float(row.get("duration") or 0) > 0) == bool(answered)
            assert not answered or datetime.fromisoformat(row["start_time"]) <= datetime.fromisoformat(answered)


@pytest.mark.parametrize("scenario", ["clean"], indirect=True)
def test_clean_records_tell_the_true_path(world: Path) -> None:
    """Read as a person would: each carrier's row of the call names who is before it in the truth."""
    with (world / "trunks.csv").open(newline="") as file:
        names = {
            (r["carrier_id"], r["trunk"].removesuffix("/32")): r["peer"] or r["customer"] for r in csv.DictReader(file)
        }
    with (world / "calls.csv").open(newline="") as file:
        calls = {call["call_ref"]: call for call in csv.DictReader(file)}
    told: dict[tuple[str, str], list[tuple[float, str]]] = {}
    for home in sorted((world / "cdrs").iterdir()):
        for row in rows_of(world, home.name):
            said = row.get("customer") or row["upstream"]
            moment = datetime.fromisoformat(row["start_time"]).timestamp()
            told.setdefault((home.name, row["called_number"]), []).append((moment, names.get((home.name, said), said)))
    for ref, true in truth_of(world).items():
        reported = datetime.fromisoformat(calls[ref]["start_time"]).timestamp()
        for carrier, before in zip(true["path"], [*true["path"][1:], true["customer"]], strict=True):
            rows = told[carrier, calls[ref]["called_number"]]
            assert any(abs(moment - reported) < 12 and said == before for moment, said in rows), (ref, carrier)


@pytest.mark.parametrize("scenario", ["clean"], indirect=True)
def test_clean_worlds_are_proven_and_named_rightly(
    world: Path, traced: tuple[list[Receipt], list[TraceResult]]
) -> None:
    truth = truth_of(world)
    assert all(true["origin_provable"] for true in truth.values())
    for result in traced[1]:
        true = truth[result.call_ref]
        if not true["indistinguishable"]:
            assert (result.originating_carrier, result.customer) == (true["origin"], true["customer"])
            assert list(result.path) == true["path"]
