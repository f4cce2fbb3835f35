"""The facts of a call that Yate tells of in its legs, as RAW_CALLS has them."""

from __future__ import annotations

from typing import Any

from hoptrace.intake.formats.leg_attempts import Attempt
from hoptrace.intake.formats.yate.rows import Leg, release_code
from hoptrace.intake.ledger import Ledger
from hoptrace.model.statements import StartBasis

_RECEIVED = StartBasis.RECEIVED.value


def enter(call: Attempt[Leg], ledger: Ledger) -> None:
    """Put a call and its rows into the ledger."""
    leg = call.incoming or call.outgoing
    if leg is None:
        return
    ledger.enter(list(dict.fromkeys(call.rows)), _facts(call, leg))


def _facts(call: Attempt[Leg], leg: Leg) -> dict[str, Any]:
    last = call.outgoing or leg
    # Of the two legs of an answered call the incoming one tells when this switch answered.
    told = leg if last.billtime else last
    return {
        "start_time": leg.start,
        "start_basis": _RECEIVED,
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


def _release(call: Attempt[Leg], told: Leg) -> str | None:
    if told.billtime:
        return "200"
    for leg in (call.outgoing, call.incoming):
        if leg is not None and (code := release_code(leg.reason)):
            return code
    return None
