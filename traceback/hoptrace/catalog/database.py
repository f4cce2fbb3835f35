"""The catalog's database: the engine for SQLite or PostgreSQL, its schema version, its errors, its writer's lock."""

from __future__ import annotations

import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from hoptrace.errors import MissingExtra, StorageFailed, UsageError, WorkspaceNewer

HEAD = "0007"
"""The newest revision in catalog/migrations; a test holds it to the scripts."""

BUSY_MILLISECONDS = 30_000
"""How long SQLite waits for another process that writes."""

# Any constant will do: it only has to be the same in every hoptrace that shares the database.
ADVISORY_LOCK = 0x686F7074


class Written(str):
    """A value of a JSON column that is JSON already."""

    __slots__ = ()


def _as_json(value: object) -> str:
    return value if isinstance(value, Written) else orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def open_engine(place: str | Path, synchronous: str = "FULL") -> sa.Engine:
    """An engine for `sqlite:///file`, `postgresql://...` or an SQLite file's path, in which `?` is no query.

    An SQLite file in a folder that cannot be written to is opened for reading alone. `synchronous`: what SQLite waits
    for at a commit. FULL keeps what was committed through a power cut; with NORMAL the last commits may be gone after
    one, but the database is sound, and nothing else loses them. Raises UsageError, MissingExtra or StorageFailed.
    """
    try:
        parsed = sa.make_url(place) if isinstance(place, str) else sa.URL.create("sqlite", database=str(place))
    except ArgumentError:
        raise UsageError("The catalog's URL is invalid. Write sqlite:///FILE or postgresql://USER@HOST/NAME.") from None
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise UsageError(f"The catalog cannot be kept in {parsed.get_backend_name()}; use SQLite or PostgreSQL.")
    sqlite = parsed.get_backend_name() == "sqlite"
    if sqlite and not writable(parsed):
        return sa.create_engine(_for_reading(Path(parsed.database or "")), json_deserializer=orjson.loads)
    try:
        engine = sa.create_engine(parsed, json_serializer=_as_json, json_deserializer=orjson.loads)
    except (ImportError, NoSuchModuleError) as error:
        raise MissingExtra(
            "A catalog in PostgreSQL needs the driver psycopg. Install it with: pip install 'hoptrace[postgres]'"
        ) from error
    if sqlite:
        event.listen(engine, "connect", partial(_prepare_sqlite, synchronous))
    return engine


def writable(url: sa.URL) -> bool:
    """Whether the catalog can be written to, as far as its folder tells; of PostgreSQL the server decides."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return True
    return "immutable" not in url.query and os.access(Path(url.database).parent, os.W_OK)


def _for_reading(file: Path) -> sa.URL:
    """The URL of a catalog on a read-only disk: SQLite writes beside its file, but for one that is said not to change.

    Raises StorageFailed where changes stand beside the file that are not in it yet: they would be passed over.
    """
    if file.with_name(f"{file.name}-wal").exists():
        raise StorageFailed(
            f"{file.parent} cannot be written to, and {file.name}-wal in it holds changes that are not in the catalog "
            "yet: another process is using it, or was killed. Try again later, or copy the workspace to a "
            "writable folder and use the copy."
        )
    query = {"mode": "ro", "immutable": "1", "uri": "true"}
    return sa.URL.create("sqlite", database=f"file:{quote(str(file))}", query=query)


def upgrade(engine: sa.Engine) -> None:
    """Bring the database to HEAD; raises WorkspaceNewer where it is past it."""
    revision = _revision(engine)
    if revision == HEAD:
        return
    if revision is not None and revision > HEAD:
        raise WorkspaceNewer(
            f"The catalog was written by a newer hoptrace (revision {revision}, this program knows {HEAD}). "
            "Update hoptrace."
        )
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "hoptrace.catalog:migrations")
    with guard(), engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def guard() -> Generator[None]:
    """Turn what the database throws into StorageFailed."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise StorageFailed(
            f"The catalog's database refused: {cause}. Nothing of this step was kept. "
            "Check that it can be reached and written to, and that its disk has room."
        ) from error


@contextmanager
def advisory_lock(engine: sa.Engine, wait_seconds: float) -> Generator[None]:
    """On PostgreSQL, hold a lock that all hosts see; on SQLite do nothing, the file lock is enough."""
    from hoptrace.lock import POLL_SECONDS, busy

    if engine.dialect.name != "postgresql":
        yield
        return
    with guard():
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        until = time.monotonic() + wait_seconds
        while not _ask(connection, sa.select(sa.func.pg_try_advisory_lock(ADVISORY_LOCK))):
            if time.monotonic() >= until:
                raise busy("the catalog's database", wait_seconds)
            time.sleep(POLL_SECONDS)
        try:
            yield
        finally:
            _ask(connection, sa.select(sa.func.pg_advisory_unlock(ADVISORY_LOCK)))
    finally:
        connection.close()


def _ask(connection: sa.Connection, question: sa.Select[Any]) -> bool:
    with guard():
        return bool(connection.execute(question).scalar())


def _revision(engine: sa.Engine) -> str | None:
    with guard(), engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _prepare_sqlite(synchronous: str, connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    # WAL lets readers go on while one process writes.
    waits = f"synchronous={synchronous}", f"busy_timeout={BUSY_MILLISECONDS}"
    for pragma in ("journal_mode=WAL", *waits, "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
