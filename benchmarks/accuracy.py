"""How right the answers are: simulated networks with known truth, hoptrace and two plain methods held against it.

    python benchmarks/accuracy.py --seeds 5 --calls 500 --out docs/accuracy.md

Replaces the tables of `--out` between its marks, or writes a new file. `--answers FILE` keeps every wrong or missing
answer beside its truth, one JSON object a line, to look at what went wrong.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import orjson
from baselines import Answer, lake_of, pooled, serial_walk
from figures import Figures, Told, Truth, figures, origin_right, path_exact, total

from hoptrace import Workspace, init_workspace, learn_clocks, submit, trace
from hoptrace.engines.calls import all_reported, read_calls
from hoptrace.model.verdicts import TraceResult, Verdict
from hoptrace.simulate import Scenario, scenario_named, scenario_names, simulate

METHODS = ("hoptrace", "serial walk", "pooled records")
BEGIN, END = "<!-- tables: benchmarks/accuracy.py -->", "<!-- end of tables -->"
CLAIMLESS = frozenset({Verdict.AMBIGUOUS, Verdict.NOT_FOUND})
HEADINGS = {
    "calls": "calls",
    "provable": "originators provable",
    "named": "named",
    "right": "right",
    "wrong": "false accusations",
    "precision": "precision",
    "recall": "recall",
    "furthest": "furthest carrier right",
    "exact": "exact path",
    "ambiguous": "ambiguous",
    "calibration_error": "calibration error",
}
BRIEF = ("named", "wrong", "precision", "recall", "furthest", "exact")


def scenarios(calls: int) -> list[Scenario]:
    """All scenarios but the tiny one, and one with all faults together; about `calls` calls traced, redials on top."""
    named = [scenario_named(name) for name in scenario_names() if name != "small"]
    everyday = scenario_named("demo")
    faults = replace(everyday.faults, taking_part=0.6, redialled=0.3, clock_spread=2.0, wrong_clocks=0.25)
    named.append(replace(everyday, name="demo-60-redials", faults=faults))
    half = calls // 2
    return [
        replace(
            each,
            traffic=replace(
                each.traffic, campaign_calls=half, traced=calls - half, calls=max(calls, _background(each))
            ),
        )
        for each in named
    ]


def _background(scenario: Scenario) -> int:
    return scenario.traffic.calls if scenario.traffic.numbers else 2_000


def answers_in(scenario: Scenario, seed: int) -> Iterator[tuple[str, str, Told, Truth]]:
    """(method, call_ref, what it said, truth) for each call of one world."""
    with tempfile.TemporaryDirectory() as scratch:
        world, folder = Path(scratch) / "world", Path(scratch) / "workspace"
        simulate(scenario, seed, world)
        truth = {row["call_ref"]: row for row in map(orjson.loads, (world / "truth.jsonl").read_bytes().splitlines())}
        with init_workspace(folder) as workspace:
            _submit_all(workspace, world)
            learn_clocks(workspace)
            calls = read_calls(world / "calls.csv", "US")
            for result in trace(workspace, calls):
                yield "hoptrace", result.call_ref, _told(result), truth[result.call_ref]
            lake = lake_of(workspace.lake.view().scan().collect())
            for call, asked in zip(calls, all_reported(calls, "US"), strict=True):
                for method, answer in (
                    ("serial walk", serial_walk(lake, asked)),
                    ("pooled records", pooled(lake, asked)),
                ):
                    yield method, call.call_ref, _plain(answer), truth[call.call_ref]


def _submit_all(workspace: Workspace, world: Path) -> None:
    workspace.catalog.directory.load_directory(world / "carriers.csv", world / "trunks.csv")
    for entry in orjson.loads((world / "submit.json").read_bytes()):
        profile: str = entry["format"]
        name = str(world / profile) if profile.endswith(".toml") else profile
        submit(workspace, [world / file for file in entry["files"]], entry["carrier"], format=name)


def _told(result: TraceResult) -> Told:
    return Told(
        path=result.path,
        originator=result.originating_carrier,
        customer=result.customer,
        point_of_entry=result.point_of_entry,
        ambiguous=result.verdict is Verdict.AMBIGUOUS,
        confidence=None if result.verdict in CLAIMLESS else result.confidence,
    )


def _plain(answer: Answer) -> Told:
    return Told(answer.path, answer.originator, answer.customer)


def _failed(told: Told, true: Truth) -> bool:
    wrong = told.originator is not None and not origin_right(told, true)
    missed = true["origin_provable"] and told.originator is None
    return wrong or missed or not path_exact(told, true)


def _table(rows: Sequence[tuple[str, Figures]], columns: Sequence[str], first: str) -> list[str]:
    lines = [
        f"| {first} | " + " | ".join(HEADINGS[name] for name in columns) + " |",
        "|---|" + "---:|" * len(columns),
    ]
    lines += [f"| {name} | " + " | ".join(_cell(row, column) for column in columns) + " |" for name, row in rows]
    return [*lines, ""]


def _cell(row: Figures, column: str) -> str:
    value: Any = getattr(row, column)
    if value is None:
        return "-"
    if column in ("furthest", "exact"):
        return f"{100 * value / row.calls:.1f} %"
    if column in ("precision", "recall"):
        return f"{100 * value:.2f} %"
    return f"{value:.3f}" if isinstance(value, float) else f"{value:,}"


def tables(found: dict[tuple[str, str], Figures], seeds: int, calls: int) -> str:
    """The published tables as Markdown: hoptrace by scenario, then each scenario by method."""
    names = list(dict.fromkeys(name for name, _ in found))
    own = [(f"`{name}`", found[name, "hoptrace"]) for name in names]
    own.append(("all", total(figure for _, figure in own)))
    lines = [f"{seeds} seeds, about {calls} calls traced in each world (redials come on top).", ""]
    lines += ["### hoptrace", "", *_table(own, list(HEADINGS), "scenario")]
    lines += ["### Beside two plain methods, on the same records", ""]
    rows = [(f"`{name}` {method}", found[name, method]) for name in names for method in METHODS]
    rows += [(f"all {method}", total(found[name, method] for name in names)) for method in METHODS]
    return "\n".join([*lines, *_table(rows, BRIEF, "scenario, method")])


def publish(text: str, out: Path) -> None:
    """Put the tables between the marks of a page, or make one."""
    block = f"{BEGIN}\n{text}\n{END}"
    page = out.read_text(encoding="utf-8") if out.exists() else f"# Accuracy\n\n{BEGIN}{END}\n"
    whole = re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: block, page, flags=re.DOTALL)
    out.write_text(whole, encoding="utf-8")


@click.command()
@click.option("--seeds", default=5, show_default=True, help="How many worlds of each scenario.")
@click.option("--calls", default=500, show_default=True, help="Calls traced in each world, redials not counted.")
@click.option("--only", multiple=True, help="Only this scenario; may be given more than once.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The page to publish the tables in.")
@click.option("--answers", type=click.Path(dir_okay=False, path_type=Path), help="Keep the failures here (JSON Lines).")
def main(seeds: int, calls: int, only: tuple[str, ...], out: Path | None, answers: Path | None) -> None:
    """Measure how right hoptrace is on simulated networks."""
    parts: dict[tuple[str, str], list[Figures]] = {}
    failures: list[dict[str, Any]] = []
    for scenario in scenarios(calls):
        if only and scenario.name not in only:
            continue
        for seed in range(1, seeds + 1):
            told = list(answers_in(scenario, seed))
            for method in METHODS:
                mine = [(said, true) for name, _, said, true in told if name == method]
                parts.setdefault((scenario.name, method), []).append(figures(mine))
            failures += [
                {"scenario": scenario.name, "seed": seed, "call_ref": ref, "told": _as_dict(said), "truth": true}
                for method, ref, said, true in told
                if method == "hoptrace" and _failed(said, true)
            ]
            click.echo(f"{scenario.name} {seed}: {_line(parts[scenario.name, 'hoptrace'][-1])}", err=True)
    text = tables({key: total(each) for key, each in parts.items()}, seeds, calls)
    if answers is not None:
        answers.write_text("".join(json.dumps(row) + "\n" for row in failures), encoding="utf-8")
    if out is None:
        click.echo(text)
    else:
        publish(text, out)


def _as_dict(told: Told) -> dict[str, Any]:
    return {name: getattr(told, name) for name in Told.__slots__}


def _line(row: Figures) -> str:
    return f"{row.calls} calls, {row.named} named, {row.wrong} wrongly, {row.exact} exact paths"


if __name__ == "__main__":
    main()
