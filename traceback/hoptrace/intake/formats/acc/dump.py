"""Rows of Kamailio's and OpenSIPS' accounting tables in an SQL dump: mysqldump, pg_dump, sqlite3's .dump.

A row is one `(...)` of an INSERT or one line of a COPY, counted from 1; other tables are left alone, as in a database.
Its columns are those that the statement names, else those of the table's CREATE TABLE.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.acc.dump_values import Value, copied_values, plain_row, plain_value, plain_values, row_at
from hoptrace.intake.formats.acc.events import Origin
from hoptrace.intake.formats.acc.gather import Gathering
from hoptrace.intake.formats.acc.sqlite import TABLES
from hoptrace.intake.formats.text.content import content_of
from hoptrace.intake.formats.text.lines import decoded
from hoptrace.intake.reading import Chunk, Context, Detection, Source

CUT = "row is cut: dump still being written?"
NOT_READ = "row not understood"

_NAME = rb"(?:[`\"]?\w+[`\"]?\.)?[`\"]?(\w+)[`\"]?"
_BEGINNING = (
    rb"[ \t]*+(?=[CIR])(?:(?P<create>CREATE)\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?%b\s*\("
    rb"|(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?INTO\s+%b\s*+(?:\(([^()]*+)\))?\s*+VALUES"
    rb"|(?P<copy>COPY)\s+%b\s*\(([^()]*)\)\s+FROM\s+stdin;)" % (_NAME, _NAME, _NAME)
)
# A pattern that begins with one certain line end is found in a tenth of the time that one takes that begins with `^`.
_FIRST, _BY_LF, _BY_ANY = (re.compile(each + _BEGINNING, re.IGNORECASE) for each in (rb"", rb"\n", rb"[\r\n]"))
_NO_COLUMN = re.compile(rb"(?:PRIMARY|UNIQUE|FULLTEXT|FOREIGN|CONSTRAINT|CHECK|INDEX|KEY)\b", re.IGNORECASE)
_BROKEN, _END = re.compile(rb"[\s,]*+(?=\()"), re.compile(rb"[\r\n]|\Z")
_STRAY = re.compile(
    rb"(?:^|(?<=\r))(?=[ \t]*+\(|[^\r\n]*(?:\bVALUES\b|\(\d+,\s?'))[^\r\n]++", re.IGNORECASE | re.MULTILINE
)
"""A line outside all statements that has rows: the word before it is damaged."""
_NUMBERED, _ROW_BY_LF, _ROW_BY_CR = (re.compile(sign) for sign in (rb"\(\d+,", rb"\n[ \t]*+\(", rb"\r[ \t]*+\("))
"""One of which every such line has, or the word VALUES, but for the first of a file. Each begins with one certain
character, so that all are looked for in half the time that one pattern of them takes."""


_LONG, _MOST = 4_096, 1_000
"""Longer pieces between statements are not remembered, and no more of them."""


@dataclass(frozen=True, slots=True)
class _Table:
    """An accounting table: what it is of the module's, its columns, and which of them is the row's id."""

    role: str
    names: tuple[str, ...]
    missed: bool
    id: int | None

    @classmethod
    def of(cls, role: str, names: Sequence[str]) -> _Table:
        """Of two columns of one name the last counts."""
        own = len(names) - 1 - names[::-1].index("id") if "id" in names else None
        return cls(role, tuple(names), role == "missed_calls", own)


_UNKNOWN = _Table("", (), missed=False, id=None)
_PLAIN_VALUES = {escapes: partial(plain_values, escapes=escapes) for escapes in (False, True)}


@dataclass(slots=True)
class _Dump:
    """A file on its way into the gathering; `columns` of each table that the dump makes.

    `fills`: of each statement, by how it begins, what takes its rows and into which table; None of a CREATE TABLE.
    `idle`: what stood between statements and had no rows, which is the same over and over.
    """

    source: Source
    content: bytes
    gathering: Gathering
    columns: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    fills: dict[bytes, _Fill | None] = field(default_factory=dict[bytes, "_Fill | None"])
    idle: set[bytes] = field(default_factory=set[bytes])
    escapes: bool = False
    rows: int = 0

    def take(self, table: _Table, raw: bytes, values: Sequence[Value] | str) -> None:
        """One row of an accounting table, or why it cannot be read."""
        if not isinstance(values, str) and len(values) != len(table.names):
            values = f"{len(values)} columns where {table.role} has {len(table.names)}"
        if isinstance(values, str):
            self.rows += 1
            self.gathering.reject(Origin(self.source.index, self.rows, raw, table.missed), values)
        else:
            number = None if table.id is None else values[table.id]
            self.gathering.take(self._origin(table, raw, number), table.names, values)

    def take_plain(self, table: _Table, raw: bytes, cells: Sequence[bytes]) -> None:
        """One row as `plain_row` finds it."""
        number = None if table.id is None else plain_value(cells[table.id], self.escapes)
        self.gathering.take(self._origin(table, raw, number), table.names, cells, _PLAIN_VALUES[self.escapes])

    def _origin(self, table: _Table, raw: bytes, number: Value) -> Origin:
        self.rows += 1
        record_id = None if table.id is None else f"{table.role}:{number}"
        return Origin(self.source.index, self.rows, raw, table.missed, record_id)

    def stray(self, begin: int, end: int) -> None:
        """Rows between two statements."""
        if begin:
            between = self.content[begin - 1 : end]
            if between in self.idle:
                return
            if not _may_have_rows(between):
                if len(between) <= _LONG and len(self.idle) < _MOST:
                    self.idle.add(between)
                return
        for match in _STRAY.finditer(self.content, begin, end):
            self.take(_UNKNOWN, match[0], NOT_READ)


_Fill = tuple[Callable[[_Dump, int, _Table | None], int], _Table | None]


class AccDump:
    """Reads the accounting tables of an SQL dump."""

    name = "acc_dump"
    title = "Kamailio or OpenSIPS accounting, SQL dump"
    grouped = True
    needs_profile = False
    rows_are_lines = False

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims SQL that makes or fills an accounting table."""
        del source
        tables = {table for match in _statements(head) if (table := _table(match)) in TABLES}
        return Detection(self.name, 0.96, f"SQL of the tables {', '.join(sorted(tables))}") if tables else None

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """The calls of all dumps; raises InputRefused where the columns of rows are not named, TimezoneMissing."""
        with Gathering(sources, context) as gathering:
            for source in sources:
                _read(_Dump(source, content_of(source), gathering), context.profile.files)
        yield from gathering.chunks()


def _may_have_rows(between: bytes) -> bool:
    if b"values" in between.lower():
        return True
    if b"(" not in between:
        return False
    found = _NUMBERED.search(between) or _ROW_BY_LF.search(between)
    return bool(found or (b"\r" in between and _ROW_BY_CR.search(between)))


def _finder(content: bytes) -> Callable[[int], re.Match[bytes] | None]:
    """What finds the next statement behind a place that makes or fills a table, at the beginning of a line."""
    later = _BY_ANY if b"\r" in content else _BY_LF

    def find(at: int) -> re.Match[bytes] | None:
        """The next statement from this place on."""
        first = _FIRST.match(content) if not at else None
        return first if first is not None else later.search(content, max(at - 1, 0))

    return find


def _statements(content: bytes) -> Iterator[re.Match[bytes]]:
    find, at = _finder(content), 0
    while (match := find(at)) is not None:
        yield match
        at = match.end()


def _table(match: re.Match[bytes]) -> str:
    return (match[2] or match[3] or match[6]).decode("ascii", "replace").lower()


def _read(dump: _Dump, roles: Mapping[str, str]) -> None:
    find, at = _finder(dump.content), 0
    while (match := find(at)) is not None:
        dump.stray(at, match.start())
        at, begins = match.end(), match[0]
        if begins not in dump.fills:
            dump.fills[begins] = _understood(dump, match, roles)
        if (fill := dump.fills[begins]) is not None:
            take, table = fill
            at = take(dump, at, table)
    dump.stray(at, len(dump.content))
    if not dump.rows:
        raise InputRefused(f"{dump.source.name}: no row of a table {', '.join(TABLES)}. See docs/formats/acc.md.")


def _understood(dump: _Dump, match: re.Match[bytes], roles: Mapping[str, str]) -> _Fill | None:
    """What a statement does that nobody has seen begin so; the columns of a CREATE TABLE are remembered."""
    table = _table(match)
    role = roles.get(table, table)
    dump.escapes = dump.escapes or b"`" in match[0]  # MySQL's quotes, whose texts have backslashes that escape
    if match["create"]:
        if role in TABLES and table not in dump.columns:
            dump.columns[table] = _created(dump.content, match.end())
        return None
    wanted = _Table.of(role, _columns(dump, match[4] or match[7], table)) if role in TABLES else None
    return _copied if match["copy"] else _inserted, wanted


def _columns(dump: _Dump, named: bytes | None, table: str) -> list[str]:
    if named:
        return _names(named)
    if table not in dump.columns:
        raise InputRefused(
            f"{dump.source.name}: nothing in it names the columns of {table}. Dump it with its CREATE TABLE, or with "
            "the columns in each INSERT (mysqldump --complete-insert)."
        )
    return dump.columns[table]


def _inserted(dump: _Dump, at: int, table: _Table | None) -> int:
    """Take the rows of an INSERT; gives where it ends."""
    content, escapes = dump.content, dump.escapes
    plain = None if table is None else plain_row(len(table.names), escapes)
    while not content.startswith(b";", at):
        if table is not None and plain is not None and (match := plain.match(content, at)) is not None:
            raw, *cells = match.groups()
            at = match.end()
            dump.take_plain(table, raw, cells)
            continue
        if (part := row_at(content, at, escapes, table is not None)) is not None:
            raw, values, at = part
            if table is not None:
                dump.take(table, raw, values)
            continue
        if (broken := _BROKEN.match(content, at)) is None:
            return at
        # A row that is broken goes to the end of its line.
        ended = _END.search(content, broken.end())
        at = ended.start() if ended is not None else len(content)
        if table is not None and at > broken.end():
            dump.take(table, content[broken.end() : at], CUT if at == len(content) else NOT_READ)
    return at


def _copied(dump: _Dump, at: int, table: _Table | None) -> int:
    """Take the lines of a COPY; gives where it ends."""
    content = dump.content
    while (begin := _END.search(content, at)) is not None and begin.end() < len(content):
        at = begin.end() + content.startswith(b"\n", begin.end())
        ended = _END.search(content, at)
        end = ended.start() if ended is not None else len(content)
        raw, at = content[at:end], end
        if raw == rb"\.":
            break
        if table is not None and raw:
            dump.take(table, raw, CUT if end == len(content) else copied_values(raw))
    return at


def _created(content: bytes, at: int) -> list[str]:
    """The columns of a CREATE TABLE, of which everything behind the first parenthesis is given."""
    end = content.find(b";", at)
    body = re.sub(rb"\([^()]*\)", b"", content[at : end if end >= 0 else len(content)])
    parts = [part.strip() for part in body.partition(b")")[0].split(b",")]
    return _names(b",".join(part.split()[0] for part in parts if part and _NO_COLUMN.match(part) is None))


def _names(listed: bytes) -> list[str]:
    return [decoded(name).strip(' `"\t\r\n').lower() for name in listed.split(b",")]
