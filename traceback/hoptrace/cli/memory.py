"""Memory of commands that work through much of it: what was used once is used again, not given back in between."""

from __future__ import annotations

import os

ALLOCATOR = "_RJEM_MALLOC_CONF"
"""What jemalloc, by which Polars gets its memory, is told; read once, when Polars is loaded."""

KEPT = "dirty_decay_ms:-1,muzzy_decay_ms:-1"


def keep_used_memory() -> None:
    """Have Polars keep freed memory for what comes next; call it before Polars is loaded, where a command begins.

    Given back after half a second, as usual, the same memory is asked for again with the next block of a file, and each
    page of it costs the system a fault and a clearing. What the environment says already holds.
    """
    os.environ.setdefault(ALLOCATOR, KEPT)
