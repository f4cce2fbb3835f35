from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event

from hoptrace.catalog.catalog import Catalog
from hoptrace.catalog.database import HEAD, advisory_lock, open_engine
from hoptrace.catalog.tables import METADATA
from hoptrace.catalog.traces import Stored
from hoptrace.errors import StorageFailed, WorkspaceBusy, WorkspaceNewer


def _never(_commit_id: str) -> bool:
    return False


def test_head_is_the_newest_script() -> None:
    config = Config()
    config.set_main_option("script_location", "hoptrace.catalog:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_the_migrations_make_the_tables(url: str) -> None:
    Catalog(url, _never).close()
    with open_engine(url).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_opening_twice_changes_nothing(url: str) -> None:
    Catalog(url, _never).close()
    Catalog(url, _never).close()


def test_a_newer_database_is_refused(url: str) -> None:
    Catalog(url, _never).close()
    with open_engine(url).begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(WorkspaceNewer, match="9999"):
        Catalog(url, _never)


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear carrier, " * 100)
    with pytest.raises(StorageFailed, match=r"database refused: .* Check that it can be reached and written to"):
        Catalog(f"sqlite:///{tmp_path / 'letter'}", _never)
    with pytest.raises(StorageFailed, match="unable to open"):
        Catalog(f"sqlite:///{tmp_path / 'nowhere' / 'catalog.sqlite'}", _never)


def test_one_host_at_a_time_holds_the_lock_of_a_shared_database(postgres_url: str) -> None:
    first, second = open_engine(postgres_url), open_engine(postgres_url)
    with advisory_lock(first, 0), pytest.raises(WorkspaceBusy), advisory_lock(second, 0):
        pytest.fail("two writers at once")
    with advisory_lock(second, 0):
        pass
    first.dispose()
    second.dispose()


def test_results_alone_do_not_wait_for_the_disk(local_catalog: Catalog) -> None:
    waited: list[int] = []

    def note(connection: sa.Connection) -> None:
        waited.append(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())

    full, normal = 2, 1
    event.listen(sa.Engine, "commit", note)
    try:
        for _ in range(2):
            local_catalog.traces.save([Stored("call", "not_found", None, "{}")])
            local_catalog.batches.begin("commit", "carrier")
            local_catalog.batches.rollback("commit")
            with local_catalog.traces.filing():
                pass
    finally:
        event.remove(sa.Engine, "commit", note)
    assert waited == [normal, full, full, full] * 2
