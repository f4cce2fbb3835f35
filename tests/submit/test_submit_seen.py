from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hoptrace.intake.seen as seen_module
from hoptrace.intake.seen import Seen

HASHES = st.integers(0, 40) | st.integers(2**64 - 40, 2**64 - 1) | st.integers(0, 2**64 - 1)


@settings(deadline=None)
@given(parts=st.lists(st.lists(HASHES, max_size=30), max_size=12), slots=st.sampled_from([2**4, 2**16]))
def test_what_came_before_is_known_and_nothing_else(parts: list[list[int]], slots: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(seen_module, "FIRST_SLOTS", slots)
        patched.setattr(seen_module, "MOST_SLOTS", 2**6)
        seen, known = Seen(), set[int]()
        for part in parts:
            expected = [value in known or value in part[:place] for place, value in enumerate(part)]
            assert seen.repeated(pl.Series(part, dtype=pl.UInt64)).to_list() == expected
            known.update(part)
