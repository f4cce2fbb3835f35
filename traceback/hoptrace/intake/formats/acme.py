"""Oracle / Acme Packet session border controllers: local CDR files, rows of several types and lengths in one file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.acme_calls import attempts_of, enter, session_of
from hoptrace.intake.formats.acme_layout import KINDS, LEAST_COLUMNS, Kind, Layout, Layouts
from hoptrace.intake.formats.acme_rows import (
    Odd,
    Peers,
    Record,
    Row,
    read_record,
    said_in,
    said_quickly,
    split_row,
    split_unescaped,
)
from hoptrace.intake.formats.asterisk_lines import decoded, lines_of
from hoptrace.intake.formats.clock_times import ClockTimes
from hoptrace.intake.formats.resaved import MINUTE, Signs
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.open_passes import with_passes
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Chunk, Context, Detection, Source

_LOOKED_AT = 100
_CUT = "last line is cut: file still being written?"
_UNKNOWN_COLUMNS = "columns are not where any known release has them"
_UNREAD = (
    "Trunk groups, addresses, SIP status and STIR/SHAKEN columns were not read; name the columns in a profile "
    "(docs/formats/acme.md)"
)
_ENOUGH = 200
"""So many rows of an unknown length are looked at together."""
_UNKNOWN_LENGTH = "no documented release writes rows of so many columns"
_WAYS_OUT = (
    "Name their columns in a profile, as the SBC's dump_csv_format lists them; or look at what "
    "hoptrace profile show FILE --profile acme_measured finds in them, and submit with --format acme_measured "
    "(docs/formats/acme.md)"
)
_UNKNOWN_TYPE = "no known Acct-Status-Type in the first column"


@dataclass(slots=True)
class _Group:
    """What a group of files gave so far: records by session, and rows already seen."""

    times: ClockTimes
    layouts: Layouts
    peers: Peers
    measures: bool
    ledger: Ledger = field(default_factory=Ledger)
    sessions: dict[object, list[Record]] = field(default_factory=dict[object, list[Record]])
    seen: set[bytes] = field(default_factory=set[bytes])
    on_minutes: set[int] = field(default_factory=set[int])


@dataclass(frozen=True, slots=True)
class AcmeSbc:
    """Reads local CDR files of Oracle's SBC; rotated files are one group, as a start may lie in the file before.

    Rows of a length that neither a documented release nor the profile has are rejected; where it `measures`, their
    columns are taken where the rows themselves show them. That has to be asked for by name.
    """

    measures: bool = False
    grouped: bool = True
    needs_profile: bool = False
    rows_are_lines: bool = True

    @property
    def name(self) -> str:
        """What `--format` takes."""
        return self.name_of(measures=self.measures)

    @staticmethod
    def name_of(*, measures: bool = False) -> str:
        """The name of the reader that measures, or of the one that does not."""
        return "acme_measured" if measures else "acme"

    @property
    def customisable(self) -> bool:
        """Its columns are the operator's choice: it may fit, and must be named."""
        return self.measures

    @property
    def title(self) -> str:
        """What people call it."""
        measured = ", rows of undocumented lengths too" if self.measures else ""
        return f"Oracle / Acme Packet SBC local CDR (CSV{measured})"

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims a file most of whose long rows have a type and a setup time where Oracle's SBC writes them."""
        del source
        lines = [text for raw in head.splitlines()[:_LOOKED_AT] if (text := decoded(raw)).strip()]
        layouts = Layouts(Profile())
        known = [_understood(text, layouts) for text in lines]
        found = Counter(layout.why for layout in known if layout is not None)
        if not found or found.total() * 2 < sum(1 for text in lines if text.count(",") >= LEAST_COLUMNS):
            return None
        kinds = ", ".join(f"{why}: {count}" for why, count in sorted(found.items()))
        unknown = sum(not layout.known and layout.kind is not Kind.INTERIM for layout in known if layout is not None)
        undocumented = unknown * 2 > found.total()
        if self.measures and not undocumented:
            return None
        # Of rows that no release documents the other reader takes none.
        sure = 0.96 if self.measures else 0.95
        return Detection(self.name, sure, f"setup time and record type where Oracle's SBC has them ({kinds})")

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk for the group; raises InputRefused where no row of a file is an SBC's, TimezoneMissing."""
        group = _Group(ClockTimes(context), Layouts(context.profile), Peers.of(context.profile), self.measures)
        for source in sources:
            _read_file(source, group)
        for records in group.sessions.values():
            for attempt in attempts_of(_as_precise(records, group.on_minutes)):
                enter(attempt, group.times, group.ledger)
        for text in group.times.flags():
            group.ledger.flag(sources[0].index, text)
        yield with_passes(group.ledger.chunk(group.times.zone))


def _as_precise(records: list[Record], on_minutes: Collection[int]) -> list[Record]:
    """The records; those of files whose seconds are gone count as their minute."""
    if not on_minutes:
        return records
    return [each._replace(tick=MINUTE) if each.file in on_minutes else each for each in records]


def _understood(text: str, layouts: Layouts) -> Layout | None:
    kind = _kind(text)
    return None if kind is None or kind is Kind.OTHER else _fitted(text, kind, layouts)[1]


def _fitted(text: str, kind: Kind, layouts: Layouts) -> tuple[list[str], Layout | None]:
    """The row's columns and layout; where quotes inside quotes moved the columns, they are split by whole pairs."""
    cells = split_row(text)
    layout = layouts.of(kind, cells)
    if layout is None or not layout.known:
        again = split_unescaped(text)
        other = layouts.of(kind, again) if again != cells else None
        if other is not None and (layout is None or other.known):
            return again, other
    return cells, layout


def _read_file(source: Source, group: _Group) -> None:
    lines = lines_of(source)
    file = _File(source.index, group, signs=Signs(group.layouts.profile.numbers.explicit))
    for line in lines.lines:
        where = source.index, line.number
        group.ledger.row(*where, line.raw)
        kind = _kind(line.text)
        if kind is Kind.OTHER or not line.text.strip():
            group.ledger.skip(*where)
        elif line.raw in group.seen:
            group.ledger.duplicate(*where)
        elif line.number == lines.unended:
            group.ledger.reject(*where, _CUT)
        else:
            group.seen.add(line.raw)
            file.row(where, line.text, kind)
    file.settle()
    if file.lengths and not file.understood:
        widths = ", ".join(f"{width:,}" for width in sorted(file.lengths))
        raise InputRefused(f"{source.name}: its rows have {widths} columns, and {_UNKNOWN_LENGTH}. {_WAYS_OUT}.")
    if file.tried and not file.understood:
        raise InputRefused(
            f"{source.name}: no row looks like a local CDR of an Oracle / Acme Packet SBC (type 1, 2 or 3 first, setup "
            "time in column 11 to 14). Give the right --format, or name the columns in a profile: docs/formats/acme.md."
        )
    file.flag()


def _kind(text: str) -> Kind | None:
    return KINDS.get(text.partition(",")[0].strip('" ').lower())


_Waiting = tuple[tuple[int, int], str, list[str]]
"""Where a row stands, its text and its columns."""


@dataclass(slots=True)
class _File:
    """One file being read; rows of a length that nothing is known of wait until there are enough to measure them."""

    index: int
    group: _Group
    odd: Odd = field(default_factory=Odd)
    signs: Signs = field(default_factory=Signs)
    tried: int = 0
    unusual: Counter[tuple[bool, str]] = field(default_factory=Counter[tuple[bool, str]])
    understood: int = 0
    lengths: Counter[int] = field(default_factory=Counter[int])
    """Rows of lengths that nobody documents, which were rejected."""
    waiting: dict[tuple[Kind, int], list[_Waiting]] = field(default_factory=dict[tuple[Kind, int], list[_Waiting]])

    def row(self, where: tuple[int, int], text: str, kind: Kind | None) -> None:
        """Put a row with its session, or let it wait, or reject it."""
        self.tried += 1
        if kind is None:
            self.group.ledger.reject(*where, _UNKNOWN_TYPE)
            return
        layouts = self.group.layouts
        quick = layouts.known_of(kind, text.count(",") + 1)
        said = said_quickly(text, quick) if quick is not None else None
        if quick is not None and said is not None:
            self._take(Row(where, kind, text, said), quick)
            return
        cells, layout = _fitted(text, kind, layouts)
        if layout is None:
            self.group.ledger.reject(*where, _UNKNOWN_COLUMNS)
        elif not layout.known and kind is not Kind.INTERIM and not self.group.measures:
            self.lengths[len(cells)] += 1
            self.group.ledger.reject(*where, _UNKNOWN_LENGTH)
        elif layout.known or not layouts.waits(kind, len(cells)):
            self._take(Row(where, kind, text, said_in(cells, layout)), layout)
        else:
            waiting = self.waiting.setdefault((kind, len(cells)), [])
            waiting.append((where, text, cells))
            if len(waiting) >= _ENOUGH:
                self._measure(kind, self.waiting.pop((kind, len(cells))))

    def settle(self) -> None:
        """Measure and take the rows that wait."""
        while self.waiting:
            (kind, _), rows = self.waiting.popitem()
            self._measure(kind, rows)

    def flag(self) -> None:
        """What the receipt should say of this file."""
        flag = self.group.ledger.flag
        for text in self.signs.flags():
            flag(self.index, text)
        if self.signs.minutes:
            self.group.on_minutes.add(self.index)
        for (measured, why), count in sorted(self.unusual.items()):
            if measured:
                flag(self.index, f"rows of {why}: {count:,}")
            else:
                flag(self.index, f"rows of {why}: {count:,}. {_UNREAD}")
        for width, count in sorted(self.lengths.items()):
            flag(self.index, f"rows of {width:,} columns, rejected as {_UNKNOWN_LENGTH}: {count:,}. {_WAYS_OUT}")
        if self.odd.milliseconds:
            flag(self.index, f"session times in milliseconds: {self.odd.milliseconds:,}")
        if self.odd.durations:
            flag(self.index, f"session times that contradict answer and end, which count: {self.odd.durations:,}")

    def _measure(self, kind: Kind, rows: list[_Waiting]) -> None:
        layouts = self.group.layouts
        layouts.measure(kind, [cells for _, _, cells in rows])
        for where, text, cells in rows:
            layout = layouts.of(kind, cells)
            if layout is not None:
                self._take(Row(where, kind, text, said_in(cells, layout)), layout)

    def _take(self, row: Row, layout: Layout) -> None:
        self.understood += 1
        if (layout.measured or not layout.known) and layout.kind is not Kind.INTERIM:
            self.unusual[layout.measured, layout.why] += 1
        record = read_record(row, self.group.times, self.group.peers, self.odd)
        if isinstance(record, Record):
            self.signs.look(record.setup, (record.calling, record.called, record.final_number))
            self.group.sessions.setdefault(session_of(record), []).append(record)
        else:
            self.group.ledger.reject(*row.where, *record)


def measuring() -> AcmeSbc:
    """The reader that measures rows of undocumented lengths."""
    return AcmeSbc(measures=True)
