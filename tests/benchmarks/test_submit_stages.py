"""The stages of a submit that the benchmark times by their names are where it looks for them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

SHORT = """
import submit_stages
submit_stages.ROWS, submit_stages.ROUNDS = 500, 1
submit_stages.main()
print(*(stage for stage, _, _ in submit_stages.INSIDE), sep="\\n", file=submit_stages.sys.stderr)
"""


def test_every_stage_is_timed():
    """In a process of its own: it puts a clock around what it times, and has Polars use one thread."""
    paths = os.pathsep.join(str(ROOT / folder) for folder in ("benchmarks", "traceback"))
    told = subprocess.run(
        [sys.executable, "-c", SHORT],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert told.returncode == 0, told.stderr
    stages = {line[:45].strip() for line in told.stdout.splitlines()}
    assert {*told.stderr.splitlines(), "writing index called", "writing index calling", "the kept copy"} <= stages
