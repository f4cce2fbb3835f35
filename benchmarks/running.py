"""Many worlds, a few at a time, each in a process of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import TypeVar

from worlds import Spec

Result = TypeVar("Result")


def each_world(
    work: Callable[[Spec], Result], specs: Sequence[Spec], jobs: int
) -> Iterator[tuple[Spec, Result | Exception]]:
    """Each world with what `work` made of it, or what it raised, as they are done."""
    # Processes share the cores; Polars reads this before its first frame.
    os.environ.setdefault("POLARS_MAX_THREADS", str(max(1, (os.cpu_count() or 1) // jobs)))
    # With more than one for each child CPython starts no further ones when these have ended, and waits for ever (its
    # issue gh-115634, in 3.11 to 3.13).
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        running: dict[Future[Result], Spec] = {pool.submit(work, spec): spec for spec in specs}
        for done in as_completed(running):
            yield running[done], done.exception() or done.result()  # pyright: ignore[reportReturnType]


def say(text: str) -> None:
    """A line of progress."""
    print(text, file=sys.stderr, flush=True)
