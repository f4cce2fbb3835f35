"""The calls to be traced and the truth about each: what happened, what the files can prove, which verdict is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from hoptrace.model.verdicts import Verdict
from hoptrace.simulate.chance import Ints, stream
from hoptrace.simulate.faults import Conditions
from hoptrace.simulate.network import Network
from hoptrace.simulate.routes import LONGEST, RouteTable
from hoptrace.simulate.scenarios import Scenario
from hoptrace.simulate.traffic import SECOND, Calls

CAMPAIGN = "robocall-1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Happened:
    """A simulated world, from which the truth is told: `records` as they happened, `filed` what was submitted."""

    scenario: Scenario
    seed: int
    network: Network
    routes: RouteTable
    calls: Calls
    conditions: Conditions
    records: pl.DataFrame
    filed: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Trail:
    """How far the submitted records lead: `furthest` is a place on the path, the terminating carrier 0."""

    furthest: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class _Files:
    """What is on file: arrivals of calls (legs), carriers by call, carriers' first and last times; `rerouted` calls."""

    legs: frozenset[int]
    rerouted: frozenset[int]
    holders: dict[int, tuple[str, ...]]
    spans: dict[int, tuple[int, int]]


def reported_and_true(world: Happened) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each call to be traced as a row of calls.csv and as its line of truth.jsonl, in order of time."""
    calls, files = world.calls, _files(world)
    traced = np.flatnonzero(calls.traced)
    arrived = _arrivals(world)
    error = stream(world.seed, "reports").normal(0.0, 1.0, size=len(calls)) * world.scenario.traffic.report_error
    width = max(4, len(str(len(traced))))
    for number, call in enumerate(traced.tolist(), start=1):
        ref = f"T{number:0{width}d}"
        path = world.routes.paths[int(calls.route[call])]
        reported = int(arrived[call] + error[call] * SECOND)
        yield _report(world, call, ref, reported), _truth(world, files, call, path, ref)


def trail_of(world: Happened, files: _Files, call: int, path: tuple[int, ...]) -> Trail:
    """Walk the path upstream as far as each handoff is told by one of its two sides; then say how the trail ends."""
    last = len(path) - 1
    held = [call * (LONGEST + 1) + last - place in files.legs for place in range(len(path))]
    listed = world.conditions.listed
    place = 0
    while place < last:
        here, above = path[last - place], path[last - place - 1]
        told_below = held[place] and listed[here, above]
        told_above = held[place + 1] and listed[above, here]
        if not (told_below or told_above):
            break
        place += 1
    return Trail(place, _verdict(world, files, call, path, place))


def _verdict(world: Happened, files: _Files, call: int, path: tuple[int, ...], place: int) -> Verdict:
    last = len(path) - 1
    carrier = path[last - place]
    held = call * (LONGEST + 1) + last - place in files.legs
    if held:
        # A record that names no known upstream ends the trail as a missing record does.
        return Verdict.ORIGINATOR_IDENTIFIED if place == last else Verdict.NO_RECORD
    time = int(world.calls.start[call])
    first, final = files.spans.get(carrier, (0, -1))
    if first <= time <= final:
        return Verdict.NO_RECORD
    home = world.network.carriers[path[last - place + 1]].country == "US" if place > 0 else False
    abroad = world.network.carriers[carrier].country != "US"
    submitted = carrier in files.spans
    if abroad and home and not submitted:
        return Verdict.POINT_OF_ENTRY_IDENTIFIED
    return Verdict.NON_PARTICIPATING


def _files(world: Happened) -> _Files:
    filed = world.filed
    traced = pl.Series("call", np.flatnonzero(world.calls.traced))
    mine = filed.join(traced.to_frame(), on="call", how="semi")
    names = [carrier.carrier_id for carrier in world.network.carriers]
    groups = mine.group_by("call").agg(pl.col("carrier").unique().sort()).sort("call")
    held_by: list[tuple[int, list[int]]] = groups.rows()
    spans = filed.group_by("carrier").agg(pl.col("received").min().alias("a"), pl.col("received").max().alias("b"))
    legs: list[int] = mine.get_column("leg").to_list()
    rerouted: list[int] = world.records.filter(pl.col("pos") < 0).get_column("call").to_list()
    return _Files(
        legs=frozenset(legs),
        rerouted=frozenset(rerouted),
        holders={call: tuple(names[each] for each in carriers) for call, carriers in held_by},
        spans={carrier: (a, b) for carrier, a, b in spans.iter_rows()},
    )


def _arrivals(world: Happened) -> Ints:
    """When each call reached its terminating carrier."""
    last = world.records.filter(pl.col("delivered")).sort("call")
    return last.get_column("received").to_numpy()


def _report(world: Happened, call: int, ref: str, reported: int) -> dict[str, Any]:
    calls = world.calls
    path = world.routes.paths[int(calls.route[call])]
    return {
        "call_ref": ref,
        "start_time": (_EPOCH + timedelta(microseconds=reported)).isoformat(timespec="milliseconds"),
        "calling_number": "anonymous" if calls.withheld[call] else f"+{calls.caller[call]}",
        "called_number": f"+{calls.called[call]}",
        "terminating_carrier": world.network.carriers[path[-1]].carrier_id,
        "campaign": CAMPAIGN if calls.campaign[call] else "",
    }


def _truth(world: Happened, files: _Files, call: int, path: tuple[int, ...], ref: str) -> dict[str, Any]:
    calls, carriers = world.calls, world.network.carriers
    trail = trail_of(world, files, call, path)
    names = [carriers[index].carrier_id for index in reversed(path)]
    origin = carriers[path[0]]
    entry = next((carriers[b].carrier_id for a, b in pairwise(path) if _enters(world, a, b)), None)
    return {
        "call_ref": ref,
        "path": names,
        "origin": origin.carrier_id,
        "customer": origin.customers[int(calls.customer[call])].reference,
        "holders": list(files.holders.get(call, ())),
        "furthest": names[trail.furthest],
        "furthest_position": trail.furthest,
        "origin_provable": trail.verdict is Verdict.ORIGINATOR_IDENTIFIED,
        "origin_on_file": call * (LONGEST + 1) in files.legs,
        "forwarded": bool(calls.called[call] != calls.dialled[call]),
        "rerouted": call in files.rerouted,
        "verdict": str(trail.verdict),
        "point_of_entry": entry,
        "campaign": CAMPAIGN if calls.campaign[call] else None,
        "spoofed": bool(calls.spoofed[call]),
        "withheld": bool(calls.withheld[call]),
        "redial_group": int(calls.group[call]),
        "answered": bool(calls.talk[call] > 0),
    }


def _enters(world: Happened, above: int, below: int) -> bool:
    carriers = world.network.carriers
    return carriers[above].country != "US" and carriers[below].country == "US"
