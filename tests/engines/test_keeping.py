"""What was learned is made ready for the kernel once for each version, also where nothing was learned yet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hoptrace.engines.keeping import known
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
