"""What the attempts of gateways' calls say, by columns: of both legs, or of one that tells of the other, too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import polars as pl

from hoptrace.intake.formats.h323.legs import Legs, Times
from hoptrace.intake.formats.leg_attempts import Attempt
from hoptrace.intake.ledger import Place, frame_of
from hoptrace.model.statements import RAW_CALLS, StartBasis

NOBODY = -1
"""The number of a leg that is not here: all columns hold nothing at their end."""

_RECEIVED, _FINAL = StartBasis.RECEIVED.value, StartBasis.FINAL.value

Column = Sequence[Any]


class Numbered(NamedTuple):
    """Of a leg what joining needs; `number`: which of the `Legs` it is."""

    number: int
    incoming: bool
    begun: int
    answered: bool
    rows: tuple[Place, ...]


def calls_of(attempts: Sequence[Attempt[Numbered]], legs: Legs) -> pl.DataFrame:
    """The calls in the schema RAW_CALLS, a row each attempt."""
    places = [attempt.rows[0] for attempt in attempts]
    numbered = {
        "call": range(len(attempts)),
        "file": [file for file, _ in places],
        "row": [row for _, row in places],
    }
    return frame_of({**numbered, **_Told(attempts).columns(legs)}, RAW_CALLS)


class _Told:
    """The legs of attempts: the one that came in and the one that went out of each, or NOBODY."""

    def __init__(self, attempts: Sequence[Attempt[Numbered]]) -> None:
        self._both = [
            (NOBODY if come is None else come.number, NOBODY if gone is None else gone.number)
            for come, gone, _ in attempts
        ]
        self._first = [gone if come == NOBODY else come for come, gone in self._both]
        self._telling = [_telling(come, gone) for come, gone, _ in attempts]

    def columns(self, legs: Legs) -> dict[str, Column]:
        """What the attempts say."""
        facts, times, first = legs.facts, legs.times, self._first
        known = [come != NOBODY or facts.far_called[gone] is not None for come, gone in self._both]
        return {
            **self._times(times),
            # The side of a leg that is not here is told by the other one, as far as that knows.
            "calling_number": self._ingress(facts.calling, _either(facts.far_calling, facts.calling)),
            "called_number": self._ingress(facts.called, _either(facts.far_called, facts.called)),
            "redirecting_number": _of(first, facts.redirecting),
            "upstream": self._ingress(facts.peer, facts.far_peer),
            "call_id": self._ingress(facts.call_id, facts.far_call_id),
            "egress_calling_number": _where(known, self._egress(facts.calling, facts.far_calling)),
            "egress_called_number": _where(known, self._egress(facts.called, facts.far_called)),
            "downstream": self._egress(facts.peer, facts.far_peer),
            "egress_call_id": self._egress(facts.call_id, facts.far_call_id),
            "release_code": _either(_of([gone for _, gone in self._both], facts.cause), _of(first, facts.cause)),
            "record_id": [_joined(facts.record_id[come], facts.record_id[gone]) for come, gone in self._both],
        }

    def _times(self, times: Times) -> dict[str, Column]:
        first, telling = self._first, self._telling
        return {
            "start_time": _of(first, times.begun),
            "start_basis": [_RECEIVED if received else _FINAL for received in _of(first, times.received)],
            "precision": _of(first, times.tick),
            "may_be_later": _of(first, times.later),
            "answer_time": _of(telling, times.answer),
            "end_time": _of(telling, times.end),
            "duration": _of(telling, times.duration),
        }

    def _ingress(self, own: Column, far: Column) -> Column:
        return [far[gone] if come == NOBODY else own[come] for come, gone in self._both]

    def _egress(self, own: Column, far: Column) -> Column:
        return [far[come] if gone == NOBODY else own[gone] for come, gone in self._both]


def _telling(come: Numbered | None, gone: Numbered | None) -> int:
    """Of the two legs of an answered call the incoming one tells when this gateway answered."""
    if come is not None and (gone is None or (come.answered and gone.answered)):
        return come.number
    return NOBODY if gone is None else gone.number


def _of(legs: Sequence[int], column: Column) -> Column:
    return [column[leg] for leg in legs]


def _either(one: Column, other: Column) -> Column:
    return [text or text_too for text, text_too in zip(one, other, strict=True)]


def _where(known: Sequence[bool], texts: Column) -> Column:
    return [text if is_known else None for is_known, text in zip(known, texts, strict=True)]


def _joined(come: str | None, gone: str | None) -> str | None:
    return f"{come}/{gone}" if come and gone else come or gone
