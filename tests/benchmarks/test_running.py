"""Worlds are measured to the last, however many there are for each process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"

PROGRAM = "from running import each_world; print(sorted(done for _, done in each_world(abs, range(1, 11), 1)))"


def test_many_worlds_come_to_an_end() -> None:
    """A process of its own, for it waited for ever where processes that had done their share were not replaced."""
    environment = {"PYTHONPATH": ":".join([str(BENCHMARKS), *filter(None, sys.path)]), "PATH": ""}
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == str(list(range(1, 11)))
