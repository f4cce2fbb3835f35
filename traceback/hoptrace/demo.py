"""The demo: a simulated network's files in, its campaign traced, the answers held against the truth, reports out."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from hoptrace.errors import MissingExtra, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from hoptrace.model.receipts import Receipt
    from hoptrace.model.verdicts import TraceResult
    from hoptrace.workspace import Workspace

SCENARIO, SEED = "demo", 7
USUAL_LENGTH = 6
"""Carriers that a call passes, usually."""
MARK = ".hoptrace-demo"
"""A file that tells a demo's folder from one that somebody else filled."""


@dataclass(frozen=True, slots=True)
class Score:
    """How the answers stand against the truth of the simulated network."""

    calls: int
    originators_named: int
    originators_right: int
    originators_provable: int
    paths_right: int
    verdicts: dict[str, int]


def run_demo(out: Path, console: Console) -> int:
    """Run the whole way on a simulated network under `out` and print what came of it; 0 when it went through."""
    from hoptrace.engines.calls import read_calls
    from hoptrace.engines.learning import learn_clocks
    from hoptrace.engines.local import trace
    from hoptrace.simulate import simulate
    from hoptrace.workspace import init_workspace

    _fresh(out)
    console.print(f"Simulating a network of carriers (scenario {SCENARIO}, seed {SEED}) ...")
    world = out / "world"
    simulate(SCENARIO, SEED, world)
    with init_workspace(out / "workspace") as workspace:
        workspace.catalog.directory.load_directory(world / "carriers.csv", world / "trunks.csv")
        receipts = _submit_all(workspace, world)
        _show_receipts(console, receipts)
        learn_clocks(workspace)
        calls = read_calls(world / "calls.csv", workspace.settings.home_country)
        console.print(f"Tracing {len(calls)} reported calls ...")
        results = trace(workspace, calls)
        (out / "results.jsonl").write_bytes(b"".join(orjson.dumps(item.as_dict()) + b"\n" for item in results))
        _show_score(console, score(results, world / "truth.jsonl"))
        _write_reports(console, workspace, results, out)
    return 0


def score(results: Sequence[TraceResult], truth: Path) -> Score:
    """Hold results against truth.jsonl."""
    true = {row["call_ref"]: row for row in map(orjson.loads, truth.read_bytes().splitlines())}
    named = [item for item in results if item.originating_carrier is not None]
    return Score(
        calls=len(results),
        originators_named=len(named),
        originators_right=sum(item.originating_carrier == true[item.call_ref]["origin"] for item in named),
        originators_provable=sum(true[item.call_ref]["origin_provable"] for item in results),
        paths_right=sum(_same_path(item, true[item.call_ref]) for item in results),
        verdicts=dict(sorted(Counter(str(item.verdict) for item in results).items())),
    )


def _same_path(item: TraceResult, true: dict[str, Any]) -> bool:
    """The path down to the furthest carrier that the records can tell of."""
    path: list[str] = true["path"]
    return list(item.path) == path[: true["furthest_position"] + 1]


def _fresh(out: Path) -> None:
    if out.exists() and any(out.iterdir()):
        if not (out / MARK).exists():
            raise UsageError(f"{out} is not empty and not from an earlier demo. Name another folder with --out.")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).touch()


def _submit_all(workspace: Workspace, world: Path) -> list[Receipt]:
    from hoptrace.intake.submit import submit

    receipts: list[Receipt] = []
    for entry in orjson.loads((world / "submit.json").read_bytes()):
        files = [world / name for name in entry["files"]]
        kind: str = entry["format"]
        format_name = str(world / kind) if kind.endswith(".toml") else kind
        receipts += submit(workspace, files, entry["carrier"], format=format_name)
    return receipts


def _show_receipts(console: Console, receipts: Sequence[Receipt]) -> None:
    from rich.table import Table

    table = Table(title="Submitted", title_justify="left")
    for heading in ("Format", "Files", "Rows", "Accepted", "Duplicates", "Skipped", "Rejected", "Statements"):
        table.add_column(heading, justify="left" if heading == "Format" else "right")
    for name in sorted({receipt.format for receipt in receipts}):
        mine = [receipt for receipt in receipts if receipt.format == name]
        numbers = (
            len(mine),
            sum(r.rows for r in mine),
            sum(r.accepted for r in mine),
            sum(r.duplicates for r in mine),
            sum(r.skipped for r in mine),
            sum(sum(r.rejected.values()) for r in mine),
            sum(r.statements for r in mine),
        )
        table.add_row(name, *(f"{number:,}" for number in numbers))
    console.print(table)


def _show_score(console: Console, told: Score) -> None:
    from rich.table import Table

    table = Table(title="Traced, held against the simulated truth", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for verdict, count in told.verdicts.items():
        table.add_row(verdict.replace("_", " "), f"{count:,}")
    table.add_section()
    table.add_row("originators named", f"{told.originators_named:,}")
    table.add_row("  of them right", f"{told.originators_right:,}")
    table.add_row("originators that the records can prove", f"{told.originators_provable:,}")
    table.add_row("whole paths right", f"{told.paths_right:,} of {told.calls:,}")
    console.print(table)


def _write_reports(console: Console, workspace: Workspace, results: Sequence[TraceResult], out: Path) -> None:
    """One report a verdict, of a trail as long as most, the campaign's, and the evidence of one call."""
    from hoptrace.reports.of_workspace import report

    folder = out / "reports"
    folder.mkdir()
    written: list[Path] = []
    for verdict in sorted({item.verdict for item in results}):
        of_verdict = [item for item in results if item.verdict is verdict]
        written.append(report(workspace, max(of_verdict, key=_telling), folder / f"{verdict}.html"))
    written += [_write_campaign(workspace, folder), _write_package(workspace, _best(results), folder)]
    try:
        written.append(report(workspace, _best(results), folder / "originator_identified.pdf", "pdf"))
    except MissingExtra as error:
        console.print(str(error), style="yellow")
    console.print("Reports to open:")
    for path in (*written, out / "results.jsonl"):
        console.print(f"  {path}", soft_wrap=True)
    console.print(f"Look further:  {command()} batches list --workspace {out / 'workspace'}", soft_wrap=True)


def command() -> str:
    """How this program is called here, to be typed as it stands: that of a checkout is not on the path."""
    return "hoptrace" if shutil.which("hoptrace") else sys.argv[0]


def _write_campaign(workspace: Workspace, folder: Path) -> Path:
    """What the calls of the simulated campaign have in common."""
    from hoptrace.reports import of_many
    from hoptrace.reports.summary_files import write_summary

    (campaign, *_) = workspace.catalog.traces.campaigns()
    return write_summary(of_many.campaign(workspace, of_many.Which(campaign=campaign)), folder / "campaign.html")


def _write_package(workspace: Workspace, result: TraceResult, folder: Path) -> Path:
    """One call with all that its trace rests on, signed; for `hoptrace verify`."""
    from hoptrace.evidence.keys import the_key
    from hoptrace.evidence.packing import package

    return package(workspace, [result.call_ref], folder / "evidence.zip", the_key(workspace.path)).out


def _best(results: Sequence[TraceResult]) -> TraceResult:
    named = [item for item in results if item.originating_carrier is not None] or list(results)
    return max(named, key=_telling)


def _telling(item: TraceResult) -> tuple[int, bool, float, str]:
    """How well a result serves as an example: a usual length, carriers of two countries, sure."""
    return (-abs(len(item.path) - USUAL_LENGTH), item.point_of_entry is not None, item.confidence, item.call_ref)
