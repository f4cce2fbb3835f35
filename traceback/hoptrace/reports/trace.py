"""From the result of a trace to its report: names for ids, roles, support, words, figures."""

from __future__ import annotations

import hashlib
import json
import math
import shlex
from collections.abc import Mapping
from typing import Any

from hoptrace.model.carriers import Carrier
from hoptrace.model.statements import StartBasis
from hoptrace.model.verdicts import Alternative, Evidence, Hop, NextRequest, RecordRef, TraceResult
from hoptrace.reports.figures import key_figures
from hoptrace.reports.model import (
    AlternativeLine,
    CallLine,
    CarrierCard,
    EvidenceLine,
    HopLine,
    NextLine,
    RecordLine,
    Replay,
    TraceReport,
    result_from_dict,
)
from hoptrace.reports.plain import isolated, plain, shorten
from hoptrace.reports.roles import roles_of, support_of
from hoptrace.reports.times import corrected, utc_text
from hoptrace.reports.words import NAME_LIMIT, Cast, verdict_words

Directory = Mapping[str, Carrier]


def trace_report(result: TraceResult | Mapping[str, Any], carriers: Directory) -> TraceReport:
    """The report of one trace; for `render` and `write_report`.

    `result` may be the JSON that the catalog keeps. `carriers` gives names, countries and contacts by carrier_id; an id
    that it lacks is shown as it is. Raises `ValueError` where `result` is no result of a trace.
    """
    trace = result if isinstance(result, TraceResult) else result_from_dict(result)
    hops = tuple(_hop_line(trace, at, carriers) for at in range(len(trace.hops)))
    confidence = _share(trace.confidence)
    call = _call_line(trace)
    return TraceReport(
        call=call,
        words=verdict_words(trace, _cast(trace, carriers)),
        confidence=confidence,
        figures=key_figures(trace.verdict, confidence, hops, call),
        customer=_plain_or_none(trace.customer),
        summary=plain(trace.summary),
        hops=hops,
        conflicts=tuple(plain(conflict) for conflict in trace.conflicts),
        alternatives=tuple(_alternative_line(other, carriers) for other in trace.alternatives),
        next_request=_next_line(trace.next_request, carriers),
        replay=_replay(trace),
    )


def carrier_card(carrier_id: str, carriers: Directory) -> CarrierCard:
    """The carrier's card; with its id for a name where the directory does not know it."""
    carrier = carriers.get(carrier_id) or Carrier(carrier_id)
    shown_id = plain(carrier_id)
    return CarrierCard(
        carrier_id=shown_id,
        name=plain(carrier.name) or shown_id,
        country=plain(carrier.country).upper(),
        contact_email=plain(carrier.contact_email),
    )


def result_digest(result: TraceResult) -> str:
    """SHA-256 (hex) of the result as JSON in ASCII, keys sorted, no blanks: equal for equal answers."""
    text = json.dumps(result.as_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _hop_line(trace: TraceResult, at: int, carriers: Directory) -> HopLine:
    hop = trace.hops[at]
    return HopLine(
        position=at + 1,
        carrier=carrier_card(hop.carrier, carriers),
        roles=roles_of(trace, at, carriers),
        records=tuple(_record_line(record) for record in hop.records),
        start_recorded=_plain_or_none(hop.start_time),
        clock_offset_s=hop.clock_offset if math.isfinite(hop.clock_offset) else 0.0,
        start_utc=utc_text(corrected(hop.start_time, hop.clock_offset)),
        calling=_plain_or_none(hop.calling),
        called=_plain_or_none(hop.called),
        attestation=_plain_or_none(hop.attestation),
        support=support_of(trace, at),
        gap_s=_gap(hop, trace.hops[at - 1]) if at else None,
        when_ringing_ended=hop.start_basis == StartBasis.FINAL,
        evidence=tuple(_evidence_line(line) for line in hop.evidence),
    )


def _gap(upper: Hop, lower: Hop) -> float | None:
    if upper.start_basis != lower.start_basis:
        return None
    begin, end = corrected(upper.start_time, upper.clock_offset), corrected(lower.start_time, lower.clock_offset)
    return None if begin is None or end is None else (end - begin).total_seconds()


def _record_line(record: RecordRef) -> RecordLine:
    return RecordLine(batch=plain(record.batch), row=record.row, record_id=_plain_or_none(record.record_id))


def _evidence_line(line: Evidence) -> EvidenceLine:
    return EvidenceLine(about=plain(line.about), agrees=line.agrees, detail=plain(line.detail))


def _alternative_line(other: Alternative, carriers: Directory) -> AlternativeLine:
    cards = tuple(carrier_card(carrier_id, carriers) for carrier_id in other.path)
    return AlternativeLine(carriers=cards, confidence=_share(other.confidence), why=plain(other.why))


def _next_line(request: NextRequest | None, carriers: Directory) -> NextLine | None:
    return request and NextLine(carrier=carrier_card(request.carrier, carriers), why=plain(request.why))


def _call_line(trace: TraceResult) -> CallLine:
    if (call := trace.call) is None:
        return CallLine(call_ref=plain(trace.call_ref))
    return CallLine(
        call_ref=plain(trace.call_ref),
        start_time=_plain_or_none(call.start_time),
        start_utc=utc_text(corrected(call.start_time)),
        called_number=_plain_or_none(call.called_number),
        calling_number=_plain_or_none(call.calling_number),
        terminating_carrier=_plain_or_none(call.terminating_carrier),
        campaign=_plain_or_none(call.campaign),
    )


def _cast(trace: TraceResult, carriers: Directory) -> Cast:
    def name(carrier_id: str) -> str:
        return isolated(shorten(carrier_card(carrier_id, carriers).name, NAME_LIMIT))

    last = name(trace.path[-1]) if trace.path else "The carrier"
    return Cast(
        last=name(trace.originating_carrier) if trace.originating_carrier else last,
        below=name(trace.path[-2]) if len(trace.path) > 1 else "",
        entry=name(trace.point_of_entry) if trace.point_of_entry else last,
        trails=len(trace.alternatives),
        silent=not (trace.hops and trace.hops[-1].records),
    )


def _replay(trace: TraceResult) -> Replay:
    return Replay(
        engine=plain(trace.engine),
        lake_version=trace.lake_version,
        clock_version=trace.clock_version,
        certificates_version=trace.certificates_version,
        settings_digest=plain(trace.settings_digest),
        command=_command(trace),
        result_sha256=result_digest(trace),
    )


def _command(trace: TraceResult) -> str | None:
    call = trace.call
    if call is None:
        return None
    versions = [trace.lake_version, trace.clock_version]
    versions += [trace.certificates_version] if trace.certificates_version else []
    options = {
        "--called": call.called_number,
        "--at": call.start_time,
        "--calling": call.calling_number,
        "--terminating": call.terminating_carrier,
        "--ref": call.call_ref,
        "--replay": ":".join(map(str, versions)),
    }
    words = [f"{option} {shlex.quote(plain(value))}" for option, value in options.items() if value]
    return " ".join(["hoptrace trace", *words, "--json"])


def _share(value: float) -> float:
    return min(1.0, max(0.0, value)) if math.isfinite(value) else 0.0


def _plain_or_none(text: str | None) -> str | None:
    return (plain(text) or None) if text is not None else None
