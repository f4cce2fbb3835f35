"""Who did what on a trail, and who says so: the roles of carriers and the support of handoffs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from hoptrace.model.carriers import Carrier
from hoptrace.model.verdicts import Hop, TraceResult, Verdict
from hoptrace.reports.model import Role, Support

Neighbours = Mapping[tuple[str, int], tuple[str | None, str | None]]
"""(batch, row) of a statement -> the upstream and the downstream that it names."""


ONE_SIDED = "does not say"
"""The words by which the evidence about naming says that one record leaves the other carrier out."""


def neighbours_of(statements: pl.DataFrame | None) -> Neighbours:
    """The neighbours that each of the trail's statements names, from a frame in the shape of `STATEMENTS`."""
    if statements is None:
        return {}
    rows = statements.select("batch", "row", "upstream", "downstream").iter_rows()
    return {(batch, row): (upstream, downstream) for batch, row, upstream, downstream in rows}


def roles_of(result: TraceResult, position: int, carriers: Mapping[str, Carrier]) -> tuple[Role, ...]:
    """The roles of the hop at `position` (0 is the terminating carrier), the most telling first.

    `ORIGINATING` is given only by the verdict, never by being last; `GATEWAY` where the carrier is in the terminating
    carrier's country and its upstream is known to be in another (47 CFR 64.6300, gateway provider).
    """
    hop, roles = result.hops[position], list[Role]()
    if _originates(result, position):
        roles.append(Role.ORIGINATING)
    if _is_entry(result, position):
        roles.append(Role.POINT_OF_ENTRY)
    elif _crosses_border(result.hops, position, carriers):
        roles.append(Role.GATEWAY)
    if position == 0:
        roles.append(Role.TERMINATING)
    if not hop.records:
        roles.append(Role.NAMED)
    return tuple(roles) or (Role.TRANSIT,)


def support_of(result: TraceResult, position: int, named: Neighbours) -> Support | None:
    """Who says that the hop at `position` handed the call to the one before it; None for the terminating carrier.

    Where the statements are not at hand, the evidence about naming tells whether both records name each other.
    """
    if position == 0:
        return None
    upper, lower = result.hops[position], result.hops[position - 1]
    if not upper.records or not lower.records:
        return Support.NAMED if upper.records or lower.records else Support.INFERRED
    if not named and any(line.about == "naming" and ONE_SIDED in line.detail for line in upper.evidence):
        return Support.ONE
    said_above = _names(upper, 1, lower.carrier, named)
    said_below = _names(lower, 0, upper.carrier, named)
    return Support.BOTH if said_above and said_below else Support.ONE


def _names(hop: Hop, side: int, neighbour: str, named: Neighbours) -> bool:
    keys = [(record.batch, record.row) for record in hop.records]
    known = [named[key][side] for key in keys if key in named]
    return not known or neighbour in known


def _originates(result: TraceResult, position: int) -> bool:
    return (
        result.verdict is Verdict.ORIGINATOR_IDENTIFIED
        and position == len(result.hops) - 1
        and result.hops[position].carrier == result.originating_carrier
    )


def _is_entry(result: TraceResult, position: int) -> bool:
    # A call may pass the same carrier twice: it came in where that carrier stands furthest upstream.
    upstream = [hop.carrier for hop in result.hops[position + 1 :]]
    return result.hops[position].carrier == result.point_of_entry and result.point_of_entry not in upstream


def _crosses_border(hops: Sequence[Hop], position: int, carriers: Mapping[str, Carrier]) -> bool:
    if position + 1 >= len(hops) or not hops[position].records:
        return False
    home, here, above = (_country(hops[at].carrier, carriers) for at in (0, position, position + 1))
    return bool(home and above) and here == home and above != home


def _country(carrier_id: str, carriers: Mapping[str, Carrier]) -> str:
    carrier = carriers.get(carrier_id)
    return carrier.country.upper() if carrier else ""
