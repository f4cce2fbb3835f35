"""The oracle: as far as honest records lead, and led astray only by lies that nothing contradicts."""

from __future__ import annotations

import pytest
from ceiling import oracle
from figures import figures
from judging import falsely_accused, furthest_right, path_exact

GAP = {
    "path": ["e", "d", "c", "b", "a"], "nameable_path": ["e", "d", "a"], "other_paths": [], "origin": "a",
    "customer": "cust-1", "origin_provable": False, "origin_on_file": True, "furthest": "d", "furthest_position": 1,
    "holders": ["e", "a"], "point_of_entry": None, "indistinguishable": False, "lies": [], "refutable": None,
}  # fmt: skip


def lying(lie: str, accused: str | None, *, refutable: bool):
    told = [{"carrier": "d", "lie": lie, "accused": accused}]
    return {**GAP, "lies": told, "refutable": refutable, "origin_on_file": False, "nameable_path": ["e", "d"]}


def test_it_leaps_gaps_but_names_nobody_whom_no_record_names():
    answer = oracle(GAP)
    assert (answer.path, answer.originator, answer.customer) == (("e", "d", "a"), "a", "cust-1")
    assert path_exact(answer, GAP)
    found = figures([(answer, GAP)])
    assert (found.right, found.filed, found.exact, found.whole) == (1, 1, 1, 0)


def test_without_the_origins_record_it_says_how_far_the_records_lead():
    silent = {**GAP, "origin_on_file": False, "holders": ["e"], "nameable_path": ["e", "d"]}
    assert (oracle(silent).path, oracle(silent).originator) == (("e", "d"), None)
    nothing = {**GAP, "holders": [], "nameable_path": ["e"], "furthest_position": 0}
    assert path_exact(oracle(nothing), nothing)


def test_it_does_not_guess_between_calls_that_look_the_same():
    assert oracle({**GAP, "indistinguishable": True}).ambiguous


@pytest.mark.parametrize("refutable", [True, False])
def test_a_lie_deceives_only_where_nothing_contradicts_it(refutable):
    blamed, invented = lying("blames", "x", refutable=refutable), lying("invents", None, refutable=refutable)
    assert furthest_right(oracle(blamed), blamed) is refutable
    assert falsely_accused(oracle(invented), invented) is not refutable
