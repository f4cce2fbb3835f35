"""Which faults touched a call: the `tags` of its line in truth.jsonl."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from hoptrace.simulate.calls import OK, SECOND
from hoptrace.simulate.chance import struck_by
from hoptrace.simulate.evidence import Files, Happened
from hoptrace.simulate.lying import Lie
from hoptrace.simulate.routes import LONGEST, Path

FAR_OFF = 10 * SECOND
"""From which offset on a clock counts as wrong."""

_LIES = {
    Lie.BLAMES: "blamed_another",
    Lie.LEAVES_OUT: "left_out",
    Lie.INVENTS: "invented",
    Lie.FABRICATES: "fabricated",
}


def tags_of(world: Happened, files: Files, call: int, path: Path, redialled: bool) -> list[str]:
    """The faults that touched a call, sorted."""
    found = {*_of_the_call(world, call, path, redialled), *_of_the_records(world, files, call, path)}
    found |= {_LIES[told.lie] for told in files.lies.get(call, ())}
    if call in files.refused_by:
        found.add("route_advance")
    return sorted(found)


def _of_the_call(world: Happened, call: int, path: Path, redialled: bool) -> Iterator[str]:
    calls = world.calls
    if redialled:
        yield "redialled"
    if calls.spoofed[call]:
        yield "spoofed"
    if calls.withheld[call]:
        yield "withheld"
    if calls.rewritten_at[call] >= 0:
        yield "caller_replaced" if calls.rewritten_to[call] >= 0 else "caller_dropped"
    if calls.moved_at[call] >= 0:
        yield "toll_free" if calls.toll_free[call] else "forwarded"
    if len(set(path)) < len(path):
        yield "hairpin"


def _of_the_records(world: Happened, files: Files, call: int, path: Path) -> Iterator[str]:
    state, clocks = world.conditions, world.conditions.clocks
    held = files.held(call, path)[::-1]
    quiet = [not state.takes_part[carrier] for carrier in path]
    if any(quiet):
        yield "silent"
    if any(one and other for one, other in pairwise(quiet)):
        yield "silent_run"
    legs = call * (LONGEST + 1) + np.arange(len(path), dtype=np.int64)
    lost = struck_by(legs, world.scenario.faults.dropped, world.seed, "dropped")
    if any(gone and not silent for gone, silent in zip(lost, quiet, strict=True)):
        yield "dropped"
    if any(not state.listed[a, b] or not state.listed[b, a] for a, b in pairwise(path)):
        yield "unknown_trunk"
    for carrier in (carrier for carrier, on_file in zip(path, held, strict=True) if on_file):
        if abs(clocks.offsets[carrier]) > FAR_OFF:
            yield "wrong_clock"
        if clocks.zones[carrier, clocks.file_of(int(world.calls.start[call]))] != 0:
            yield "zone_error"
        if clocks.answer_as_start[carrier] and world.calls.code[call] == OK:
            yield "answer_as_start"
        if clocks.ticks[carrier] > 1:
            yield "cut_times"
