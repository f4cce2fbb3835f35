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
    known = come is not None or leg.far.called is not None
    return {
        "start_time": micros_of(leg.begun),
        "start_basis": _RECEIVED if leg.received else _FINAL,
        "answer_time": None if told.answer is None else micros_of(told.answer),
        "end_time": None if told.end is None else micros_of(told.end),
        "duration": told.duration,
        "precision": leg.tick,
        "may_be_later": leg.later,
        # The side of a leg that is not here is told by the other one, as far as that knows.
        "calling_number": leg.calling if come is not None else leg.far.calling or leg.calling,
        "called_number": leg.called if come is not None else leg.far.called or leg.called,
        "redirecting_number": leg.redirecting,
        "upstream": leg.peer if come is not None else leg.far.peer,
        "call_id": leg.call_id if come is not None else leg.far.call_id,
        "egress_calling_number": leg.far.calling if gone is None else gone.calling if known else None,
        "egress_called_number": leg.far.called if gone is None else gone.called if known else None,
        "downstream": leg.far.peer if gone is None else gone.peer,
        "egress_call_id": leg.far.call_id if gone is None else gone.call_id,
        "release_code": (gone.cause if gone is not None else None) or leg.cause,
        "record_id": _record_id(come, gone),
    }


def _record_id(come: Leg | None, gone: Leg | None) -> str | None:
    return "/".join([side.record_id for side in (come, gone) if side is not None and side.record_id]) or None
