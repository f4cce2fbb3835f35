"""Legs that voice gateways account for become calls: one a route attempt, with the neighbours of both sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hoptrace.intake.formats.freeswitch_times import micros_of
from hoptrace.intake.formats.h323_legs import Leg, make_leg
from hoptrace.intake.formats.h323_records import Odd, Record
from hoptrace.intake.formats.leg_attempts import Attempt, attempts_of, joined
from hoptrace.intake.formats.stamp_zones import StampZones, all_zones
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.open_passes import with_passes
from hoptrace.intake.reading import Chunk, Context
from hoptrace.model.statements import StartBasis

_RECEIVED, _FINAL = StartBasis.RECEIVED.value, StartBasis.FINAL.value


def chunk_of(records: Sequence[Record], context: Context, ledger: Ledger, by: str) -> Chunk:
    """The chunk of a group's records, whose rows stand in the ledger; `by` is the field that holds their epochs.

    What a zone's name means is found file by file, by the row that stands for a record. Raises TimezoneMissing.
    """
    by_file: dict[int, list[Record]] = {}
    for record in records:
        by_file.setdefault(record.rows[0][0], []).append(record)
    words = {
        file: StampZones.of(context, (timed for record in each for timed in record.timed()), by)
        for file, each in by_file.items()
    }
    legs: list[Leg] = []
    for file, each in by_file.items():
        odd = Odd()
        legs.extend(_legs(each, words[file], odd, ledger))
        for text in (*words[file].flags(), *odd.flags()):
            ledger.flag(file, text)
    _enter(legs, ledger)
    return with_passes(ledger.chunk(all_zones(words.values())))


def _legs(records: Sequence[Record], words: StampZones, odd: Odd, ledger: Ledger) -> Iterator[Leg]:
    for record in records:
        leg = make_leg(record, words, odd)
        if isinstance(leg, Leg):
            yield leg
            continue
        for row in record.rows:
            ledger.reject(*row, *leg)


def _enter(legs: Sequence[Leg], ledger: Ledger) -> None:
    """Join legs by the ids that they share, and put the calls into the ledger."""
    for group in joined(legs, [leg.ids for leg in legs]):
        for attempt in attempts_of(group):
            ledger.enter(list(attempt.rows), _facts(attempt))


def _facts(attempt: Attempt[Leg]) -> dict[str, Any]:
    come, gone = attempt.incoming, attempt.outgoing
    leg = come or gone
    assert leg is not None  # an attempt has one of the two
    # Of the two legs of an answered call the incoming one tells when this gateway answered.
    told = come if come is not None and (gone is None or (come.answered and gone.answered)) else (gone or leg)
    return {
        "start_time": micros_of(leg.begun),
        "start_basis": _RECEIVED if leg.received else _FINAL,
        "answer_time": None if told.answer is None else micros_of(told.answer),
        "end_time": None if told.end is None else micros_of(told.end),
        "duration": told.duration,
        "precision": leg.tick,
        "may_be_later": leg.later,
        **(_ingress(come) if come is not None else _seen_from_egress(leg)),
        **(_egress(gone, come) if gone is not None else _seen_from_ingress(leg)),
        "release_code": (gone.cause if gone is not None else None) or leg.cause,
        "record_id": "/".join(side.record_id for side in (come, gone) if side is not None and side.record_id) or None,
    }


def _ingress(leg: Leg) -> dict[str, Any]:
    return {
        "calling_number": leg.calling,
        "called_number": leg.called,
        "redirecting_number": leg.redirecting,
        "upstream": leg.peer,
        "call_id": leg.call_id,
    }


def _seen_from_egress(leg: Leg) -> dict[str, Any]:
    """The incoming side of a call of which only the outgoing leg is here."""
    return {
        "calling_number": leg.far.calling or leg.calling,
        "called_number": leg.far.called or leg.called,
        "redirecting_number": leg.redirecting,
        "upstream": leg.far.peer,
        "call_id": leg.far.call_id,
    }


def _egress(leg: Leg, incoming: Leg | None) -> dict[str, Any]:
    known = incoming is not None or leg.far.called is not None
    return {
        "egress_calling_number": leg.calling if known else None,
        "egress_called_number": leg.called if known else None,
        "downstream": leg.peer,
        "egress_call_id": leg.call_id,
    }


def _seen_from_ingress(leg: Leg) -> dict[str, Any]:
    """The outgoing side of a call of which only the incoming leg is here."""
    return {
        "egress_calling_number": leg.far.calling,
        "egress_called_number": leg.far.called,
        "downstream": leg.far.peer,
        "egress_call_id": leg.far.call_id,
    }
