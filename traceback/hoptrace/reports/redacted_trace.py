"""The report of one call with only what its reader may see; made from the full report, before it is rendered."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hoptrace.errors import NothingTraced
from hoptrace.model.verdicts import Support, Verdict
from hoptrace.reports.figures import key_figures
from hoptrace.reports.language import ENGLISH, Language, language, message
from hoptrace.reports.model import (
    CallLine,
    CarrierCard,
    EvidenceLine,
    HandoffLine,
    HopLine,
    RecordLine,
    SideLine,
    TraceReport,
    VerdictWords,
)
from hoptrace.reports.plain import plain
from hoptrace.reports.profiles import Profile, Reader
from hoptrace.reports.redaction import masked
from hoptrace.reports.unnamed import HIDDEN, UNNAMED_NOT_SAID, UNNAMED_SAYS

NOT_TOLD = message("(not shown to this reader)")
WITHHELD = message("withheld")

ABOUTS = frozenset(
    {
        *("called number", "calling number", "time", "answer time", "duration", "call_id", "outcome", "naming"),
        *("terminating carrier", "signer", "attestation", "orig_id", "identity", "upstream named"),
        "repeated hour",
    }
)
"""What evidence is about, as the engine words it: anything else might be somebody's text."""

OF_NUMBERS = ABOUTS - {"naming", "signer", "attestation", "identity", "upstream named"}
"""Of these, what compares numbers and times and names no customer."""

_AGREES = {
    True: message("The records agree."),
    False: message("The records differ."),
    None: message("The records cannot be compared in this."),
}
_OWN = re.compile(r"\b(its|own|their) customer\b(?! and the right)|\bfor a customer\b", re.IGNORECASE)


def redact_trace(report: TraceReport, profile: Profile) -> TraceReport:
    """The report as `profile` sees it; raises NothingTraced for a carrier that is not on the trail."""
    match profile.reader:
        case Reader.INVESTIGATOR:
            return report
        case Reader.REGULATOR:
            return (
                report.model_copy(update={"profile": profile.name})
                if profile.sees_customers
                else (_without_customers(report))
            )
        case Reader.CARRIER:
            return _for_carrier(report, plain(profile.carrier_id or ""))
        case Reader.PUBLIC:
            return _for_public(report)


@dataclass(frozen=True, slots=True)
class _Nameless:
    """What may be told to a reader who may not know the carriers' customers.

    In English sentences that may name one are known by their words; in another language only those about OF_NUMBERS are
    told.
    """

    customer: str | None
    voice: Language

    def safe(self, text: str, *, by_its_words: bool = True) -> str:
        """The text, or that it is not told."""
        names = self.customer is not None and bool(self.customer) and self.customer in text
        unknown = by_its_words and bool(text) and self.voice.code != ENGLISH
        return self.voice.say(NOT_TOLD) if names or unknown or _OWN.search(text) else text

    def tidy(self, hop: HopLine) -> HopLine:
        """The hop with evidence that names no customer."""
        lines = [
            line.model_copy(update={"detail": self.safe(line.detail, by_its_words=line.about not in OF_NUMBERS)})
            for line in hop.evidence
        ]
        return hop.model_copy(update={"evidence": tuple(lines)})

    def verdict(self, report: TraceReport) -> VerdictWords:
        """The verdict in words."""
        if report.words.verdict is not Verdict.ORIGINATOR_IDENTIFIED:
            return report.words
        last = report.hops[-1].carrier.name if report.hops else self.voice.say("The carrier")
        says = self.voice.say("{carrier}'s own record says that a customer of it placed this call.", carrier=last)
        return report.words.model_copy(update={"says": says})


def _without_customers(report: TraceReport) -> TraceReport:
    """Everything but who the customers are: sentences that may name one are left out."""
    told, ask = _Nameless(report.customer, language(report.language)), report.next_request
    return TraceReport(
        call=report.call,
        words=told.verdict(report),
        confidence=report.confidence,
        figures=report.figures,
        customer=None,
        summary=told.safe(report.summary),
        hops=tuple(told.tidy(hop) for hop in report.hops),
        conflicts=tuple(told.safe(text) for text in report.conflicts),
        alternatives=tuple(other.model_copy(update={"why": told.safe(other.why)}) for other in report.alternatives),
        next_request=ask and ask.model_copy(update={"why": told.safe(ask.why)}),
        replay=report.replay,
        language=report.language,
        start_local=report.start_local,
        zone=report.zone,
        numbers=report.numbers,
        handoffs=tuple(_carriers_only(handoff, _names(report)) for handoff in report.handoffs),
        gaps=report.gaps,
        preserve=report.preserve,
        completeness=report.completeness,
        files=report.files,
        profile=Reader.REGULATOR.value,
    )


def _names(report: TraceReport) -> frozenset[str]:
    """The names of the carriers on the trail: a side that names anybody else may name a customer."""
    return frozenset(hop.carrier.name for hop in report.hops)


def _carriers_only(handoff: HandoffLine, carriers: frozenset[str]) -> HandoffLine:
    return handoff.model_copy(update={"upper": _side(handoff.upper, carriers), "lower": _side(handoff.lower, carriers)})


def _side(side: SideLine | None, carriers: frozenset[str]) -> SideLine | None:
    if side is None or side.names is None or side.names in carriers:
        return side
    return side.model_copy(update={"names": None, "trunk": None})


def _for_carrier(report: TraceReport, carrier_id: str) -> TraceReport:
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
    bare = CallLine(
        call_ref=call.call_ref,
        start_time=call.start_time,
        start_utc=call.start_utc,
        called_number=call.called_number,
        calling_number=call.calling_number,
        terminating_carrier=_if_seen(call.terminating_carrier, hops),
    )
    voice = language(report.language)
    why = voice.say("The trail ends at this carrier: its records are asked for.")
    # What is asked of it, and by when, is for the carrier itself.
    told = ask and ask.model_copy(update={"why": why})
    first, last = min(own) - 1, max(own) + 1
    cut = {"cut_below": first > 1, "cut_above": last < len(report.hops)}
    made = _bare(report, tuple(hops), bare)
    figures = (
        made.figures[0].model_copy(update={"label": voice.say("carriers that this reader sees")}),
        *made.figures[1:],
    )
    return made.model_copy(update={"next_request": told, "profile": f"carrier:{carrier_id}", "figures": figures, **cut})


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
        return _bare_hop(hop, place, support, with_evidence=beside)
    return _bare_hop(hop, place, support, with_evidence=True).model_copy(
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


def _for_public(report: TraceReport) -> TraceReport:
    """The carriers, their roles, who tells of each handoff and the day; no number, customer, reference or time."""
    call = CallLine(
        call_ref=language(report.language).say(WITHHELD),
        start_time=None,
        start_utc=_day(report.call.start_utc),
        campaign=masked(report.call.campaign) if report.call.campaign else None,
    )
    return _bare(report, tuple(_public(hop) for hop in report.hops), call).model_copy(update={"profile": "public"})


def _public(hop: HopLine) -> HopLine:
    return _bare_hop(hop, hop.position, hop.support, with_evidence=True).model_copy(
        update={"attestation": hop.attestation}
    )


def _bare_hop(hop: HopLine, place: int, support: Support | None, *, with_evidence: bool) -> HopLine:
    """The carrier, its roles, whether it gave a record and who tells of the handoff; all else is left out."""
    # Our own words are put into the report's language in the end, see _said.
    record = RecordLine(batch=WITHHELD, row=0)
    card = CarrierCard(carrier_id=hop.carrier.carrier_id, name=hop.carrier.name, country=hop.carrier.country)
    return HopLine(
        position=place,
        carrier=card,
        roles=hop.roles,
        records=(record,) if hop.records else (),
        start_recorded=None,
        clock_offset_s=0.0,
        start_utc=None,
        calling=None,
        called=None,
        attestation=None,
        support=support,
        gap_s=None,
        evidence=_bare_evidence(hop) if with_evidence else (),
    )


def _day(moment: str | None) -> str | None:
    return moment[:10] if moment else None


def _bare_evidence(hop: HopLine) -> tuple[EvidenceLine, ...]:
    """What was compared and whether it agrees, without the sentence, which may hold numbers and names."""
    return tuple(
        EvidenceLine(about=line.about, agrees=line.agrees, detail=_AGREES[line.agrees])
        for line in hop.evidence
        if line.about in ABOUTS
    )


def _bare(report: TraceReport, hops: tuple[HopLine, ...], call: CallLine) -> TraceReport:
    """A report of these hops alone, without any sentence that came of single records.

    It is made of named parts and not copied: what is added to the report some day is not told before somebody decides.
    """
    words, voice = report.words, language(report.language)
    said = tuple(_said(hop, voice) for hop in hops)
    known = voice.count(len(report.conflicts), "{number} known.", "{number} known.")
    return TraceReport(
        call=call,
        words=VerdictWords(
            verdict=words.verdict,
            heading=words.heading,
            says=voice.say(UNNAMED_SAYS[words.verdict]),
            does_not_say=voice.say(UNNAMED_NOT_SAID),
            settled=words.settled,
        ),
        confidence=report.confidence,
        figures=key_figures(words.verdict, report.confidence, said, call, voice),
        customer=None,
        summary="",
        hops=said,
        conflicts=(f"{known} {voice.say(HIDDEN)}",) if report.conflicts else (),
        alternatives=(),
        next_request=None,
        replay=report.replay.model_copy(update={"command": None, "result_sha256": voice.say(HIDDEN)}),
        language=report.language,
    )


def _said(hop: HopLine, voice: Language) -> HopLine:
    """The hop with our own words in the report's language."""
    lines = [line.model_copy(update={"detail": voice.say(line.detail)}) for line in hop.evidence]
    records = [each if each.row else each.model_copy(update={"batch": voice.say(each.batch)}) for each in hop.records]
    return hop.model_copy(update={"evidence": tuple(lines), "records": tuple(records)})
