"""A part: some of the reported calls on a pinned ground. It is what one process or one task of a cluster does.

What a run stands on is named by versions, as a replay names them; so every part gives what it would give alone, on
whatever machine, and all parts together what one process would.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from hoptrace.engines.amounts import AT_ONCE
from hoptrace.engines.finished import put_aside
from hoptrace.engines.frames import pack, stretch_of
from hoptrace.engines.local import Replay, standing
from hoptrace.engines.many_lines import lines
from hoptrace.errors import WorkspaceError
from hoptrace.intake.collecting import collection_paused

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace

MOST_TOGETHER, LEAST_TOGETHER = 8, 2
"""Parts that one process traces one after the other, the lake read once for all: a part by itself takes a third more
time, and twice as much where a day lies in hundreds of files."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """What all parts of a run stand on: the `workspace`'s folder, the versions of a replay, the `settings`' digest."""

    workspace: str
    versions: tuple[int, int, int]
    settings: str


@dataclass(frozen=True, slots=True)
class Part:
    """Reported calls that lie near each other in the lake: rows of CALLS; parts are numbered.

    What comes of it is packed by stretches of so many places (`hoptrace.engines.frames`).
    """

    number: int
    calls: pl.DataFrame
    stretch: int


def pin(workspace: Workspace, replay: Replay | None) -> Pinned:
    """The ground of a run that begins now, or of the run that `replay` names; raises NotFound where there is none."""
    if replay is None:
        catalog = workspace.catalog
        certificates = catalog.certificates.trust(None).version
        replay = (workspace.lake.version(), catalog.clocks.latest_version(), certificates)
    else:
        standing(workspace, replay)
    lake, clock, *rest = replay
    return Pinned(str(workspace.path), (lake, clock, rest[0] if rest else 0), workspace.settings.digest())


def parts_of(calls: pl.DataFrame) -> Iterator[Part]:
    """Calls (CALLS, as the lake is sorted) in parts of about the same length: each reads little of it."""
    amount = amount_of(calls)
    stretch = stretch_of(amount)
    begins = [number * calls.height // max(amount, 1) for number in range(amount + 1)]
    for number, (first, beyond) in enumerate(pairwise(begins)):
        yield Part(number, calls[first:beyond], stretch)


def amount_of(calls: pl.DataFrame) -> int:
    """How many parts there are of so many calls, AT_ONCE at most each; of several an even number.

    Of an odd one two processes would do one part more and one less, and one of them would wait for the other. How many
    there are does not depend on the processes: with other ones a run that was killed is taken up.
    """
    amount = -(-calls.height // AT_ONCE)
    return amount + amount % 2 if amount > 1 else amount


def runs_of(parts: Sequence[Part], processes: int) -> Iterator[list[Part]]:
    """Parts in runs that a process traces one after the other; shorter ones at the end, that all end together."""
    start = 0
    while left := len(parts) - start:
        length = 1 if left <= processes else min(MOST_TOGETHER, max(LEAST_TOGETHER, left // processes))
        yield list(parts[start : start + length])
        start += length


def trace_run(pinned: Pinned, run: Sequence[Part]) -> Iterator[tuple[int, bytes]]:
    """Trace parts, in this process, and give each one's number and results packed; the workspace is opened once.

    Raises WorkspaceError where this process reads other settings than the one that began the run.
    """
    workspace = _opened(pinned.workspace)
    if workspace.settings.digest() != pinned.settings:
        raise WorkspaceError(
            f"{pinned.workspace} has different settings here than where the run began. Give all machines the same "
            "hoptrace.toml and the same HOPTRACE_* environment."
        )
    # The workspace stays open for the next run; its database does not, for who closes it last tidies up beside it.
    with collection_paused(), closing(workspace.catalog):
        calls = [part.calls for part in run]
        for part, told in zip(run, lines(standing(workspace, pinned.versions), calls), strict=True):
            yield part.number, pack(told, part.calls["place"].to_numpy(), part.stretch)


def trace_aside(pinned: Pinned, folder: Path, run: Sequence[Part]) -> list[tuple[int, Path]]:
    """Trace parts and put the results of each aside in the folder of a run (`hoptrace.engines.finished`)."""
    return [(number, put_aside(folder, number, packed)) for number, packed in trace_run(pinned, run)]


def prepare(folder: str) -> None:
    """Load what every part needs, in a process that has been started to trace parts of this workspace."""
    standing(_opened(folder))


@lru_cache(maxsize=1)
def _opened(folder: str) -> Workspace:
    from hoptrace.workspace import open_workspace

    return open_workspace(folder)
