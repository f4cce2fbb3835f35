"""Submits are killed, run out of room and are tried again; the batch has to be wholly in or wholly out each time."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hoptrace.intake.batches import stored_batches
from hoptrace.intake.submit import rejected_rows, submit
from hoptrace.workspace import open_workspace

ROWS, REJECTED, BEFORE = 3_000, 40, 50

WORK = """
import resource, threading
from pathlib import Path
import hoptrace.intake.submit as submit_module
import hoptrace.lake.appending as appending_module
from hoptrace.catalog.batches import Batches
from hoptrace.intake import taking
from hoptrace.intake.formats import readers
from hoptrace.intake.submit import submit
import hoptrace.intake.detect

readers()

POINTS = {
    "before begin": lambda: before(Batches, "begin"),
    "after begin": lambda: after(Batches, "begin"),
    "while reading": lambda: before(taking.Taking, "_take"),
    "first file written": lambda: after(appending_module, "write_part"),
    "in the third file": lambda: before(Store, "sync", 3),
    "all files written": lambda: after(Lake, "stage"),
    "while entering": lambda: before(taking.Taking, "rejected_rows"),
    "after entering": lambda: after(Batches, "enter"),
    "before the log": lambda: before(Log, "commit"),
    "after the log": lambda: after(Lake, "commit"),
    "before finish": lambda: before(Batches, "finish"),
    "after finish": lambda: after(Batches, "finish"),
    "while merging": lambda: before(Lake, "merge"),
    "after merging": lambda: after(submit_module, "keep_up"),
}

LIMITS = {
    "the start": lambda limit: limit(),
    "staging": lambda limit: before(appending_module, "write_part", 2, limit),
    "the log": lambda limit: before(Log, "commit", 1, limit),
}

def child(job):
    levels.FAN, upkeep.SHARE = 2, 1e9
    appending_module.RUN_ROWS = 500
    if "limit" in job:
        LIMITS[job["from"]](lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (job["limit"], resource.RLIM_INFINITY)))
    if "point" in job:
        POINTS[job["point"]]()
    if "delay" in job:
        threading.Timer(job["delay"], die).start()
    try:
        with open_workspace(job["workspace"]) as workspace:
            submit(workspace, [Path(job["file"])], "alpha")
    except Exception as error:
        Path(job["workspace"], "error.txt").write_text(f"{type(error).__name__}: {error}")
        return 1
    return 0
"""


@pytest.fixture
def copies(workspace, write, line, tmp_path: Path) -> tuple[Callable[[int], list[Path]], Path]:
    """Copies of a workspace with one batch in it, and a file to submit to each."""
    submit(workspace, [write("before.csv", *(line(n) for n in range(BEFORE)))], "alpha")
    workspace.close()
    good = [line(BEFORE + n, day=1 + n % 3) for n in range(ROWS)]
    file = write("file.csv", *good, *(line(n, called="none") for n in range(REJECTED)))

    def make(count: int) -> list[Path]:
        return [Path(shutil.copytree(workspace.path, tmp_path / f"copy-{n}")) for n in range(count)]

    return make, file


def _check(path: Path, file: Path) -> bool:
    """Whether the batch was in; that nothing of it was where it was not; that it is in once after another try."""
    with open_workspace(path) as workspace:
        was_in = len(stored_batches(workspace)) == 2
        expected = BEFORE + ROWS if was_in else BEFORE
        assert workspace.lake.view().info()["statements"] == expected
        (receipt,) = submit(workspace, [file], "alpha")
        assert receipt.already_submitted == was_in
        assert receipt.statements == ROWS
        assert sum(receipt.rejected.values()) == REJECTED == len(rejected_rows(workspace, receipt.batch))
        assert len(stored_batches(workspace)) == 2
        assert workspace.catalog.batches.pending() == []
        view = workspace.lake.view()
        assert view.info()["statements"] == BEFORE + ROWS
        assert view.scan().collect().select("batch", "row").is_duplicated().sum() == 0
    return was_in


def _points() -> list[str]:
    return [
        "before begin",
        "after begin",
        "while reading",
        "first file written",
        "in the third file",
        "all files written",
        "while entering",
        "after entering",
        "before the log",
        "after the log",
        "before finish",
        "after finish",
        "while merging",
        "after merging",
    ]


def test_a_process_killed_at_each_step_leaves_the_batch_in_or_out(copies, drive) -> None:
    make, file = copies
    paths = make(len(_points()))
    jobs = [{"workspace": str(p), "file": str(file), "point": point} for p, point in zip(paths, _points(), strict=True)]
    codes = [code for code, _ in drive(WORK, jobs)]
    assert codes == [-9] * len(paths)
    was_in = {point: _check(path, file) for path, point in zip(paths, _points(), strict=True)}
    decided = _points().index("after the log")
    assert was_in == {point: at >= decided for at, point in enumerate(_points())}
    left = {path.name for p in paths for path in (p / "lake").rglob("*.parquet") if path.stat().st_size == 0}
    assert left == set()


def test_a_process_killed_at_any_moment_leaves_the_batch_in_or_out(copies, drive) -> None:
    make, file = copies
    *paths, timed = make(16)
    ((code, seconds),) = drive(WORK, [{"workspace": str(timed), "file": str(file)}])
    assert code == 0
    jobs = [
        {"workspace": str(path), "file": str(file), "delay": seconds * (n + 0.5) / len(paths)}
        for n, path in enumerate(paths)
    ]
    codes = [code for code, _ in drive(WORK, jobs)]
    assert set(codes) <= {0, -9}
    assert codes.count(-9) >= len(paths) // 2
    was_in = [_check(path, file) for path in paths]
    assert not was_in[0]
    assert all(in_ for in_, code in zip(was_in, codes, strict=True) if code == 0)


@pytest.mark.parametrize(
    ("limit", "begins", "says"),
    [
        (2_000, "the start", "database refused"),
        (30_000, "the start", "database refused"),
        (5_000, "staging", "lake could not write"),
        (500, "the log", "lake could not write its log"),
    ],
)
def test_a_file_that_may_not_grow_is_told_and_leaves_nothing(copies, drive, limit: int, begins: str, says: str) -> None:
    make, file = copies
    (path,) = make(1)
    ((code, _),) = drive(WORK, [{"workspace": str(path), "file": str(file), "limit": limit, "from": begins}])
    assert code == 1
    told = (path / "error.txt").read_text()
    assert told.startswith("StorageFailed: ")
    assert says in told
    assert not _check(path, file)


def test_a_full_disk_is_told_and_leaves_nothing(copies, drive, tmp_path: Path) -> None:
    make, file = copies
    (path,) = make(1)
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.decode().strip()}")
    try:
        small = disk / "workspace"
        shutil.copytree(path, small)
        (disk / "filler").write_bytes(b"x" * max(0, shutil.disk_usage(disk).free - 40_000))
        ((code, _),) = drive(WORK, [{"workspace": str(small), "file": str(file)}])
        assert code == 1
        (disk / "filler").unlink()
        subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
        assert not _check(small, file)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)
