from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from hoptrace.intake.ahead import ahead

PATIENCE = 60


def _counted(made: list[int], upto: int, fails_at: int | None = None) -> Iterator[int]:
    for number in range(upto):
        if number == fails_at:
            raise ValueError("broken")
        made.append(number)
        yield number


def test_items_come_in_their_order_from_another_thread() -> None:
    threads: list[int] = []

    def named() -> Iterator[int]:
        for number in range(20):
            threads.append(threading.get_ident())
            yield number

    assert list(ahead(named())) == list(range(20))
    assert set(threads) != {threading.get_ident()}


def test_no_item_is_lost_where_they_are_taken_as_soon_as_they_are_made() -> None:
    for depth in (1, 2):
        assert sum(1 for _ in ahead(ahead(iter(range(3000)), depth=1), depth=depth)) == 3000


def test_no_more_are_made_than_were_asked_for() -> None:
    made: list[int] = []
    items = ahead(_counted(made, 1000), depth=2)
    for number in range(5):
        assert next(items) == number
        assert len(made) <= number + 3
    items.close()


def test_more_are_made_at_first_and_not_afterwards() -> None:
    made: list[int] = []
    items = ahead(_counted(made, 1000), depth=2, more=3)
    for number in range(9):
        assert next(items) == number
        deadline = time.monotonic() + PATIENCE
        while number == 0 and len(made) < 5:
            assert time.monotonic() < deadline
        assert len(made) <= max(5, number + 3)
    items.close()


def test_what_is_raised_there_is_raised_here_after_what_was_made() -> None:
    got: list[int] = []
    with pytest.raises(ValueError, match="broken"):
        got.extend(ahead(_counted([], 9, fails_at=5)))
    assert got == [0, 1, 2, 3, 4] or not got


def test_whoever_stops_early_stops_the_making() -> None:
    made: list[int] = []
    items = ahead(_counted(made, 1000), depth=1)
    assert next(items) == 0
    items.close()
    assert len(made) < 10
    assert not any(thread.name == "hoptrace-reading" for thread in threading.enumerate())


def test_nothing_gives_nothing() -> None:
    assert list(ahead([])) == []
