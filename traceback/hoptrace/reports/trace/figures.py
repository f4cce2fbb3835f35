"""The key figures at the head of a report: path, records, confidence, time."""

from __future__ import annotations

from collections.abc import Sequence

from hoptrace.model.verdicts import Support, Verdict
from hoptrace.reports.trace.model import CallLine, Figure, HopLine
from hoptrace.reports.wording.language import Language, language, message

VERDICT_NAMES = {
    Verdict.ORIGINATOR_IDENTIFIED: message("originator identified"),
    Verdict.POINT_OF_ENTRY_IDENTIFIED: message("point of entry identified"),
    Verdict.NON_PARTICIPATING: message("non participating"),
    Verdict.NO_RECORD: message("no record"),
    Verdict.DISPUTED: message("disputed"),
    Verdict.AMBIGUOUS: message("ambiguous"),
    Verdict.NOT_FOUND: message("not found"),
}


def key_figures(
    verdict: Verdict, confidence: float, hops: Sequence[HopLine], call: CallLine, voice: Language | None = None
) -> tuple[Figure, ...]:
    """Four figures, the most asked for first; each says in a few words how to read it."""
    voice = voice or language()
    return (
        _carriers(hops, voice),
        _records(hops, voice),
        _confidence(verdict, confidence, voice),
        _when(hops, call, voice),
    )


def percent(share: float) -> str:
    """A share of 0..1 as a percentage that never claims more than it knows: 1.0 is "over 99.9 %"."""
    if share > 0.999:
        return "over 99.9 %"
    if share < 0.001:
        return "under 0.1 %"
    return f"{share * 100:.1f}".removesuffix(".0") + " %"


def counted(part: int, whole: int, voice: Language) -> str:
    """A counted share as a percentage: exact where it is all or nothing, never rounded up to all or down to nothing."""
    if part in (0, whole) or not whole:
        return "100 %" if part else "0 %"
    return share_text(part / whole, voice)


def shown_share(share: float, voice: Language) -> str:
    """The same of a share that was worked out already."""
    return {0.0: "0 %", 1.0: "100 %"}.get(share) or share_text(share, voice)


def share_text(share: float, voice: Language) -> str:
    """`percent` in words of that language."""
    if share > 0.999:
        return voice.say("over {share}", share="99.9 %")
    if share < 0.001:
        return voice.say("under {share}", share="0.1 %")
    return percent(share)


def _carriers(hops: Sequence[HopLine], voice: Language) -> Figure:
    handoffs = [hop for hop in hops if hop.support is not None]
    told = sum(hop.support is Support.BOTH for hop in handoffs)
    note = voice.count(
        len(handoffs),
        "{told} of {number} handoff told by both sides",
        "{told} of {number} handoffs told by both sides",
        told=told,
    )
    label = voice.count(len(hops), "carrier on the path", "carriers on the path")
    return Figure(value=str(len(hops)), label=label, note=note if handoffs else voice.say("no handoff known"))


def _records(hops: Sequence[HopLine], voice: Language) -> Figure:
    number = sum(len(hop.records) for hop in hops)
    silent = len({hop.carrier.carrier_id for hop in hops if not hop.records})
    giving = len({hop.carrier.carrier_id for hop in hops if hop.records})
    note = voice.count(giving, "from {number} carrier", "from {number} carriers")
    if silent:
        note += voice.count(silent, "; {number} gave none", "; {number} gave none")
    return Figure(value=str(number), label=voice.count(number, "record found", "records found"), note=note)


def _confidence(verdict: Verdict, confidence: float, voice: Language) -> Figure:
    named = voice.say(VERDICT_NAMES[verdict])
    note = voice.say("so many of such “{verdict}” verdicts are right", verdict=named)
    return Figure(value=share_text(confidence, voice), label=voice.say("confidence"), note=note)


def _when(hops: Sequence[HopLine], call: CallLine, voice: Language) -> Figure:
    moment = call.start_utc or next((hop.start_utc for hop in hops if hop.start_utc), None)
    if moment is None:
        note = voice.say("no time was reported or recorded")
        return Figure(value=voice.say("unknown"), label=voice.say("time of the call"), note=note)
    day, _, clock = moment.partition(" ")
    if not clock:
        # The era would not fit beside the day in the large letters of a figure.
        era = voice.with_era(day).removeprefix(day)
        return Figure(value=day, label=voice.say("day of the call"), note=f"UTC{era}")
    source = voice.say("as reported") if call.start_utc else voice.say("from the first record")
    label = voice.say("UTC on {day}", day=voice.with_era(day))
    return Figure(value=clock.partition(".")[0], label=label, note=source)
