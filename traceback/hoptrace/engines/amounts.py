"""How much there is to trace, told before anything heavy is loaded."""

from __future__ import annotations

from functools import partial
from pathlib import Path

AT_ONCE = 4_000
"""Calls traced in one pass: bounds the memory."""


def whole_parts(calls: Path) -> int:
    """How many whole parts of AT_ONCE the lines of a calls.csv make; 0 of what is no plain file, or packed."""
    if calls.suffix.lower() != ".csv" or not calls.is_file():
        return 0
    with calls.open("rb") as stream:
        return sum(block.count(b"\n") for block in iter(partial(stream.read, 1 << 20), b"")) // AT_ONCE
