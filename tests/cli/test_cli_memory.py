from __future__ import annotations

import os
import platform
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


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told")
def test_blocks_of_a_file_use_the_same_memory_again() -> None:
    program = (
        "import resource, hoptrace.memory; hoptrace.memory.keep_used_blocks()\n"
        "faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt\n"
        "bytes(b'x') * (40 << 20); before = faults()\n"
        "for _ in range(5): b'x' * (40 << 20)\n"
        "print(faults() - before)"
    )
    environment = {"PYTHONPATH": ":".join(filter(None, sys.path)), "PATH": ""}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 5_000  # each block has 10,000 pages
