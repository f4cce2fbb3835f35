"""Cores shared out: a command that starts other processes has Polars take its share before it is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hoptrace.cores import THREADS, share_of_cores, take_share
from hoptrace.engines.amounts import AT_ONCE

TOLD = (
    "import sys, hoptrace.cli.many as many; from pathlib import Path\n"
    "assert 'polars' not in sys.modules\n"
    "many.the_workspace = lambda: exit(print(__import__('polars').thread_pool_size()))\n"
    "many.trace_many(many.Many(Path(sys.argv[1]), Path('out'), None, int(sys.argv[2])), None, False)"
)
"""What a command of so many workers has when it opens the workspace."""


@pytest.mark.parametrize(("processes", "told", "left"), [(1, None, None), (2, None, share_of_cores(2)), (2, "7", "7")])
def test_a_share_is_taken_where_there_are_others_and_nothing_was_told(monkeypatch, processes, told, left):
    # Whatever take_share sets is undone: a variable that was only deleted would keep it for all later tests.
    monkeypatch.setenv(THREADS, told or "")
    if told is None:
        monkeypatch.delenv(THREADS)
    take_share(processes)
    assert os.environ.get(THREADS) == (None if left is None else str(left))


@pytest.mark.parametrize(
    ("calls", "workers", "others"), [(2 * AT_ONCE, 2, True), (AT_ONCE, 2, False), (9_000, 1, False)]
)
def test_a_command_shares_the_cores_with_the_processes_it_will_start(tmp_path: Path, calls, workers, others):
    file = tmp_path / "calls.csv"
    file.write_text("\n" * calls)
    environment = {"PYTHONPATH": ":".join(filter(None, sys.path)), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", TOLD, str(file), str(workers)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert int(done.stdout) == (share_of_cores(2) if others else share_of_cores(1)), done.stderr


ALONE = (
    "import os, hoptrace.cli.app as app\n"
    "app.hoptrace = lambda prog_name: (__import__('numpy'), print(len(os.listdir('/proc/self/task'))))\n"
    "app.run()"
)
"""How many threads a command has when it has loaded NumPy."""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="only Linux says which threads a process has")
def test_a_command_starts_no_threads_for_linear_algebra() -> None:
    environment = {"PYTHONPATH": ":".join(filter(None, sys.path)), "PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, "-c", ALONE], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
