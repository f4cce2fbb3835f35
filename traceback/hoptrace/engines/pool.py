"""Processes of this machine that work at many tasks: this one, and another for each further core."""

from __future__ import annotations

import gc
import multiprocessing.connection
import os
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import TracebackType
from typing import Self, TypeVar

from hoptrace.cores import THREADS, cores, share_of_cores
from hoptrace.engines.handing import NOTHING, Handing
from hoptrace.errors import EngineFailed
from hoptrace.memory import ALLOCATOR, keep_used_blocks, told_to_keep

Task = TypeVar("Task")
Done = TypeVar("Done")


class Pool:
    """Up to `workers` processes (as many as there are cores), this one included; the others are kept to the end.

    They take as long to start as thousands of calls to trace, so that this one works meanwhile.
    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or cores()
        self._executor: ProcessPoolExecutor | None = None
        self._ready: list[Future[None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=error is None, cancel_futures=True)

    def start(self, tasks: int, prepare: Callable[[], None]) -> None:
        """Have the other processes start, where there will be so many tasks, and do `prepare` first; does not wait."""
        others = min(self.workers, tasks) - 1
        if self._executor is not None or others < 1:
            return
        # A forked child would inherit Polars' threads in whatever state they are in.
        context = multiprocessing.get_context("spawn")
        self._executor = ProcessPoolExecutor(others, mp_context=context, initializer=_begin)
        share = share_of_cores(others + 1)
        with _told({THREADS: os.environ.get(THREADS, str(share)), ALLOCATOR: told_to_keep()}):
            self._ready = [self._executor.submit(_make_ready, prepare) for _ in range(others)]

    def each(
        self,
        work: Callable[[Task], Done],
        tasks: Sequence[Task],
        *,
        brief: bool = False,
        own: Iterator[object] = NOTHING,
    ) -> Iterator[tuple[Task, Done]]:
        """Do `work` on every task, and give each as it is finished, with what came of it.

        One task, or one worker, needs no other process. Each process has one task at a time, of `brief` ones, of a
        tenth of a second or less, a second one waiting; and what few have finished waits in memory. This process first
        takes the steps of `own`, while others work; whoever gives them takes those that are left at the end. Raises
        EngineFailed where a process dies, and what `work` raises.
        """
        self.start(len(tasks), _nothing)
        if self._executor is None or len(tasks) <= 1:
            yield from ((task, work(task)) for task in tasks)
            return
        try:
            yield from Handing(self._executor, work, tasks, brief=brief, own=own).over(self._ready)
        except BrokenProcessPool as error:
            raise EngineFailed(
                "A process that traced calls died, most likely because memory ran out. Finished parts are kept: give "
                "the same command again with fewer --workers."
            ) from error


def _nothing() -> None:
    """Of a process that has nothing to prepare: it is ready once it can be told so."""


@contextmanager
def _told(environment: dict[str, str]) -> Generator[None]:
    """Tell processes that start now by their environment.

    Each takes its share of the cores, for Polars would take all, and processes would hinder each other; and keeps
    memory that it uses no more for the next part (`hoptrace.memory`).
    """
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _begin() -> None:
    """Begin a worker; until it is ready it only loads, among which there are no reference cycles to search for."""
    gc.disable()
    keep_used_blocks()
    _end_with_parent()


def _make_ready(prepare: Callable[[], None]) -> None:
    """What a worker does first. What it has loaded by then is never searched for reference cycles."""
    prepare()
    gc.freeze()
    gc.enable()


def _end_with_parent() -> None:
    """Have this worker end when the process that made it is killed, and not wait for ever for its next part."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait_for, args=(parent.sentinel,), daemon=True).start()


def _wait_for(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    os._exit(1)
