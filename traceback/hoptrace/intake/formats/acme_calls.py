"""Rows of an Oracle / Acme Packet SBC become calls: start and interim rows go into the stop row of the same attempt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hoptrace.intake.formats.acme_layout import Kind
from hoptrace.intake.formats.acme_rows import Record
from hoptrace.intake.formats.clock_times import ClockTimes
from hoptrace.intake.ledger import Ledger
from hoptrace.model.statements import StartBasis

Attempt = list[Record]
"""The rows of one call over one route; the first stands for it."""


def session_of(record: Record) -> tuple[str, str] | tuple[int, int]:
    """What the rows of one session share: the ingress Call-ID and, where it is written, the setup time's instant.

    A Call-ID that is used again for the next try of the same caller has another setup time.
    """
    name = record.call_id or record.session or record.generic
    return (name, record.setup.isoformat()) if name else record.place


def attempts_of(records: Sequence[Record]) -> Iterator[Attempt]:
    """The route attempts of one session: one for each egress Call-ID that a row names.

    Rows that name none go into the attempt that was answered or else tried last. Several stop rows with the same egress
    Call-ID, or none, are attempts of their own.
    """
    if len(records) == 1:
        yield [records[0]]
        return
    attempts: list[Attempt] = []
    by_egress: dict[str, Attempt] = {}
    unnamed: list[Attempt] = []  # those without an egress Call-ID, the likeliest last
    for record in sorted(records, key=_standing):
        egress = record.egress_call_id
        owner: Attempt | None = None
        if record.kind is not Kind.STOP:
            owner = (by_egress.get(egress) or (unnamed.pop() if unnamed else None)) if egress else _last(attempts)
        if owner is None:
            owner = []
            attempts.append(owner)
            if not egress:
                unnamed.append(owner)
        owner.append(record)
        if egress:
            by_egress[egress] = owner
    yield from attempts


def _last(attempts: Sequence[Attempt]) -> Attempt | None:
    return attempts[-1] if attempts else None


def _standing(record: Record) -> tuple[int, bool, tuple[int, int]]:
    """Stop rows say most, then start rows; of those the answered ones come last, and else the later ones."""
    return (Kind.STOP, Kind.START, Kind.INTERIM).index(record.kind), record.connect is not None, record.place


def enter(attempt: Attempt, times: ClockTimes, ledger: Ledger) -> None:
    """Put an attempt and its rows into the ledger; `times` are those by which the rows were read."""
    call = _merged(attempt)
    later = times.may_be_later(call.setup, call.connect, call.disconnect)
    ledger.call([record.place for record in attempt], may_be_later=later, **_facts(call))


def _merged(attempt: Attempt) -> Record:
    """The first record, with what it does not say from the others."""
    main = attempt[0]
    for other in attempt[1:]:
        main = Record._make(theirs if ours is None else ours for ours, theirs in zip(main, other, strict=True))
    return main


def _facts(call: Record) -> dict[str, Any]:
    failed = call.release is not None and len(call.release) == 3 and call.release[0] in "3456"
    # A failed call's answer time only repeats another of its times.
    answered = None if failed and not call.duration else call.connect
    silent = call.kind is Kind.STOP and answered is None and not call.duration
    return {
        "start_time": call.setup,
        "start_basis": str(StartBasis.RECEIVED),
        "answer_time": answered,
        "end_time": call.disconnect,
        "duration": 0.0 if silent else call.duration,
        "precision": call.tick,
        "calling_number": call.calling,
        "called_number": call.called,
        "egress_called_number": call.final_number,
        "redirecting_number": call.diversion,
        "upstream": call.upstream,
        "downstream": call.downstream,
        "call_id": call.call_id,
        "egress_call_id": call.egress_call_id,
        "attestation": call.attestation,
        "release_code": call.release,
        "record_id": "/".join(part for part in (call.session or call.generic, call.sequence) if part) or None,
    }
