"""Leaps that would close a ring, in which every call came from itself, or lead over a route that was left."""

from __future__ import annotations

import pytest

from hoptrace.linking.assignment import assign
from hoptrace.linking.contests import Pair
from hoptrace.linking.kinds import Kind

RING = [
    Pair(4, 3, Kind.DIRECT, 20.0, 0, 0.0, 4),
    Pair(1, 4, Kind.GAP, 8.9, 1, 0.0, 1),
    Pair(3, 1, Kind.GAP, 8.5, 2, 0.0, 3),
    Pair(1, 2, Kind.GAP, 7.0, 3, 0.0, 1),
]
"""4 came from 3, and seems to feed 1, and 1 to feed 3; 1 may also have come from 2."""


def test_a_leap_that_a_ring_took_away_is_made_to_the_next_best_record():
    """4 feeds 1 over a gap and 1 seemed to feed 3: a ring, of which the lightest goes; 3 came from 2 then."""
    pairs = [*RING, Pair(3, 2, Kind.GAP, 6.4, 4, 0.0, 3)]
    assert {d: pair.u for d, pair in assign(pairs).chosen.items()} == {4: 3, 1: 4, 3: 2}


def test_where_a_ring_could_be_broken_elsewhere_what_that_costs_is_told():
    """4 came over 3 from 5, or else over 3 and 1 from 2, which weighs more: nobody may be named by the first alone."""
    pairs = [*RING, Pair(3, 5, Kind.GAP, 6.4, 4, 0.0, 3)]
    found = assign(pairs)
    assert {d: pair.u for d, pair in found.chosen.items()} == {4: 3, 1: 4, 3: 5}
    (rival,) = found.rivals(1)
    assert (rival[0].u, rival[1]) == (2, pytest.approx(8.9 + 6.4 - 8.5 - 7.0))


@pytest.mark.parametrize("left", [True, False])
def test_no_leap_leads_over_a_route_that_was_left_to_where_its_own_call_went_on(left):
    """3 says that it handed the call to the carrier of 2, above the record of 1 from which a leap would have it."""
    pairs = [
        Pair(0, 1, Kind.BRIDGED, 8.0, 0, 0.0, 0, left=left),
        Pair(1, 2, Kind.DIRECT, 9.0, 1, 0.0, 1),
        Pair(2, 3, Kind.CONFLICT, 6.0, 2, 0.0, 2),
        Pair(3, 1, Kind.GAP, 5.0, 3, 0.0, 3),
    ]
    assert sorted(assign(pairs).chosen) == [0, 1]
