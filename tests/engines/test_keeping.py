"""What was learned is made ready for the kernel once for each version, also where nothing was learned yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import hoptrace
from hoptrace.engines.keeping import keep_learned, known
from hoptrace.errors import WorkspaceBusy
from hoptrace.linking.learned import Learned, clock_of
from hoptrace.workspace import Workspace, init_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with init_workspace(tmp_path / "workspace") as made:
        yield made


@pytest.mark.parametrize("version", [None, 0, 7, -1])
def test_before_anything_was_learned_nothing_is_made_twice(workspace: Workspace, version: int | None) -> None:
    first = known(workspace, version)
    assert first.version == 0
    assert first.learned.clocks.is_empty()
    assert known(workspace) is first


def test_what_is_learned_meanwhile_is_taken(workspace: Workspace) -> None:
    before = known(workspace)
    workspace.catalog.clocks.save_clocks(1, [], [], {"network": {"call_id": {"same": 8.0}}})
    after = known(workspace)
    assert (before.version, after.version) == (0, 1)
    assert after.weights.network["call_id"]["same"] == 8.0
    assert known(workspace, 0).version == 0


def test_what_another_process_learned_meanwhile_is_not_lost(tmp_path):
    with hoptrace.init_workspace(tmp_path / "ws") as workspace, hoptrace.open_workspace(tmp_path / "ws") as other:
        clocks = clock_of({"alpha": 2.5})
        tries: list[int] = []

        def make(newest: Learned) -> Learned:
            if not tries:
                keep_learned(other, 1, lambda _: replace(Learned.nothing(), clocks=clocks))
            tries.append(known(workspace).version)
            return newest.with_reports({"seconds": (2.0, 0.0)})

        assert keep_learned(workspace, 1, make) == 2
        kept = known(workspace).learned
        assert len(tries) == 2
        assert kept.clocks["offset"].to_list() == [2.5]
        assert kept.report_times == {"seconds": (2.0, 0.0)}


def test_where_others_learn_all_the_time_it_says_so(tmp_path):
    with hoptrace.init_workspace(tmp_path / "ws") as workspace:

        def make(newest: Learned) -> Learned:
            late = known(workspace).version + 1.0
            keep_learned(workspace, 1, lambda told: told.with_reports({"minutes": (late, 0.0)}))
            return newest

        with pytest.raises(WorkspaceBusy, match="Try again"):
            keep_learned(workspace, 1, make)
