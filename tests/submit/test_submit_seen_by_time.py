"""What was said before is known again, whatever order its times are in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hoptrace.intake.seen_by_time as seen_module
from hoptrace.intake.seen import Seen
from hoptrace.intake.seen_by_time import SeenByTime

BASE = datetime(2026, 5, 1, tzinfo=UTC)
MINUTES = 8


def _series(part: list[int]) -> tuple[pl.Series, pl.Series]:
    """Hashes, and the time of each, which the hash tells."""
    times = [BASE + timedelta(minutes=value % MINUTES) for value in part]
    return pl.Series(part, dtype=pl.UInt64), pl.Series(times, dtype=pl.Datetime("us", "UTC"))


@settings(deadline=None)
@given(
    parts=st.lists(st.lists(st.integers(0, 40), max_size=30), max_size=12),
    runs=st.sampled_from([2, 1_000]),
    looked_up=st.sampled_from([0, 1, 100]),
    in_order=st.booleans(),
)
def test_what_came_before_is_known_and_nothing_else(
    parts: list[list[int]], runs: int, looked_up: int, in_order: bool
) -> None:
    if in_order:
        every = sorted((value for part in parts for value in part), key=lambda value: value % MINUTES)
        parts = [every[at : at + 7] for at in range(0, len(every), 7)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(seen_module, "MOST_RUNS", runs)
        patched.setattr(seen_module, "MOST_LOOKED_UP", looked_up)
        seen, known = SeenByTime(), set[int]()
        for part in parts:
            expected = [value in known or value in part[:place] for place, value in enumerate(part)]
            assert seen.repeated(*_series(part)).to_list() == expected
            known.update(part)


def test_what_comes_in_the_order_of_time_needs_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks that meet in a minute, as those of a long file do."""
    asked: list[pl.Series] = []
    monkeypatch.setattr(Seen, "repeated", lambda _, hashes: asked.append(hashes))
    seen = SeenByTime()
    for minute in range(MINUTES - 1):
        hashes = [minute + MINUTES * n for n in range(20)] + [minute + 1]
        told = seen.repeated(*_series(hashes)).to_list()
        assert told == [minute > 0] * 1 + [False] * 20
    assert not asked


def test_what_comes_in_no_order_goes_into_one_table() -> None:
    seen, before = SeenByTime(), set[int]()
    for part in range(40):
        hashes = [part * 100 + n for n in range(100)] + [part]
        told = seen.repeated(*_series(hashes)).to_list()
        assert told == [value in before or value in hashes[:place] for place, value in enumerate(hashes)]
        before.update(hashes)
    assert seen._table is not None
