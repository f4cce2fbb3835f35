"""A look-up and a trace in two lakes of which one is ten times the other, timed by turns; upkeep beside the appends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from big_lake import HOPS, Plan, fill, timed

from hoptrace.workspace import Workspace, open_workspace

BATCHES = {100_000: 100, 1_000_000: 1_000}
CARRIERS = 50


@pytest.fixture(scope="module")
def lakes(
    rows: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[tuple[Workspace, Plan, dict[str, float]]]]:
    """`rows` statements, and ten times as many, each in as many batches of random order and with no upkeep by hand."""
    opened: list[tuple[Workspace, Plan, dict[str, float]]] = []
    for count in (rows, 10 * rows):
        days = BATCHES[rows] // CARRIERS
        plan = Plan(count // HOPS // days, CARRIERS, days)
        folder: Path = tmp_path_factory.mktemp("lake") / "workspace"
        spent = fill(folder, plan, say=lambda _text: None)
        opened.append((open_workspace(folder), plan, spent))
    yield opened
    for workspace, _, _ in opened:
        workspace.close()


def test_look_up_and_trace(benchmark, lakes):
    """Medians of the smaller lake, the larger one and their ratio are in extra_info."""
    pairs = [(workspace, plan) for workspace, plan, _ in lakes]
    smaller, larger = benchmark.pedantic(timed, args=(pairs, 60), rounds=1)
    told = [smaller.told(), larger.told()]
    for name in ("look-up ms", "look-up processor ms", "trace ms"):
        benchmark.extra_info[name] = [told[0][name], told[1][name], round(told[1][name] / told[0][name], 2)]
    for _, _, spent in lakes:
        benchmark.extra_info[f"upkeep share of {spent['rows']:,.0f}"] = round(spent["upkeep"] / spent["append"], 2)
    assert told[0]["statements"] == told[1]["statements"] == HOPS
