"""Learning from the lake: clocks, habits, shifts, weights and trust, kept as one version in the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoptrace.engines.keeping import save_learned
from hoptrace.lake.upkeep import GOLDEN
from hoptrace.linking.learning import SAMPLE, learn, sample

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace

SHARE = 0.5
"""Learning's share of the time of the submits after which it is done, at most, over many submits."""

FREE_SECONDS = 3.0
"""Learning that takes no longer is done after every submit."""

SECONDS_A_STATEMENT = 3e-5
SECONDS_A_ROW = 4e-7
"""What each statement that is looked at takes, and each row of the lake to be chosen from."""


def learn_clocks(workspace: Workspace) -> int:
    """Learn the carriers' clocks from all records at hand; gives the clock table's version (the old one if equal)."""
    view = workspace.lake.view()
    learned = learn(sample(view.scan(), view.rows()))
    return save_learned(workspace.catalog, view.version, learned)


def learn_after(workspace: Workspace, seconds: float) -> bool:
    """Learn after a submit of so many seconds, in proportion to it; says whether it was done.

    A small lake is learned from after every submit, and so is one of which nothing is known yet. A larger one after one
    of several: as with merging, the chance is drawn from the lake's version, so that it falls evenly and nothing has to
    be remembered between processes. What is learned is the same as by `learn_clocks`, from all records at hand.
    """
    view = workspace.lake.view()
    cost = estimated_seconds(view.rows())
    known = workspace.catalog.clocks.latest_version()
    if known and cost > FREE_SECONDS and (view.version + 1) * GOLDEN % 1.0 >= SHARE * seconds / cost:
        return False
    learn_clocks(workspace)
    return True


def estimated_seconds(rows: int) -> float:
    """About how long learning takes from a lake of so many rows, on two cores that have other work as well."""
    return min(rows, SAMPLE) * SECONDS_A_STATEMENT + rows * SECONDS_A_ROW
