"""Tasks handed out: each once, to whoever is free, and no more than a few results wait."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import pytest

from hoptrace.engines.handing import WAITING, Handing


class AtOnce(Executor):
    """Does what it is given while it is given it; after `most` tasks nothing any more."""

    def __init__(self, most: int = 1_000) -> None:
        self.done: list[Any] = []
        self._most = most

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if len(self.done) >= self._most:
            raise RuntimeError("no more")
        self.done.append(args[0])
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args))
        except ZeroDivisionError as error:
            future.set_exception(error)
        return future


def ready(error: Exception | None = None) -> Future[None]:
    future: Future[None] = Future()
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
    return future


def twice(number: int) -> int:
    return 2 * number


@pytest.mark.parametrize("others", [0, 1, 3])
def test_each_task_is_done_once(others):
    executor = AtOnce()
    given = list(Handing(executor, twice, range(20)).over([ready() for _ in range(others)]))
    assert sorted(given) == [(number, 2 * number) for number in range(20)]
    assert bool(executor.done) == bool(others)


def test_who_is_not_ready_is_not_waited_for():
    late: Future[None] = Future()
    executor = AtOnce()
    told = Handing(executor, twice, range(20)).over([late])
    first = [next(told) for _ in range(3)]
    late.set_result(None)
    assert executor.done[0] == 3
    assert first + sorted(told) == [(number, 2 * number) for number in range(20)]


class Queue(AtOnce):
    """Does nothing before it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[tuple[Future[Any], Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append((future, fn(*args)))
        return future

    def go_on(self) -> None:
        future, done = self.waiting.pop(0)
        future.set_result(done)


@pytest.mark.parametrize(("brief", "amount"), [(False, 1), (True, 2)])
def test_of_brief_tasks_a_second_one_waits_at_each_process(brief, amount):
    executor = Queue()
    told = Handing(executor, twice, range(9), brief=brief).over([ready()])
    found = [next(told)]
    while executor.waiting:
        assert len(executor.waiting) == min(amount, 9 - len(found))
        executor.go_on()
        found.append(next(told))
    assert sorted(found) == [(number, 2 * number) for number in range(9)]


def test_own_steps_are_taken_before_tasks_and_between_what_others_finish():
    taken: list[int] = []
    executor = Queue()
    told = Handing(executor, twice, range(4), own=map(taken.append, range(3))).over([ready()])
    assert next(told) == (1, 2)  # the other process has the first task
    assert taken == [0, 1, 2]
    executor.go_on()
    assert next(told) == (0, 0)

    taken.clear()
    others = Handing(AtOnce(), twice, range(4), own=map(taken.append, range(3))).over([ready()])
    assert [next(others), taken] == [(0, 0), []]


def test_few_results_wait():
    executor = AtOnce()
    told = Handing(executor, twice, range(20)).over([ready()])
    next(told)
    assert len(executor.done) <= WAITING + 1
    assert len(list(told)) == 19


def test_what_a_task_raises_is_raised():
    with pytest.raises(ZeroDivisionError):
        list(Handing(AtOnce(), lambda number: 1 // number, [3, 0, 2]).over([ready()]))


@pytest.mark.parametrize(("others", "told"), [([ready(MemoryError())], MemoryError), ([ready()], RuntimeError)])
def test_the_end_of_a_process_is_raised(others, told):
    with pytest.raises(told):
        list(Handing(AtOnce(most=2), twice, range(20)).over(others))
