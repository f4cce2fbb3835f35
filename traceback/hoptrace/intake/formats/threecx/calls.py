"""The parts of a 3CX call - in over a trunk, through menus and queues, to telephones or out again - as its statements.

3CX writes a row for each step of a call. What came in and what went out over a trunk is a handoff; the steps between
are the PBX's own. A call that was tried over several trunks has a statement for each, as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hoptrace.intake.ledger import NO_CALLED, NO_START
from hoptrace.model.statements import StartBasis

_OUTSIDE = frozenset({"external_line", "provider"})
_FIRST_YEAR, _LAST_YEAR = 2000, 2100

Place = tuple[int, int]
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One row: a step of a call from a source to a destination."""

    place: Place
    said: dict[str, str]
    start: datetime
    answer: datetime | None
    end: datetime | None

    def outside(self, side: str) -> bool:
        """Whether the `source` or the `destination` is a trunk."""
        return not _OUTSIDE.isdisjoint((self.said.get(f"{side}_entity_type"), self.said.get(f"{side}_dn_type")))

    def number(self, side: str) -> str | None:
        """The telephone number of the `source` or `destination`, else its number in the PBX."""
        return self.said.get(f"{side}_participant_phone_number") or self.said.get(f"{side}_dn_number")


def part_of(place: Place, said: dict[str, str]) -> Part | str:
    """A row with its times, or why it is none."""
    start = _time(said.get("cdr_started_at"))
    if start is None:
        return NO_START
    return Part(place, said, start, _time(said.get("cdr_answered_at")), _time(said.get("cdr_ended_at")))


def calls_of(parts: Sequence[Part]) -> Iterator[tuple[list[Place], Facts | str]]:
    """The statements of one call, each with its rows, the one that stands for it first; or why there is none."""
    ordered = sorted(parts, key=lambda part: (part.start, part.place))
    attempts = [part for part in ordered if part.outside("destination")]
    steps = [part for part in ordered if not part.outside("destination")]
    if not attempts:
        yield [part.place for part in ordered], _facts(ordered, None)
        return
    # The steps within the PBX belong to the attempt that was answered, else to the last.
    main = next((part for part in attempts if part.answer is not None), attempts[-1])
    for attempt in attempts:
        rows = [attempt.place, *(part.place for part in steps if attempt is main)]
        yield rows, _facts(ordered, attempt)


def _facts(ordered: Sequence[Part], attempt: Part | None) -> Facts | str:
    first, last = ordered[0], attempt or max(ordered, key=lambda part: (part.end or part.start, part.place))
    came = first.outside("source")
    called = first.said.get("source_participant_trunk_did") if came else attempt and attempt.number("destination")
    called = called or first.number("destination")
    if not called:
        return NO_CALLED
    answered = [part.answer for part in ([attempt] if attempt is not None else ordered) if part.answer is not None]
    answer = min(answered, default=None)
    extension = first.said.get("source_entity_type") == "extension"
    return {
        "start_time": first.start,
        "start_basis": str(StartBasis.RECEIVED),
        "answer_time": answer,
        "end_time": last.end,
        "duration": _talked(answer, last.end),
        "precision": 1_000,
        "calling_number": first.number("source"),
        "called_number": called,
        "egress_called_number": attempt.number("destination") if attempt is not None and came else None,
        "upstream": first.said.get("source_dn_number") if came else None,
        "customer": first.said.get("source_dn_number") if extension and not came else None,
        "downstream": attempt.said.get("destination_dn_number") if attempt is not None else None,
        "release_code": last.said.get("termination_reason"),
        "record_id": last.said.get("cdr_id"),
    }


def _talked(answer: datetime | None, end: datetime | None) -> float | None:
    if answer is None:
        return 0.0
    return (end - answer).total_seconds() if end is not None and end >= answer else None


def _time(text: str | None) -> datetime | None:
    """A time with its offset, as PostgreSQL writes it; None where it is none."""
    try:
        time = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return time if time is not None and time.tzinfo is not None and _FIRST_YEAR <= time.year < _LAST_YEAR else None
