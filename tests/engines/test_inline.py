"""Steps done in the calling thread: what they give and raise is theirs, whoever else works at the same time."""

import threading
from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest

from hoptrace.engines.inline import inline
from hoptrace.errors import NotFound


def _steps(number: int) -> list[int]:
    frame = pl.DataFrame({"a": range(number, number + 5)})
    joined = frame.join(frame.filter(pl.col("a") > number), on="a").sort("a", descending=True)
    return joined.lazy().select(pl.col("a") * 2).collect(engine="streaming")["a"].to_list()


def test_it_gives_what_the_work_gives_and_works_in_the_calling_thread() -> None:
    assert inline(lambda: (_steps(1), threading.get_ident())) == ([10, 8, 6, 4], threading.get_ident())


def test_it_raises_what_the_work_raises() -> None:
    error = NotFound("There is no such thing.")

    def fail() -> None:
        raise error

    with pytest.raises(NotFound) as caught:
        inline(fail)
    assert caught.value is error


def test_work_may_be_done_inline_within_such_work_and_by_several_threads() -> None:
    def nested(number: int) -> list[int]:
        return inline(lambda: [*_steps(number), *inline(lambda: _steps(number))])

    with ThreadPoolExecutor(4) as threads:
        told = list(threads.map(nested, range(20)))
    assert told == [_steps(number) * 2 for number in range(20)]
