"""The report of one call with only what its reader may see; made from the full report, before it is rendered."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hoptrace.model.verdicts import Verdict
from hoptrace.reports.profiles import Profile, Reader
from hoptrace.reports.trace.bare import ABOUTS, for_public
from hoptrace.reports.trace.model import HopLine, TraceReport, VerdictWords
from hoptrace.reports.trace.model_details import HandoffLine, SideLine, Withdrawn
from hoptrace.reports.trace.neighbours import for_carrier
from hoptrace.reports.wording.language import ENGLISH, Language, language, message
from hoptrace.reports.wording.plain import plain

NOT_TOLD = message("(not shown to this reader)")

OF_NUMBERS = ABOUTS - {"naming", "signer", "attestation", "identity", "upstream named"}
"""Of ABOUTS, what compares numbers and times and names no customer."""

_OWN = re.compile(r"\b(its|own|their) customer\b(?! and the right)|\bfor a customer\b", re.IGNORECASE)


def redact_trace(report: TraceReport, profile: Profile) -> TraceReport:
    """The report as `profile` sees it; raises NothingTraced for a carrier that is not on the trail."""
    match profile.reader:
        case Reader.INVESTIGATOR:
            return report
        case Reader.REGULATOR:
            if not profile.sees_customers:
                return _without_customers(report)
            return report.model_copy(update={"profile": profile.name})
        case Reader.CARRIER:
            return for_carrier(report, plain(profile.carrier_id or ""))
        case Reader.PUBLIC:
            return for_public(report)


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

    def of_withdrawn(self, told: Withdrawn) -> Withdrawn:
        """What was withdrawn, with reasons that name no customer."""
        lines = [line.model_copy(update={"reason": self.safe(line.reason)}) for line in told.batches]
        return told.model_copy(update={"batches": tuple(lines)})

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
        withdrawn=report.withdrawn and told.of_withdrawn(report.withdrawn),
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
