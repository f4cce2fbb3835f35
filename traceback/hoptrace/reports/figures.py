"""The key figures at the head of a report: path, records, confidence, time."""

from __future__ import annotations

from collections.abc import Sequence

from hoptrace.model.verdicts import Support, Verdict
from hoptrace.reports.model import CallLine, Figure, HopLine


def key_figures(verdict: Verdict, confidence: float, hops: Sequence[HopLine], call: CallLine) -> tuple[Figure, ...]:
    """Four figures, the most asked for first; each says in a few words how to read it."""
    return (_carriers(hops), _records(hops), _confidence(verdict, confidence), _when(hops, call))


def percent(share: float) -> str:
    """A share of 0..1 as a percentage that never claims more than it knows: 1.0 is "over 99.9 %"."""
    if share > 0.999:
        return "over 99.9 %"
    if share < 0.001:
        return "under 0.1 %"
    return f"{share * 100:.1f}".removesuffix(".0") + " %"


def counted(part: int, whole: int) -> str:
    """A counted share as a percentage: exact where it is all or nothing, never rounded up to all or down to nothing."""
    if part in (0, whole) or not whole:
        return "100 %" if part else "0 %"
    return percent(part / whole)


def shown_share(share: float) -> str:
    """The same of a share that was worked out already."""
    return {0.0: "0 %", 1.0: "100 %"}.get(share) or percent(share)


def count(number: int, one: str, many: str) -> str:
    """A number and its noun: "1 record", "5 records"."""
    return f"{number:,} {one if number == 1 else many}"


def _carriers(hops: Sequence[HopLine]) -> Figure:
    handoffs = [hop for hop in hops if hop.support is not None]
    told = sum(hop.support is Support.BOTH for hop in handoffs)
    note = (
        f"{told} of {count(len(handoffs), 'handoff', 'handoffs')} told by both sides"
        if handoffs
        else "no handoff known"
    )
    return Figure(
        value=str(len(hops)), label="carrier on the path" if len(hops) == 1 else "carriers on the path", note=note
    )


def _records(hops: Sequence[HopLine]) -> Figure:
    number = sum(len(hop.records) for hop in hops)
    silent = len({hop.carrier.carrier_id for hop in hops if not hop.records})
    giving = len({hop.carrier.carrier_id for hop in hops if hop.records})
    note = f"from {count(giving, 'carrier', 'carriers')}"
    if silent:
        note += f"; {silent} gave none"
    return Figure(value=str(number), label="record found" if number == 1 else "records found", note=note)


def _confidence(verdict: Verdict, confidence: float) -> Figure:
    note = f"so many of such “{verdict.value.replace('_', ' ')}” verdicts are right"
    return Figure(value=percent(confidence), label="confidence", note=note)


def _when(hops: Sequence[HopLine], call: CallLine) -> Figure:
    moment = call.start_utc or next((hop.start_utc for hop in hops if hop.start_utc), None)
    if moment is None:
        return Figure(value="unknown", label="time of the call", note="no time was reported or recorded")
    day, _, clock = moment.partition(" ")
    if not clock:
        return Figure(value=day, label="day of the call", note="UTC")
    source = "as reported" if call.start_utc else "from the first record"
    return Figure(value=clock.partition(".")[0], label=f"UTC on {day}", note=source)
