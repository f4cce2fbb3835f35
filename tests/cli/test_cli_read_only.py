"""A workspace on a disk that cannot be written to is read as any other, and what cannot be kept is said."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hoptrace.workspace import CATALOG_FILE

ROWS = """start_time,called_number,calling_number,customer,record_id
2026-11-02T14:30:00Z,+12025550143,+13125550187,cust-81,r1
"""
CALL = ("trace", "--called", "+12025550143", "--at", "2026-11-02T14:30:00Z")
READING = (
    ("lake", "info"),
    ("carriers", "list"),
    ("batches", "list"),
    ("clocks", "show"),
    ("trace", "--forward", "+13125550187"),
    ("report", CALL[0], f"{CALL[2]}@{CALL[4]}", "--out", "out/report.html"),
)
NOBODY = 65_534


@contextmanager
def unwritable(folder: Path) -> Generator[None]:
    """As somebody who may read `folder` and not write into it; who runs the tests may be root, whom no mode stops.

    What root has installed somebody else may not be able to import: all commands are run before.
    """
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    user = os.getuid()
    for each in folders:
        each.chmod(0o555)
    try:
        if not user:
            os.setresuid(NOBODY, NOBODY, 0)
        yield
    finally:
        if not user:
            os.setresuid(0, 0, 0)
        for each in folders:
            each.chmod(0o755)


@pytest.fixture
def filled(loaded, monkeypatch) -> Generator[Path]:
    """A workspace with a traced call, in a place that everybody may look into; its commands were run once."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        folder = Path("hoptrace-workspace").rename(Path(place) / "a place?")
        monkeypatch.chdir(place)
        monkeypatch.setenv("HOPTRACE_WORKSPACE", str(folder))
        Path("out").mkdir()
        Path("out").chmod(0o777)
        Path("rows.csv").write_text(ROWS)
        Path("calls.csv").write_text("call_ref,start_time,called_number\nc1,2026-11-02T14:30:00Z,2025550143\n")
        yield folder


def test_what_only_reads_works_where_nothing_can_be_written(filled, loaded):
    assert loaded("submit", "rows.csv", "--carrier", "alpha").exit_code == 0
    traced, many = loaded(*CALL), ("trace", "--calls", "calls.csv", "--out", "out/results.jsonl")
    assert loaded(*many).exit_code == 0
    before = [loaded(*command).stdout for command in READING]
    with unwritable(filled):
        told = [loaded(*command) for command in READING]
        again = loaded(*CALL)
        refused = [loaded(*many), loaded("submit", "rows.csv", "--carrier", "bravo")]
    assert [(each.exit_code, each.stdout) for each in told] == [(0, text) for text in before]
    assert (again.exit_code, again.stdout) == (0, traced.stdout)
    assert "this result is not stored" in again.stderr
    assert "filed" not in traced.stderr
    assert [each.exit_code for each in refused] == [1, 1]
    assert all("cannot be written to" in each.stderr for each in refused), [each.output for each in refused]


def test_changes_that_are_not_in_the_catalog_yet_are_not_passed_over(filled, loaded):
    assert loaded("carriers", "list").exit_code == 0
    (filled / f"{CATALOG_FILE}-wal").write_bytes(b"changes")
    with unwritable(filled):
        told = loaded("carriers", "list")
    assert told.exit_code == 1, told.output
    assert "holds changes that are not in the catalog yet" in told.stderr


def test_a_file_of_calls_leaves_no_changes_beside_the_catalog(filled, loaded):
    assert loaded("submit", "rows.csv", "--carrier", "alpha").exit_code == 0
    assert loaded("trace", "--calls", "calls.csv", "--out", "out/results.jsonl").exit_code == 0
    assert [path.name for path in filled.glob(f"{CATALOG_FILE}*")] == [CATALOG_FILE]
