"""FreeSWITCH legs become calls: an incoming leg with each outgoing one, one call a route attempt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hoptrace.intake.formats.freeswitch_legs import Leg
from hoptrace.intake.formats.freeswitch_peers import dialled_by, downstream_of, upstream_of
from hoptrace.intake.ledger import Ledger
from hoptrace.model.statements import StartBasis

_RECEIVED = StartBasis.RECEIVED.value


def enter_calls(legs: Sequence[Leg], ledger: Ledger) -> None:
    """Join legs by the ids that they name of each other, and put the calls into the ledger."""
    owner = _owners(legs)
    routed: dict[int, list[Leg]] = {}
    for number, incoming in owner.items():
        routed.setdefault(incoming, []).append(legs[number])
    for number, leg in enumerate(legs):
        if number in owner:
            continue
        if leg.outbound:
            ledger.enter([(leg.file, leg.row)], _outgoing_alone(leg))
            continue
        for rows, facts in _attempts(leg, routed.get(number, [])):
            ledger.enter(rows, facts)


def _owners(legs: Sequence[Leg]) -> dict[int, int]:
    """For each outgoing leg the incoming leg that it belongs to, both by their place in `legs`."""
    by_uuid = {leg.uuid: number for number, leg in enumerate(legs) if leg.uuid and not leg.outbound}
    naming = {other: number for number, leg in enumerate(legs) if not leg.outbound for other in leg.linked}
    owner: dict[int, int] = {}
    for number, leg in enumerate(legs):
        if not leg.outbound:
            continue
        found = [by_uuid[other] for other in leg.linked if other in by_uuid]
        if not found and leg.uuid in naming:
            found = [naming[leg.uuid]]
        if found:
            owner[number] = min(found)
    return owner


def _attempts(incoming: Leg, outgoing: Sequence[Leg]) -> Iterator[tuple[list[tuple[int, int]], dict[str, Any]]]:
    """The calls of an incoming leg; its row stands for the attempt that was answered or else tried last."""
    here = (incoming.file, incoming.row)
    if not outgoing:
        facts = _ingress(incoming, incoming)
        facts["downstream"], facts["egress_called_number"] = dialled_by(incoming)
        yield [here], facts
        return
    in_order = sorted(outgoing, key=lambda leg: (leg.start, leg.file, leg.row))
    chosen = max(in_order, key=lambda leg: (leg.answer is not None, leg.start, leg.file, leg.row))
    for leg in in_order:
        place = (leg.file, leg.row)
        told = incoming if leg is chosen and incoming.answer is not None and leg.answer is not None else leg
        yield (
            [here, place] if leg is chosen else [place],
            {
                **_ingress(incoming, told),
                **_egress(leg),
                "record_id": f"{incoming.uuid or ''}/{leg.uuid or ''}",
            },
        )


def _ingress(leg: Leg, ended: Leg) -> dict[str, Any]:
    """What an incoming leg says of a call, and how it ended by the leg that tells that."""
    said = leg.variables.get
    return {
        "start_time": leg.start,
        "start_basis": _RECEIVED,
        "precision": leg.tick,
        "may_be_later": leg.later,
        "calling_number": leg.calling,
        "called_number": leg.called,
        "redirecting_number": leg.redirecting,
        "call_id": said("sip_call_id"),
        "upstream": upstream_of(leg),
        "identity": said("sip_h_Identity") or said("sip_identity") or said("sip_h_identity"),
        "record_id": leg.uuid,
        "answer_time": ended.answer,
        "end_time": ended.end,
        "duration": ended.duration,
        "release_code": ended.release_code,
    }


def _egress(leg: Leg) -> dict[str, Any]:
    return {
        "egress_calling_number": leg.calling,
        "egress_called_number": leg.called,
        "egress_call_id": leg.variables.get("sip_call_id"),
        "downstream": downstream_of(leg),
    }


def _outgoing_alone(leg: Leg) -> dict[str, Any]:
    """An outgoing leg whose incoming one is in no file; its document may repeat the numbers that came in."""
    origin = leg.originator
    came_in = origin is not None and origin.called is not None
    facts = {
        **_ingress(leg, leg),
        **_egress(leg),
        "call_id": None,
        "upstream": None,
        "redirecting_number": None,
    }
    if origin is not None and came_in:
        facts.update(calling_number=origin.calling, called_number=origin.called, upstream=origin.address)
    else:
        facts.update(egress_calling_number=None, egress_called_number=None)
    return facts
