"""A batch that was submitted and withdrawn leaves no trace in what is answered, whenever it came in between."""

from __future__ import annotations

import random
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import hoptrace
from hoptrace.engines.conflicts import carriers_conflicts
from hoptrace.engines.learning import learn_clocks
from hoptrace.engines.retention import lake_info
from hoptrace.engines.withdrawing import withdraw
from hoptrace.workspace import Workspace, init_workspace

CARRIERS = ("orig", "mid", "gate", "term", "else")
HEADER = "start_time,answer_time,duration,calling_number,called_number,upstream,customer,downstream,record_id\n"
BEGIN = datetime(2026, 11, 2, 15, tzinfo=UTC)
VERSIONS = ("lake_version", "clock_version")


def row(call: int, place: float, sides: tuple[str, str, str], record: str) -> str:
    start = BEGIN + timedelta(seconds=40 * call + 0.2 * place)
    answer = start + timedelta(seconds=4)
    times = f"{start:%Y-%m-%dT%H:%M:%S.%fZ},{answer:%Y-%m-%dT%H:%M:%S.%fZ},30"
    return f"{times},+1202555{100 + call % 3:04d},+1312555{100 + call % 4:04d},{','.join(sides)},{record}\n"


def files(chance: random.Random) -> dict[str, str]:
    """What each carrier that takes part submits, of some calls along random chains."""
    told: dict[str, str] = {}
    for call in range(8):
        chain = ["orig", *chance.sample(["mid", "gate"], chance.randint(0, 2)), "term"]
        for place, carrier in enumerate(chain):
            above, below = chain[place - 1] if place else "", chain[place + 1] if place + 1 < len(chain) else ""
            sides = (above, "" if place else f"cust-{call}", below)
            told[carrier] = told.get(carrier, HEADER) + row(call, place, sides, f"{carrier}-{call}")
    silent = chance.choice(["orig", "mid", "gate", ""])
    return {carrier: text for carrier, text in sorted(told.items()) if carrier != silent}


def falsehoods(chance: random.Random) -> str:
    """Rows that say otherwise of the same calls, or of others."""
    sides = [("orig", "", "term"), ("mid", "", "gate"), ("", "cust-x", "term"), ("", "cust-y", "mid"), ("else", "", "")]
    rows = [row(call, chance.random(), chance.choice(sides), f"x-{call}") for call in range(9) if chance.random() < 0.8]
    return HEADER + "".join(rows or [row(0, 0.0, sides[2], "x-0")])


def answers(workspace: Workspace) -> list[dict[str, Any]]:
    """All that is told of the calls, of the lake and of the carriers, but for the versions."""
    calls = [
        hoptrace.ReportedCall(f"c{call}", (BEGIN + timedelta(seconds=40 * call)).isoformat(), number)
        for call in range(9)
        for number in [f"+1312555{100 + call % 4:04d}"]
    ]
    told = [result.as_dict() for result in hoptrace.trace(workspace, calls)]
    info = {name: lake_info(workspace)[name] for name in ("statements", "batches", "first_time", "last_time")}
    clocks = workspace.catalog.clocks.latest_clocks()
    spans = {"spans": workspace.catalog.batches.spans(), "conflicts": carriers_conflicts(workspace)}
    learned = {"clocks": clocks.rows, "shifts": clocks.shifts, "weights": clocks.weights}
    return [{name: value for name, value in each.items() if name not in VERSIONS} for each in told] + [
        info | spans | learned
    ]


def submit(workspace: Workspace, folder: Path, carrier: str, text: str) -> str:
    path = folder / f"{carrier}.csv"
    path.write_text(text)
    (receipt,) = hoptrace.submit(workspace, [path], carrier)
    learn_clocks(workspace)
    return receipt.batch


@given(seed=st.integers(0, 10_000))
@settings(max_examples=6, deadline=None)
def test_a_withdrawn_batch_changes_no_answer(seed: int) -> None:
    chance = random.Random(seed)
    honest, false = list(files(chance).items()), falsehoods(chance)
    liar, comes, goes = chance.choice(CARRIERS), *sorted(chance.choices(range(len(honest) + 1), k=2))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "carriers.csv").write_text("carrier_id,country\n" + "".join(f"{each},US\n" for each in CARRIERS))
        told: list[list[dict[str, Any]]] = []
        for lied in (False, True):
            with init_workspace(folder / f"workspace-{lied}") as workspace:
                workspace.catalog.directory.load_directory(folder / "carriers.csv")
                batch = ""
                for place in range(len(honest) + 1):
                    batch = submit(workspace, folder, liar, false) if lied and place == comes else batch
                    if lied and place == goes:
                        between = answers(workspace)
                        version = workspace.lake.version(), workspace.catalog.clocks.latest_version()
                        withdraw(workspace, [batch], "false")
                        calls = [hoptrace.ReportedCall(**each["call"]) for each in between[:-1]]
                        again = hoptrace.trace(workspace, calls, replay=version)
                        assert [
                            {name: value for name, value in each.as_dict().items() if name not in VERSIONS}
                            for each in again
                        ] == between[:-1]
                    if place < len(honest):
                        submit(workspace, folder, *honest[place])
                told.append(answers(workspace))
    assert told[0] == told[1]
