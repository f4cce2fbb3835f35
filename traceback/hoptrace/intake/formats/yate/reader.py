"""Yate's cdrfile module: one row a leg, joined by billid over all files of a group, or both legs in one row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.leg_attempts import Attempt, attempts_of
from hoptrace.intake.formats.text.lines import decoded, lines_of
from hoptrace.intake.formats.text.splitting import split, split_tolerant
from hoptrace.intake.formats.yate.calls import enter
from hoptrace.intake.formats.yate.rows import (
    COMBINED_COLUMNS,
    LEG_COLUMNS,
    Leg,
    Odd,
    incoming_leg,
    looks_like_yate,
    outgoing_leg,
    problems,
)
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.reading import Chunk, Context, Detection, Source

_DELIMITERS = ("\t", ",", ";")
_LOOKED_AT = 200
_CUT = "last line is cut: file still being written?"


@dataclass(slots=True)
class _Group:
    """What a group of files gave so far: legs by billid, combined calls, and rows already seen."""

    ledger: Ledger = field(default_factory=Ledger)
    legs: dict[str, list[Leg]] = field(default_factory=dict[str, list[Leg]])
    calls: list[Attempt[Leg]] = field(default_factory=list[Attempt[Leg]])
    seen: set[bytes] = field(default_factory=set[bytes])


class YateCdrfile:
    """Reads Yate cdrfile logs; several rotated files of one switch are one group."""

    name = "yate"
    title = "Yate cdrfile (one row a leg, or combined)"
    grouped = True
    needs_profile = False
    rows_are_lines = True

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims a file most of whose rows have an epoch, a billid and durations where Yate writes them."""
        del source
        lines = [text for raw in head.splitlines()[:_LOOKED_AT] if (text := decoded(raw)).strip()]
        if not lines:
            return None
        delimiter, fits = _delimiter(lines)
        if fits * 2 < len(lines):
            return None
        width = next(len(cells) for line in lines if looks_like_yate(cells := split(line, delimiter)))
        kind = "both legs in one row" if width == COMBINED_COLUMNS else "one leg a row"
        return Detection(self.name, 0.95, f"{width} columns of a Yate record, {kind}, in {fits} of {len(lines)} rows")

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk for the group; raises InputRefused where no row of a file is a Yate record."""
        del context
        group = _Group()
        for source in sources:
            _read_file(source, group)
        for legs in group.legs.values():
            group.calls.extend(attempts_of(legs))
        for call in group.calls:
            enter(call, group.ledger)
        yield group.ledger.chunk()


def _delimiter(lines: Sequence[str]) -> tuple[str, int]:
    """The delimiter by which most rows are Yate records, and how many are."""
    counts = [(sum(looks_like_yate(split(line, d)) for line in lines), d) for d in _DELIMITERS]
    fits, delimiter = max(counts, key=lambda pair: pair[0])
    return delimiter, fits


def _read_file(source: Source, group: _Group) -> None:
    lines = lines_of(source)
    texts = [line.text for line in lines.lines[:_LOOKED_AT] if line.text.strip()]
    delimiter, fits = _delimiter(texts)
    if texts and not fits:
        raise InputRefused(
            f"{source.name}: no row looks like a record of Yate's cdrfile ({LEG_COLUMNS} or {COMBINED_COLUMNS} columns "
            "that begin with an epoch and a billid). Give the right --format, see docs/formats/yate.md."
        )
    odd, unended, title = Odd(), lines.unended, "time" + delimiter
    for line in lines.lines:
        group.ledger.row(source.index, line.number, line.raw)
        if not line.text.strip() or line.text.startswith(title):
            group.ledger.skip(source.index, line.number)
        elif line.raw in group.seen:
            group.ledger.duplicate(source.index, line.number)
        elif line.number == unended:
            group.ledger.reject(source.index, line.number, _CUT)
        else:
            group.seen.add(line.raw)
            _row((source.index, line.number), _cells(line.text, delimiter), group, odd)
    if odd.durations:
        group.ledger.flag(source.index, f"durations that cannot be, left out: {odd.durations}")


def _cells(text: str, delimiter: str) -> list[str]:
    cells = split(text, delimiter)
    if len(cells) in (LEG_COLUMNS, COMBINED_COLUMNS):
        return cells
    again = split_tolerant(text, delimiter)
    return again if len(again) in (LEG_COLUMNS, COMBINED_COLUMNS) else cells


def _row(where: tuple[int, int], cells: list[str], group: _Group, odd: Odd) -> None:
    if len(cells) not in (LEG_COLUMNS, COMBINED_COLUMNS):
        group.ledger.reject(*where, "wrong number of columns")
        return
    reasons = problems(cells)
    if reasons:
        group.ledger.reject(*where, *reasons)
        return
    leg = incoming_leg(where, cells, odd)
    if len(cells) == COMBINED_COLUMNS:
        group.calls.append(Attempt(leg, outgoing_leg(leg, cells, odd), (where,)))
    elif leg.billid:
        group.legs.setdefault(leg.billid, []).append(leg)
    else:
        group.legs[f"file {where[0]} row {where[1]}"] = [leg]
