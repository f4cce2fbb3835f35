"""The hop ladder in words: roles, who tells of a handoff, and the whole of it in sentences."""

from __future__ import annotations

from collections.abc import Mapping

from hoptrace.model.verdicts import Support, Verdict
from hoptrace.reports.trace.model import HopLine, Role, TraceReport
from hoptrace.reports.wording.language import language, message
from hoptrace.reports.wording.plain import shorten

ROLE_WORDS = {
    Role.ORIGINATING: message("originating"),
    Role.POINT_OF_ENTRY: message("point of entry"),
    Role.GATEWAY: message("gateway"),
    Role.TRAIL_END: message("where the trail ends"),
    Role.TRANSIT: message("transit: only carried the call"),
    Role.TERMINATING: message("terminating"),
    Role.NAMED: message("named only"),
}

SUPPORT_WORDS = {
    Support.BOTH: message("Both records tell of this handoff"),
    Support.ONE: message("Both have a record, only one names the other"),
    Support.NAMED: message("Only one side has a record"),
    Support.INFERRED: message("Neither side has a record: bridged"),
}


def describe(report: TraceReport) -> str:
    """The ladder in sentences, origin first, for those who cannot see it."""
    hops = [_describe_hop(report, hop) for hop in reversed(report.hops)]
    ends = message("{words}.")
    voice = language(report.language)
    return " ".join([voice.say(ends, words=origin_words(report)), *hops, voice.say(ends, words=called_words(report))])


def support_words(report: TraceReport, hop: HopLine) -> tuple[str, str]:
    """Who says that `hop` handed the call to the carrier below it, in a few words and who it is; from position 2."""
    below, support = report.hops[hop.position - 2], hop.support or Support.INFERRED
    speaker = shorten((hop if hop.records else below).carrier.name, 40)
    return language(report.language).say(SUPPORT_WORDS[support]), speaker if support is Support.NAMED else ""


def role_text(report: TraceReport, hop: HopLine, words: Mapping[Role, str] = ROLE_WORDS) -> str:
    """The roles of a hop in words."""
    voice = language(report.language)
    return ", ".join(voice.say(words[role]) for role in hop.roles)


def heading(report: TraceReport) -> str:
    """The title of the picture."""
    text = message("The way of call {call}: {heading}")
    return language(report.language).say(text, call=shorten(report.call.call_ref, 60), heading=report.words.heading)


def _describe_hop(report: TraceReport, hop: HopLine) -> str:
    voice = language(report.language)
    seen = f"; {hop.start_utc} UTC" if hop.start_utc else ""
    roles = role_text(report, hop)
    text = message("Hop {position}: {carrier} ({roles}).")
    sentence = voice.say(text, position=hop.position, carrier=shorten(hop.carrier.name, 80), roles=roles + seen)
    if hop.support is None:
        return sentence
    return f"{sentence} {': '.join(filter(None, support_words(report, hop)))}."


def origin_words(report: TraceReport) -> str:
    """Who placed the call, as far as this reader may know: what stands at the top of the ladder."""
    voice = language(report.language)
    if report.cut_above:
        return voice.say("Before that: not shown to this reader")
    if report.words.verdict is not Verdict.ORIGINATOR_IDENTIFIED:
        return voice.say("Caller: not known")
    if not report.customer:
        return voice.say("Caller: the carrier's own customer")
    return voice.say("Caller: customer {customer}", customer=shorten(report.customer, 200))


def called_words(report: TraceReport) -> str:
    """Who was called: what stands at the foot of the ladder."""
    voice = language(report.language)
    if report.cut_below:
        return voice.say("After that: not shown to this reader")
    if not report.call.called_number:
        return voice.say("Called party")
    return voice.say("Called party: {number}", number=shorten(report.call.called_number, 200))
