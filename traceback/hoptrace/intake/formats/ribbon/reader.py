"""Ribbon (Sonus) ACT files of GSX and SBC Core: START, STOP and ATTEMPT records, and others that tell of no call."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.resaved import MINUTE, Signs
from hoptrace.intake.formats.ribbon.columns import ATTEMPT, LEAST, NO_CALL, START, STOP
from hoptrace.intake.formats.ribbon.rows import Odd, Record, facts_of, read_record
from hoptrace.intake.formats.ribbon.times import NodeTimes
from hoptrace.intake.formats.text.lines import decoded, lines_of
from hoptrace.intake.formats.text.splitting import split
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.open_passes import with_passes
from hoptrace.intake.reading import Chunk, Context, Detection, Source

_LOOKED_AT = 200
_CUT = "last line is cut: file still being written?"
_FEW_COLUMNS = "too few columns for its record type"
_UNKNOWN_TYPE = "unknown record type"
_LONG = 100_000
"""Of longer lines Python's csv says whether a field is too long."""

_TITLES = ("sonus", "ribbon")
"""How the first line of a file can begin that tells of the file itself."""

_Key = tuple[str, str, datetime] | tuple[int, int]


@dataclass(slots=True)
class _Group:
    """What a group of files gave so far: records by gateway and accounting id, and rows already seen."""

    times: NodeTimes
    context: Context
    ledger: Ledger = field(default_factory=Ledger)
    calls: defaultdict[_Key, list[Record]] = field(default_factory=lambda: defaultdict(list))
    seen: set[bytes] = field(default_factory=set[bytes])
    on_minutes: set[int] = field(default_factory=set[int])


class RibbonAct:
    """Reads ACT files; those of one gateway are one group, as a START may lie in the file before its STOP."""

    name = "ribbon_act"
    title = "Ribbon / Sonus ACT (GSX, SBC Core)"
    grouped = True
    needs_profile = False
    rows_are_lines = True

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims a file of records that begin with START, STOP or ATTEMPT, a gateway and an accounting id."""
        del source
        lines = [text for raw in head.splitlines()[:_LOOKED_AT] if (text := decoded(raw)).strip()]
        kinds = Counter(cells[0] for text in lines if _is_record(cells := text.split(",", 6)))
        others = sum(1 for text in lines if text.partition(",")[0] in NO_CALL or text.lower().startswith(_TITLES))
        if not kinds or kinds.total() * 2 < len(lines) - others:
            return None
        told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        return Detection(self.name, 0.96, f"records of a Ribbon or Sonus accounting file with gateway and id: {told}")

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk for the group; raises InputRefused where no row of a file is an ACT record, TimezoneMissing."""
        group = _Group(NodeTimes(context), context)
        for source in sources:
            _read_file(source, group)
        for records in group.calls.values():
            for attempt in _attempts(_as_precise(records, group.on_minutes)):
                main = attempt[0]
                facts = facts_of(main, context.signers)
                facts["may_be_later"] = group.times.may_be_later(main.start, main.end)
                group.ledger.call([record.place for record in attempt], **facts)
        for text in group.times.flags():
            group.ledger.flag(sources[0].index, text)
        yield with_passes(group.ledger.chunk(group.times.zone))


def _as_precise(records: list[Record], on_minutes: Collection[int]) -> list[Record]:
    """The records; those of files whose seconds are gone count as their minute."""
    if not on_minutes:
        return records
    return [each._replace(tick=MINUTE) if each.file in on_minutes else each for each in records]


def _is_record(cells: Sequence[str]) -> bool:
    return len(cells) == 7 and cells[0] in LEAST and cells[2].startswith("0x") and cells[5].count("/") == 2


def _read_file(source: Source, group: _Group) -> None:
    lines = lines_of(source)
    odd, good, tried = Odd(signs=Signs(group.context.profile.numbers.explicit)), 0, 0
    respelled, unended = group.times.respelled, lines.unended
    for line in lines.lines:
        where = source.index, line.number
        group.ledger.row(*where, line.raw)
        kind = line.text.partition(",")[0].strip()
        if not kind or kind in NO_CALL or (line.number == 1 and kind.lower().startswith(_TITLES)):
            group.ledger.skip(*where)
        elif line.raw in group.seen:
            group.ledger.duplicate(*where)
        elif line.number == unended:
            group.ledger.reject(*where, _CUT)
        else:
            group.seen.add(line.raw)
            tried += 1
            good += _row(where, line.text, group, odd)
    if tried and not good:
        raise InputRefused(
            f"{source.name}: no row is a START, STOP or ATTEMPT record of a Ribbon or Sonus ACT file. Give the right "
            "--format; see docs/formats/ribbon.md."
        )
    odd.signs.respelled = group.times.respelled - respelled
    for text in odd.signs.flags():
        group.ledger.flag(source.index, text)
    if odd.signs.minutes:
        group.on_minutes.add(source.index)
    if odd.durations:
        group.ledger.flag(source.index, f"durations that cannot be, left out: {odd.durations:,}")


def _row(where: tuple[int, int], text: str, group: _Group, odd: Odd) -> bool:
    """Settle a row or put it with its call; gives whether it was a call record."""
    cells = _cells(text)
    kind = cells[0]
    if kind not in LEAST:
        group.ledger.reject(*where, _UNKNOWN_TYPE)
        return False
    if len(cells) < LEAST[kind]:
        group.ledger.reject(*where, _FEW_COLUMNS)
        return False
    record = read_record(where, cells, group.times, odd)
    if isinstance(record, Record):
        group.calls[(record.gateway, record.id, record.start) if record.id else record.place].append(record)
    else:
        group.ledger.reject(*where, *record)
    return True


def _cells(text: str) -> list[str]:
    """The fields of a line, in nearly all of which a few are in quotes, whole ones and without quotes inside."""
    parts = text.split('"')
    if len(parts) % 2 == 0 or len(text) > _LONG:
        return split(text)
    bare, place = parts[::2], 0
    # No line has a zero character, so that it can hold the place of what is in quotes.
    cells = "\0".join(bare).split(",")
    for before, quoted in zip(bare, parts[1::2], strict=False):
        place += before.count(",")
        if cells[place] != "\0":
            return split(text)
        cells[place] = quoted
    return cells


def _attempts(records: Sequence[Record]) -> Iterator[list[Record]]:
    """The attempts of one accounting id: each ATTEMPT is one, a STOP with its START is one.

    A STOP says all that its START says, so it stands first.
    """
    starts = [record for record in records if record.kind == START]
    stops = [record for record in records if record.kind == STOP]
    for stop in stops:
        yield [stop, *starts]
        starts = []
    if starts:
        yield starts
    for record in records:
        if record.kind == ATTEMPT:
            yield [record]
