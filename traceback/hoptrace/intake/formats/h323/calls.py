"""Legs that voice gateways account for become calls: one a route attempt, with the neighbours of both sides."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

from hoptrace.intake.formats.clocks.stamp_zones import all_zones
from hoptrace.intake.formats.h323.attempts import Numbered, calls_of
from hoptrace.intake.formats.h323.facts import Facts
from hoptrace.intake.formats.h323.legs import File, Legs, Times
from hoptrace.intake.formats.h323.records import Record
from hoptrace.intake.formats.leg_attempts import attempts_of, joined
from hoptrace.intake.ledger import Ledger, Place, lacking
from hoptrace.intake.open_passes import with_passes
from hoptrace.intake.reading import Chunk, Context


def chunk_of(records: Sequence[Record], context: Context, ledger: Ledger, by: str) -> Chunk:
    """The chunk of a group's records, whose rows stand in the ledger; `by` is the field that holds their epochs.

    What a zone's name means is found file by file, by the row that stands for a record. Raises TimezoneMissing.
    """
    by_file: dict[int, list[Record]] = {}
    for record in records:
        by_file.setdefault(record.rows[0][0], []).append(record)
    files = {file: File(each, context, by) for file, each in by_file.items()}
    found: list[Legs] = []
    for file, each in files.items():
        legs, flags = each.legs()
        found.append(legs)
        for text in (*each.words.flags(), *flags):
            ledger.flag(file, text)
    if found:
        _enter(_together(found), ledger)
    return with_passes(ledger.chunk(all_zones(each.words for each in files.values())))


def _together(legs: Sequence[Legs]) -> Legs:
    """The legs of several files; behind them stands one of nothing, which has the number `NOBODY`."""
    rows = [row for each in legs for row in each.rows]
    facts, times = Facts(*_columns([each.facts for each in legs])), Times(*_columns([each.times for each in legs]))
    return Legs(rows, facts, times)


def _columns(several: Sequence[Sequence[Sequence[Any]]]) -> list[list[Any]]:
    return [[*chain(*columns), None] for columns in zip(*several, strict=True)]


def _enter(legs: Legs, ledger: Ledger) -> None:
    """Join legs by the ids that they share, and put the calls into the ledger."""
    facts, times = legs.facts, legs.times
    usable: list[Numbered] = []
    ids: list[tuple[str, ...]] = []
    for number, (rows, begun, called) in enumerate(zip(legs.rows, times.begun, facts.called, strict=False)):
        if begun is None or called is None:
            _reject(rows, begun, called, ledger)
            continue
        answered = bool(times.duration[number]) or times.answer[number] is not None
        usable.append(Numbered(number, facts.incoming[number], begun, answered, rows))
        ids.append(facts.ids[number])
    attempts = [attempt for group in joined(usable, ids) for attempt in attempts_of(group)]
    ledger.frame(
        calls_of(attempts, legs), ((row, call) for call, attempt in enumerate(attempts) for row in attempt.rows)
    )


def _reject(rows: Sequence[Place], begun: int | None, called: str | None, ledger: Ledger) -> None:
    for row in rows:
        ledger.reject(*row, *lacking(begun, called))
