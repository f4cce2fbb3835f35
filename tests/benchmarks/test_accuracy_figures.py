"""The yardstick itself: answers held against truth, counted, added up and put on a page."""

from __future__ import annotations

import figures
import judging
import pytest
from failures import (
    AMBIGUOUS,
    GAP,
    IRREFUTABLE,
    LATE,
    LEFT_OUT,
    LUCKY,
    NOT_FOUND,
    OFF_THE_WAY,
    OTHER_WAY,
    SHORT,
    WRONG_NAME,
    kind_of,
)
from judging import Told
from pages import blank, filled
from targets import reached, target_of

TRUE = {
    "path": ["c", "b", "a"], "nameable_path": ["c", "b", "a"], "other_paths": [], "origin": "a", "customer": "cust-1",
    "origin_provable": True, "origin_on_file": True, "furthest": "a", "furthest_position": 2,
    "holders": ["a", "b", "c"], "point_of_entry": None, "indistinguishable": False, "lies": [], "refutable": None,
    "tags": [],
}  # fmt: skip
LONG = {
    **TRUE, "path": ["e", "d", "c", "b", "a"], "nameable_path": ["e", "d", "a"], "furthest": "d",
    "furthest_position": 1, "origin_provable": False, "holders": ["e", "a"],
}  # fmt: skip
"""Nobody names c and b; a's record is on file beyond the gap."""


def told(
    *path: str, customer: str | None = "cust-1", confidence: float | None = 0.9, verdict: str | None = None
) -> Told:
    originator = path[-1] if customer else None
    return Told(path=path, originator=originator, customer=customer, confidence=confidence, verdict=verdict)


def test_a_wrong_carrier_and_a_wrong_customer_are_false_accusations():
    answers = [told("c", "b", "a"), told("c", "b", "x"), told("c", "b", "a", customer="cust-2")]
    found = figures.figures([(answer, TRUE) for answer in answers])
    assert (found.named, found.right, found.wrong, found.lucky, found.proven) == (3, 1, 2, 0, 1)
    assert found.precision == pytest.approx(1 / 3)
    assert found.recall == pytest.approx(1 / 3)
    assert found.false_per == pytest.approx(2 * 2_000 / 3)


def test_a_name_for_an_indistinguishable_call_is_a_false_accusation_even_if_right():
    alike = {**TRUE, "indistinguishable": True}
    silent = told("c", customer=None, verdict="ambiguous", confidence=None)
    found = figures.figures([(told("c", "b", "a"), alike), (told("c", "b", "x"), alike), (silent, alike)])
    assert (found.false, found.wrong, found.lucky, found.right) == (2, 1, 1, 0)
    assert (found.apart, found.indistinguishable, found.provable, found.recall) == (0, 3, 0, None)


@pytest.mark.parametrize(
    ("path", "furthest", "exact"),
    [(("c", "b", "a"), True, True), (("c", "a"), True, False), (("c", "b"), False, False), ((), False, False)],
)
def test_paths_must_lead_as_far_as_the_records(path, furthest, exact):
    answer = told(*path, customer=None)
    assert (judging.furthest_right(answer, TRUE), judging.path_exact(answer, TRUE)) == (furthest, exact)


@pytest.mark.parametrize(
    ("path", "exact"),
    [
        *(("edcba", True), ("eda", True), ("ed", True), ("edc", True), ("edca", True), ("edba", True)),
        *(("e", False), ("eca", False), ("eba", False), ("edbca", False), ("edxa", False), ("da", False)),
    ],
)
def test_carriers_that_nobody_names_may_be_lacking_each_by_itself(path, exact):
    assert judging.path_exact(told(*path, customer=None), LONG) is exact


def test_a_hairpin_that_no_record_shows_may_look_like_one_pass():
    true = {**TRUE, "path": ["c", "b", "x", "b", "a"], "nameable_path": ["c", "b", "b", "a"]}
    assert judging.path_exact(told("c", "b", "a"), true)
    assert not judging.path_exact(told("c", "a"), true)


def test_the_way_of_a_redial_is_as_good():
    redialled = {**TRUE, "other_paths": [["c", "x", "a"]]}
    assert judging.path_exact(told("c", "x", "a"), redialled)
    assert judging.furthest_right(told("c", "x", "a"), redialled)
    assert not judging.path_exact(told("c", "x", "a"), TRUE)


@pytest.mark.parametrize(("path", "right"), [("edc", True), ("xd", False), ("e", False)])
def test_ambiguous_counts_only_where_all_carriers_are_right_and_lead_as_far(path, right):
    answer = told(*path, customer=None, verdict="ambiguous")
    assert judging.furthest_right(answer, LONG) is right
    assert judging.path_exact(answer, LONG) is right


def test_where_nothing_is_on_file_nothing_must_be_said():
    true = {**TRUE, "holders": [], "furthest_position": 0}
    assert judging.path_exact(told(customer=None), true)
    assert not judging.path_exact(told("c", "b", customer=None), true)


def test_gaps_bridged_count_apart_from_chains():
    found = figures.figures([(told("e", "d", "a"), LONG), (told("e", "d", customer=None), LONG)])
    assert (found.provable, found.on_file, found.filed) == (0, 2, 1)
    assert found.on_file_recall == pytest.approx(0.5)


def test_calibration_is_the_distance_of_confidence_and_share_right():
    answers = [(told("c", "b", "a"), TRUE)] * 9 + [(told("c", "b", "x"), TRUE)]
    assert figures.figures(answers).calibration_error == pytest.approx(0.0)
    assert figures.figures([(told("c", "b", "x"), TRUE)]).calibration_error == pytest.approx(0.9)
    assert figures.figures([(told("c", confidence=None), TRUE)]).calibration_error is None


def test_bins_hold_claims_of_one_tenth():
    bins = figures.binned([(0.05, True), (1.0, True), (0.95, False)])
    assert bins[0] == figures.Bin(1, 0.05, 1)
    assert (bins[9].claims, bins[9].right) == (2, 1)


def test_worlds_add_up_and_are_read_back_as_they_were():
    one = figures.figures([(told("c", "b", "a"), TRUE)])
    both = figures.total([one, figures.figures([(told("c", "b", "x"), TRUE)])])
    assert (both.calls, both.named, both.wrong, both.bins[9].claims) == (2, 2, 1, 2)
    assert figures.from_plain(figures.as_plain(both)) == both
    assert figures.total([]).calls == 0


@pytest.mark.parametrize(
    ("answer", "true", "kind"),
    [
        (told("c", "b", "a"), TRUE, None),
        (told("c", "b", "x"), TRUE, WRONG_NAME),
        (told("c", "b", "x"), {**TRUE, "refutable": False}, IRREFUTABLE),
        (told("c", "b", "a"), {**TRUE, "indistinguishable": True}, LUCKY),
        (told("c", customer=None, verdict="ambiguous"), {**TRUE, "indistinguishable": True}, None),
        (told("c", customer=None, verdict="ambiguous"), TRUE, AMBIGUOUS),
        (told(customer=None, verdict="not_found"), TRUE, NOT_FOUND),
        (told("c", "b", customer=None, verdict="no_record"), TRUE, SHORT["no_record"]),
        (told("c", "x", customer=None, verdict="no_record"), TRUE, OFF_THE_WAY),
        (told("e", "a"), LONG, LEFT_OUT),
        (told("d", "a"), LONG, LATE),
        (told("e", "x", "a"), LONG, OTHER_WAY),
        (told("e", "d", customer=None, verdict="non_participating"), LONG, GAP),
    ],
)
def test_each_failure_has_one_kind(answer, true, kind):
    assert kind_of(answer, true) == kind


def test_targets_are_bounds_above_or_below():
    found = figures.figures([(told("c", "b", "a", confidence=1.0), TRUE)])
    assert all(reached(found, column, target_of("clean")) for column in ("false_per", "precision", "calibration_error"))
    wrong = figures.figures([(told("c", "b", "x"), TRUE)])
    assert not reached(wrong, "false_per", target_of("redials"))
    assert not reached(wrong, "precision", target_of("redials"))
    assert reached(figures.total([]), "recall", target_of("taking-part-10"))


def test_tables_are_put_between_their_marks():
    page = filled(blank({"one": ""}), {"one": "| 1 |"})
    assert "<!-- table: one -->\n| 1 |\n<!-- end of table -->" in page
    assert filled(page, {"one": "| 2 |"}).count("|") == 2
    with pytest.raises(KeyError):
        filled(page, {"two": ""})
