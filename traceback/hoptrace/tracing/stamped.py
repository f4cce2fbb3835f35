"""Stamped: a result with what it stands on, so that it can be replayed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hoptrace.model.verdicts import ReportedCall, TraceResult, Verdict


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a result must name so that it can be replayed."""

    engine: str
    lake_version: int
    clock_version: int
    settings_digest: str


def stamped(call: ReportedCall, stamp: Stamp, verdict: Verdict, summary: str, **rest: Any) -> TraceResult:
    """A result that names what it stands on; of the fields of TraceResult in `rest` the others are empty."""
    fields: dict[str, Any] = {
        "path": (),
        "originating_carrier": None,
        "customer": None,
        "point_of_entry": None,
        "confidence": 0.0,
        "hops": (),
        "conflicts": (),
        "alternatives": (),
        "next_request": None,
    }
    return TraceResult(
        call_ref=call.call_ref,
        verdict=verdict,
        engine=stamp.engine,
        lake_version=stamp.lake_version,
        settings_digest=stamp.settings_digest,
        clock_version=stamp.clock_version,
        summary=summary,
        call=call,
        **{**fields, **rest},
    )
