"""Learning after a submit takes its share of the submits' work and no more, however large the lake has become."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from hoptrace.engines import learning
from hoptrace.engines.keeping import Known
from hoptrace.linking.learned import Learned, clock_of
from hoptrace.linking.trust.bearing_out import Trust
from hoptrace.linking.weights import Weights


def workspace_of(rows: int, version: int, clocks: int = 1) -> Any:
    """What `learn_after` asks a workspace: the lake's version and rows, and how many clocks are known."""
    view = SimpleNamespace(rows=lambda: rows, version=version)
    return SimpleNamespace(lake=SimpleNamespace(view=lambda: view), clocks=clocks)


def clocks_of(carriers: int) -> Learned:
    """What was learned of so many carriers; of none it may be how far reported times are off."""
    told = Learned.nothing().with_reports({"seconds": (2.0, 0.0)})
    return replace(told, clocks=clock_of({f"c{number}": 0.0 for number in range(carriers)}))


@pytest.fixture
def learned(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The workspaces that were learned from."""
    found: list[Any] = []
    monkeypatch.setattr(learning, "relearn", found.append)
    monkeypatch.setattr(learning, "known", lambda workspace: Known(1, clocks_of(workspace.clocks), Weights(), Trust()))
    return found


def test_a_small_lake_is_learned_from_after_every_submit(learned: list[Any]) -> None:
    assert all(learning.learn_after(workspace_of(20_000, version), 0) for version in range(50))
    assert len(learned) == 50


def test_what_nobody_has_learned_from_yet_is(learned: list[Any]) -> None:
    assert learning.learn_after(workspace_of(10**9, 1, clocks=0), 0)
    assert len(learned) == 1


@pytest.mark.parametrize("rows", [300_000, 10_000_000, 1_000_000_000])
def test_over_many_submits_learning_takes_its_share(learned: list[Any], rows: int) -> None:
    cost, submits, of_each = learning.estimated_seconds(rows), 2_000, 1_000_000
    for version in range(submits):
        learning.learn_after(workspace_of(rows, version), of_each)
    paid = submits * (learning.SECONDS_A_SUBMIT + of_each * learning.SECONDS_A_NEW_ROW)
    assert 0.8 * learning.SHARE <= len(learned) * cost / paid <= 1.2 * learning.SHARE


def test_a_submit_that_takes_as_long_as_it_needs_is_always_followed_by_it(learned: list[Any]) -> None:
    rows = round(learning.estimated_seconds(10_000_000) / learning.SHARE / learning.SECONDS_A_NEW_ROW)
    assert all(learning.learn_after(workspace_of(10_000_000, version), rows) for version in range(20))
    assert len(learned) == 20
