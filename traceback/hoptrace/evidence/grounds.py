"""What the packaged results stand on: of each version everything that tracing its calls again reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hoptrace.engines.local import Rules, standing, trace_on
from hoptrace.engines.packed import Packed, Recording
from hoptrace.errors import PackageRefused
from hoptrace.linking.trust.witnesses import WITNESSES
from hoptrace.reports import result_from_dict

if TYPE_CHECKING:
    import polars as pl

    from hoptrace.catalog.clocks import ClockTable
    from hoptrace.model.verdicts import ReportedCall, TraceResult
    from hoptrace.workspace import Workspace

Versions = tuple[int, int, int]
"""Of the lake, the clock table and the certificates, as a result names them."""


def versions_of(result: TraceResult) -> Versions:
    """What a replay of the result goes back to."""
    return result.lake_version, result.clock_version, result.certificates_version


def folder_of(versions: Versions) -> str:
    """The folder of the package that holds what results of these versions stand on."""
    return "ground/" + "-".join(map(str, versions))


def stored_result(workspace: Workspace, call_ref: str) -> TraceResult:
    """The newest stored result of a call; raises UnknownTrace, or PackageRefused where it cannot be traced again."""
    result = result_from_dict(workspace.catalog.traces.get(call_ref))
    if result.call is None:
        raise PackageRefused(
            f"The result of call {call_ref!r} does not hold the call as it was reported. Trace it again."
        )
    return result


def grounds_of(workspace: Workspace, results: Sequence[TraceResult]) -> dict[Versions, Packed]:
    """What the results stand on, by their versions; raises PackageRefused where one does not come out again."""
    by_versions: dict[Versions, list[TraceResult]] = {}
    for item in results:
        by_versions.setdefault(versions_of(item), []).append(item)
    return {versions: _held(workspace, versions, by_versions[versions]) for versions in sorted(by_versions)}


def _held(workspace: Workspace, versions: Versions, results: Sequence[TraceResult]) -> Packed:
    """What the results of these versions stand on, as it was read when they were traced again."""
    stands_on = standing(workspace, versions)
    for item in results:
        if item.settings_digest != stands_on.stamp.settings_digest:
            raise PackageRefused(
                f"Call {item.call_ref!r} was traced with other settings ({item.settings_digest}) than the workspace "
                f"has now ({stands_on.stamp.settings_digest}). Put those back, or trace the call again."
            )
    recording = Recording(stands_on.ground.view)
    recorded = replace(stands_on, ground=replace(stands_on.ground, view=recording))
    for item, again in zip(results, trace_on(recorded, [_call(item) for item in results]), strict=True):
        if replace(again, engine=item.engine) != item:
            raise PackageRefused(
                f"The stored result of call {item.call_ref!r} does not come out again: the carrier directory or the "
                "program have changed since. Trace the call again, and package that result."
            )
    catalog, settings = workspace.catalog, workspace.settings
    view = workspace.lake.view(versions[0], catalog.batches.after)
    statements = recording.read()
    return Packed(
        rules=Rules(settings.home_country, settings.trace, settings.digest()),
        lake_version=versions[0],
        expired_before=view.expired_before,
        statements=statements,
        spans=catalog.batches.spans_at(versions[0]).spans,
        clocks=_of_callers(catalog.clocks.clocks(versions[1]), statements),
        carriers=catalog.directory.carriers(),
        certificates=catalog.certificates.list(versions[2]) if versions[2] else [],
    )


def _of_callers(clocks: ClockTable, statements: pl.DataFrame) -> ClockTable:
    """The clock table, of the callers whose numbers are in it with those of the statements alone.

    What others' calls tell of their callers says nothing of these results, and is nobody's business who reads them.
    """
    trust: Mapping[str, Any] = clocks.weights.get("trust", {})
    witnesses: Sequence[Sequence[Any]] = trust.get("witnesses", ())
    if not witnesses:
        return clocks
    callers = {*statements["calling"].to_list(), *statements["egress_calling"].to_list()}
    calling = WITNESSES.names().index("calling")
    told = {**trust, "witnesses": [row for row in witnesses if row[calling] in callers]}
    return replace(clocks, weights={**clocks.weights, "trust": told})


def _call(result: TraceResult) -> ReportedCall:
    assert result.call is not None
    return result.call
