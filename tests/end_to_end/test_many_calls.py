"""A file of many calls: in parts, in several processes, killed and taken up, on Spark; always the same bytes."""

from __future__ import annotations

import csv
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import orjson
import polars as pl
import pytest
import sqlalchemy as sa
import zstandard

import hoptrace
from hoptrace.catalog.tables import TRACES
from hoptrace.engines import amounts, frames, local, many_lines, ordering, partition, spark
from hoptrace.engines.batch import How, trace_file
from hoptrace.engines.calls import read_calls
from hoptrace.engines.many_calls import calls_by_lake, reported_calls
from hoptrace.errors import StorageFailed, UsageError, WorkspaceBusy, WorkspaceError
from hoptrace.lock import file_lock
from hoptrace.reports.many.lines import of_file
from hoptrace.simulate import scenario_named

AT_ONCE = 25

PROGRAM = f"""
import os, signal, sys
from pathlib import Path
from types import SimpleNamespace
from hoptrace import open_workspace
from hoptrace.engines import batch, frames, ordering, partition
batch.AT_ONCE = partition.AT_ONCE = {AT_ONCE}
frames.LEAST_STRETCH, frames.LINES_OF_A_PART, frames.MOST_LINES = 64, 1, 4
file, filed = ordering._file, []
def filing(*given):
    if sys.argv[5:] == ["killed"] and len(filed) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    filed.append(given)
    return file(*given)
ordering._file = filing
with open_workspace(sys.argv[1]) as workspace:
    told = batch.trace_file(workspace, Path(sys.argv[2]), Path(sys.argv[3]), how=batch.How(workers=int(sys.argv[4])))
print(told["taken_up"])
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, filled_world) -> Path:
    """A submitted world with `calls.csv` beside its workspace `ws`."""
    return filled_world(tmp_path_factory.mktemp("many"), scenario_named("redials", calls=1_200, traced=200))


@pytest.fixture(scope="module")
def due(world: Path) -> bytes:
    """What one process says of the calls, one after the other in the file's order."""
    with hoptrace.open_workspace(world / "ws") as workspace:
        told = local.results(workspace, read_calls(world / "calls.csv", "US"))
        return b"".join(item.as_json() + b"\n" for item in told)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition, "AT_ONCE", AT_ONCE)


def run(world: Path, out: Path, workers: int, *told: str) -> subprocess.Popen[str]:
    given = [str(world / "ws"), str(world / "calls.csv"), str(out), str(workers), *told]
    command = [sys.executable, "-c", PROGRAM, *given]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def finished(out: Path) -> int:
    return len(list(out.with_name(f"{out.name}.parts").glob("*.part")))


@pytest.mark.parametrize("workers", [1, 2])
def test_parts_in_any_number_of_processes_give_what_one_pass_gives(world, due, tmp_path, workers):
    out = tmp_path / "out.jsonl"
    process = run(world, out, workers)
    assert (process.communicate()[0].strip(), process.returncode) == ("0", 0)
    assert out.read_bytes() == due
    assert list(tmp_path.iterdir()) == [out]


def test_a_packed_output_holds_the_same(world, due, tmp_path):
    out = tmp_path / "out.jsonl.zst"
    process = run(world, out, 2)
    assert (process.communicate()[0].strip(), process.returncode) == ("0", 0)
    assert zstandard.ZstdDecompressor().stream_reader(out.read_bytes(), read_across_frames=True).read() == due
    assert of_file(out).calls.select(pl.len()).collect().item() == due.count(b"\n")


@pytest.mark.usefixtures("small_parts")
def test_a_pipe_gets_the_same(world, due, monkeypatch):
    monkeypatch.setattr(frames, "LEAST_STRETCH", 64)
    reading, writing = os.pipe()
    with ThreadPoolExecutor(1) as thread, os.fdopen(reading, "rb") as stream:
        read = thread.submit(stream.read)
        with os.fdopen(writing, "wb"), hoptrace.open_workspace(world / "ws") as workspace:
            trace_file(workspace, world / "calls.csv", Path(f"/dev/fd/{writing}"), how=How(workers=1))
        assert read.result() == due


def children(of: int) -> list[int]:
    told = subprocess.run(["ps", "-o", "pid=", "--ppid", str(of)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in told.stdout.split()]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_run_is_taken_up_and_gives_the_same(world, due, tmp_path, workers):
    out = tmp_path / "out.jsonl"
    process = run(world, out, workers)
    while finished(out) < 2:
        assert process.poll() is None
        time.sleep(0.01)
    helpers = children(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    until = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in helpers):
        assert time.monotonic() < until, "processes outlive the run that they worked for"
        time.sleep(0.05)
    left = finished(out)
    assert left >= 2
    assert not out.exists()
    again = run(world, out, workers)
    assert (again.communicate()[0].strip(), again.returncode) == (str(left), 0)
    assert out.read_bytes() == due


def test_a_run_killed_while_it_files_leaves_nothing_filed_and_is_taken_up(world, due, tmp_path):
    with hoptrace.open_workspace(world / "ws") as workspace:
        before = filed(workspace)
        out = tmp_path / "out.jsonl"
        killed = run(world, out, 2, "killed")
        killed.communicate()
        assert (killed.returncode, out.exists(), filed(workspace)) == (-signal.SIGKILL, False, before)
        assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl.parts"]
        again = run(world, out, 2)
        parts = -(-due.count(b"\n") // AT_ONCE)
        assert again.communicate()[0].strip() == str(parts + parts % 2)
        assert out.read_bytes() == due
        assert filed(workspace) == before + due.count(b"\n")
    assert list(tmp_path.iterdir()) == [out]


def test_what_was_filed_of_an_output_that_cannot_be_written_is_undone(world, tmp_path, monkeypatch):
    def full(*given):
        next(given[-1])
        raise OSError(28, "No space left on device")

    filed_of, file = [], ordering._file
    monkeypatch.setattr(ordering, "_file", lambda *given: filed_of.append(given) or file(*given))
    monkeypatch.setattr(ordering, "_written", full)
    with hoptrace.open_workspace(world / "ws") as workspace:
        before = filed(workspace)
        with pytest.raises(StorageFailed, match="No space left") as told:
            trace_file(workspace, world / "calls.csv", tmp_path / "out.jsonl", how=How(workers=1))
        assert told.traceback, "what failed is still at hand"
        assert (len(filed_of), filed(workspace)) == (1, before)


def test_an_output_for_which_the_disk_has_no_room_is_refused_before_anything_is_filed(world, tmp_path, monkeypatch):
    told = os.fstatvfs(0)
    full = SimpleNamespace(f_blocks=told.f_blocks or 1, f_bfree=1, f_frsize=4096)
    monkeypatch.setattr(os, "fstatvfs", lambda _: full)
    with hoptrace.open_workspace(world / "ws") as workspace:
        before = filed(workspace)
        with pytest.raises(StorageFailed, match="No space left"):
            trace_file(workspace, world / "calls.csv", tmp_path / "out.jsonl", how=How(workers=1))
        assert filed(workspace) == before
        monkeypatch.undo()
        assert trace_file(workspace, world / "calls.csv", tmp_path / "out.jsonl", how=How(workers=1))["taken_up"]


def filed(workspace: hoptrace.Workspace) -> int:
    with workspace.catalog.traces._engine.connect() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(TRACES)).scalar()


def test_a_folder_that_is_somebody_else_s_stays_as_it_is(world, tmp_path):
    kept = tmp_path / "out.jsonl.parts"
    kept.mkdir()
    (kept / "notes.txt").write_text("mine")
    with hoptrace.open_workspace(world / "ws") as workspace, pytest.raises(UsageError, match="of an interrupted run"):
        trace_file(workspace, world / "calls.csv", tmp_path / "out.jsonl")
    assert (kept / "notes.txt").read_text() == "mine"


@pytest.mark.usefixtures("small_parts")
def test_parts_of_another_run_are_not_taken_up(world, due, tmp_path):
    out = tmp_path / "out.jsonl"
    fewer = tmp_path / "fewer.csv"
    fewer.write_text("".join((world / "calls.csv").read_text().splitlines(keepends=True)[:60]))
    with hoptrace.open_workspace(world / "ws") as workspace:
        trace_file(workspace, fewer, out, how=How(workers=1))
        kept = tmp_path / "out.jsonl.parts"
        kept.mkdir()
        (kept / "0.part").write_bytes(b"of another run")
        (kept / "run.json").write_text("{}")
        told = trace_file(workspace, world / "calls.csv", out, how=How(workers=1))
    assert (told["taken_up"], told["thrown_away"]) == (0, True)
    assert out.read_bytes() == due


def test_two_runs_do_not_write_one_output(world, tmp_path):
    out, kept = tmp_path / "out.jsonl", tmp_path / "out.jsonl.parts"
    kept.mkdir()
    with (
        hoptrace.open_workspace(world / "ws") as workspace,
        file_lock(kept / "lock", 0.0),
        pytest.raises(WorkspaceBusy, match=r"out\.jsonl\.parts"),
    ):
        trace_file(workspace, world / "calls.csv", out, how=How(workers=1))
    assert not out.exists()


@pytest.mark.usefixtures("small_parts")
def test_results_are_stored_and_counted(world, due, tmp_path):
    with hoptrace.open_workspace(world / "ws") as workspace:
        told = trace_file(workspace, world / "calls.csv", tmp_path / "out.jsonl", how=How(workers=1))
        lines = [orjson.loads(line) for line in due.splitlines()]
        assert told["calls"] == sum(told["verdicts"].values()) == len(lines)
        assert all(workspace.catalog.traces.get(line["call_ref"]) == line for line in lines[:5])


def test_parts_lie_together_as_the_lake_does(world, monkeypatch):
    monkeypatch.setattr(partition, "AT_ONCE", 7)
    calls = read_calls(world / "calls.csv", "US")
    parts = list(partition.parts_of(calls_by_lake(world / "calls.csv", "US")))
    order = [place for part in parts for place in part.calls["place"]]
    assert sorted(order) == list(range(len(calls)))
    assert [calls[place] for place in order] == [call for part in parts for call in reported_calls(part.calls)]
    assert [part.number for part in parts] == list(range(len(parts)))
    numbers = [part.calls["called_number"] for part in parts]
    assert max(numbers[0]) <= min(numbers[1])


@pytest.mark.parametrize(("most", "together"), [(0, {1}), (10**9, {1, 2})])
def test_parts_traced_together_give_the_same(world, due, monkeypatch, most, together):
    calls = calls_by_lake(world / "calls.csv", "US")
    parts = [calls.slice(at, AT_ONCE) for at in range(0, 3 * AT_ONCE, AT_ONCE)]
    monkeypatch.setattr(many_lines, "MOST_STATEMENTS", most)
    traced, lines = [], many_lines._lines
    monkeypatch.setattr(many_lines, "_lines", lambda on, some: traced.append(len(some)) or lines(on, some))
    with hoptrace.open_workspace(world / "ws") as workspace:
        told = list(many_lines.lines(local.standing(workspace), parts))
    assert set(traced) == together
    whole = due.splitlines(keepends=True)
    for part, one in zip(parts, told, strict=True):
        ordered = one.in_order(one.calls.argsort())
        assert ordered.text(0, part.height) == b"".join(whole[place] for place in part["place"])


def test_how_many_parts_a_plain_file_makes_is_told_before_it_is_read(world, tmp_path, monkeypatch):
    calls = world / "calls.csv"
    assert amounts.whole_parts(calls) == 0  # a part that is not whole needs no other process
    monkeypatch.setattr(partition, "AT_ONCE", AT_ONCE)
    monkeypatch.setattr(amounts, "AT_ONCE", AT_ONCE)
    whole = partition.amount_of(calls_by_lake(calls, "US"))
    # One may not be whole, and one more makes an even number.
    assert whole - 2 <= amounts.whole_parts(calls) <= whole
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "calls.csv.zst").write_bytes(zstandard.compress(calls.read_bytes()))
    assert [amounts.whole_parts(tmp_path / name) for name in ("pipe.csv", "none.csv", "calls.csv.zst")] == [0] * 3


def test_a_process_with_other_settings_is_refused(world, monkeypatch):
    part, *_ = partition.parts_of(calls_by_lake(world / "calls.csv", "US"))
    with hoptrace.open_workspace(world / "ws") as workspace:
        pinned = partition.pin(workspace, None)
    monkeypatch.setenv("HOPTRACE_TRACE__REPORT_SECONDS", "9")
    partition._opened.cache_clear()
    with pytest.raises(WorkspaceError, match="different settings here"):
        next(partition.trace_run(pinned, [part]))
    partition._opened.cache_clear()


@pytest.mark.usefixtures("small_parts")
def test_what_a_cluster_hands_over_is_kept(world, due, tmp_path, monkeypatch):
    """A cluster's stand-in: its machines do not see the folder of the parts, so that results come back as bytes."""
    masters = []

    def run(pinned, parts, master):
        masters.append(master)
        for some in reversed(list(partition.runs_of(parts, 1))):
            yield from partition.trace_run(pinned, some)

    monkeypatch.setattr(spark, "run", run)
    with hoptrace.open_workspace(world / "ws") as workspace:
        trace_file(workspace, world / "calls.csv", tmp_path / "out.jsonl", how=How("spark://203.0.113.5:7077", 1))
    assert (tmp_path / "out.jsonl").read_bytes() == due
    assert masters == ["spark://203.0.113.5:7077"]


@pytest.mark.usefixtures("small_parts")
def test_spark_gives_the_same_bytes(world, due, tmp_path, monkeypatch):
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed: pip install 'hoptrace[spark]'")
    if shutil.which("java") is None:
        pytest.skip("there is no java on this machine, which Spark needs")
    out = tmp_path / "out.jsonl"
    monkeypatch.setattr(os, "environ", os.environ)
    with hoptrace.open_workspace(world / "ws") as workspace:
        told = trace_file(workspace, world / "calls.csv", out, how=How("local-cluster[2,1,2048]"))
    assert out.read_bytes() == due
    with (world / "calls.csv").open() as stream:
        assert told["calls"] == len(list(csv.DictReader(stream)))
