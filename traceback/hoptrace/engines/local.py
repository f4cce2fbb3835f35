"""The local engine: gathers the statements of reported calls from the lake, runs the kernel, stores the results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl

from hoptrace.engines.calls import all_reported, read_calls
from hoptrace.engines.gathering import Gathered, Ground, gather
from hoptrace.engines.keeping import covering, learned_of, save_learned
from hoptrace.errors import UsageError
from hoptrace.linking.learning import learn, sample
from hoptrace.linking.trust import Trust
from hoptrace.linking.weights import Weights, caller_changed
from hoptrace.model.verdicts import ReportedCall, TraceResult
from hoptrace.output import check_place, whole_file
from hoptrace.tracing.case import Surroundings
from hoptrace.tracing.hops import Sources, pairs_of
from hoptrace.tracing.results import Floors, Stamp, result
from hoptrace.tracing.signers import Signers
from hoptrace.tracing.signing import rows_by_place, with_signing

if TYPE_CHECKING:
    from hoptrace.workspace import Workspace

AT_ONCE = 5_000
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
    results = list(_results(workspace, calls, progress, replay))
    workspace.catalog.traces.save(item.as_dict() for item in results)
    return results


def trace_file(
    workspace: Workspace,
    calls: Path,
    out: Path,
    *,
    progress: Progress | None = None,
    replay: Replay | None = None,
) -> dict[str, Any]:
    """Trace every call of a calls.csv into a JSON Lines file; gives the number of calls and of each verdict.

    `unknown_terminating` are the terminating carriers that the directory does not have, with their calls. `replay` as
    in `trace`. The file appears whole or not at all.
    """
    check_place(out)
    if out.exists() and calls.exists() and out.samefile(calls):
        raise UsageError(f"{out} is the file with the calls to trace; name another one for the results.")
    reported_calls = read_calls(Path(calls), workspace.settings.home_country)
    verdicts: Counter[str] = Counter()
    with whole_file(out) as stream:
        for start in range(0, len(reported_calls), AT_ONCE):
            part = reported_calls[start : start + AT_ONCE]
            offset = _Offset(progress, start, len(reported_calls))
            for item in trace(workspace, part, progress=offset, replay=replay):
                stream.write(orjson.dumps(item.as_dict()) + b"\n")
                verdicts[str(item.verdict)] += 1
    known = {carrier.carrier_id for carrier in workspace.catalog.directory.carriers()}
    terminating = Counter(call.terminating_carrier for call in reported_calls if call.terminating_carrier)
    return {
        "calls": len(reported_calls),
        "verdicts": dict(sorted(verdicts.items())),
        "out": str(out),
        "unknown_terminating": {carrier: terminating[carrier] for carrier in sorted(terminating.keys() - known)},
    }


def learn_clocks(workspace: Workspace) -> int:
    """Learn the carriers' clocks from all records at hand; gives the clock table's version (the old one if equal)."""
    view = workspace.lake.view()
    learned = learn(sample(view.scan(), view.rows()))
    return save_learned(workspace.catalog, view.version, learned)


class _Offset:
    """Progress of one part of a longer file."""

    def __init__(self, progress: Progress | None, start: int, of: int) -> None:
        self._progress, self._start, self._of = progress, start, of

    def __call__(self, done: int, of: int) -> None:
        del of
        if self._progress is not None:
            self._progress(self._start + done, self._of)


def _results(
    workspace: Workspace,
    calls: Sequence[ReportedCall],
    progress: Progress | None,
    replay: Replay | None,
) -> Iterator[TraceResult]:
    ground, stamp = _ground(workspace, replay)
    settings = workspace.settings.trace
    floors = Floors(settings.ambiguous_below, settings.name_from)
    catalog, home = workspace.catalog, workspace.settings.home_country
    trust = catalog.certificates.trust(None if replay is None else replay[2] if len(replay) == 3 else 0)
    signers = Signers.of(catalog.directory.carriers(), home, trust)
    done = 0
    for start in range(0, len(calls), AT_ONCE):
        part = calls[start : start + AT_ONCE]
        gathered = gather(all_reported(part, home), ground)
        sources = _sources(gathered)
        rows = rows_by_place(sources.statements)
        for call, judged in zip(part, gathered.judged, strict=True):
            told = result(call, judged, sources, stamp, floors)
            yield with_signing(told, rows, signers)
            done += 1
            if progress is not None:
                progress(done, len(calls))


def _ground(workspace: Workspace, replay: Replay | None) -> tuple[Ground, Stamp]:
    """What all calls of a run stand on: one version of the lake, one clock table, the directory, the settings."""
    from hoptrace import __version__

    catalog = workspace.catalog
    view = workspace.lake.view(replay[0] if replay else None, catalog.batches.after)
    clocks = catalog.clocks.clocks(replay[1]) if replay else catalog.clocks.latest_clocks()
    learned = workspace.kept("learned", clocks.version, lambda: learned_of(clocks))
    countries = {carrier.carrier_id: carrier.country for carrier in catalog.directory.carriers()}
    ground = Ground(
        view=view,
        learned=learned,
        spans=(),
        around=Surroundings(
            workspace.settings.home_country,
            countries,
            workspace.settings.trace.report_seconds,
            Trust.from_json(clocks.weights.get("trust", {})),
            caller_changed(Weights.from_json(clocks.weights)),
        ),
        window=workspace.settings.trace.window_seconds,
        covering=covering(workspace, view, clocks.version, learned),
    )
    stamp = Stamp(f"local/{__version__}", view.version, clocks.version, workspace.settings.digest())
    return ground, stamp


def _sources(gathered: Gathered) -> Sources:
    """The statements and pairs that the results will quote, fetched together."""
    trails = [judged.judgement.best.trail for judged in gathered.judged if judged.judgement.best is not None]
    sids = sorted({step.sid for trail in trails for step in trail.steps if step.sid is not None})
    rows = sorted({pair.row for trail in trails for pair in pairs_of(trail)})
    facts = gathered.facts.filter(pl.col("sid").is_in(sids)) if sids else gathered.facts.clear()
    pairs = gathered.pairs.filter(pl.col("row").is_in(rows)) if rows else gathered.pairs.clear()
    return Sources(
        statements={row["sid"]: row for row in facts.iter_rows(named=True)},
        pairs={row["row"]: row for row in pairs.iter_rows(named=True)},
    )
