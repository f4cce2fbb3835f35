"""A traced call as a carrier on its trail may see it: its own hop, its direct neighbours', the two numbers."""

from __future__ import annotations

from hoptrace.errors import NothingTraced
from hoptrace.reports.trace.bare import bare_hop, bare_trace
from hoptrace.reports.trace.model import CallLine, HopLine, TraceReport
from hoptrace.reports.wording.language import language


def for_carrier(report: TraceReport, carrier_id: str) -> TraceReport:
    """Its own hop and its direct neighbours', and the call's two numbers."""
    own = {hop.position for hop in report.hops if hop.carrier.carrier_id == carrier_id}
    if not own:
        raise NothingTraced(
            f"Carrier {carrier_id} is not on the trail of call {report.call.call_ref}, so there is nothing to show it."
        )
    call = report.call
    numbers = {number for number in (call.called_number, call.calling_number) if number}
    hops = _seen_hops(report, own, numbers)
    ask = report.next_request if report.next_request and report.next_request.carrier.carrier_id == carrier_id else None
    voice = language(report.language)
    why = voice.say("The trail ends at this carrier: its records are asked for.")
    # What is asked of it, and by when, is for the carrier itself.
    told = ask and ask.model_copy(update={"why": why})
    first, last = min(own) - 1, max(own) + 1
    cut = {"cut_below": first > 1, "cut_above": last < len(report.hops)}
    made = bare_trace(report, tuple(hops), _bare_call(call, hops))
    figures = (
        made.figures[0].model_copy(update={"label": voice.say("carriers that this reader sees")}),
        *made.figures[1:],
    )
    return made.model_copy(update={"next_request": told, "profile": f"carrier:{carrier_id}", "figures": figures, **cut})


def _bare_call(call: CallLine, hops: list[HopLine]) -> CallLine:
    """The call by its time and its two numbers, and its end where that is among the hops that are shown."""
    return CallLine(
        call_ref=call.call_ref,
        start_time=call.start_time,
        start_utc=call.start_utc,
        called_number=call.called_number,
        calling_number=call.calling_number,
        terminating_carrier=_if_seen(call.terminating_carrier, hops),
    )


def _seen_hops(report: TraceReport, own: set[int], numbers: set[str]) -> list[HopLine]:
    """The hops beside its own, counted anew from the lowest: how many carriers the call passed below is not told."""
    kept = [hop for hop in report.hops if {hop.position - 1, hop.position, hop.position + 1} & own]
    before = [0, *(hop.position for hop in kept)]
    return [
        _neighbour(hop, place, own, numbers, beside=hop.position == before[place - 1] + 1 and place > 1)
        for place, hop in enumerate(kept, 1)
    ]


def _if_seen(carrier_id: str | None, hops: list[HopLine]) -> str | None:
    return carrier_id if carrier_id in {hop.carrier.carrier_id for hop in hops} else None


def _neighbour(hop: HopLine, place: int, own: set[int], numbers: set[str], *, beside: bool) -> HopLine:
    """A hop as its neighbour sees it; of its own hop a carrier sees its record, but no other number than the call's."""
    support = hop.support if beside else None
    if hop.position not in own:
        return bare_hop(hop, place, support, with_evidence=beside)
    return bare_hop(hop, place, support, with_evidence=True).model_copy(
        update={
            "start_local": hop.start_local,
            "zone": hop.zone,
            "carrier": hop.carrier,
            "records": hop.records,
            "start_recorded": hop.start_recorded,
            "start_utc": hop.start_utc,
            "clock_offset_s": hop.clock_offset_s,
            "calling": hop.calling if hop.calling in numbers else None,
            "called": hop.called if hop.called in numbers else None,
            "attestation": hop.attestation,
            "gap_s": hop.gap_s if beside else None,
            "when_ringing_ended": hop.when_ringing_ended,
        }
    )
