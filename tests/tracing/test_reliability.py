"""How sure one handoff is."""

from __future__ import annotations

import pytest

from hoptrace.linking.contests import Pair
from hoptrace.linking.kinds import Kind
from hoptrace.tracing.weighing import KIND_RELIABILITY, reliability


def pair(weight: float, timed: float = 0.0) -> Pair:
    return Pair(0, 1, Kind.GAP, weight, 0, timed, 0, False, 0.0)


@pytest.mark.parametrize("weight", [0.5, 2.0])
def test_a_coarse_time_makes_a_handoff_lighter_and_not_less_sure(weight):
    """Its weight is low because a minute tells little, not because anything speaks against it."""
    sharp, coarse = (reliability(pair(weight), 0.0, coarse=told) for told in (False, True))
    assert sharp < coarse < KIND_RELIABILITY[Kind.GAP]


def test_it_is_in_doubt_all_the_same_where_something_else_speaks_against_it():
    """Another caller, or an answer beside none."""
    against = pair(1.0, timed=2.0)
    assert reliability(against, 0.0, coarse=True) == reliability(against, 0.0, coarse=False)


def test_rivals_count_alike_for_both():
    assert reliability(pair(20.0), 1.0, coarse=True) == pytest.approx(KIND_RELIABILITY[Kind.GAP] / 2)
