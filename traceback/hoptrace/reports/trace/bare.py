"""A traced call without anything of single records: what the public sees, and what a carrier sees of the others."""

from __future__ import annotations

from hoptrace.model.verdicts import Support
from hoptrace.reports.many.redaction import masked
from hoptrace.reports.model_parts import CarrierCard, RecordLine
from hoptrace.reports.trace.figures import key_figures
from hoptrace.reports.trace.model import CallLine, EvidenceLine, HopLine, TraceReport, VerdictWords
from hoptrace.reports.trace.model_details import Withdrawn
from hoptrace.reports.trace.unnamed import HIDDEN, UNNAMED_NOT_SAID, UNNAMED_SAYS
from hoptrace.reports.wording.language import Language, language, message

WITHHELD = message("withheld")

ABOUTS = frozenset(
    {
        *("called number", "calling number", "time", "answer time", "duration", "call_id", "outcome", "naming"),
        *("terminating carrier", "signer", "attestation", "orig_id", "identity", "upstream named"),
        "repeated hour",
    }
)
"""What evidence is about, as the engine words it: anything else might be somebody's text."""

_AGREES = {
    True: message("The records agree."),
    False: message("The records differ."),
    None: message("The records cannot be compared in this."),
}


def for_public(report: TraceReport) -> TraceReport:
    """The carriers, their roles, who tells of each handoff and the day; no number, customer, reference or time."""
    call = CallLine(
        call_ref=language(report.language).say(WITHHELD),
        start_time=None,
        start_utc=_day(report.call.start_utc),
        campaign=masked(report.call.campaign) if report.call.campaign else None,
    )
    return bare_trace(report, tuple(_public(hop) for hop in report.hops), call).model_copy(update={"profile": "public"})


def _public(hop: HopLine) -> HopLine:
    return bare_hop(hop, hop.position, hop.support, with_evidence=True).model_copy(
        update={"attestation": hop.attestation}
    )


def bare_hop(hop: HopLine, place: int, support: Support | None, *, with_evidence: bool) -> HopLine:
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


def bare_trace(report: TraceReport, hops: tuple[HopLine, ...], call: CallLine) -> TraceReport:
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
        withdrawn=report.withdrawn and Withdrawn(says=report.withdrawn.says),
    )


def _said(hop: HopLine, voice: Language) -> HopLine:
    """The hop with our own words in the report's language."""
    lines = [line.model_copy(update={"detail": voice.say(line.detail)}) for line in hop.evidence]
    records = [each if each.row else each.model_copy(update={"batch": voice.say(each.batch)}) for each in hop.records]
    return hop.model_copy(update={"evidence": tuple(lines), "records": tuple(records)})
