"""Two plain ways to trace a call, to hold hoptrace against: the serial walk and the pooled records.

Both get what hoptrace gets: numbers already brought into E.164, trunks already mapped to carriers. What they lack is
clocks, redials told apart, forwarding and leaps over carriers without records. Neither names an originator unless a
record says that the carrier's own customer placed the call.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import networkx as nx
import polars as pl

from hoptrace.tracing.reported import Reported

WITHIN = 60.0
"""Seconds from the time asked about within which the serial walk takes a record."""
BEFORE, AFTER = 5.0, 4.0
"""Seconds before and after the reported time from which records are pooled."""


class Record(NamedTuple):
    """One statement as the baselines see it; `start` in epoch seconds."""

    sid: int
    carrier: str
    start: float
    upstream: str | None
    downstream: str | None
    customer: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a baseline says: the path from the terminating carrier upstream, and the originator or None."""

    path: tuple[str, ...] = ()
    originator: str | None = None
    customer: str | None = None


Lake = dict[tuple[int | None, int | None], list[Record]]
"""Records by (called, calling), withheld and missing callers being callers like others."""


def lake_of(statements: pl.DataFrame) -> Lake:
    """The lake's statements by their two numbers, in order of time."""
    lake: Lake = defaultdict(list)
    rows = statements.sort("start_time", "batch", "row").select(
        "called",
        "calling",
        "carrier",
        pl.col("start_time").dt.epoch("us") / 1e6,
        "upstream",
        "downstream",
        "customer",
    )
    for sid, (called, calling, *rest) in enumerate(rows.iter_rows()):
        lake[called, calling].append(Record(sid, *rest))
    return lake


def serial_walk(lake: Lake, call: Reported) -> Answer:
    """Ask one carrier after the other for its nearest record with exactly these numbers, and follow its upstream.

    As tracebacks by e-mail go: each carrier is asked about the time that the one below it found in its own records.
    """
    records = lake.get((call.called, call.calling), [])
    carrier, at, path = call.terminating, call.at, list[str]()
    seen: set[int] = set()
    while carrier is not None:
        path.append(carrier)
        own = [r for r in records if r.carrier == carrier and r.sid not in seen and abs(r.start - at) <= WITHIN]
        if not own:
            break
        found = min(own, key=lambda record: (abs(record.start - at), record.sid))
        if found.customer is not None:
            return Answer(tuple(path), carrier, found.customer)
        seen.add(found.sid)
        carrier, at = found.upstream, found.start
    return Answer(tuple(path))


def pooled(lake: Lake, call: Reported) -> Answer:
    """Put together all records with exactly these numbers near the reported time; a connected graph is the path.

    After Adei et al., "Jäger: Automated Telephone Call Traceback" (ACM CCS 2024): each record gives the edges to its
    neighbours; one carrier without upstream, one without downstream, all connected, or else no answer.
    """
    near = (-BEFORE, AFTER)
    records = [r for r in lake.get((call.called, call.calling), []) if near[0] <= r.start - call.at <= near[1]]
    graph = _graph(records)
    if graph.number_of_nodes() == 0 or not nx.is_weakly_connected(graph):
        return Answer()
    first = [carrier for carrier, degree in graph.in_degree() if degree == 0]
    last = [carrier for carrier, degree in graph.out_degree() if degree == 0]
    if len(first) != 1 or len(last) != 1 or not nx.has_path(graph, first[0], last[0]):
        return Answer()
    path = tuple(reversed(nx.shortest_path(graph, first[0], last[0])))
    customers = {r.customer for r in records if r.carrier == first[0] and r.customer is not None}
    return Answer(path, first[0], min(customers)) if len(customers) == 1 else Answer(path)


def _graph(records: Iterable[Record]) -> nx.DiGraph[str]:
    graph: nx.DiGraph[str] = nx.DiGraph()
    for record in records:
        graph.add_node(record.carrier)
        if record.upstream is not None:
            graph.add_edge(record.upstream, record.carrier)
        if record.downstream is not None:
            graph.add_edge(record.carrier, record.downstream)
    return graph
