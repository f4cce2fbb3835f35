"""A whole world on disk: the directory, every carrier's files, the calls to be traced, and the truth about them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from hoptrace.errors import UsageError
from hoptrace.simulate.evidence import Happened
from hoptrace.simulate.faults import build_conditions, on_file, with_duplicates
from hoptrace.simulate.knobs import Scenario
from hoptrace.simulate.lies import tell_lies
from hoptrace.simulate.lying import Circumstances
from hoptrace.simulate.network import SimCarrier
from hoptrace.simulate.network_making import build_network
from hoptrace.simulate.profiles import profile_of
from hoptrace.simulate.records import build_records
from hoptrace.simulate.resending import send_again
from hoptrace.simulate.routes import RouteTable
from hoptrace.simulate.scenarios import scenario_named
from hoptrace.simulate.speech import trunk_name, write_down
from hoptrace.simulate.traffic import build_calls
from hoptrace.simulate.truth import reported_and_true
from hoptrace.simulate.turning import check
from hoptrace.simulate.writers import writer_for

_CARRIERS = ("carrier_id", "name", "country", "ocn", "spc", "rmd_number", "frn", "contact_email", "timezone")
_TRUNKS = ("carrier_id", "trunk", "peer", "customer")
_CALLS = ("call_ref", "start_time", "calling_number", "called_number", "terminating_carrier", "campaign")


@dataclass(frozen=True, slots=True)
class Submission:
    """How one carrier's files are submitted: paths below the world's folder, `format` a name or a profile's path."""

    carrier: str
    files: tuple[str, ...]
    format: str


@dataclass(frozen=True, slots=True)
class World:
    """What was written into `folder`: how much of everything. `statements` counts attempts as switches saw them."""

    folder: Path
    scenario: str
    seed: int
    carriers: int
    submitting: int
    calls: int
    traced: int
    statements: int
    submissions: tuple[Submission, ...]


def happen(scenario: Scenario, seed: int) -> Happened:
    """Let a world happen in memory, nothing written; for tests and benchmarks that look behind the files."""
    network = build_network(scenario, seed)
    routes = RouteTable(network, seed, scenario.network.path_lengths)
    calls = build_calls(scenario, network, routes, seed)
    records = build_records(calls, network, routes, scenario, seed)
    conditions = build_conditions(scenario, network, seed)
    filed = on_file(records, conditions, scenario, seed)
    about = Circumstances(calls, network, routes, conditions, scenario, seed)
    filed, lies = tell_lies(filed, about)
    return Happened(scenario, seed, network, routes, calls, conditions, records, filed, lies)


def simulate(scenario: str | Scenario, seed: int, out: Path) -> World:
    """Simulate a world and write it into the new or empty folder `out`; the same seed gives the same bytes.

    Writes carriers.csv, trunks.csv, calls.csv, truth.jsonl, submit.json, cdrs/CARRIER/* and profiles/CARRIER.toml.
    Raises UsageError for an unknown scenario, a knob out of its range or a folder that holds something.
    """
    chosen = scenario_named(scenario) if isinstance(scenario, str) else scenario
    check(chosen)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} is not empty: a world is written into a new or empty folder. Name another one.")
    world = happen(chosen, seed)
    out.mkdir(parents=True, exist_ok=True)
    _write_directory(world, out)
    pairs = list(reported_and_true(world))
    _write_csv(out / "calls.csv", _CALLS, [report for report, _ in pairs])
    _write_lines(out / "truth.jsonl", (truth for _, truth in pairs))
    submissions = _write_files(world, out)
    listed = [asdict(each) for each in submissions]
    (out / "submit.json").write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")
    return World(
        folder=out,
        scenario=chosen.name,
        seed=seed,
        carriers=len(world.network.carriers),
        submitting=len(submissions),
        calls=len(world.calls),
        traced=len(pairs),
        statements=world.filed.height,
        submissions=submissions,
    )


def _write_directory(world: Happened, out: Path) -> None:
    carriers = world.network.carriers
    _write_csv(out / "carriers.csv", _CARRIERS, [_directory_entry(carrier) for carrier in carriers])
    trunks: list[dict[str, str]] = []
    for carrier in carriers:
        for peer in world.network.neighbours(carrier.index):
            if world.conditions.listed[carrier.index, peer]:
                other = carriers[peer]
                name = trunk_name(carrier, other, listed=True)
                trunks.append({"carrier_id": carrier.carrier_id, "trunk": name, "peer": other.carrier_id})
        for customer in carrier.customers:
            entry = {"carrier_id": carrier.carrier_id, "trunk": customer.trunk, "customer": customer.reference}
            trunks.append(entry)
    _write_csv(out / "trunks.csv", _TRUNKS, trunks)


def _directory_entry(carrier: SimCarrier) -> dict[str, str]:
    return {
        "carrier_id": carrier.carrier_id,
        "name": carrier.name,
        "country": carrier.country,
        "ocn": carrier.ocn,
        "spc": carrier.ocn,
        "contact_email": f"traceback@{carrier.carrier_id}.example.net",
        "timezone": carrier.timezone if carrier.timezone != "UTC" or carrier.names_trunks else "",
    }


def _write_files(world: Happened, out: Path) -> tuple[Submission, ...]:
    submissions: list[Submission] = []
    for carrier in world.network.carriers:
        mine = rows_of(world, carrier)
        if mine.is_empty():
            continue
        folder = out / "cdrs" / carrier.carrier_id
        folder.mkdir(parents=True)
        name, write = writer_for(carrier.files)
        written = write(carrier, mine, folder)
        written = (*written, *send_again(carrier, written, mine, world.scenario, world.seed))
        files = tuple(path.relative_to(out).as_posix() for path in written)
        submissions.append(Submission(carrier.carrier_id, files, _write_profile(world, carrier, name, out)))
    return tuple(sorted(submissions, key=lambda each: each.carrier))


def rows_of(world: Happened, carrier: SimCarrier) -> pl.DataFrame:
    """One carrier's rows as its switch wrote them (speech.ROWS), doubled rows included; one carrier at a time."""
    mine = world.filed.filter(pl.col("carrier") == carrier.index)
    rows = write_down(mine, world.network, world.conditions, world.seed)
    return with_duplicates(rows, world.scenario, world.seed).sort("start", "leg", "attempt")


def _write_profile(world: Happened, carrier: SimCarrier, name: str, out: Path) -> str:
    """The profile's path where the carrier's files need one, else the format's name."""
    text = profile_of(carrier, world.network, name)
    if text is None:
        return name
    path = out / "profiles" / f"{carrier.carrier_id}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path.relative_to(out).as_posix()


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row) + "\n" for row in rows)
