"""The campaign report: what the results of many traces have in common."""

from __future__ import annotations

from typing import Any

from hoptrace.reports.campaign import callers as campaign_callers
from hoptrace.reports.campaign import calls as campaign_calls
from hoptrace.reports.campaign import carriers as campaign_carriers
from hoptrace.reports.campaign import stages as campaign_stages
from hoptrace.reports.campaign.model import CampaignReport
from hoptrace.reports.many.material import Material
from hoptrace.reports.many.summary import HIDDEN, facts_of, sources_of
from hoptrace.reports.profiles import Reader
from hoptrace.reports.tables.codes import code_text
from hoptrace.reports.tables.table import Table
from hoptrace.reports.trace.figures import counted
from hoptrace.reports.trace.model import Figure
from hoptrace.reports.wording.language import Language, message
from hoptrace.reports.wording.plain import isolated, shorten

NOT_SAID = message(
    "It does not say that a carrier on these routes knew of the campaign or took part in it. A carrier in the role "
    "transit only carried calls; carriers with much traffic stand on many routes. No carrier is called originating but "
    "by its own records. How many other calls a carrier had is not told here: see its carrier report."
)


def campaign_report(known: Material, subject: str) -> CampaignReport:
    """The campaign report of these results; `subject` names the campaign for people."""
    tables = _tables(known)
    return CampaignReport(
        subject=subject,
        heading=known.voice.say("Campaign report"),
        says=_says(tables, known),
        does_not_say=known.voice.say(NOT_SAID),
        figures=_figures(tables, known),
        **facts_of(known, tables, _reasons(known)),
    )


def _tables(known: Material) -> dict[str, Table[Any]]:
    return {
        "verdicts": campaign_calls.verdicts(known),
        "volumes": campaign_calls.volumes(known),
        "upstreams": campaign_carriers.upstreams(known),
        "originators": campaign_carriers.originators(known),
        "entries": campaign_carriers.entries(known),
        "customers": campaign_carriers.customers(known),
        "behaviours": campaign_callers.behaviours(known),
        "callers": campaign_callers.callers(known),
        "attestations": campaign_callers.attestations(known),
        "resignings": campaign_callers.resignings(known),
        "unresolved": campaign_calls.unresolved(known),
        "routes": campaign_calls.routes(known),
        "handoffs": campaign_calls.handoffs(known),
        "stages": campaign_stages.stages(known),
        "passages": campaign_stages.passages(known),
        "samples": campaign_calls.samples(known),
    }


def _reasons(known: Material) -> dict[str, str]:
    reasons = {
        "volumes": message("None of the results says when its call was."),
        "upstreams": message("No carrier is known above the terminating ones."),
        "originators": message("No originator was identified."),
        "entries": message("No call is known to have come from another country."),
        "customers": message("The originating carriers' records name no customer."),
        "attestations": message("No record of these calls that is at hand tells of a signature."),
        "resignings": message("No call shows two different signatures on its way."),
        "unresolved": message("Every call was settled."),
    }
    if not known.profile.sees_customers:
        reasons["customers"] = HIDDEN
    if not known.profile.sees_numbers:
        reasons |= {"behaviours": HIDDEN, "callers": HIDDEN}
    if known.profile.reader is Reader.CARRIER:
        reasons["unresolved"] = message("Every call was settled, as far as this reader sees.")
    return reasons


def _says(tables: dict[str, Table[Any]], known: Material) -> str:
    calls, settled = known.number, _settled(tables)
    parts = [_ended(calls, settled, known.voice)]
    if len(tables["originators"]):
        parts.append(_placed(tables["originators"].rows(1)[0], calls, known.voice))
    if len(tables["entries"]):
        first = tables["entries"].rows(1)[0]
        entered = message("{calls} came into the country through {carrier}.")
        parts.append(known.voice.say(entered, calls=f"{first['calls']:,}", carrier=_name(first)))
    if len(tables["unresolved"]):
        parts.append(_left_open(tables["unresolved"].rows(1)[0], calls - settled, known.voice))
    return " ".join(parts)


def _ended(calls: int, settled: int, voice: Language) -> str:
    if settled == calls:
        return voice.count(calls, "The traced call is settled.", "All {number} traced calls are settled.")
    return voice.count(
        calls,
        "Of {number} traced call {settled} is settled ({share}).",
        "Of {number} traced calls {settled} are settled ({share}).",
        settled=f"{settled:,}",
        share=counted(settled, calls, voice),
    )


def _placed(first: dict[str, Any], calls: int, voice: Language) -> str:
    """Who placed the most calls by its own records."""
    if first["calls"] == calls:
        return voice.say("{carrier}'s own records say that its customers placed all of them.", carrier=_name(first))
    return voice.say(
        "{carrier}'s own records say that its customers placed {calls} of them ({share}).",
        carrier=_name(first),
        calls=f"{first['calls']:,}",
        share=counted(first["calls"], calls, voice),
    )


def _left_open(first: dict[str, Any], left: int, voice: Language) -> str:
    """Where the most open calls end."""
    verdict = code_text(first["verdict"], voice)
    if not first["carrier"]:
        if left == 1:
            return voice.say("The one open call has no known end ({verdict}).", verdict=verdict)
        return voice.count(
            first["calls"],
            "Of the {left} open ones {number} has no known end ({verdict}).",
            "Of the {left} open ones {number} have no known end ({verdict}).",
            left=f"{left:,}",
            verdict=verdict,
        )
    if left == 1:
        return voice.say("The one open call ends at {carrier} ({verdict}).", carrier=_name(first), verdict=verdict)
    return voice.count(
        first["calls"],
        "Of the {left} open ones {number} ends at {carrier} ({verdict}).",
        "Of the {left} open ones {number} end at {carrier} ({verdict}).",
        left=f"{left:,}",
        carrier=_name(first),
        verdict=verdict,
    )


def _figures(tables: dict[str, Table[Any]], known: Material) -> tuple[Figure, ...]:
    calls, settled, voice = known.number, _settled(tables), known.voice
    figures = [
        Figure(value=f"{calls:,}", label=voice.count(calls, "call traced", "calls traced"), note=_span(known)),
        Figure(
            value=counted(settled, calls, voice),
            label=voice.say("settled"),
            note=voice.say("{number} with an originator or a point of entry", number=f"{settled:,}"),
        ),
    ]
    if len(tables["originators"]):
        first, number = tables["originators"].rows(1)[0], len(tables["originators"])
        share = counted(first["calls"], calls, voice)
        note = voice.say("{carrier} alone: {share} of the calls", carrier=_name(first), share=share)
        figures.append(Figure(value=f"{number:,}", label=voice.count(number, "originator", "originators"), note=note))
    if len(tables["upstreams"]):
        first = tables["upstreams"].rows(1)[0]
        note = voice.say("had the most calls in common; mostly {role}", role=code_text(first["role"], voice))
        label = voice.say("passed {carrier}", carrier=_name(first))
        figures.append(Figure(value=counted(first["calls"], calls, voice), label=label, note=note))
    return tuple(figures)


def _settled(tables: dict[str, Table[Any]]) -> int:
    return sum(row["calls"] for row in tables["verdicts"].rows() if row["verdict"].endswith("_identified"))


def _span(known: Material) -> str:
    sources, voice = sources_of(known), known.voice
    if sources.first_call is None or sources.last_call is None:
        return voice.say("no result tells its time")
    first, last = voice.with_era(sources.first_call[:10]), voice.with_era(sources.last_call[:10])
    if first == last:
        return voice.say("of {day}", day=first)
    return voice.say("{first} to {last}", first=first, last=last)


def _name(row: dict[str, Any]) -> str:
    return isolated(shorten(row["name"], 60))
