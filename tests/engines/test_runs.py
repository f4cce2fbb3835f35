"""Runs of parts: all parts in their order, and all processes end at about the same time."""

from __future__ import annotations

import pytest

from hoptrace.engines.many_calls import CALLS
from hoptrace.engines.partition import LEAST_TOGETHER, MOST_TOGETHER, Part, runs_of

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
