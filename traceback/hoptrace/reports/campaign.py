"""The campaign report: what the results of many traces have in common."""

from __future__ import annotations

from typing import Any

from hoptrace.reports import campaign_callers, campaign_calls, campaign_carriers, campaign_stages
from hoptrace.reports.campaign_model import CampaignReport
from hoptrace.reports.figures import amount, counted
from hoptrace.reports.material import Material
from hoptrace.reports.model import Figure
from hoptrace.reports.plain import isolated, shorten
from hoptrace.reports.profiles import Reader
from hoptrace.reports.summary import completeness_of, sources_of, why_empty
from hoptrace.reports.table import Table

NOT_SAID = (
    "It does not say that a carrier on these routes knew of the campaign or took part in it. A carrier in the role "
    "transit only carried calls; carriers with much traffic stand on many routes. No carrier is called originating but "
    "by its own records. How many other calls a carrier had is not told here: see its carrier report."
)


def campaign_report(known: Material, subject: str) -> CampaignReport:
    """The campaign report of these results; `subject` names the campaign for people."""
    tables = _tables(known)
    facts: dict[str, Any] = {
        "profile": known.profile.name,
        "subject": subject,
        "heading": "Campaign report",
        "says": _says(tables, known),
        "does_not_say": NOT_SAID,
        "figures": _figures(tables, known),
        "completeness": tuple(completeness_of(known.traced)),
        "sources": sources_of(known.traced, known.profile),
        "empty": why_empty(tables, _reasons(known)),
        **tables,
    }
    return CampaignReport(**facts)


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
    hidden = f"This is not shown to the reader that this report is made for ({known.profile.name})."
    reasons = {
        "volumes": "None of the results says when its call was.",
        "upstreams": "No carrier is known above the terminating ones.",
        "originators": "No originator was identified.",
        "entries": "No call is known to have come from another country.",
        "customers": "The originating carriers' records name no customer.",
        "attestations": "No record of these calls that is at hand tells of a signature.",
        "resignings": "No call shows two different signatures on its way.",
        "unresolved": "Every call was settled.",
    }
    if not known.profile.sees_customers:
        reasons["customers"] = hidden
    if not known.profile.sees_numbers:
        reasons |= {"behaviours": hidden, "callers": hidden}
    if known.profile.reader is Reader.CARRIER:
        reasons["unresolved"] = "Every call was settled, as far as this reader sees."
    return reasons


def _says(tables: dict[str, Table[Any]], known: Material) -> str:
    calls = known.calls.height
    settled = _settled(tables)
    told = [
        f"All {calls:,} traced calls are settled."
        if settled == calls > 1
        else f"Of {amount(calls, 'traced call', 'traced calls')} {settled:,} are settled ({counted(settled, calls)})."
    ]
    if len(tables["originators"]):
        first = tables["originators"].rows(1)[0]
        part = "all" if first["calls"] == calls else f"{first['calls']:,}"
        share = "" if first["calls"] == calls else f" ({counted(first['calls'], calls)})"
        told.append(f"{_name(first)}'s own records say that its customers placed {part} of them{share}.")
    if len(tables["entries"]):
        first = tables["entries"].rows(1)[0]
        told.append(f"{first['calls']:,} came into the country through {_name(first)}.")
    if len(tables["unresolved"]):
        first = tables["unresolved"].rows(1)[0]
        place = f" end at {_name(first)}" if first["carrier"] else " have no known end"
        words = first["verdict"].replace("_", " ")
        told.append(f"Of the {calls - settled:,} open ones {first['calls']:,}{place} ({words}).")
    return " ".join(told)


def _figures(tables: dict[str, Table[Any]], known: Material) -> tuple[Figure, ...]:
    calls, settled = known.calls.height, _settled(tables)
    figures = [
        Figure(value=f"{calls:,}", label="call traced" if calls == 1 else "calls traced", note=_span(known)),
        Figure(
            value=counted(settled, calls),
            label="settled",
            note=f"{settled:,} with an originator or a point of entry",
        ),
    ]
    if len(tables["originators"]):
        first = tables["originators"].rows(1)[0]
        number = len(tables["originators"])
        note = f"{_name(first)} alone: {counted(first['calls'], calls)} of the calls"
        figures.append(Figure(value=f"{number:,}", label="originator" if number == 1 else "originators", note=note))
    if len(tables["upstreams"]):
        first = tables["upstreams"].rows(1)[0]
        note = f"had the most calls in common; mostly {first['role'].replace('_', ' ')}"
        figures.append(Figure(value=counted(first["calls"], calls), label=f"passed {_name(first)}", note=note))
    return tuple(figures)


def _settled(tables: dict[str, Table[Any]]) -> int:
    return sum(row["calls"] for row in tables["verdicts"].rows() if row["verdict"].endswith("_identified"))


def _span(known: Material) -> str:
    sources = sources_of(known.traced, known.profile)
    if sources.first_call is None or sources.last_call is None:
        return "no result tells its time"
    first, last = sources.first_call[:10], sources.last_call[:10]
    return f"of {first}" if first == last else f"{first} to {last}"


def _name(row: dict[str, Any]) -> str:
    return isolated(shorten(row["name"], 60))
