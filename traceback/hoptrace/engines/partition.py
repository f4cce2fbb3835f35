"""A part: some of the reported calls on a pinned ground. It is what one process or one task of a cluster does.

What a run stands on is named by versions, as a replay names them; so every part gives what it would give alone, on
whatever machine, and all parts together what one process would.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from hoptrace.engines.calls import all_reported
from hoptrace.engines.local import AT_ONCE, Replay, lines
from hoptrace.errors import WorkspaceError
from hoptrace.model.verdicts import ReportedCall

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Pinned:
    """What all parts of a run stand on: the `workspace`'s folder, the versions of a replay, the `settings`' digest."""

    workspace: str
    versions: tuple[int, int, int]
    settings: str


@dataclass(frozen=True, slots=True)
class Part:
    """Reported calls that lie near each other in the lake, each with its place in the whole; parts are numbered."""

    number: int
    calls: tuple[tuple[int, ReportedCall], ...]


@dataclass(frozen=True, slots=True)
class Traced:
    """One call's result as a `line` of JSON, without its end, and what the catalog files it under."""

    place: int
    call_ref: str
    verdict: str
    campaign: str | None
    line: bytes


def pin(workspace: Workspace, replay: Replay | None) -> Pinned:
    """The ground of a run that begins now, or of the run that `replay` names."""
    if replay is None:
        catalog = workspace.catalog
        certificates = catalog.certificates.trust(None).version
        replay = (workspace.lake.version(), catalog.clocks.latest_version(), certificates)
    lake, clock, *rest = replay
    return Pinned(str(workspace.path), (lake, clock, rest[0] if rest else 0), workspace.settings.digest())


def parts_of(calls: Sequence[ReportedCall], home_country: str) -> list[Part]:
    """Calls in parts of AT_ONCE, by UTC day and called number as the lake is sorted: each reads little of it."""

    told = all_reported(calls, home_country)

    def where(place: int) -> tuple[float, int, int]:
        return told[place].at // DAY, told[place].called, place

    places = sorted(range(len(calls)), key=where)
    cut = [places[start : start + AT_ONCE] for start in range(0, len(places), AT_ONCE)]
    return [Part(number, tuple((place, calls[place]) for place in part)) for number, part in enumerate(cut)]


def trace_part(pinned: Pinned, part: Part) -> list[Traced]:
    """Trace one part, in this process; the workspace is opened once for all parts that the process is given.

    Raises WorkspaceError where this process reads other settings than the one that began the run.
    """
    workspace = _opened(pinned.workspace)
    if workspace.settings.digest() != pinned.settings:
        raise WorkspaceError(
            f"{pinned.workspace} has other settings here than where the run began. Give all machines the same "
            "hoptrace.toml and the same HOPTRACE_* environment."
        )
    told = lines(workspace, [call for _, call in part.calls], pinned.versions)
    return [
        Traced(place, call.call_ref, str(verdict), call.campaign, line)
        for (place, call), (verdict, line) in zip(part.calls, told, strict=True)
    ]


@lru_cache(maxsize=1)
def _opened(folder: str) -> Workspace:
    from hoptrace.workspace import open_workspace

    return open_workspace(folder)
