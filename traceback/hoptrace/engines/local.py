"""The local engine: gathers the statements of reported calls from the lake, runs the kernel, stores the results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from hoptrace.catalog.traces import Stored
from hoptrace.engines.amounts import AT_ONCE
from hoptrace.engines.calls import all_reported
from hoptrace.engines.gathering import Gathered, gather
from hoptrace.engines.ground import Ground, Reads
from hoptrace.engines.inline import inline
from hoptrace.engines.keeping import Known, covering, known
from hoptrace.engines.relisting import with_trunks_of
from hoptrace.errors import NotFound
from hoptrace.intake.collecting import collection_paused
from hoptrace.linking.weights import caller_changed
from hoptrace.model.verdicts import ReportedCall, TraceResult
from hoptrace.tracing.case import Surroundings
from hoptrace.tracing.reported import ReportHabits, ReportTimes, Written
from hoptrace.tracing.results import Floors, result
from hoptrace.tracing.signatures.evidence import with_signing
from hoptrace.tracing.signatures.signers import Signers
from hoptrace.tracing.sources import sources_of
from hoptrace.tracing.stamped import Stamp

if TYPE_CHECKING:
    from hoptrace.catalog.catalog import Catalog
    from hoptrace.engines.spans import Covering
    from hoptrace.linking.learned import Learned
    from hoptrace.settings import TraceSettings
    from hoptrace.workspace import Workspace

FEW = 16
"""Calls up to which the frames of a pass are so small that handing them to other threads costs more than it gives."""

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
    How far the times of several calls are off is learned from them first (`hoptrace.engines.reporting`). Raises
    UsageError where a call's number or time cannot be used, StorageFailed where results cannot be stored, WorkspaceBusy
    where others keep learning meanwhile.
    """
    workspace.catalog.check_writable()
    # A single call tells nothing of reports: what is needed for that is loaded only where other calls told something.
    if replay is None and (len(calls) > 1 or known(workspace).learned.report_times):
        from hoptrace.engines.reporting import learn_from  # which stands on this module

        replay = learn_from(workspace, calls)
    told = list(results(workspace, calls, progress, replay))
    workspace.catalog.traces.save(
        Stored(item.call_ref, item.verdict, None if item.call is None else item.call.campaign, item.as_json().decode())
        for item in told
    )
    return told


@dataclass(frozen=True, slots=True)
class Standing:
    """All that the calls of a run stand on: what they are traced on, and what their results are told by and name.

    `home` is the country in which numbers without a country code are read.
    """

    ground: Ground
    stamp: Stamp
    floors: Floors
    signers: Signers
    home: str


def results(
    workspace: Workspace,
    calls: Sequence[ReportedCall],
    progress: Progress | None = None,
    replay: Replay | None = None,
) -> Iterator[TraceResult]:
    """The results of `trace`, one after the other and not stored."""
    yield from trace_on(standing(workspace, replay), calls, progress)


def trace_on(
    stands_on: Standing, calls: Sequence[ReportedCall], progress: Progress | None = None
) -> Iterator[TraceResult]:
    """The results of calls on that ground, one after the other; for `results`, and to replay without a workspace."""
    done = 0
    for start in range(0, len(calls), AT_ONCE):
        part = calls[start : start + AT_ONCE]
        with collection_paused():
            pass_ = partial(_pass, stands_on, part)
            told = inline(pass_) if len(part) <= FEW else pass_()
        for item in told:
            yield item
            done += 1
            if progress is not None:
                progress(done, len(calls))


def standing(workspace: Workspace, replay: Replay | None = None) -> Standing:
    """What a run in this workspace stands on now, or stood on at the versions of `replay`; raises NotFound for none."""
    catalog, settings = workspace.catalog, workspace.settings
    if replay is not None:
        _check_learned(catalog, replay)
    view = workspace.lake.view(replay[0] if replay else None, catalog.batches.after)
    clocks = known(workspace, replay[1] if replay else None)
    trust = catalog.certificates.trust(None if replay is None else replay[2] if len(replay) == 3 else 0)
    rules = Rules(settings.home_country, settings.trace, settings.digest())
    cover = covering(workspace, view, clocks.version, clocks.learned)
    carriers = tuple(catalog.directory.carriers())
    home = settings.home_country
    listed = workspace.kept("signers", (carriers, home), lambda: Signers.of(carriers, home))
    signers = replace(listed, trust=trust)
    return stand_on(rules, signers, clocks, Lying(view, view.version, cover))


def _check_learned(catalog: Catalog, replay: Replay) -> None:
    """The lake refuses a version that it has not; without the clocks that it names a replay would be another answer."""
    clocks, certificates = catalog.clocks.latest_version(), catalog.certificates.version()
    if replay[1] > clocks:
        raise NotFound(f"There is no clock table {replay[1]}. See which there are: hoptrace clocks history")
    if len(replay) == 3 and replay[2] > certificates:
        raise NotFound(f"There is no version {replay[2]} of the certificates; the newest is {certificates}.")


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings that decide an answer, and their digest."""

    home_country: str
    trace: TraceSettings
    digest: str


@dataclass(frozen=True, slots=True)
class Lying:
    """The statements that there are: how they are read, at which version of the lake, and whose cover which time."""

    view: Reads
    version: int
    covering: Covering


def stand_on(rules: Rules, signers: Signers, clocks: Known, statements: Lying) -> Standing:
    """What a run stands on, put together of its parts."""
    from hoptrace import __version__

    ground = Ground(
        view=with_trunks_of(statements.view, clocks.learned),
        learned=clocks.learned,
        weights=clocks.weights,
        around=Surroundings(
            rules.home_country,
            signers.around.country,
            report_habits(clocks.learned, rules.trace.report_seconds),
            clocks.trust,
            caller_changed(clocks.weights),
            clocks.weights.handed_on,
        ),
        window=rules.trace.window_seconds,
        covering=statements.covering,
    )
    return Standing(
        ground,
        Stamp(f"local/{__version__}", statements.version, clocks.version, rules.digest),
        Floors(rules.trace.ambiguous_below, rules.trace.name_from),
        signers,
        rules.home_country,
    )


def report_habits(learned: Learned, presumed: float) -> ReportHabits:
    """How far reported times are off, by what was learned of them, and by at least `presumed` s."""
    told = {name: ReportTimes(late, max(close, presumed)) for name, (late, close) in learned.report_times.items()}
    return ReportHabits(**{Written.SECONDS.habit: ReportTimes(close=presumed)} | told)


def _pass(stands_on: Standing, part: Sequence[ReportedCall]) -> list[TraceResult]:
    gathered = gather(all_reported(part, stands_on.home), stands_on.ground)
    return list(told_of(stands_on, dict(enumerate(part)), gathered).values())


def told_of(stands_on: Standing, calls: Mapping[int, ReportedCall], gathered: Gathered) -> dict[int, TraceResult]:
    """The results of the judged calls, by their numbers."""
    sources = sources_of(gathered.best_trails(), gathered.facts, gathered.pairs)
    told = {
        judged.call: result(calls[judged.call], judged, sources, stands_on.stamp, stands_on.floors)
        for judged in gathered.judged
    }
    return {place: with_signing(item, sources.signed, stands_on.signers) for place, item in told.items()}
