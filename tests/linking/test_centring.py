"""Where the true time is among clocks that are known only against each other."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.linking.clocks.centring import centred
from hoptrace.linking.learned import CLOCKS, Learned


def clocks(offsets, hours=None, matches=None) -> Learned:
    """Clocks that are so many seconds fast, of so many `hours` and resting on so many `matches`."""
    count = len(offsets)
    known = {"carrier": [f"c{n:02}" for n in range(count)], "offset": offsets}
    known |= {"hours": hours or [0.0] * count, "matches": matches or [9] * count}
    frame = pl.DataFrame(known).with_columns(spread=0.05, drift=0.0, reference=0.0, start_is_answer=False, tick=None)
    return Learned(frame.select(pl.col(name).cast(kind) for name, kind in CLOCKS.items()), Learned.nothing().shifts)


def offsets(learned: Learned) -> list[float]:
    return learned.clocks["offset"].to_list()


def test_true_time_is_where_most_clocks_lie_and_not_at_the_one_in_the_middle():
    # The clock in the middle is 1 s fast; those around it lie about 0.2, and four are quite wrong.
    found = offsets(centred(clocks([-1.2, -0.6, -0.3, 0.0, 0.3, 0.5, 1.0, 1.2, 1.4, 60.0, 75.0, 80.0, 95.0])))
    assert found[3] == pytest.approx(-0.2, abs=0.3)
    assert found[10] - found[3] == pytest.approx(75.0)


def test_many_clocks_a_little_off_tell_the_time_closer_than_the_middle_one():
    chance = np.random.default_rng(7)
    worlds = [np.where(chance.random(45) < 0.25, 60.0, 2.0) * chance.normal(size=45) for _ in range(200)]
    missed = [known[0] - found for known in worlds for found in offsets(centred(clocks(list(known))))[:1]]
    assert np.std(missed) < 0.9 * np.std([np.median(known) for known in worlds])


def test_one_wrong_clock_of_a_few_does_not_move_the_others():
    assert max(map(abs, offsets(centred(clocks([0.0, 0.0, 0.0, 40.0])))[:3])) < 0.01
    assert abs(offsets(centred(clocks([0.0, 40.0])))[0]) < 0.2


def test_wrong_zones_do_not_count_and_untied_clocks_stay():
    found = offsets(centred(clocks([1.0, 3601.0, 7201.0, 0.0], [0.0, 1.0, 2.0, 0.0], [9, 9, 9, 0])))
    assert found == [0.0, 3600.0, 7200.0, 0.0]


def test_of_no_tied_clock_nothing_is_told():
    nothing = clocks([0.0, 0.0], matches=[0, 0])
    assert centred(nothing) is nothing


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=30))
def test_what_clocks_differ_by_stays(known):
    found = np.array(offsets(centred(clocks(known))))
    assert np.ptp(found - np.array(known)) < 0.001
    assert abs(found[0] - known[0]) <= max(map(abs, known)) + 0.001
