"""Files of one step are written side by side, a core each, while what the next ones hold is read and sorted."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")

WORKERS = 2
"""Items worked on at once: each is held in memory until it is done."""


def side_by_side(work: Callable[[int, Item], Made], items: Iterable[Item], workers: int = WORKERS) -> Generator[Made]:
    """What `work` makes of each item and its number, in the items' order; at most `workers` items at a time.

    One further item is asked for meanwhile. What is raised by an item or by work is raised here, after all work that
    was begun has ended.
    """
    begun: deque[Future[Made]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="hoptrace-writing") as threads:
        for number, item in enumerate(items):
            if len(begun) >= workers:
                yield begun.popleft().result()
            begun.append(threads.submit(work, number, item))
            del item  # the next one is made while this one is worked on, and must not keep it
        while begun:
            yield begun.popleft().result()
