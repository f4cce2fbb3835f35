from __future__ import annotations

import os
import subprocess
import sys

import pytest

from hoptrace.memory import ALLOCATOR, KEPT, keep_used_memory


def test_what_the_environment_says_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ALLOCATOR, raising=False)
    keep_used_memory()
    monkeypatch.setenv(ALLOCATOR, "dirty_decay_ms:7")
    keep_used_memory()
    assert os.environ[ALLOCATOR] == "dirty_decay_ms:7"


@pytest.mark.parametrize("command", ["submit", "lake", "many"])
def test_a_command_says_so_before_polars_is_loaded(command: str) -> None:
    program = (
        f"import sys, os, hoptrace.cli.app, hoptrace.cli.{command} as module; "
        "assert 'polars' not in sys.modules; module.keep_used_memory(); import polars; "
        f"print(os.environ[{ALLOCATOR!r}])"
    )
    environment = {"PYTHONPATH": ":".join(filter(None, sys.path)), "PATH": ""}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    # Polars puts words of its own before; the last ones count.
    assert done.stdout.strip().endswith(KEPT)
