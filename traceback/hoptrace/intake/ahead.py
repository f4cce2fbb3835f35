"""Reading and writing at the same time: what comes next is made in a thread of its own while this is written."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from queue import Full, Queue
from threading import Event, Thread
from typing import TypeVar

Item = TypeVar("Item")

DEPTH = 1
"""So many items wait at most: a long file's blocks go through three hands, and each waiting one takes memory."""
_PATIENCE_SECONDS = 0.1


def ahead(items: Iterable[Item], depth: int = DEPTH) -> Generator[Item]:
    """The same items in the same order, made ahead in another thread; what is raised there is raised here.

    When to use: making an item and using it both take long and mostly outside of the interpreter. Nobody but that
    thread may use what makes the items, until this generator is at its end or closed.
    """
    made: Queue[tuple[Item | None, BaseException | None, bool]] = Queue(depth)
    stopped = Event()
    maker = Thread(target=_make, args=(items, made, stopped), name="hoptrace-reading", daemon=True)
    maker.start()
    try:
        while True:
            item, error, ended = made.get()
            if error is not None:
                raise error
            if ended:
                return
            yield item  # pyright: ignore[reportReturnType]
    finally:
        stopped.set()
        maker.join()


def _make(items: Iterable[Item], made: Queue[tuple[Item | None, BaseException | None, bool]], stopped: Event) -> None:
    try:
        for item in items:
            _put(made, (item, None, False), stopped)
            if stopped.is_set():
                return
    except BaseException as error:  # it is raised again where the items are used
        _put(made, (None, error, True), stopped)
    else:
        _put(made, (None, None, True), stopped)


def _put(
    made: Queue[tuple[Item | None, BaseException | None, bool]],
    entry: tuple[Item | None, BaseException | None, bool],
    stopped: Event,
) -> None:
    while not stopped.is_set():
        try:
            made.put(entry, timeout=_PATIENCE_SECONDS)
        except Full:
            continue
        return
