"""Clocks: how far each carrier's clock runs from the network's, learned from matched traffic of the whole network.

Two neighbours' statements of one handoff are milliseconds apart; what their times differ by is the difference of their
clocks. Each pair of neighbours gives one edge (the difference at which most of their statements meet), and the offsets
are the potentials that fit all edges best (robust least squares). Nothing is ever written into the records.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from hoptrace.linking.learned import CLOCKS, Learned
from hoptrace.linking.members import comparable
from hoptrace.model.statements import STATEMENTS

Floats = npt.NDArray[np.float64]

FURTHEST = 26 * 3600.0
"""Seconds: a wrong date line and a wrong zone together."""

SAMPLE = 300_000
"""Statements looked at; more do not sharpen an offset."""

NEEDED = (
    *("carrier", "upstream", "downstream", "called", "egress_called", "calling", "egress_calling"),
    *("call_id", "egress_call_id"),
    *("start_time", "start_basis", "answer_time", "end_time", "precision", "outcome"),
)
"""The columns that `learn` looks at."""

LEAST_MATCHES = 3
CROWD = 12
"""A number called more often than this between two carriers tells little about clocks and costs much."""

LEAST_SPREAD = 0.05


@dataclass(frozen=True, slots=True)
class Edge:
    """Two neighbours' clocks: `downstream` minus `upstream` is `difference` s, `spread` s (1 sigma), by `matches`."""

    upstream: str
    downstream: str
    difference: float
    spread: float
    matches: int


def learn(statements: pl.DataFrame) -> Learned:
    """The clock of each carrier that matched traffic ties to others, in the CLOCKS schema, sorted by carrier.

    `statements` in the STATEMENTS schema. Carriers without matched traffic are left out: nothing is known of theirs.
    """
    edges = find_edges(statements)
    if not edges:
        return Learned.nothing()
    offsets = potentials(edges)
    rows = [
        (carrier, offset, *_quality(carrier, edges), 0.0, 0.0, 0.0, False, None)
        for carrier, offset in sorted(offsets.items())
    ]
    return replace(Learned.nothing(), clocks=pl.DataFrame(rows, schema=CLOCKS, orient="row"))


def sample(statements: pl.LazyFrame, count: int) -> pl.DataFrame:
    """At most about SAMPLE of `count` statements, by called number: both sides of a handoff are in, or both out.

    Only the columns that clocks are learned from are read; the others come back as nulls.
    """
    share = max(1, -(-count // SAMPLE))
    sent = pl.coalesce("egress_called", "called")
    chosen = statements.filter((pl.col("called") % share == 0) | (sent % share == 0)) if share > 1 else statements
    nothing = [pl.lit(None, kind).alias(name) for name, kind in STATEMENTS.items() if name not in NEEDED]
    return chosen.select(*NEEDED).collect(engine="streaming").with_columns(nothing).select(STATEMENTS.names())


def find_edges(statements: pl.DataFrame) -> list[Edge]:
    """One edge for each pair of neighbours whose statements meet often enough at one difference of time."""
    differences = _differences(statements)
    edges: list[Edge] = []
    for (upstream, downstream), group in differences.group_by(["u", "d"], maintain_order=True):
        certain = group.filter("same_call_id")
        found = _meeting(certain if certain.height >= LEAST_MATCHES else group)
        if found is not None:
            edges.append(Edge(str(upstream), str(downstream), *found))
    return edges


def _differences(statements: pl.DataFrame) -> pl.DataFrame:
    """All differences of time between statements of neighbours that name each other, with equal numbers."""
    facts = comparable(statements, Learned.nothing())
    times = ("setup", "final", "tick")
    up = facts.filter(pl.col("downstream").is_not_null()).select(
        *("sent_cid", pl.col("sid").alias("u_sid"), pl.col("sent_calling").alias("caller")),
        **{"u": "carrier", "d": "downstream", "key": "sent", **{f"u_{t}": pl.col(t) for t in times}},
    )
    down = facts.filter(pl.col("upstream").is_not_null()).select(
        *("cid", pl.col("sid").alias("d_sid"), pl.col("calling").alias("caller")),
        **{"u": "upstream", "d": "carrier", "key": "called", **{f"d_{t}": pl.col(t) for t in times}},
    )
    few = pl.len().over("u", "d", "key") <= CROWD
    quiet = _met(up.filter(few), down.filter(few).drop("caller"), ["u", "d", "key"])
    # A number that many call still tells something call by call of one caller.
    crowded = _met(up.filter(~few), down.filter(~few), ["u", "d", "key", "caller"])
    return pl.concat([quiet, crowded]).filter(pl.col("difference").abs() < FURTHEST).sort("u", "d", "difference")


def _met(up: pl.DataFrame, down: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """Statements of two neighbours that agree `on` some columns, with their difference of time in seconds."""
    few = pl.len().over(on) <= CROWD
    setup = pl.col("d_setup") + pl.col("d_tick") / 2 - pl.col("u_setup") - pl.col("u_tick") / 2 - 0.1
    final = pl.col("d_final") + pl.col("d_tick") / 2 - pl.col("u_final") - pl.col("u_tick") / 2 + 0.1
    return (
        up.filter(few)
        .join(down.filter(few), on=on)
        .select(
            "u",
            "d",
            "u_sid",
            "d_sid",
            difference=pl.coalesce(setup, final),
            weight=1 / pl.len().over(on).sqrt(),
            tick=pl.max_horizontal("u_tick", "d_tick"),
            same_call_id=(pl.col("cid") == pl.col("sent_cid")).fill_null(False),
        )
    )


def _meeting(group: pl.DataFrame) -> tuple[float, float, int] | None:
    """Difference (s), spread (s) and number of matches where the differences lie densest; None where too few meet."""
    values = group["difference"].to_numpy()
    tick = float(group["tick"].to_numpy().max())
    width = 2.0 + 2 * tick
    weights = np.concatenate([[0.0], np.cumsum(group["weight"].to_numpy())])
    ends = np.searchsorted(values, values + width, side="right")
    inside = weights[ends] - weights[:-1]
    first = int(np.argmax(inside))
    if inside[first] < LEAST_MATCHES:
        return None
    dense = _one_to_one(group[first : int(ends[first])])
    middle = float(np.median(dense))
    spread = 1.4826 * float(np.median(np.abs(dense - middle)))
    beyond_ticks = max(spread**2 - 2 * tick**2 / 12, 0.0) ** 0.5
    return middle, max(beyond_ticks, LEAST_SPREAD), round(float(inside[first]))


def _one_to_one(meeting: pl.DataFrame) -> Floats:
    """The differences of statements that are each other's best match; redials also meet across, seconds off."""
    away = (pl.col("difference") - float(np.median(meeting["difference"].to_numpy()))).abs()
    best = (away == away.min().over("u_sid")) & (away == away.min().over("d_sid"))
    return meeting.filter(best)["difference"].to_numpy()


def potentials(edges: list[Edge]) -> dict[str, float]:
    """Offsets (s) by carrier that fit the edges best, each connected part around its own median.

    Iteratively reweighted least squares with Huber's weights: one wrong edge does not pull its carriers along.
    """
    carriers = sorted({edge.upstream for edge in edges} | {edge.downstream for edge in edges})
    place = {carrier: i for i, carrier in enumerate(carriers)}
    matrix = np.zeros((len(edges), len(carriers)))
    for i, edge in enumerate(edges):
        matrix[i, place[edge.downstream]] = 1.0
        matrix[i, place[edge.upstream]] = -1.0
    target = np.array([edge.difference for edge in edges])
    trust = np.array([min(edge.matches, 100) ** 0.5 / (edge.spread + 0.1) for edge in edges])
    weights = trust.copy()
    solution: Floats = np.zeros(len(carriers))
    for _ in range(20):
        solution = np.asarray(np.linalg.lstsq(matrix * weights[:, None], target * weights, rcond=None)[0], np.float64)
        residual = np.abs(matrix @ solution - target)
        weights = trust * np.minimum(1.0, 0.5 / np.maximum(residual, 1e-9)) ** 0.5
    return _centred(carriers, solution, edges)


def _centred(carriers: list[str], solution: Floats, edges: list[Edge]) -> dict[str, float]:
    """Offsets relative to the median clock of each connected part: most carriers keep good time."""
    import networkx as nx

    place = {carrier: i for i, carrier in enumerate(carriers)}
    graph: nx.Graph[str] = nx.Graph()
    graph.add_edges_from((edge.upstream, edge.downstream) for edge in edges)
    matches = {carrier: sum(e.matches for e in edges if carrier in (e.upstream, e.downstream)) for carrier in carriers}
    offsets: dict[str, float] = {}
    for part in nx.connected_components(graph):
        ranked = sorted(part, key=lambda carrier: (float(solution[place[carrier]]), carrier))
        middle = ranked[(len(ranked) - 1) // 2]
        if len(ranked) % 2 == 0:
            other = ranked[len(ranked) // 2]
            middle = max(middle, other, key=lambda carrier: (matches[carrier], carrier))
        offsets |= {carrier: float(solution[place[carrier]] - solution[place[middle]]) for carrier in part}
    return offsets


def _quality(carrier: str, edges: list[Edge]) -> tuple[float, int]:
    """Spread (s) and matches of one carrier's clock: half the variance of its edges, more where matches are few."""
    own = [edge for edge in edges if carrier in (edge.upstream, edge.downstream)]
    matches = sum(edge.matches for edge in own)
    variance = float(np.median([edge.spread**2 for edge in own])) / 2
    return max((variance + 0.25 / matches) ** 0.5, LEAST_SPREAD), matches
