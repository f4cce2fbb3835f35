"""3CX from version 20 on: its table `cdroutput` as CSV, several rows a call, joined by `call_history_id`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.text.lines import Line, Lines, decoded, lines_of
from hoptrace.intake.formats.text.splitting import split, split_tolerant
from hoptrace.intake.formats.threecx.calls import Part, calls_of, part_of
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.reading import Chunk, Context, Detection, Source

_NEEDED = frozenset({"cdr_id", "call_history_id", "source_entity_type", "destination_entity_type", "cdr_started_at"})
_CUT = "last line is cut: file still being written?"

Place = tuple[int, int]


@dataclass(slots=True)
class _Group:
    """What the files of one group have given so far: the parts of each call, each once."""

    ledger: Ledger = field(default_factory=Ledger)
    parts: dict[str, list[Part]] = field(default_factory=dict[str, list[Part]])
    seen: set[str] = field(default_factory=set[str])


class ThreeCxCalls:
    """Reads exports of 3CX's table of calls; queues, transfers and diversions of a call are parts of it."""

    name = "3cx_v20"
    title = "3CX call data records from version 20 on (table cdroutput)"
    grouped = True
    needs_profile = False
    rows_are_lines = True

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims a file whose header names the table's columns."""
        del source
        names = _names(split(decoded(head.splitlines()[0]))) if head.strip() else []
        if not set(names) >= _NEEDED:
            return None
        return Detection(self.name, 0.97, "its header has the columns of 3CX's table cdroutput")

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk for the group; raises InputRefused where a file has no header of the table."""
        del context
        group = _Group()
        for source in sources:
            _read_file(source, group)
        for parts in group.parts.values():
            for rows, facts in calls_of(parts):
                if isinstance(facts, str):
                    for place in rows:
                        group.ledger.reject(*place, facts)
                else:
                    group.ledger.call(rows, **facts)
        yield group.ledger.chunk()


def _read_file(source: Source, group: _Group) -> None:
    lines = lines_of(source)
    names: list[str] = []
    for line in lines.lines:
        group.ledger.row(source.index, line.number, line.raw)
        cells = split(line.text)
        if not line.text.strip():
            group.ledger.skip(source.index, line.number)
        elif set(_names(cells)) >= _NEEDED:
            names = _names(cells)
            group.ledger.skip(source.index, line.number)
        elif not names:
            raise InputRefused(
                f"{source.name}: no header with the columns of 3CX's table cdroutput ({', '.join(sorted(_NEEDED))}). "
                "Give the right --format, see docs/formats/3cx.md."
            )
        else:
            _row(source, line, lines, names, group)


def _row(source: Source, line: Line, lines: Lines, names: list[str], group: _Group) -> None:
    place, cells = (source.index, line.number), split(line.text)
    if len(cells) != len(names):
        cells = split_tolerant(line.text)
    if len(cells) != len(names):
        cut = not lines.complete and line.number == len(lines.lines)
        group.ledger.reject(*place, _CUT if cut else "wrong number of columns")
        return
    said = {
        name: text for name, cell in zip(names, cells, strict=True) if (text := cell.strip()) not in ("", "NULL", "\\N")
    }
    key = said.get("cdr_id") or line.text
    if key in group.seen:
        group.ledger.duplicate(*place)
        return
    part = part_of(place, said)
    if isinstance(part, str):
        group.ledger.reject(*place, part)
        return
    group.seen.add(key)
    call = said.get("main_call_history_id") or said.get("call_history_id") or f"{place}"
    group.parts.setdefault(call, []).append(part)


def _names(cells: Sequence[str]) -> list[str]:
    return [cell.strip().lower() for cell in cells]
