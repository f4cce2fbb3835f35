"""A catalog in SQLite and the same in PostgreSQL, where a server can be started."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from hoptrace.catalog.catalog import Catalog


def _program(name: str) -> str | None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


def _run(*command: str, user: str | None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        user=user,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a server of its own, on a socket in a temporary folder."""
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    if initdb is None or pg_ctl is None:
        pytest.skip("PostgreSQL's initdb and pg_ctl are not installed (apt-get install postgresql)")
    pytest.importorskip("psycopg", reason="psycopg is not installed (pip install 'hoptrace[postgres]')")
    # The server refuses to run as root; anybody else runs it as he is.
    user = "nobody" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="hoptrace-pg-"))
    try:
        if user is not None:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        data = str(folder / "data")
        made = _run(initdb, "-D", data, "-A", "trust", "-U", "hoptrace", "--no-sync", "-E", "UTF8", user=user)
        if made.returncode != 0:
            pytest.skip(f"initdb failed: {made.stderr.strip()[-300:]}")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        log = str(folder / "log")
        started = _run(pg_ctl, "-D", data, "-o", options, "-l", log, "-w", "start", user=user)
        if started.returncode != 0:
            pytest.skip(f"PostgreSQL did not start: {started.stderr.strip()[-300:]}")
        yield f"postgresql+psycopg://hoptrace@/postgres?host={folder}"
        _run(pg_ctl, "-D", data, "-m", "immediate", "stop", user=user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres: str) -> str:
    """A fresh database."""
    name = f"t{uuid.uuid4().hex}"
    engine = sa.create_engine(postgres, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return postgres.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalog.sqlite'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def in_lake() -> set[str]:
    """The commits that the lake is to have."""
    return set()


@pytest.fixture
def catalog(url: str, in_lake: set[str]) -> Iterator[Catalog]:
    opened = Catalog(url, in_lake.__contains__)
    yield opened
    opened.close()


@pytest.fixture
def local_catalog(tmp_path: Path) -> Iterator[Catalog]:
    """A catalog in SQLite, for what does not depend on the database."""
    opened = Catalog(f"sqlite:///{tmp_path / 'catalog.sqlite'}", lambda _commit_id: False)
    yield opened
    opened.close()
