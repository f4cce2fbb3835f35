"""Tasks handed out one at a time to other processes, while this one works at them too."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from functools import partial
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Any, Final, Generic, TypeVar

Task = TypeVar("Task")
Done = TypeVar("Done")

WAITING = 4
"""Finished tasks that may wait for whoever asked; with more, no further ones are handed out."""

NOTHING: Final[Iterator[object]] = iter(())
"""No steps that one process alone can do."""


class Handing(Generic[Task, Done]):
    """Tasks, each for the first process that is free; a process that ends one gets the next at once.

    Of long tasks no process has a second one waiting, which another one might have begun meanwhile; so all end at about
    the same time. Of `brief` ones each has: to hand one over takes several turns at the interpreter's lock, of 5 ms
    each while this process works, in which the other one would have nothing to do.

    `own`: what this process alone can do, a step each time; it works at tasks once that is done.
    """

    def __init__(
        self,
        executor: Executor,
        work: Callable[[Task], Done],
        tasks: Sequence[Task],
        *,
        brief: bool = False,
        own: Iterator[object] = NOTHING,
    ) -> None:
        self._executor, self._work, self._own = executor, work, own
        self._at_once = 2 if brief else 1
        self._amount = len(tasks)
        self._left = iter(tasks)
        self._finished: SimpleQueue[tuple[Task | None, Future[Any]]] = SimpleQueue()
        self._resting = 0
        self._lock = threading.Lock()

    def over(self, ready: Sequence[Future[None]]) -> Iterator[tuple[Task, Done]]:
        """Each task as it is finished, with what came of it; another process takes part once it is ready.

        Raises what `work` raises, and BrokenProcessPool where a process died.
        """
        for one in ready:
            one.add_done_callback(self._join_in)
        for _ in range(self._amount):
            yield self._one()

    def _one(self) -> tuple[Task, Done]:
        try:
            task, done = self._next_finished()
        except Empty:
            mine = self._take()
            if mine:
                return mine[0], self._work(mine[0])
            task, done = self._finished.get()
        self._wake()
        result: Done = done.result()
        assert task is not None, "a process that is ready has done no task"
        return task, result

    def _next_finished(self) -> tuple[Task | None, Future[Any]]:
        """What another process has finished; raises Empty where there is nothing, and nothing to do but tasks."""
        while True:
            try:
                return self._finished.get_nowait()
            except Empty:
                if next(self._own, self) is self:
                    raise

    def _take(self) -> list[Task]:
        """The next task, if there is one."""
        with self._lock:
            return list(islice(self._left, 1))

    def _join_in(self, ready: Future[None]) -> None:
        """A process is ready, or has died while it started."""
        if ready.exception() is None:
            for _ in range(self._at_once):
                self._hand()
        else:
            self._finished.put((None, ready))

    def _hand(self) -> None:
        """Hand out the next task. It is called in the executor's own thread when another one is done."""
        with self._lock:
            if self._finished.qsize() >= WAITING:
                self._resting += 1
                return
        for task in self._take():
            try:
                done: Future[Any] = self._executor.submit(self._work, task)
            except Exception as error:  # processes have died, or whoever asked has left
                done = Future()
                done.set_exception(error)
                self._finished.put((task, done))
            else:
                done.add_done_callback(partial(self._end, task))

    def _end(self, task: Task, done: Future[Done]) -> None:
        self._finished.put((task, done))
        if not done.cancelled() and done.exception() is None:
            self._hand()

    def _wake(self) -> None:
        """Have those go on that rested because too many results waited."""
        with self._lock:
            resting = self._resting if self._finished.qsize() < WAITING else 0
            self._resting -= resting
        for _ in range(resting):
            self._hand()
