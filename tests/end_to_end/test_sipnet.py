"""fixtures/sipnet/trace-run on the small network, and networks of the same shape with other seeds, clocks and zones."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import hoptrace
from hoptrace import open_workspace
from hoptrace.engines.calls import read_calls
from hoptrace.intake.batches import stored_batches

SIPNET = Path(__file__).parents[2] / "fixtures" / "sipnet"
SMALL = SIPNET / "small"
CARRIERS = ("alfa", "bravo", "foxtrot", "golf", "tango", "uniform", "victor", "xray", "zulu")
NAMED, AMBIGUOUS = "originator_identified", "ambiguous"


@dataclass(frozen=True)
class Run:
    """What one run of the script left: `home` is the folder that it ran in."""

    home: Path
    folder: Path
    status: int
    said: str

    @property
    def out(self) -> Path:
        return self.home / "results.jsonl"

    @property
    def workspace(self) -> Path:
        return self.home / "my workspace"


def trace_run(home: Path, folder: str) -> Run:
    """Run the script in `home`, with relative paths and spaces in them, as a person would from elsewhere."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HOPTRACE_")}
    environment |= SHARP_REPORTS
    command = [SIPNET / "trace-run", folder, "results.jsonl", "--workspace", "my workspace"]
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)
    return Run(home, home / folder, done.returncode, done.stderr)


def lines(path: Path) -> dict[str, dict[str, Any]]:
    return {row["call_ref"]: row for row in map(json.loads, path.read_text().splitlines())}


def due(true: dict[str, Any]) -> tuple[Any, ...]:
    """Verdict, path and customer that the truth asks for."""
    return true["verdict"], true["path"], true["customer"] if true["origin_provable"] else None


def told(result: dict[str, Any]) -> tuple[Any, ...]:
    return result["verdict"], result["path"], result["customer"]


def rows_in(path: Path) -> int:
    if path.suffix != ".sqlite":
        return path.read_bytes().count(b"\n")
    with closing(sqlite3.connect(path)) as database:
        tables = ("acc", "missed_calls", "acc_cdrs")
        return sum(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)


SHARP_REPORTS = {"HOPTRACE_TRACE__REPORT_SECONDS": "1"}
"""The called parties of these networks keep good time; redials are a second apart."""


@pytest.fixture(autouse=True, scope="module")
def sharp_reports():
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SHARP_REPORTS.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The small network in a folder with a space in its name, golf's files in a folder below its own."""
    home = tmp_path_factory.mktemp("trace run")
    shutil.copytree(SMALL, home / "a network")
    golf = home / "a network" / "cdrs" / "golf"
    (golf / "march").mkdir()
    for file in sorted(golf.glob("*.log")):
        file.rename(golf / "march" / file.name)
    (golf / ".hidden").write_text("no carrier's file\n")
    return trace_run(home, "a network/")


def test_every_call_is_traced_to_its_truth(run: Run) -> None:
    assert run.status == 0, run.said
    truth, results = lines(run.folder / "truth.jsonl"), lines(run.out)
    # A call whose origin lost the row, among redials a second apart: it may be one of those that are on file.
    lost = {ref for ref, true in truth.items() if true["verdict"] == "no_record"}
    assert {ref for ref, result in results.items() if ref not in lost and not fits(result, truth[ref])} == set()
    assert sum(told(result) != due(truth[ref]) for ref, result in results.items() if ref not in lost) <= 1
    for ref in lost:
        assert results[ref]["verdict"] in ("no_record", AMBIGUOUS)
        assert results[ref]["customer"] is None
        assert truth[ref]["path"] in [results[ref]["path"], *(one["path"] for one in results[ref]["alternatives"])]


def test_the_small_network_holds_what_it_is_for() -> None:
    truth = lines(SMALL / "truth.jsonl").values()
    assert sum(true["forwarded"] for true in truth) >= 5
    assert sum(true["rerouted"] for true in truth) >= 5
    assert any(true["forwarded"] and true["rerouted"] for true in truth)
    assert any(len(set(true["path"])) < len(true["path"]) for true in truth)
    assert sum(true["spoofed"] for true in truth) >= 5
    assert [true["verdict"] for true in truth].count("no_record") == 1
    pairs = [(call.calling_number, call.called_number) for call in read_calls(SMALL / "calls.csv", "US")]
    assert max(pairs.count(pair) for pair in pairs) == 4


def test_every_row_is_accounted_for(run: Run) -> None:
    with open_workspace(run.workspace) as workspace:
        receipts = [stored.receipt for stored in stored_batches(workspace)]
    for carrier in CARRIERS:
        there = [path for path in (run.folder / "cdrs" / carrier).rglob("[!.]*") if path.is_file()]
        taken = {receipt.file: receipt.rows for receipt in receipts if receipt.carrier == carrier}
        assert taken == {path.name: rows_in(path) for path in there} != {}
    for receipt in receipts:
        assert receipt.rows == receipt.accepted + receipt.duplicates + receipt.skipped
        assert (receipt.rejected, receipt.unknown_trunks) == ({}, {})


def test_one_call_alone_gives_what_the_file_says(run: Run) -> None:
    results = lines(run.out)
    calls = read_calls(run.folder / "calls.csv", "US")
    with open_workspace(run.workspace) as workspace:
        for call in (calls[0], calls[17], calls[-1]):
            (alone,) = hoptrace.trace(workspace, [call])
            assert json.loads(json.dumps(alone.as_dict())) == results[call.call_ref]


def test_a_second_run_changes_nothing(run: Run) -> None:
    first = run.out.read_bytes()
    with open_workspace(run.workspace) as workspace:
        before = stored_batches(workspace), workspace.lake.version(), workspace.catalog.clocks.latest_clocks()
    again = trace_run(run.home, "a network")
    assert again.status == 0, again.said
    assert again.out.read_bytes() == first
    with open_workspace(run.workspace) as workspace:
        assert (stored_batches(workspace), workspace.lake.version(), workspace.catalog.clocks.latest_clocks()) == before


def test_no_trunks_an_empty_folder_and_a_refused_file(tmp_path: Path) -> None:
    """What is missing is silent; what cannot be read is said at the end, and the rest is traced."""
    folder = tmp_path / "part"
    for carrier in ("xray", "zulu"):
        shutil.copytree(SMALL / "cdrs" / carrier, folder / "cdrs" / carrier)
    (folder / "cdrs" / "tango").mkdir()
    (folder / "cdrs" / "victor").mkdir()
    (folder / "cdrs" / "victor" / "Master.csv").write_bytes(b"\x00\x01 no record of anything\n")
    for name in ("carriers.csv", "calls.csv"):
        shutil.copy(SMALL / name, folder / name)
    done = trace_run(tmp_path, "part")
    assert done.status == 1
    assert "Traced without the files of victor" in done.said
    assert "nothing is submitted for tango" in done.said
    results = lines(done.out)
    assert results.keys() == lines(SMALL / "truth.jsonl").keys()
    assert NAMED not in {result["verdict"] for result in results.values()}


@pytest.mark.parametrize("arguments", [[], ["only"], ["a", "b", "--workspace"], ["a", "b", "c"]])
def test_wrong_usage(arguments: list[str]) -> None:
    done = subprocess.run([SIPNET / "trace-run", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "DIR OUT.jsonl" in done.stderr


def test_a_folder_of_another_layout_is_refused(tmp_path: Path) -> None:
    done = subprocess.run([SIPNET / "trace-run", tmp_path, "out.jsonl"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "has no carriers.csv" in done.stderr


def content(folder: Path) -> Iterator[tuple[str, object]]:
    """Every file's bytes; of a database what it says, as the library's version stands in its header."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.suffix == ".sqlite":
            with closing(sqlite3.connect(path)) as database:
                yield path.name, list(database.iterdump())
        else:
            yield str(path.relative_to(folder)), path.read_bytes()


def test_the_small_network_is_what_its_script_writes(tmp_path: Path, make_network: Callable[..., Path]) -> None:
    one, two = make_network(tmp_path / "one"), make_network(tmp_path / "two")
    assert dict(content(one)) == dict(content(two)) == dict(content(SMALL))
    sqlite = "cdrs/alfa/kamailio.sqlite"
    assert (one / sqlite).read_bytes() == (two / sqlite).read_bytes()


VARIANTS = {
    "half an hour's zone": ("--seed", "2", "--bravo-zone", "America/St_Johns", "--golf-offset", "143"),
    "west of the day's end": ("--seed", "3", "--bravo-zone", "Pacific/Honolulu", "--golf-offset", "-3700"),
    "many calls": ("--seed", "4", "--bravo-zone", "America/New_York", "--golf-offset", "143", "--calls", "150"),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_other_networks(
    variant: str, tmp_path: Path, make_network: Callable[..., Path], traced_network: Callable[..., Any]
) -> None:
    """Every answer is right, and every path but those that the result itself calls in doubt.

    Only redials can be in doubt: a report that is off by a third of a second does not tell calls a second apart from
    each other where they took different paths.
    """
    folder = make_network(tmp_path / "network", *VARIANTS[variant])
    with hoptrace.init_workspace(tmp_path / "workspace") as workspace:
        _, results = traced_network(folder, workspace)
    truth = lines(folder / "truth.jsonl")
    pairs = {
        call.call_ref: (call.calling_number, call.called_number) for call in read_calls(folder / "calls.csv", "US")
    }
    unsure = [ref for ref, result in results.items() if in_doubt(result)]
    assert {ref: told(results[ref]) for ref in truth if ref not in unsure} == {
        ref: due(true) for ref, true in truth.items() if ref not in unsure
    }
    assert len(unsure) <= 0.2 * len(truth)
    assert sum(results[ref]["path"] != truth[ref]["path"] for ref in unsure) <= 0.05 * len(truth)
    for ref in unsure:
        redials = [other for other in pairs if pairs[other] == pairs[ref]]
        paths = [results[ref]["path"], *(alternative["path"] for alternative in results[ref]["alternatives"])]
        assert len(redials) > 1
        assert truth[ref]["path"] in paths
        assert results[ref]["customer"] in (None, truth[ref]["customer"])
        assert results[ref]["verdict"] != AMBIGUOUS or results[ref]["next_request"] is not None


def fits(result: dict[str, Any], true: dict[str, Any]) -> bool:
    """The result tells the truth, or of the true customer's redials says that the true one may be meant as well."""
    ways = [result["path"], *(alternative["path"] for alternative in result["alternatives"])]
    unsure = in_doubt(result) and result["verdict"] == true["verdict"]
    return told(result) == due(true) or (unsure and result["customer"] == true["customer"] and true["path"] in ways)


def in_doubt(result: dict[str, Any]) -> bool:
    """The result says that it does not know which of several redials the report means."""
    first = result["hops"][0]["evidence"] if result["hops"] else []
    return result["verdict"] == AMBIGUOUS or any(part["about"] == "path" for part in first)


def test_a_silent_carrier_accuses_nobody(
    tmp_path: Path, make_network: Callable[..., Path], traced_network: Callable[..., Any]
) -> None:
    """Without tango's files, calls that it did not touch are named as before; no other carrier's customer is blamed."""
    folder = make_network(tmp_path / "network", "--seed", "13")
    with hoptrace.init_workspace(tmp_path / "workspace") as workspace:
        _, results = traced_network(folder, workspace, "tango")
    truth = lines(folder / "truth.jsonl")
    for ref, true in truth.items():
        if results[ref]["originating_carrier"] is not None:
            assert (results[ref]["originating_carrier"], results[ref]["customer"]) == (true["origin"], true["customer"])
        if "tango" not in true["holders"] and results[ref]["verdict"] != AMBIGUOUS:
            assert fits(results[ref], true)
    assert sum(result["verdict"] == NAMED for result in results.values()) > 0.7 * len(truth)
