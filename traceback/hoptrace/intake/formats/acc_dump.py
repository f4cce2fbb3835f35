"""Rows of Kamailio's and OpenSIPS' accounting tables in an SQL dump: mysqldump, pg_dump, sqlite3's .dump.

A row is one `(...)` of an INSERT or one line of a COPY, counted from 1; other tables are left alone, as in a database.
Its columns are those that the statement names, else those of the table's CREATE TABLE.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.acc_events import Origin
from hoptrace.intake.formats.acc_gather import Gathering
from hoptrace.intake.formats.acc_sqlite import TABLES
from hoptrace.intake.formats.asterisk_lines import content_of, decoded
from hoptrace.intake.reading import Chunk, Context, Detection, Source

CUT = "row is cut: dump still being written?"
NOT_READ = "row not understood"

_NAME = rb"(?:[`\"]?\w+[`\"]?\.)?[`\"]?(\w+)[`\"]?"
_BEGINNING = (
    rb"[ \t]*(?:(?P<create>CREATE)\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?%b\s*\("
    rb"|(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?INTO\s+%b\s*+(?:\(([^()]*+)\))?\s*+VALUES"
    rb"|(?P<copy>COPY)\s+%b\s*\(([^()]*)\)\s+FROM\s+stdin;)" % (_NAME, _NAME, _NAME)
)
# A pattern that begins with the line end is found in a tenth of the time that one takes that begins with `^`.
_STATEMENT, _FIRST = (re.compile(each + _BEGINNING, re.IGNORECASE) for each in (rb"[\r\n]", rb""))
_NO_COLUMN = re.compile(rb"(?:PRIMARY|UNIQUE|FULLTEXT|FOREIGN|CONSTRAINT|CHECK|INDEX|KEY)\b", re.IGNORECASE)
_LONG = 19
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "0": "", "Z": "\x1a"}
# Possessive throughout: no text without an end is looked at twice.
_TEXT = {True: rb"'(?:[^'\\]++|\\.|'')*+'", False: rb"'(?:[^']++|'')*+'"}
_ROW = {escapes: re.compile(rb"[\s,]*+(\((?:[^'()]++|%b)*+\))" % text, re.DOTALL) for escapes, text in _TEXT.items()}
_VALUES = {
    escapes: re.compile(rf"\s*+(?:'({text[1:-1].decode()})'|([^,']*+))\s*+(?:,|\Z)", re.DOTALL)
    for escapes, text in _TEXT.items()
}
_BROKEN, _END = re.compile(rb"[\s,]*+(?=\()"), re.compile(rb"[\r\n]|\Z")
_STRAY = re.compile(
    rb"(?:^|(?<=\r))(?=[ \t]*+\(|[^\r\n]*(?:\bVALUES\b|\(\d+,\s?'))[^\r\n]++", re.IGNORECASE | re.MULTILINE
)
"""A line outside all statements that has rows: the word before it is damaged."""
_STRAY_SIGN = re.compile(rb"\(\d+,|values|\n[ \t]*+\(|\r[ \t]*+\(")
"""What every such line has in small letters, but for the first of a file; it is looked for much more quickly."""

_Value = str | int | float | None
_Part = tuple[bytes, list[_Value] | str, int]
"""The bytes of a row, its values or why it has none, and where to read on."""


@dataclass(slots=True)
class _Dump:
    """A file on its way into the gathering; `columns` of each table that the dump makes."""

    source: Source
    content: bytes
    gathering: Gathering
    columns: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    escapes: bool = False
    rows: int = 0

    def take(self, table: str, names: Sequence[str], raw: bytes, values: list[_Value] | str) -> None:
        """One row of an accounting table, or why it cannot be read."""
        self.rows += 1
        wrong = values if isinstance(values, str) else ""
        if not wrong and len(values) != len(names):
            wrong = f"{len(values)} columns where {table} has {len(names)}"
        columns = {} if wrong else dict(zip(names, values, strict=True))
        record_id = f"{table}:{columns['id']}" if "id" in columns else None
        origin = Origin(self.source.index, self.rows, raw, table == "missed_calls", record_id)
        if wrong:
            self.gathering.reject(origin, wrong)
        else:
            self.gathering.take(origin, columns)

    def stray(self, begin: int, end: int) -> None:
        """Rows between two statements."""
        if begin and _STRAY_SIGN.search(self.content[begin - 1 : end].lower()) is None:
            return
        for match in _STRAY.finditer(self.content, begin, end):
            self.take("", (), match[0], NOT_READ)


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
        gathering = Gathering(sources, context)
        for source in sources:
            _read(_Dump(source, content_of(source), gathering), context.profile.files)
        yield from gathering.chunks()


def _statement(content: bytes, at: int) -> re.Match[bytes] | None:
    """The next statement that makes or fills a table, at the beginning of a line."""
    first = _FIRST.match(content) if not at else None
    return first if first is not None else _STATEMENT.search(content, max(at - 1, 0))


def _statements(content: bytes) -> Iterator[re.Match[bytes]]:
    at = 0
    while (match := _statement(content, at)) is not None:
        yield match
        at = match.end()


def _table(match: re.Match[bytes]) -> str:
    return (match[2] or match[3] or match[6]).decode("ascii", "replace").lower()


def _read(dump: _Dump, roles: Mapping[str, str]) -> None:
    at = 0
    while (match := _statement(dump.content, at)) is not None:
        dump.stray(at, match.start())
        at, table = match.end(), _table(match)
        role = roles.get(table, table)
        dump.escapes = dump.escapes or b"`" in match[0]  # MySQL's quotes, whose texts have backslashes that escape
        if match["create"]:
            if role in TABLES and table not in dump.columns:
                dump.columns[table] = _created(dump.content, at)
            continue
        names = _columns(dump, match, role)
        for raw, values, end in _copied(dump, at) if match["copy"] else _inserted(dump, at):
            at = end
            if role in TABLES and raw:
                dump.take(role, names, raw, values)
    dump.stray(at, len(dump.content))
    if not dump.rows:
        raise InputRefused(f"{dump.source.name}: no row of a table {', '.join(TABLES)}. See docs/formats/acc.md.")


def _columns(dump: _Dump, match: re.Match[bytes], role: str) -> list[str]:
    named, table = match[4] or match[7], _table(match)
    if named or role not in TABLES:
        return _names(named or b"")
    if table not in dump.columns:
        raise InputRefused(
            f"{dump.source.name}: nothing in it names the columns of {table}. Dump it with its CREATE TABLE, or with "
            "the columns in each INSERT (mysqldump --complete-insert)."
        )
    return dump.columns[table]


def _inserted(dump: _Dump, at: int) -> Iterator[_Part]:
    content, row = dump.content, _ROW[dump.escapes]
    while True:
        while (match := row.match(content, at)) is not None:
            at = match.end()
            yield match[1], _values(match[1][1:-1], dump.escapes), at
        if (broken := _BROKEN.match(content, at)) is None:
            return
        # A row that is broken goes to the end of its line.
        ended = _END.search(content, broken.end())
        at = ended.start() if ended is not None else len(content)
        yield content[broken.end() : at], CUT if at == len(content) else NOT_READ, at


def _values(row: bytes, escapes: bool) -> list[_Value]:
    text = decoded(row)
    values = [_plain(plain) if plain else said for said, plain in _VALUES[escapes].findall(text)[:-1]]
    if "''" in text or (escapes and "\\" in text):
        return [_unquoted(value, escapes) for value in values]
    return values


def _unquoted(value: _Value, escapes: bool) -> _Value:
    if type(value) is not str or not ("'" in value or "\\" in value):
        return value
    text = value.replace("''", "'")
    return _unescaped(text) if escapes and "\\" in text else text


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPED.get(match[1], match[1]), text, flags=re.DOTALL)


def _plain(text: str) -> _Value:
    if text.isdecimal() and len(text) < _LONG:
        return int(text)
    try:
        return float(text)
    except ValueError:
        return None if text.strip().upper() == "NULL" else text.strip()


def _copied(dump: _Dump, at: int) -> Iterator[_Part]:
    content = dump.content
    while (begin := _END.search(content, at)) is not None and begin.end() < len(content):
        at = begin.end() + content.startswith(b"\n", begin.end())
        ended = _END.search(content, at)
        end = ended.start() if ended is not None else len(content)
        raw, at = content[at:end], end
        if raw == rb"\.":
            yield b"", NOT_READ, at
            return
        fields = decoded(raw).split("\t")
        yield raw, CUT if end == len(content) else [None if each == r"\N" else _unescaped(each) for each in fields], at


def _created(content: bytes, at: int) -> list[str]:
    """The columns of a CREATE TABLE, of which everything behind the first parenthesis is given."""
    end = content.find(b";", at)
    body = re.sub(rb"\([^()]*\)", b"", content[at : end if end >= 0 else len(content)])
    parts = [part.strip() for part in body.partition(b")")[0].split(b",")]
    return _names(b",".join(part.split()[0] for part in parts if part and _NO_COLUMN.match(part) is None))


def _names(listed: bytes) -> list[str]:
    return [decoded(name).strip(' `"\t\r\n').lower() for name in listed.split(b",")]
