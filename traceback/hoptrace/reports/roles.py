"""Who did what on a trail, and who says so: the roles of carriers and the support of handoffs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hoptrace.model.carriers import Carrier
from hoptrace.model.verdicts import Hop, Support, TraceResult, Verdict
from hoptrace.reports.trace.model import Role


def roles_of(result: TraceResult, position: int, carriers: Mapping[str, Carrier]) -> tuple[Role, ...]:
    """The roles of the hop at `position` (0 is the terminating carrier), the most telling first.

    `ORIGINATING` is given only by the verdict, never by being last; `GATEWAY` where the carrier is in the terminating
    carrier's country and its upstream is known to be in another (47 CFR 64.6300, gateway provider). `TRAIL_END` where a
    path ends with neither an originator nor a point of entry: nothing says that the carrier only carried the call.
    """
    hop, roles = result.hops[position], list[Role]()
    if _originates(result, position):
        roles.append(Role.ORIGINATING)
    if _is_entry(result, position):
        roles.append(Role.POINT_OF_ENTRY)
    elif _crosses_border(result.hops, position, carriers):
        roles.append(Role.GATEWAY)
    if not roles and hop.records and position == len(result.hops) - 1:
        roles.append(Role.TRAIL_END)
    if position == 0:
        roles.append(Role.TERMINATING)
    if not hop.records:
        roles.append(Role.NAMED)
    return tuple(roles) or (Role.TRANSIT,)


def support_of(result: TraceResult, position: int) -> Support | None:
    """Who says that the hop at `position` handed the call to the one before it; None for the terminating carrier.

    A result that does not tell is judged by which of the two carriers has a record.
    """
    if position == 0:
        return None
    upper, lower = result.hops[position], result.hops[position - 1]
    if upper.support is not None:
        return upper.support
    if upper.records and lower.records:
        return Support.BOTH
    return Support.NAMED if upper.records or lower.records else Support.INFERRED


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
