"""Files of one step are written side by side, a core each, while what the next ones hold is read and sorted."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")

HELD = 2
"""Items that are worked on, or wait for it: each is held in memory until it is done."""


def side_by_side(
    work: Callable[[int, Item], Made], items: Iterable[Item], threads: int = HELD, held: int = HELD
) -> Generator[Made]:
    """What `work` makes of each item and its number, in the items' order, by so many threads.

    No item is asked for while as many as `held` are not done. What is raised by an item or by work is raised here,
    after all work that was begun has ended.
    """
    begun: deque[Future[Made]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="hoptrace-writing") as pool:
        for number, item in enumerate(items):
            begun.append(pool.submit(work, number, item))
            del item  # the next one is made while this one is worked on, and must not keep it
            if len(begun) >= held:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
