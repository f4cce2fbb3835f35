"""Reports as graphs in GraphML, for programs that draw and measure networks."""

from __future__ import annotations

import io
from typing import Any

import networkx

from hoptrace.errors import UsageError
from hoptrace.reports.campaign.model import CampaignReport
from hoptrace.reports.many.summary import SummaryReport
from hoptrace.reports.trace.model import TraceReport

nx: Any = networkx
"""Its types say nothing of what a graph holds."""

Graph = Any


def summary_graphml(report: SummaryReport) -> bytes:
    """The report's graph as GraphML; raises UsageError for a report that is none."""
    if not isinstance(report, CampaignReport):
        raise UsageError("This report is not a graph. Choose html, pdf, json, csv or svg.")
    return _graphml(campaign_graph(report))


def trace_graphml(report: TraceReport) -> bytes:
    """The trail of one call as GraphML, an edge a handoff from the upstream carrier down."""
    return _graphml(trace_graph(report))


def campaign_graph(report: CampaignReport) -> Graph:
    """The carriers that calls passed, an edge a pair of neighbours from the upstream carrier down."""
    graph: Graph = nx.DiGraph(report="campaign", version=report.version, profile=report.profile, subject=report.subject)
    if report.withdrawn is not None:
        graph.graph["withdrawn"] = report.withdrawn
    for row in report.stages.rows():
        if row["carrier"]:
            graph.add_node(row["carrier"], name=row["name"])
    for row in report.upstreams.rows():
        facts = (
            "country",
            "role",
            "certainty",
            "calls",
            "originating",
            "point_of_entry",
            "gateway",
            "trail_end",
            "transit",
            "named",
        )
        graph.add_node(row["carrier"], name=row["name"], **{fact: row[fact] for fact in facts})
    for row in report.handoffs.rows():
        facts = {fact: row[fact] for fact in ("calls", "both", "one", "named", "inferred", "confidence")}
        graph.add_edge(row["upstream"], row["downstream"], **facts)
    return graph


def trace_graph(report: TraceReport) -> Graph:
    """The hops of one call; a carrier that it passed twice is there twice."""
    graph: Graph = nx.DiGraph(report="trace", version=report.version, call_ref=report.call.call_ref)
    graph.graph["verdict"] = report.words.verdict.value
    if report.withdrawn is not None:
        graph.graph["withdrawn"] = report.withdrawn.says
    for hop in report.hops:
        facts = {
            "carrier": hop.carrier.carrier_id,
            "name": hop.carrier.name,
            "country": hop.carrier.country,
            "role": " ".join(hop.roles),
            "records": len(hop.records),
            "start_utc": hop.start_utc,
            "calling": hop.calling,
            "called": hop.called,
        }
        graph.add_node(f"hop {hop.position}", **{name: value for name, value in facts.items() if value is not None})
    places = [hop.position for hop in report.hops]
    for hop in report.hops:
        if hop.support is not None and hop.position - 1 in places:
            graph.add_edge(f"hop {hop.position}", f"hop {hop.position - 1}", support=hop.support.value)
    return graph


def _graphml(graph: Graph) -> bytes:
    stream = io.BytesIO()
    nx.write_graphml_xml(graph, stream, encoding="utf-8", prettyprint=True)
    return stream.getvalue()
