"""The local engine: gathers the statements of reported calls from the lake, runs the kernel, stores the results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from hoptrace.catalog.traces import Stored
from hoptrace.engines.calls import all_reported
from hoptrace.engines.gathering import Ground, gather
from hoptrace.engines.keeping import covering, known
from hoptrace.intake.collecting import collection_paused
from hoptrace.linking.weights import caller_changed
from hoptrace.model.verdicts import ReportedCall, TraceResult
from hoptrace.tracing.case import Surroundings
from hoptrace.tracing.results import Floors, Stamp, result
from hoptrace.tracing.signers import Signers
from hoptrace.tracing.signing import with_signing
from hoptrace.tracing.sources import sources_of

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace

AT_ONCE = 2_000
"""Calls traced in one pass: bounds the memory."""

Replay = tuple[int, int] | tuple[int, int, int]
"""Versions of the lake, of the clock table and of the certificates (0 where left out) that a result names."""

Progress = Callable[[int, int], None]
"""Called with (done, of)."""


def trace(
    workspace: Workspace,
    calls: Sequence[ReportedCall],
    *,
    progress: Progress | None = None,
    replay: Replay | None = None,
) -> list[TraceResult]:
    """Trace reported calls, in order, and store the results; use it for one call and for thousands.

    `replay` names the versions that an earlier result names: the answer is then that result's, to the byte.
    Raises UsageError where a call's number or time cannot be used.
    """
    told = list(results(workspace, calls, progress, replay))
    workspace.catalog.traces.save(
        Stored(item.call_ref, item.verdict, None if item.call is None else item.call.campaign, item.as_json().decode())
        for item in told
    )
    return told


def results(
    workspace: Workspace,
    calls: Sequence[ReportedCall],
    progress: Progress | None = None,
    replay: Replay | None = None,
) -> Iterator[TraceResult]:
    """The results of `trace`, one after the other and not stored."""
    ground, stamp = _ground(workspace, replay)
    settings = workspace.settings.trace
    floors = Floors(settings.ambiguous_below, settings.name_from)
    catalog, home = workspace.catalog, workspace.settings.home_country
    trust = catalog.certificates.trust(None if replay is None else replay[2] if len(replay) == 3 else 0)
    signers = Signers.of(catalog.directory.carriers(), home, trust)
    done = 0
    for start in range(0, len(calls), AT_ONCE):
        part = calls[start : start + AT_ONCE]
        with collection_paused():
            gathered = gather(all_reported(part, home), ground)
            sources = sources_of(gathered.best_trails(), gathered.facts, gathered.pairs)
            told = [result(*one, sources, stamp, floors) for one in zip(part, gathered.judged, strict=True)]
            told = [with_signing(item, sources.signed, signers) for item in told]
        for item in told:
            yield item
            done += 1
            if progress is not None:
                progress(done, len(calls))


def _ground(workspace: Workspace, replay: Replay | None) -> tuple[Ground, Stamp]:
    """What all calls of a run stand on: one version of the lake, one clock table, the directory, the settings."""
    from hoptrace import __version__

    catalog = workspace.catalog
    view = workspace.lake.view(replay[0] if replay else None, catalog.batches.after)
    clocks = known(workspace, replay[1] if replay else None)
    countries = {carrier.carrier_id: carrier.country for carrier in catalog.directory.carriers()}
    ground = Ground(
        view=view,
        learned=clocks.learned,
        weights=clocks.weights,
        around=Surroundings(
            workspace.settings.home_country,
            countries,
            workspace.settings.trace.report_seconds,
            clocks.trust,
            caller_changed(clocks.weights),
        ),
        window=workspace.settings.trace.window_seconds,
        covering=covering(workspace, view, clocks.version, clocks.learned),
    )
    stamp = Stamp(f"local/{__version__}", view.version, clocks.version, workspace.settings.digest())
    return ground, stamp
