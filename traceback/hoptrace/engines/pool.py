"""Processes of this machine that work at many tasks: one for each of the processor's cores."""

from __future__ import annotations

import multiprocessing.connection
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Self, TypeVar

from hoptrace.errors import EngineFailed

Task = TypeVar("Task")
Done = TypeVar("Done")

THREADS = "POLARS_MAX_THREADS"


class Pool:
    """Up to `workers` processes (as many as there are cores), made when there is work for two, and kept to the end."""

    def __init__(self, workers: int | None = None) -> None:
        self._workers = workers or os.cpu_count() or 1
        self._executor: ProcessPoolExecutor | None = None
        self._threads_told = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=error is None, cancel_futures=True)
        if self._threads_told:
            del os.environ[THREADS]

    def each(self, work: Callable[[Task], Done], tasks: Sequence[Task]) -> Iterator[tuple[Task, Done]]:
        """Do `work` on every task, and give each as it is finished, with what came of it.

        One task, or one worker, needs no other process. No more tasks are handed out than are worked at, so that no
        more than those wait in memory. Raises EngineFailed where a process dies, and what `work` raises.
        """
        if min(self._workers, len(tasks)) <= 1:
            yield from ((task, work(task)) for task in tasks)
            return
        if self._executor is None:
            # A forked child would inherit Polars' threads in whatever state they are in.
            context = multiprocessing.get_context("spawn")
            wanted = min(self._workers, len(tasks))
            self._share_threads(wanted)
            self._executor = ProcessPoolExecutor(wanted, mp_context=context, initializer=_end_with_parent)
        yield from self._as_finished(self._executor, work, tasks)

    def _share_threads(self, processes: int) -> None:
        """Have each process take its share of the cores: Polars takes all, and the processes would hinder each other.

        It is told by the environment in which they start; what the user set there stays.
        """
        if THREADS not in os.environ:
            os.environ[THREADS] = str(max(1, (os.cpu_count() or 1) // processes))
            self._threads_told = True

    def _as_finished(
        self, executor: ProcessPoolExecutor, work: Callable[[Task], Done], tasks: Sequence[Task]
    ) -> Iterator[tuple[Task, Done]]:
        ahead = iter(tasks)
        running: dict[Future[Done], Task] = {}
        try:
            while True:
                while len(running) <= self._workers and (task := next(ahead, None)) is not None:
                    running[executor.submit(work, task)] = task
                if not running:
                    return
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(done), done.result()
        except BrokenProcessPool as error:
            raise EngineFailed(
                "A process that traced calls died, most likely because memory ran out. Finished parts are kept: give "
                "the same command again with fewer --workers."
            ) from error


def _end_with_parent() -> None:
    """Have this worker end when the process that made it is killed, and not wait for ever for its next part."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait_for, args=(parent.sentinel,), daemon=True).start()


def _wait_for(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    os._exit(1)
