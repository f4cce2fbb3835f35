"""Reading and writing at the same time: what comes next is made in a thread of its own while this is written."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from itertools import islice
from queue import SimpleQueue
from threading import Event, Semaphore, Thread
from typing import TypeVar

Item = TypeVar("Item")

DEPTH = 2
"""So many items are made, or being made, that nobody has taken: the blocks of a long file are large, and the one that
is worked on comes on top."""
_PATIENCE_SECONDS = 0.1

Made = SimpleQueue[tuple[list[Item], BaseException | None]]
"""One item in a list, out of which it is taken for good; no item, where there is an error or an end."""


def ahead(items: Iterable[Item], depth: int = DEPTH, more: int = 0) -> Generator[Item]:
    """The same items in the same order, made ahead in another thread; what is raised there is raised here.

    `more`: so many more are made ahead at first, while nothing is done with those that are taken.
    When to use: making an item and using it both take long and mostly outside of the interpreter. Nobody but that
    thread may use what makes the items, until this generator is at its end or closed.
    """
    made: Made[Item] = SimpleQueue()
    room, stopped = Semaphore(depth + more), Event()
    maker = Thread(target=_make, args=(items, made, room, stopped), name="hoptrace-reading", daemon=True)
    maker.start()
    try:
        while True:
            waiting, error = made.get()
            if more:
                more -= 1
            else:
                room.release()
            if error is not None:
                raise error
            if not waiting:
                return
            yield waiting.pop()
    finally:
        stopped.set()
        maker.join()


def _make(items: Iterable[Item], made: Made[Item], room: Semaphore, stopped: Event) -> None:
    try:
        coming = iter(items)
        while _has_room(room, stopped):
            waiting = list(islice(coming, 1))
            ended = not waiting  # asked before it is given away: the list is emptied by whoever takes the item
            made.put((waiting, None))
            if ended:
                return
    except BaseException as error:  # it is raised again where the items are used
        made.put(([], error))


def _has_room(room: Semaphore, stopped: Event) -> bool:
    """Wait until an item may be made; False where none is wanted any more."""
    while not stopped.is_set():
        if room.acquire(timeout=_PATIENCE_SECONDS):
            return not stopped.is_set()
    return False
