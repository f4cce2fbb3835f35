"""Parts of calls and runs of parts: all in their order, and all processes end at about the same time."""

from __future__ import annotations

import polars as pl
import pytest

from hoptrace.engines.many_calls import CALLS
from hoptrace.engines.partition import AT_ONCE, LEAST_TOGETHER, MOST_TOGETHER, Part, amount_of, parts_of, runs_of

NO_CALLS = CALLS.to_frame()


@pytest.mark.parametrize(("amount", "processes"), [(0, 2), (1, 1), (1, 4), (25, 1), (25, 2), (250, 2), (40, 64)])
def test_runs_are_all_parts_and_get_shorter_towards_the_end(amount, processes):
    parts = [Part(number, NO_CALLS, 1) for number in range(amount)]
    runs = list(runs_of(parts, processes))
    lengths = [len(run) for run in runs]
    assert [part for run in runs for part in run] == parts
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[-1:] in ([], [1])
    assert all(1 <= length <= MOST_TOGETHER for length in lengths)
    # Whoever takes the last long run does no more than what is left for each of the others, or two parts.
    left = amount
    for length in lengths:
        assert length <= max(LEAST_TOGETHER if left > processes else 1, left / processes)
        left -= length


@pytest.mark.parametrize(
    ("calls", "amount"), [(0, 0), (1, 1), (AT_ONCE, 1), (AT_ONCE + 1, 2), (2 * AT_ONCE + 1, 4), (25 * AT_ONCE, 26)]
)
def test_of_several_parts_there_is_an_even_number_of_like_lengths(calls, amount):
    every = pl.DataFrame({"place": range(calls)})
    parts = list(parts_of(every))
    lengths = [part.calls.height for part in parts]
    assert [len(parts), amount_of(every)] == [amount] * 2
    assert [part.number for part in parts] == list(range(amount))
    assert [place for part in parts for place in part.calls["place"]] == list(range(calls))
    assert not parts or max(lengths) <= min(AT_ONCE, min(lengths) + 1)
