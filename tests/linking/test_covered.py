"""Whose records cover which call: told the same of one call as of several."""

import polars as pl

from hoptrace.linking.covered import CARRIERS, STRETCHES, Covered

FLAGS = {"known": "upstream"}


def _covered(calls: list[int], stretches: list[int]) -> Covered:
    carriers = pl.DataFrame({"stretch": [0, 0, 1], "carrier": ["alpha", "beta", "alpha"]}, schema=CARRIERS)
    told = pl.DataFrame({"call": calls, "stretch": stretches}, schema=STRETCHES)
    return Covered(told, carriers.filter(pl.col("stretch").is_in(stretches)))


def test_each_call_is_told_the_carriers_of_its_stretch() -> None:
    covered = _covered([7, 8, 9], [0, 1, 2])
    assert covered.sets() == [frozenset({"alpha", "beta"}), frozenset({"alpha"}), frozenset()]
    assert covered.counts() == [2, 1, 0]


def test_members_are_flagged_alone_as_they_are_together() -> None:
    members = pl.DataFrame({"call": [7, 7, 7, 8, 8], "upstream": ["beta", "gamma", None, "beta", "alpha"]})
    together = _covered([7, 8], [0, 1]).flagged(members, FLAGS)
    alone = [
        _covered([call], [stretch]).flagged(members.filter(call=call), FLAGS) for call, stretch in ((7, 0), (8, 1))
    ]
    assert together["known"].to_list() == [True, False, False, False, True]
    assert pl.concat(alone).equals(together)
