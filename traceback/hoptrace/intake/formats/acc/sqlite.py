"""Kamailio's accounting tables in an SQLite database: acc, missed_calls and acc_cdrs."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import quote

import orjson

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.acc.events import Origin
from hoptrace.intake.formats.acc.gather import Gathering
from hoptrace.intake.limits import is_packed
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Chunk, Context, Detection, Source

_MAGIC = b"SQLite format 3\x00"
TABLES = ("acc", "missed_calls", "acc_cdrs")


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of accounting rows, and of which role its rows are."""

    name: str
    role: str


class AccSqlite:
    """Reads the accounting tables of a Kamailio or OpenSIPS database file (db_sqlite), as if they were one file."""

    name = "acc_sqlite"
    title = "Kamailio or OpenSIPS accounting, SQLite database"
    grouped = True
    needs_profile = False
    rows_are_lines = True

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims SQLite databases that have an accounting table, and those too damaged to tell."""
        if not head.startswith(_MAGIC):
            return None
        if is_packed(source.path):
            return Detection(self.name, 0.5, "it is a packed SQLite database")
        try:
            with closing(_open(source)) as connection:
                found = [table.name for table in _tables(connection, Profile())]
        except (sqlite3.Error, OSError, UnicodeError):
            return Detection(self.name, 0.5, "it starts like an SQLite database, but cannot be opened")
        return Detection(self.name, 0.98, f"an SQLite database with the tables {', '.join(found)}") if found else None

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """The calls of all tables; raises InputRefused where a database is damaged, packed or has no such table."""
        with Gathering(sources, context) as gathering:
            for source in sources:
                _take(source, context.profile, gathering)
        yield from gathering.chunks()


def _take(source: Source, profile: Profile, gathering: Gathering) -> None:
    if is_packed(source.path):
        raise InputRefused(f"{source.name}: a database cannot be read while packed. Unpack it and submit that.")
    try:
        with closing(_open(source)) as connection:
            _database(source, connection, profile, gathering)
    except sqlite3.DataError as error:  # what SQLite says of a value beyond its limit
        raise InputRefused(
            f"{source.name}: a value of more than {source.limits.longest_row:,} bytes ({error}). Take that row "
            "out of a copy and submit it, or raise longest_row under [intake] in hoptrace.toml."
        ) from error
    except (sqlite3.Error, OSError, UnicodeError) as error:
        raise InputRefused(
            f"{source.name}: the SQLite database cannot be read: {error}. Make a sound copy (sqlite3 FILE"
            " '.backup COPY') and submit that."
        ) from error


def _open(source: Source) -> sqlite3.Connection:
    # immutable: the submitted file is never locked, never written to, and no -wal or -shm file appears beside it.
    path = quote(os.fsencode(Path(source.path).resolve()))
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    connection.text_factory = _text
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, source.limits.longest_row)
    return connection


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _tables(connection: sqlite3.Connection, profile: Profile) -> list[_Table]:
    names = {
        str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
    }
    roles = {role: role for role in TABLES if role in names}
    renamed = {table: role for table, role in profile.files.items() if table in names and role in TABLES}
    if renamed:
        roles = {role: role for role in roles if role not in renamed.values()} | renamed
    return sorted((_Table(name, role) for name, role in roles.items()), key=lambda table: TABLES.index(table.role))


def _database(source: Source, connection: sqlite3.Connection, profile: Profile, gathering: Gathering) -> None:
    tables = _tables(connection, profile)
    if not tables:
        raise InputRefused(
            f"{source.name}: the database has none of the tables {', '.join(TABLES)}. Where they have other names, say"
            ' which is which under [files] of a profile, such as calls = "acc".'
        )
    wal = Path(f"{source.path}-wal")
    if wal.exists() and wal.stat().st_size:
        gathering.flag(source.index, "rows that are only in the database's -wal file were not read")
    number = 0
    for table in tables:
        quoted = table.name.replace('"', '""')
        names = tuple(str(column[0]) for column in connection.execute(f'SELECT * FROM "{quoted}"').description)
        order = ' ORDER BY "id"' if "id" in names else ""
        missed = table.role == "missed_calls"
        for values in _tolerant(connection, f'SELECT * FROM "{quoted}"{order}'):
            number += 1
            columns = dict(zip(names, values, strict=True))
            raw = orjson.dumps({"table": table.name, **columns}, default=_printable)
            row_id = columns.get("id")
            record_id = f"{table.name}:{row_id}" if row_id is not None else None
            gathering.take(Origin(source.index, number, raw, missed, record_id), names, values)


def _tolerant(connection: sqlite3.Connection, query: str) -> Iterator[tuple[object, ...]]:
    """The rows of a query; `_text` is asked only from the first row on that has bytes which are no UTF-8."""
    given = 0
    connection.text_factory = str
    try:
        for values in connection.execute(query):
            yield values
            given += 1
    except sqlite3.OperationalError:
        connection.text_factory = _text
        yield from islice(connection.execute(query), given, None)
    finally:
        connection.text_factory = _text


def _printable(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
