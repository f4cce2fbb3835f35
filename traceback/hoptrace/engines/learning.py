"""Learning from the lake: clocks, habits, shifts, weights and trust, kept as one version in the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoptrace.engines.keeping import save_learned
from hoptrace.linking.learning import learn, sample

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace


def learn_clocks(workspace: Workspace) -> int:
    """Learn the carriers' clocks from all records at hand; gives the clock table's version (the old one if equal)."""
    view = workspace.lake.view()
    learned = learn(sample(view.scan(), view.rows()))
    return save_learned(workspace.catalog, view.version, learned)
