"""Memory of processes that work through much of it: what was used once is used again, not given back in between."""

from __future__ import annotations

import os
import sys

ALLOCATOR = "_RJEM_MALLOC_CONF"
"""What jemalloc, by which Polars gets its memory, is told; read once, when Polars is loaded."""

KEPT = "dirty_decay_ms:60000,muzzy_decay_ms:60000"
"""Milliseconds after which memory that is used no more is given back, some of it sooner: many times what a block of a
file or a part takes, also where the machine has other work, so that hardly any page of it is cleared again."""

_LIBC_KEEPS = {-1: 2**31 - 1, -3: 2**30, -8: 1}
"""What glibc's allocator is told, by which Python and NumPy get theirs (mallopt(3)): M_TRIM_THRESHOLD and
M_MMAP_THRESHOLD, the bytes from which freed pieces are given back, and M_ARENA_MAX, so that one thread uses again what
another has freed."""

_WORDS_OF_POLARS = 2
"""Polars, when it is loaded, puts so many words of its own before those of the environment."""


def keep_used_memory() -> None:
    """Have Polars keep freed memory for a while; call it before Polars is loaded, where a command begins.

    Given back after half a second, as usual, the same memory is asked for again with the next block of a file, and each
    page of it costs the system a fault and a clearing. What the environment says already holds.
    """
    os.environ.setdefault(ALLOCATOR, KEPT)


def keep_used_blocks() -> None:
    """Have Python and NumPy keep the memory of a file's blocks, or a part's columns and texts, for the next ones.

    Call it where a command begins that works through many, or a process that is started for that. Does nothing where
    the C library is not glibc.
    """
    import ctypes

    tell = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if tell is not None:
        for what, size in _LIBC_KEEPS.items():
            tell(what, size)


def told_to_keep() -> str:
    """What ALLOCATOR is to say to a process that this one starts, after Polars is loaded here: the same in effect."""
    words = os.environ.get(ALLOCATOR, "").split(",")[_WORDS_OF_POLARS:]
    return ",".join(words) or KEPT
