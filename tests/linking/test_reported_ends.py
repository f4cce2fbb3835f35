"""Reported ends: how many calls to each leave no record, as reports tell."""

from __future__ import annotations

import pytest

from hoptrace.linking.learned import Learned
from hoptrace.linking.trust.reported_ends import ReportedEnds

ENDS = ReportedEnds({"a": (95, 57), "b": (95, 0), "rare": (4, 4), "some": (6, 0)})


def test_an_end_of_few_reports_is_like_others_of_which_some_calls_left_no_record():
    assert ENDS.usual == pytest.approx(61 / 200)
    unseen, others = ENDS.unseen(), 5 * 61 / 99
    assert unseen["a"] == pytest.approx((57 + others) / 100)
    assert unseen["b"] == pytest.approx(others / 100)
    assert unseen["some"] == pytest.approx(others / 11)


def test_where_no_end_lost_any_few_reports_tell_nothing_of_their_end():
    assert ReportedEnds({"a": (1000, 0), "b": (60, 0), "some": (59, 0)}).unseen() == {"a": 0.0, "b": 0.0}


def test_a_carrier_that_one_or_two_reports_name_is_not_known_to_deliver_calls():
    assert ENDS.delivering == {"a", "b", "some"}
    assert "rare" not in ENDS.unseen()


def test_an_end_that_is_not_known_is_like_those_of_which_some_calls_leave_no_record():
    assert ENDS.elsewhere == pytest.approx(61 / 99)


@pytest.mark.parametrize(("reports", "told"), [(0, False), (59, False), (60, True)])
def test_few_reports_tell_nothing(reports, told):
    assert ReportedEnds({"a": (reports, 0)} if reports else {}).told is told


def test_reports_to_ends_that_all_left_records_tell_nothing_of_an_end_that_is_not_known():
    assert ReportedEnds({"a": (1000, 0)}).elsewhere is None


def test_where_nothing_was_reported_no_share_is_lost():
    assert (ReportedEnds().usual, ReportedEnds().elsewhere, ReportedEnds().unseen()) == (0.0, None, {})


def test_what_was_learned_keeps_the_counts_and_drops_them_where_there_are_none():
    learned = Learned.nothing().with_ends(ENDS.counts)
    assert learned.ends == ENDS
    assert "ends" not in learned.with_ends({}).weights
