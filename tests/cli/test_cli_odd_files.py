"""Files that a new user may name by mistake: pipes, devices, names that are no text, a line without an end."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROW = "start_time,called_number\n2026-11-02T08:00:01Z,+12125550123\n"
COMMANDS = (
    ("profile", "detect"),
    ("profile", "draft"),
    ("profile", "show", "--profile", "canonical"),
    ("submit", "--carrier", "alpha"),
    ("calls", "import", "--out", "calls.csv"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_pipe_or_device_is_refused_at_once(loaded, command: tuple[str, ...]) -> None:
    os.mkfifo("pipe")
    for name in ("pipe", "/dev/zero"):
        told = loaded(*command, name)
        assert (told.exit_code, told.stdout) == (1, "")
        assert f"{name} is a pipe or a device, not a file." in told.stderr


def test_a_name_that_is_no_text_is_written_out(loaded) -> None:
    name = os.fsdecode(b"caf\xe9.csv")
    Path(name).write_text(ROW)
    (receipt,) = json.loads(loaded("submit", name, "--carrier", "alpha", "--json").stdout)
    assert (receipt["file"], receipt["accepted"]) == (r"caf\xe9.csv", 1)
    assert 'name = "caf-xe9"' in loaded("profile", "draft", name).stdout


def test_a_terminal_is_shown_such_a_name_too(loaded) -> None:
    name = b"caf\xe9.csv"
    Path(os.fsdecode(name)).write_text(ROW)
    program = "from hoptrace.cli import main; main()"
    told = subprocess.run(
        [sys.executable, "-c", program, "profile", "detect", name],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUTF8": "1"},
    )
    assert rb"hoptrace submit caf\udce9.csv --carrier ID" in told.stdout


def test_what_stands_in_a_file_commands_no_terminal(loaded) -> None:
    Path("list.csv").write_text("\x1b]0;owned\x07,b\n1,2\n")
    told = loaded("calls", "import", "list.csv", "--out", "calls.csv")
    assert told.exit_code == 1
    assert r"it has \x1b]0;owned\x07, b." in told.stderr


def test_a_first_line_without_an_end_is_not_called_empty(loaded) -> None:
    Path("long.csv").write_bytes(b"a,b" * 100_000)
    told = loaded("profile", "draft", "long.csv")
    assert told.exit_code == 1
    assert "long.csv: its first 64 KiB have no line end" in told.stderr


def test_a_list_of_calls_that_unfolds_without_end_is_refused(loaded) -> None:
    row = b"2026-11-02T08:00:01Z,+12125550123\n"
    Path("list.csv.gz").write_bytes(gzip.compress(b"start_time,called_number\n" + row * 2_100_000))
    told = loaded("calls", "import", "list.csv.gz", "--out", "calls.csv")
    assert told.exit_code == 1
    assert "expands to more than 200 times its size" in told.stderr
    assert not Path("calls.csv").exists()
