"""What the submitted records prove of a call: how far the handoffs lead, which verdict is due, who is named at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from hoptrace.model.verdicts import Verdict
from hoptrace.simulate.calls import Calls
from hoptrace.simulate.faults import Conditions
from hoptrace.simulate.knobs import Scenario
from hoptrace.simulate.lying import FABRICATED, Lie
from hoptrace.simulate.network import Network
from hoptrace.simulate.routes import LONGEST, Path, RouteTable


@dataclass(frozen=True, slots=True)
class Happened:
    """A simulated world, from which the truth is told.

    `records` as they happened, `filed` what was submitted, `lies` how that differs (lies.LIES).
    """

    scenario: Scenario
    seed: int
    network: Network
    routes: RouteTable
    calls: Calls
    conditions: Conditions
    records: pl.DataFrame
    filed: pl.DataFrame
    lies: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Told:
    """One lie: the carrier that told it, at which place counted from the origin, whom it accused (-1: nobody)."""

    lie: Lie
    carrier: int
    pos: int
    accused: int


@dataclass(frozen=True, slots=True)
class Files:
    """What is on file about the reported calls.

    Arrivals of calls (`legs`); carriers' ids by call, liars who never saw it left out; carriers' first and last times;
    lies by call; the carriers that refused a call.
    """

    legs: frozenset[int]
    holders: dict[int, tuple[str, ...]]
    spans: dict[int, tuple[int, int]]
    lies: dict[int, tuple[Told, ...]]
    refused_by: dict[int, int]

    def held(self, call: int, path: Path) -> list[bool]:
        """For each place of the path, terminating carrier first: whether its record of the call is on file."""
        return [call * (LONGEST + 1) + pos in self.legs for pos in reversed(range(len(path)))]

    def covers(self, carrier: int, time: int) -> bool:
        """Whether a carrier has submitted records that cover a time."""
        first, final = self.spans.get(carrier, (0, -1))
        return first <= time <= final


@dataclass(frozen=True, slots=True)
class Trail:
    """How far the honest records lead: `furthest` is a place on the path, the terminating carrier 0.

    `refutable`: whether a record on file contradicts the lies told about the call; None where nobody lied.
    `nameable`: the places that any record on file names, or the report.
    """

    furthest: int
    verdict: Verdict
    refutable: bool | None
    nameable: tuple[int, ...]


def files_of(world: Happened) -> Files:
    """What is on file about the calls to be traced."""
    filed = world.filed
    traced = pl.Series("call", np.flatnonzero(world.calls.traced)).to_frame()
    mine = filed.join(traced, on="call", how="semi")
    names = [carrier.carrier_id for carrier in world.network.carriers]
    seen = mine.filter(pl.col("pos") != FABRICATED)
    groups = seen.group_by("call").agg(pl.col("carrier").unique().sort()).sort("call")
    held_by: list[tuple[int, list[int]]] = groups.rows()
    spans = filed.group_by("carrier").agg(pl.col("received").min().alias("a"), pl.col("received").max().alias("b"))
    legs: list[int] = mine.get_column("leg").to_list()
    refused: list[tuple[int, int]] = world.records.filter(pl.col("pos") == -1).select("call", "carrier").rows()
    lies: dict[int, tuple[Told, ...]] = {}
    for call, pos, carrier, accused, lie in world.lies.join(traced, on="call", how="semi").iter_rows():
        lies[call] = (*lies.get(call, ()), Told(Lie(lie), carrier, pos, accused))
    return Files(
        legs=frozenset(legs),
        holders={call: tuple(names[each] for each in carriers) for call, carriers in held_by},
        spans={carrier: (a, b) for carrier, a, b in spans.iter_rows()},
        lies=lies,
        refused_by=dict(refused),
    )


def trail_of(world: Happened, files: Files, call: int, path: Path) -> Trail:
    """Walk the path upstream as far as each handoff is told by one of its two sides; then say how the trail ends."""
    held, listed = files.held(call, path), world.conditions.listed
    false = {len(path) - 1 - told.pos for told in files.lies.get(call, ()) if told.lie in {Lie.BLAMES, Lie.INVENTS}}
    up = [held[p] and p not in false and bool(listed[_at(path, p), _at(path, p + 1)]) for p in range(len(path) - 1)]
    down = [held[p + 1] and bool(listed[_at(path, p + 1), _at(path, p)]) for p in range(len(path) - 1)]
    place = 0
    while place < len(path) - 1 and (up[place] or down[place]):
        place += 1
    named = {0, *(p for p in range(len(path)) if held[p])}
    named |= {p + 1 for p, told in enumerate(up) if told} | {p for p, told in enumerate(down) if told}
    verdict = _verdict(world, files, call, path, (place, held[place], place in false))
    return Trail(place, verdict, _refutable(world, files, call, path), tuple(sorted(named)))


def _at(path: Path, place: int) -> int:
    """The carrier at a place counted from the terminating one."""
    return path[len(path) - 1 - place]


def _verdict(world: Happened, files: Files, call: int, path: Path, end: tuple[int, bool, bool]) -> Verdict:
    """The verdict where the trail ends: at which place, whether its record is on file, whether that lies."""
    place, held, lying = end
    if held and lying:
        return Verdict.DISPUTED if place < len(path) - 1 or _refutable(world, files, call, path) else _SILENT
    if held:
        # A record that names no known upstream ends the trail as a missing record does.
        return Verdict.ORIGINATOR_IDENTIFIED if place == len(path) - 1 else Verdict.NO_RECORD
    carrier = _at(path, place)
    if files.covers(carrier, int(world.calls.start[call])):
        return Verdict.NO_RECORD
    carriers = world.network.carriers
    at_home = place > 0 and carriers[_at(path, place - 1)].country == "US"
    if carriers[carrier].country != "US" and at_home and carrier not in files.spans:
        return Verdict.POINT_OF_ENTRY_IDENTIFIED
    return Verdict.NON_PARTICIPATING


_SILENT = Verdict.NON_PARTICIPATING


def _refutable(world: Happened, files: Files, call: int, path: Path) -> bool | None:
    """Whether the files contradict every false record: the accused's complete ones, or the true upstream's own."""
    answers: list[bool] = []
    for told in files.lies.get(call, ()):
        if told.lie is Lie.BLAMES:
            answers.append(files.covers(told.accused, int(world.calls.start[call])))
        elif told.lie is Lie.INVENTS:
            above = call * (LONGEST + 1) + told.pos - 1 in files.legs
            answers.append(above and bool(world.conditions.listed[path[told.pos - 1], told.carrier]))
        elif told.lie is Lie.FABRICATES:
            answers.append(True)  # only made where the carrier that it names has its own record on file
    return all(answers) if answers else None
