"""Legs of one billid become calls: the incoming leg with each outgoing one, one call a route attempt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hoptrace.intake.formats.yate_rows import Direction, Leg, release_code
from hoptrace.intake.ledger import Ledger
from hoptrace.model.statements import StartBasis


@dataclass(frozen=True, slots=True)
class Call:
    """A call and route attempt: its incoming leg, its outgoing leg, or both; `rows` as (file, row), the first stands
    for it."""

    incoming: Leg | None
    outgoing: Leg | None
    rows: tuple[tuple[int, int], ...]


def calls_of(legs: Sequence[Leg]) -> Iterator[Call]:
    """The calls of one billid's legs.

    An outgoing leg belongs to the latest incoming leg that began before it. The incoming row stands for the attempt
    that was answered or else tried last; every other attempt is stood for by its own row.
    """
    incoming = sorted((leg for leg in legs if leg.direction is Direction.INCOMING), key=_order)
    routed: list[list[Leg]] = [[] for _ in incoming]
    for leg in sorted((leg for leg in legs if leg.direction is Direction.OUTGOING), key=_order):
        owner = max((i for i, come in enumerate(incoming) if come.time <= leg.time), default=0)
        if incoming:
            routed[owner].append(leg)
        else:
            yield Call(None, leg, ((leg.file, leg.row),))
    for come, gone in zip(incoming, routed, strict=True):
        yield from _attempts(come, gone)


def _attempts(incoming: Leg, outgoing: Sequence[Leg]) -> Iterator[Call]:
    here = (incoming.file, incoming.row)
    if not outgoing:
        yield Call(incoming, None, (here,))
        return
    chosen = max(outgoing, key=lambda leg: (bool(leg.billtime), *_order(leg)))
    for leg in outgoing:
        place = (leg.file, leg.row)
        yield Call(incoming, leg, (here, place) if leg is chosen else (place,))


def enter(call: Call, ledger: Ledger) -> None:
    """Put a call and its rows into the ledger."""
    leg = call.incoming or call.outgoing
    if leg is None:
        return
    rows = list(dict.fromkeys(call.rows))
    ledger.call(rows, **_facts(call, leg))


def _facts(call: Call, leg: Leg) -> dict[str, Any]:
    last = call.outgoing or leg
    # Of the two legs of an answered call the incoming one tells when this switch answered.
    told = leg if last.billtime else last
    return {
        "start_time": leg.start,
        "start_basis": str(StartBasis.RECEIVED),
        "answer_time": told.answered_at,
        "end_time": told.end,
        "duration": told.billtime,
        "precision": leg.tick,
        "calling_number": leg.caller,
        "called_number": leg.called,
        "egress_calling_number": _of(call.outgoing, leg, "caller"),
        "egress_called_number": _of(call.outgoing, leg, "called"),
        "upstream": call.incoming.address if call.incoming else None,
        "downstream": call.outgoing.address if call.outgoing else None,
        "release_code": _release(call, told),
        "record_id": f"{leg.billid}/{last.chan}" if last.chan else leg.billid,
    }


def _of(outgoing: Leg | None, leg: Leg, name: str) -> str | None:
    """A number that the outgoing leg has, where there is an incoming one to compare it with."""
    return None if outgoing is None or outgoing is leg else getattr(outgoing, name)


def _release(call: Call, told: Leg) -> str | None:
    if told.billtime:
        return "200"
    for leg in (call.outgoing, call.incoming):
        if leg is not None and (code := release_code(leg.reason)):
            return code
    return None


def _order(leg: Leg) -> tuple[float, int, int]:
    return leg.time, leg.file, leg.row
