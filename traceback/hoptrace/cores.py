"""Cores shared out among processes that work beside each other: each takes its share of them."""

from __future__ import annotations

import os

THREADS = "POLARS_MAX_THREADS"
"""How many threads Polars has; read once, when Polars is loaded."""


_BLAS_THREADS = "OPENBLAS_NUM_THREADS"


def cores() -> int:
    """How many cores this machine has."""
    return os.cpu_count() or 1


def share_of_cores(processes: int) -> int:
    """The threads of one of so many processes."""
    return max(1, cores() // processes)


def take_share(processes: int) -> None:
    """Have Polars take this process's share where several work; call it before Polars is loaded.

    With a thread for every core each process gets into the others' way: two of them traced a million calls in 5 % less
    time with one thread each. What the environment says already holds.
    """
    if processes > 1:
        os.environ.setdefault(THREADS, str(share_of_cores(processes)))


def without_blas_threads() -> None:
    """Have NumPy start no threads for linear algebra, of which there is hardly any; call it before NumPy is loaded.

    They would spin for a moment when they start: a tenth of the processor's time of a trace of one call.
    """
    os.environ.setdefault(_BLAS_THREADS, "1")
