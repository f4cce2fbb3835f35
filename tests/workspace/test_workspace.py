from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from hoptrace.errors import (
    MissingExtra,
    NotAWorkspace,
    StorageFailed,
    UsageError,
    WorkspaceBusy,
    WorkspaceExists,
    WorkspaceNewer,
)
from hoptrace.lock import file_lock
from hoptrace.settings.reading import FILE_NAME
from hoptrace.workspace import LOCK_FILE, init_workspace, open_workspace


def test_init_makes_an_empty_workspace_that_opens(tmp_path: Path) -> None:
    with init_workspace(tmp_path / "w", home_country="gb") as made:
        assert made.settings.home_country == "GB"
    with open_workspace(tmp_path / "w") as workspace:
        assert workspace.settings.home_country == "GB"
        assert workspace.catalog.directory.carriers() == []
        assert workspace.lake.view().info()["statements"] == 0


def test_init_refuses_what_is_there(tmp_path: Path) -> None:
    init_workspace(tmp_path / "w").close()
    with pytest.raises(WorkspaceExists, match="already is a hoptrace workspace"):
        init_workspace(tmp_path / "w")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("hello")
    with pytest.raises(WorkspaceExists, match="not an empty folder"):
        init_workspace(tmp_path / "full")
    with pytest.raises(WorkspaceExists, match="not an empty folder"):
        init_workspace(tmp_path / "full" / "letter.txt")


def test_init_under_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises((StorageFailed, WorkspaceExists)):
        init_workspace(tmp_path / "file" / "w")


@pytest.mark.parametrize("name", ["nowhere", "file"])
def test_what_is_no_workspace_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotAWorkspace, match="hoptrace init"):
        open_workspace(tmp_path / name)


def test_a_newer_layout_is_refused(tmp_path: Path) -> None:
    init_workspace(tmp_path / "w").close()
    (tmp_path / "w" / FILE_NAME).write_text("format = 99\nsomething_new = 1\n")
    with pytest.raises(WorkspaceNewer, match="Update hoptrace"):
        open_workspace(tmp_path / "w")


def test_a_catalog_that_cannot_be_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="use SQLite or PostgreSQL"):
        init_workspace(tmp_path / "a", catalog_url="mysql://example.net/x")
    with pytest.raises(UsageError, match="sqlite:///FILE"):
        init_workspace(tmp_path / "b", catalog_url="no url at all")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"hoptrace\[postgres\]"):
        init_workspace(tmp_path / "c", catalog_url="postgresql://example.net/x")


def test_a_second_writer_waits_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    init_workspace(tmp_path / "w").close()
    monkeypatch.setenv("HOPTRACE_LOCK_WAIT_SECONDS", "0.1")
    workspace = open_workspace(tmp_path / "w")
    with (
        workspace.writing(),
        pytest.raises(WorkspaceBusy, match="Another process is writing"),
        open_workspace(tmp_path / "w").writing(),
    ):
        pytest.fail("two writers at once")
    with open_workspace(tmp_path / "w").writing():
        pass


def test_a_place_that_cannot_be_written_to_is_told_with_what_to_check(tmp_path: Path) -> None:
    says = r"gone cannot be written to: No such file or directory\. Check its permissions and the free space\."
    with pytest.raises(StorageFailed, match=says), file_lock(tmp_path / "gone" / LOCK_FILE, 0):
        pytest.fail("locked nothing")


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    code = """
        import os, signal, sys
        from pathlib import Path
        from hoptrace.lock import file_lock
        with file_lock(Path(sys.argv[1]), 1):
            os.kill(os.getpid(), signal.SIGKILL)
    """
    lock = tmp_path / LOCK_FILE
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(lock)], env={"PYTHONPATH": "traceback"}, check=False
    )
    assert done.returncode == -9
    with file_lock(lock, 0):
        pass


def test_opening_loads_neither_frames_nor_databases() -> None:
    heavy = ("polars", "sqlalchemy", "deltalake", "pydantic")
    code = f"import sys, hoptrace.workspace; sys.exit(any(name in sys.modules for name in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": "traceback"}, check=False).returncode == 0
