"""The measured worlds: those of the project's simulator and those of fixtures/outsider, made and submitted."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
from judging import Truth

from hoptrace import Workspace, init_workspace, learn_clocks, submit
from hoptrace.engines.calls import read_calls
from hoptrace.model.verdicts import ReportedCall
from hoptrace.simulate import scenario_named, simulate

HOME = "US"
OUTSIDER = Path(__file__).parents[1] / "fixtures" / "outsider" / "make-network"
SIMULATOR_SOURCE, OUTSIDER_SOURCE = "simulator", "outsider"
SOURCES = (SIMULATOR_SOURCE, OUTSIDER_SOURCE)
SCENARIOS = (
    "clean",
    "clock-offsets",
    "zone-errors",
    "rewriting",
    "routing",
    "lies",
    "taking-part-10",
    "taking-part-30",
    "taking-part-60",
    "taking-part-85",
    "noise",
    "redials",
    "all-moderate",
    "all-strong",
)
OUTSIDER_CALLS, OUTSIDER_REPORTED = 9_500, 2_000


@dataclass(frozen=True, slots=True)
class Spec:
    """Which world; `size` is its share of a full world's calls."""

    source: str
    scenario: str
    seed: int
    size: float = 1.0

    @property
    def name(self) -> str:
        sized = "" if self.size == 1.0 else f"-{self.size:g}"
        return f"{self.source}-{self.scenario}-{self.seed}{sized}"


@dataclass(frozen=True, slots=True)
class Opened:
    """A world that has been submitted, clocks learned: the calls to trace, and their truth by call_ref."""

    workspace: Workspace
    calls: list[ReportedCall]
    truth: dict[str, Truth]


def wanted(sources: Sequence[str], only: Sequence[str], seeds: Iterable[int], size: float) -> list[Spec]:
    """The worlds of some sources, scenarios (all where none is given) and seeds, in the order of the tables."""
    chosen = [name for name in SCENARIOS if not only or name in only]
    every = list(seeds)
    return [Spec(source, name, seed, size) for source in sources for name in chosen for seed in every]


@contextmanager
def opened(spec: Spec) -> Iterator[Opened]:
    """A world in a temporary folder."""
    with tempfile.TemporaryDirectory() as scratch:
        world, folder = Path(scratch) / "world", Path(scratch) / "workspace"
        _make(spec, world)
        lines = (world / "truth.jsonl").read_bytes().splitlines()
        truth = {row["call_ref"]: row for row in map(orjson.loads, lines)}
        with init_workspace(folder) as workspace:
            _submit_all(workspace, world)
            learn_clocks(workspace)
            yield Opened(workspace, read_calls(world / "calls.csv", HOME), truth)


def _make(spec: Spec, folder: Path) -> None:
    if spec.source == OUTSIDER_SOURCE:
        _make_outsider(spec, folder)
        return
    scenario = scenario_named(spec.scenario)
    if spec.size != 1.0:
        plan = scenario.traffic
        reported = round(spec.size * (plan.campaign_calls + plan.scam_calls + plan.traced))
        scenario = scenario_named(spec.scenario, calls=round(spec.size * plan.calls), traced=reported)
    simulate(scenario, spec.seed, folder)


def _make_outsider(spec: Spec, folder: Path) -> None:
    options = {
        "--scenario": spec.scenario.replace("-", "_"),
        "--seed": spec.seed,
        "--out": folder,
        "--calls": round(spec.size * OUTSIDER_CALLS),
        "--reported": round(spec.size * OUTSIDER_REPORTED),
    }
    words = [str(word) for pair in options.items() for word in pair]
    subprocess.run([sys.executable, str(OUTSIDER), *words], check=True, stdout=subprocess.DEVNULL)


def _submit_all(workspace: Workspace, world: Path) -> None:
    workspace.catalog.directory.load_directory(world / "carriers.csv", world / "trunks.csv")
    for entry in orjson.loads((world / "submit.json").read_bytes()):
        profile: str = entry["format"]
        name = str(world / profile) if profile.endswith(".toml") else profile
        submit(workspace, [world / file for file in entry["files"]], entry["carrier"], format=name)
