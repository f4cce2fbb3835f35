"""Oracle / Acme Packet session border controllers: local CDR files, rows of several types and lengths in one file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.acme_calls import attempts_of, enter, session_of
from hoptrace.intake.formats.acme_layout import KINDS, LEAST_COLUMNS, Kind, Layout, Layouts
from hoptrace.intake.formats.acme_rows import Odd, Peers, Record, read_record, split_row, split_unescaped
from hoptrace.intake.formats.asterisk_lines import decoded, lines_of
from hoptrace.intake.formats.clock_times import ClockTimes
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Chunk, Context, Detection, Source

_LOOKED_AT = 100
_CUT = "last line is cut: file still being written?"
_UNKNOWN_COLUMNS = "columns are not where any known release has them"
_UNKNOWN_TYPE = "no known Acct-Status-Type in the first column"


@dataclass(slots=True)
class _Group:
    """What a group of files gave so far: records by session, and rows already seen."""

    times: ClockTimes
    layouts: Layouts
    peers: Peers
    ledger: Ledger = field(default_factory=Ledger)
    sessions: dict[object, list[Record]] = field(default_factory=dict[object, list[Record]])
    seen: set[bytes] = field(default_factory=set[bytes])


class _Line(NamedTuple):
    """A line that may tell of a call; `last`: it has no line end."""

    text: str
    kind: Kind | None
    last: bool


class AcmeSbc:
    """Reads local CDR files of Oracle's SBC; rotated files are one group, as a start may lie in the file before."""

    name = "acme"
    title = "Oracle / Acme Packet SBC local CDR (CSV)"
    grouped = True
    needs_profile = False

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
        return Detection(self.name, 0.95, f"setup time and record type where Oracle's SBC has them ({kinds})")

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk for the group; raises InputRefused where no row of a file is an SBC's, TimezoneMissing."""
        group = _Group(ClockTimes(context), Layouts(context.profile), Peers.of(context.profile))
        for source in sources:
            _read_file(source, group)
        for records in group.sessions.values():
            for attempt in attempts_of(records):
                enter(attempt, group.ledger)
        for text in group.times.flags():
            group.ledger.flag(sources[0].index, text)
        yield group.ledger.chunk(group.times.zone)


def _understood(text: str, layouts: Layouts) -> Layout | None:
    kind = _kind(text)
    return None if kind is None or kind is Kind.OTHER else _fitted(text, kind, layouts)[1]


def _fitted(text: str, kind: Kind, layouts: Layouts) -> tuple[list[str], Layout | None]:
    """The row's columns and layout; where quotes inside quotes moved the columns, they are split by pairs."""
    cells = split_row(text)
    layout = layouts.of(kind, cells)
    if '"' in text and (layout is None or not layout.known):
        again = split_unescaped(text)
        other = layouts.of(kind, again) if again != cells else None
        if other is not None and (layout is None or other.known):
            return again, other
    return cells, layout


def _read_file(source: Source, group: _Group) -> None:
    lines = lines_of(source)
    odd, unknown, good, tried = Odd(), Counter[str](), 0, 0
    last = None if lines.complete or not lines.lines else lines.lines[-1].number
    for line in lines.lines:
        where = source.index, line.number
        group.ledger.row(*where, line.raw)
        kind = _kind(line.text)
        if kind is Kind.OTHER or not line.text.strip():
            group.ledger.skip(*where)
        elif line.raw in group.seen:
            group.ledger.duplicate(*where)
        else:
            group.seen.add(line.raw)
            layout = _row(where, _Line(line.text, kind, line.number == last), group, odd)
            good, tried = good + (layout is not None), tried + 1
            if layout is not None and not layout.known and kind is not Kind.INTERIM:
                unknown[layout.why] += 1
    if tried and not good:
        raise InputRefused(
            f"{source.name}: no row looks like a local CDR of an Oracle / Acme Packet SBC (type 1, 2 or 3 first, setup "
            "time in column 11 to 14). Give the right --format, or name the columns in a profile: docs/formats/acme.md."
        )
    _flag(source.index, odd, unknown, group.ledger)


def _kind(text: str) -> Kind | None:
    return KINDS.get(text.partition(",")[0].strip('" ').lower())


def _row(where: tuple[int, int], line: _Line, group: _Group, odd: Odd) -> Layout | None:
    """Settle a row or put it with its session; gives the layout where the row could be read."""
    if line.kind is None:
        group.ledger.reject(*where, _CUT if line.last else _UNKNOWN_TYPE)
        return None
    last = line.last
    cells, layout = _fitted(line.text, line.kind, group.layouts)
    if layout is None or (last and not layout.known):
        group.ledger.reject(*where, _CUT if last else _UNKNOWN_COLUMNS)
        return None
    record = read_record(where, cells, layout, group.times, group.peers, odd)
    if isinstance(record, Record):
        group.sessions.setdefault(session_of(record), []).append(record)
    else:
        group.ledger.reject(*where, *record)
    return layout


def _flag(file: int, odd: Odd, unknown: Counter[str], ledger: Ledger) -> None:
    for why, count in sorted(unknown.items()):
        ledger.flag(
            file,
            f"rows of {why}: {count:,}. Trunk groups, addresses, SIP status and STIR/SHAKEN columns were not read; "
            "name the columns in a profile (docs/formats/acme.md)",
        )
    if odd.milliseconds:
        ledger.flag(file, f"session times in milliseconds: {odd.milliseconds:,}")
    if odd.durations:
        ledger.flag(file, f"session times that contradict answer and end, which count: {odd.durations:,}")
