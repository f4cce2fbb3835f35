from __future__ import annotations

from collections.abc import Iterator
from threading import Barrier, Event, Thread

import pytest

from hoptrace.lake.side_by_side import side_by_side


def test_what_is_made_comes_in_the_order_of_the_items_whatever_is_done_first() -> None:
    second = Event()

    def work(number: int, item: str) -> str:
        if number == 0:
            assert second.wait(10)
        else:
            second.set()
        return f"{number} {item}"

    assert list(side_by_side(work, "ab")) == ["0 a", "1 b"]


def test_two_are_worked_on_at_once_and_no_third_is_asked_for() -> None:
    both, asked = Barrier(3), list[int]()

    def items() -> Iterator[int]:
        for number in range(4):
            asked.append(number)
            yield number

    def work(number: int, _: int) -> int:
        if number < 2:
            both.wait(10)
        return number

    made = side_by_side(work, items())
    first = list[int]()
    asking = Thread(target=lambda: first.append(next(made)))
    asking.start()
    both.wait(10)
    asking.join()
    assert (first, asked) == ([0], [0, 1])
    assert list(made) == [1, 2, 3]


def test_what_an_item_raises_comes_after_all_that_was_begun_has_ended() -> None:
    ended, failing = list[int](), Event()

    def items() -> Iterator[int]:
        yield 0
        failing.set()
        raise KeyError("broken")

    def work(_: int, item: int) -> int:
        assert failing.wait(10)
        ended.append(item)
        return item

    with pytest.raises(KeyError):
        list(side_by_side(work, items()))
    assert ended == [0]


def test_what_work_raises_is_raised() -> None:
    def work(number: int, _: str) -> int:
        if number == 1:
            raise OSError("full")
        return number

    made = side_by_side(work, "abc", 2)
    assert next(made) == 0
    with pytest.raises(OSError, match="full"):
        list(made)


def test_one_thread_works_on_one_item_while_the_next_is_made() -> None:
    begun, made_next = Event(), Event()

    def items() -> Iterator[int]:
        yield 0
        assert begun.wait(10)
        made_next.set()
        yield 1

    def work(number: int, _: int) -> int:
        begun.set()
        assert made_next.wait(10)
        return number

    assert list(side_by_side(work, items(), threads=1)) == [0, 1]
